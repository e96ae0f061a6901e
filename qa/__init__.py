"""Attest: a question to a folder of articles, an answer with the exact words it rests on.

from qa import ask
print(ask("Which countries opposed training inside Ukraine?", "seeds/").to_markdown())
"""

import importlib as _importlib
import typing as _typing

import index as _index

if not hasattr(_index, "__path__"):  # a user's own index.py hides ours
    raise ImportError(f"{_index.__file__} hides Attest's package 'index'; rename that file, or run from another folder")

if _typing.TYPE_CHECKING:
    from index.errors import AttestError
    from qa.answer import Answer, Citation
    from qa.assistant import Assistant, ask

__all__ = ["Answer", "Assistant", "AttestError", "Citation", "ask"]
_HOME = {"AttestError": "index.errors", "Answer": "qa.answer", "Citation": "qa.answer"}


def __getattr__(name: str) -> _typing.Any:
    """Each name is imported when it is first used (PEP 562): `attest --help` needs none of them."""
    if name not in __all__:
        raise AttributeError(f"module 'qa' has no attribute {name!r}")
    return getattr(_importlib.import_module(_HOME.get(name, "qa.assistant")), name)

"""Attest: a question to a folder of articles, an answer with the exact words it rests on.

from qa import ask
print(ask("Which countries opposed training inside Ukraine?", "seeds/").to_markdown())
"""

import index as _index

if not hasattr(_index, "__path__"):  # a user's own index.py hides ours
    raise ImportError(f"{_index.__file__} hides Attest's package 'index'; rename that file, or run from another folder")

from index.errors import AttestError
from qa.answer import Answer, Citation
from qa.assistant import Assistant, ask

__all__ = ["Answer", "Assistant", "AttestError", "Citation", "ask"]

"""Question sets in the formats of the field. A format is one module with `read`, and one line in FORMATS.

A set may bring articles of its own (the contexts of its questions, or a collection): then it can be asked without
any folder of articles, all of them being one collection; see `eval.corpus`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from eval.lines import Record, read_text
from eval.sets import beir, mrqa, nq, own, rows, squad
from eval.sets.kind import QuestionSet
from index.errors import QuestionSetError

__all__ = ["FORMATS", "QuestionSet", "read_set"]

Fits = Callable[[Record], bool]
"""Whether the first object of a file is of the format."""
Read = Callable[[str, Path], QuestionSet]
"""(text of the file, its path) -> set; raises QuestionSetError with file, line, value and what to do."""

FORMATS: dict[str, tuple[Fits, Read]] = {
    "squad": (squad.fits, squad.read),
    "mrqa": (mrqa.fits, mrqa.read),
    "rows": (rows.fits, rows.read),
    "nq-open": (nq.fits, nq.read),
    "attest": (own.fits, own.read),
}


def read_set(path: str | Path) -> QuestionSet:
    """A file of one of FORMATS (.gz and .xz too), told apart by its first object; or a BEIR folder, or one of its
    qrels files. Raises QuestionSetError."""
    path = Path(path)
    if path.is_dir() or (path.suffix == ".tsv" and path.parent.name == "qrels"):
        return beir.read(path)
    text = read_text(path)
    first = _first(text, path)
    read = next((read for fits, read in FORMATS.values() if fits(first)), None)
    if read is None:
        told = ", ".join(sorted(first)[:8]) or "no fields"
        known = ", ".join((*FORMATS, "beir"))
        raise QuestionSetError(f"{path}: begins with an object of {told}; that is none of {known}; see the README")
    return read(text, path)


def _first(text: str, path: Path) -> Record:
    """The first object. A file that begins otherwise is taken for JSON lines of ours, which tells what is wrong."""
    line = next((line for line in text.split("\n") if line.strip()), "")
    whole = path.suffix == ".json" or path.suffixes[-2:-1] == [".json"]
    try:
        found = json.loads(text if whole else line)
    except (ValueError, RecursionError):
        return {"data": None} if whole else {"type": None}
    return found if isinstance(found, dict) else {"type": None}

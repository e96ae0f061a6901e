"""Answers of a run that is not done yet, kept as they come, so that an interrupted run goes on where it stopped.

They are in the user's cache, and gone when the run is done. What they depend on is in their names: the code, the
library and its generation, the reader, and of each question every word and its gold.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import index
import qa
from eval.metrics import Row, row_of
from eval.questions import Question
from index.library import Library

Done = tuple[dict[str, Any], Row]
"""(prediction, row)"""


class Kept:
    """A cache that cannot be written is done without."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._done = dict(self._read())

    @classmethod
    def of(cls, library: Library, reader: str, questions: Path) -> Kept:
        from platformdirs import user_cache_path

        facts = [
            str(questions.resolve()),
            str(library.generation.resolve()),
            library.manifest,
            reader,
            _files(Path(reader)),
            code(),
        ]
        name = _digest(json.dumps(facts, sort_keys=True))
        return cls(user_cache_path("attest", appauthor=False) / "runs" / f"{name}.jsonl")

    def get(self, question: Question) -> Done | None:
        return self._done.get(_digest(repr(question)))

    def add(self, question: Question, prediction: dict[str, Any], row: Row) -> None:
        line = json.dumps({"key": _digest(repr(question)), "prediction": prediction, "row": asdict(row)})
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as out:
                out.write(f"{line}\n")
        except OSError:
            return

    def finish(self) -> None:
        try:
            self.path.unlink(missing_ok=True)
        except OSError:
            return

    def _read(self) -> Iterator[tuple[str, Done]]:
        """A line that was cut off, or that is none of ours, is asked again."""
        try:
            lines = self.path.read_bytes().decode("utf-8", "replace").split("\n")
        except OSError:
            return
        for line in lines:
            try:
                kept = json.loads(line)
                yield kept["key"], (kept["prediction"], row_of(kept["row"]))
            except (ValueError, KeyError, TypeError, AttributeError):
                continue


def code() -> str:
    """Changes with any file of our packages: answers of other code are not these answers."""
    roots = [Path(str(module.__file__)).parent for module in (index, qa)] + [Path(__file__).parent]
    sources = [path for root in roots for path in sorted(root.rglob("*.py"))]
    told = [hashlib.sha256(path.read_bytes()).hexdigest() for path in sources]
    return _digest(json.dumps([told, [_files(root) for root in roots[:2]]]))


def _files(folder: Path) -> list[tuple[str, int, int]]:
    """Name, size and time of the files in a folder that are no source; none where it is no folder."""
    if not folder.is_dir():
        return []
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix not in (".py", ".pyc"))
    return [(os.fsdecode(path.name), path.stat().st_size, path.stat().st_mtime_ns) for path in found]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:32]

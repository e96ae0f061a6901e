"""Question and passages -> the spans that answer. A reader is one file and one line in READERS.

The reader alone, without a library:

    from qa.reader import load_reader
    reading = load_reader().read("Who sent the letters?", ["first passage ...", "second ..."])
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Span:
    """`passages[passage][start:end] == text`, in code points.

    score: raw, on the reader's own scale, higher is better. share: log of the span's part among all spans of its
    passage, 0 where the reader cannot tell.
    """

    text: str
    passage: int
    start: int
    end: int
    score: float
    share: float = 0.0


@dataclass(frozen=True)
class Reading:
    """answerable: 0..1, how likely it is that any passage answers.
    spans: best first; no two of one passage overlap. Empty where the passages hold no words.
    score: raw, what `answerable` is made of; higher is likelier.
    listed: where the question asks for several things, each by itself, in order of place, all of the passage of the
    best span; empty where it asks for one, or the reader cannot tell.
    """

    answerable: float
    spans: tuple[Span, ...]
    score: float = -math.inf
    listed: tuple[Span, ...] = ()

    @property
    def items(self) -> tuple[Span, ...]:
        """What answers: the list, else the best span alone."""
        return self.listed or self.spans[:1]


def has_word(text: str) -> bool:
    """Whether there is a letter or a digit in it: marks and spaces alone are no answer."""
    return any(c.isalnum() for c in text)


class Reader(Protocol):
    name: str

    def read(self, question: str, passages: Sequence[str], top: int = 10) -> Reading:
        """The `top` best spans over all passages, compared on one scale."""
        ...


def _attest() -> Reader:
    from qa.reader.extractive import shipped

    return shipped()


def _overlap() -> Reader:
    from qa.reader.overlap import Overlap

    return Overlap()


DEFAULT = "attest"
READERS: dict[str, Callable[[], Reader]] = {DEFAULT: _attest, "overlap": _overlap}


def load_reader(name: str = DEFAULT) -> Reader:
    """A reader of the table, else any extractive model by hub name or folder (safetensors only, no foreign code).

    Raises ModelError where it cannot be loaded.
    """
    if name in READERS:
        return READERS[name]()
    from qa.reader.hub import hub_reader

    return hub_reader(name)

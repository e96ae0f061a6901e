"""Articles as windows of words, for systems that leave it to their users to cut; the standard library alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path


def read(articles: Path) -> Iterator[tuple[str, str]]:
    """(name, text) of each .txt file of a folder, the text unchanged."""
    for path in sorted(articles.glob("*.txt")):
        yield path.name, path.read_bytes().decode("utf-8")


def word_windows(text: str, size: int, overlap: int) -> list[tuple[int, int]]:
    """Extents of stretches of `size` words, each sharing `overlap` words with the one before."""
    words = [match.span() for match in re.finditer(r"\S+", text)]
    if not words:
        return []
    starts = range(0, max(1, len(words) - overlap), size - overlap)
    return [(words[n][0], words[min(n + size, len(words)) - 1][1]) for n in starts]


def joined(question: str, before: str | None) -> str:
    """What a system without a memory is asked where a question follows up another."""
    return f"{before} {question}" if before else question

"""An article: its text exactly as it was given, and what is known about it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

Extent = tuple[int, int]
"""Half-open code-point offsets into an article's text."""


@dataclass(frozen=True)
class Article:
    """source: path relative to the indexed folder; a record of a many-article file adds `#` and its id.
    text: never changed after decoding; all offsets of Attest are code points into it.
    published: ISO date (YYYY-MM-DD), or None where the article does not tell it.
    dated_by: what told the date: "metadata", "header", "dateline", or "caption" (weaker: the photo may be older).
    copy_of: in a library, the source of the article that this one is a near-copy of (see `index.copies`), else None.
    author, url, language: as the format carries them, else None.
    boilerplate: extents that no passage may touch (sign-up blocks, editor's notes, headers), ordered, disjoint.
    """

    source: str
    text: str
    title: str | None = None
    published: str | None = None
    dated_by: str | None = None
    boilerplate: tuple[Extent, ...] = ()
    author: str | None = None
    url: str | None = None
    language: str | None = None
    copy_of: str | None = None

    @cached_property
    def sha256(self) -> str:
        """Of the text as UTF-8: for a UTF-8 .txt file, what `sha256sum` prints for the file."""
        return hashlib.sha256(self.text.encode()).hexdigest()

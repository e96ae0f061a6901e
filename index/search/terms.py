"""Text -> terms: words in lower case, without accents, stemmed. Of Chinese and Japanese, every character is a term."""

from __future__ import annotations

import re
import unicodedata

from index.search.porter import stem

_LOWER = bytes(ord(chr(n).lower()) if chr(n).isalnum() or n > 127 else 32 for n in range(128)) + bytes(range(128, 256))
_CHARACTERS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(f"[{_CHARACTERS}]|[^\\W_{_CHARACTERS}]+")
_MARKS = re.compile("[\u0300-\u036f]+")


def terms(text: str) -> list[str]:
    """In the order of the text, repeated as they are there."""
    return [term for chunk in chunks(text) for term in terms_of(chunk)]


def chunks(text: str) -> list[bytes]:
    """What ASCII characters other than letters and digits divide, in UTF-8, ASCII letters in lower case. Fast: a
    collection has few different ones, of which `terms_of` tells the terms."""
    return text.encode("utf-8", "replace").translate(_LOWER).split()


def terms_of(chunk: bytes) -> list[str]:
    """The terms of one chunk: one, if it is ASCII."""
    text = chunk.decode("utf-8")
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold())).lower()
    return [stem(word) for word in _WORD.findall(text)]


class Numbers(dict[bytes, tuple[int, ...]]):
    """Chunk -> the numbers of its terms, which are given as they come: `terms` has them."""

    def __init__(self) -> None:
        self.terms: dict[str, int] = {}

    def __missing__(self, chunk: bytes) -> tuple[int, ...]:
        self[chunk] = found = tuple(self.terms.setdefault(term, len(self.terms)) for term in terms_of(chunk))
        return found

"""Enumerations in a stretch of text: "red, green and blue" -> where its items stand. Pure functions of the text.

An enumeration is told by its marks alone, so "research and development" looks like one: whether the question asks for
several things has to be known from elsewhere (`qa.reader.listing`).
"""

from __future__ import annotations

import re
from itertools import accumulate

MARK = re.compile(
    r"\s?[,;]\s(?:(?:and|or|as well as|&)\s)?|\s(?:and|or|as well as|&)\s|\s?\n[ \t]?[-*•–][ \t]", re.IGNORECASE
)
_BULLET = re.compile(r"\n[ \t]?[-*•–]")
_LAST = re.compile(r"\b(?:and|or|as well as)\b|&", re.IGNORECASE)
_BELONGS = re.compile(r"\d{4}|(?:Jr|Sr|Inc|Ltd)\.?|[A-Z]\.[A-Z]\.")  # "May 3, 1920", "Acme, Inc."
_LEAD = re.compile(r"(?:both|either)\s|[-*•–][ \t]", re.IGNORECASE)
_OPENS, _CLOSES = "([“«", ")]”»"
_SHORT = 40  # code points of an item where no "and" tells the last one

Extent = tuple[int, int]


def items_of(text: str) -> tuple[Extent, ...]:
    """(start, end) of each item of the enumeration that `text` is, in order of place; () where it is none.

    Two items are an enumeration where "and" or "or" stands between them, or the second begins a line with a bullet;
    more also where all are short. Marks within brackets or quotation marks separate nothing; where semicolons separate
    three items or more, commas do not.
    """
    marks = _marks(text)
    semicolons = [mark for mark in marks if ";" in mark[0]]
    chosen = semicolons if len(semicolons) > 1 else marks
    starts, ends = [0, *(mark.end() for mark in chosen)], [*(mark.start() for mark in chosen), len(text)]
    if lead := _LEAD.match(text):
        starts[0] = lead.end()
    items = list(zip(starts, ends, strict=True))
    told = bool(chosen and (_LAST.search(chosen[-1][0]) or _BULLET.search(chosen[-1][0])))
    short = len(items) > 2 and all(end - start < _SHORT for start, end in items)
    named = all(any(c.isalnum() for c in text[start:end]) for start, end in items)
    return tuple(items) if named and len(items) > 1 and (told or short) else ()


def _marks(text: str) -> list[re.Match[str]]:
    """The marks that separate something: outside of brackets and quotation marks, and not before a year or the like
    that belongs to what stands before it."""
    depths = list(accumulate((c in _OPENS) - (c in _CLOSES) for c in text))
    quotes = list(accumulate(c == '"' for c in text))
    kept = [m for m in MARK.finditer(text) if not depths[m.start()] and not quotes[m.start()] % 2]
    ends = [*(mark.start() for mark in kept[1:]), len(text)]
    starts = [0, *(mark.end() for mark in kept)]
    return [
        mark
        for mark, start, end in zip(kept, starts, ends, strict=False)
        if _LAST.search(mark[0])
        or not _BELONGS.fullmatch(text, mark.end(), end)
        or text[start : mark.start()].isdigit()  # "1973, 1974 and 1977" are three years
    ]

"""A reader's span, cut as a person would underline it. Nothing here looks for words elsewhere: the span grows into what
stands beside it, or is left out.
"""

from __future__ import annotations

import re
from dataclasses import replace

from index.article import Extent
from index.dates import MONTHS
from index.sentences import touched
from qa.asked import asked
from qa.dates import asks_when, whole_mention
from qa.phrases import NAME, OPENERS
from qa.reader import Span
from qa.reader.tidy import tidy

_OTHER = re.compile(rf"(?<![\w’'.-])(?P<first>(?:the\s)?{NAME}(?:,\s(?:the\s)?{NAME}){{0,5}}),?\s(?:and|or)\sother\s$")
_REACH = 120  # code points before a span that are looked at
_NUMERAL = re.compile(r"\d+(?:-\d+)*")
_NAMED = re.compile(r"[^.!?\s]\s(?P<name>[^\W\d_a-z][\w’'-]*)\s$")  # the first word of a sentence has a capital anyway
_MONTHS = frozenset({"Sept", *(month[:n].capitalize() for month in MONTHS for n in (3, None))})


def whole(span: Span, text: str, *, when: bool) -> Span:
    """The span with all of the date that it is a part of, and with whom its "other" sets apart ("France and other
    countries"); without what reaches into another sentence. text: of its passage. when: whether a day is asked for."""
    start, end = whole_mention(text, *_within(text, span.start, span.end), when=when)
    if beside := _OTHER.search(text, max(0, start - _REACH), start):
        start = beside.start("first")
    return span if (start, end) == (span.start, span.end) else replace(span, start=start, end=end, text=text[start:end])


def fits(question: str, text: str, start: int, end: int) -> bool:
    """False for what is no amount and no day, where one is asked for: the number in a name ("Mirage 2000-5")."""
    if not _NUMERAL.fullmatch(text, start, end) or not (asks_when(question) or asked(question).kind == "number"):
        return True
    if "-" in (text[start - 1 : start], text[end : end + 1]):
        return False
    before = _NAMED.search(text, max(0, start - 40), start)
    return not before or before["name"] in OPENERS or before["name"] in _MONTHS


def _within(text: str, start: int, end: int) -> Extent:
    """Of a span that begins amid a sentence, what is in it; of one that begins with a sentence, all that it holds
    whole."""
    found = touched(text, start, end)
    ends = [b for _, b in found if b <= end]
    if len(found) < 2 or not ends:
        return start, end
    return tidy(text, start, ends[0] if start > found[0][0] else ends[-1])

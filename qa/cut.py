"""A reader's span, cut as a person would underline it. Nothing here looks for words elsewhere: the span grows into what
stands beside it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from index.article import Extent
from index.sentences import touched
from qa.dates import whole_mention
from qa.phrases import NAME
from qa.reader import Span
from qa.reader.tidy import tidy

_OTHER = re.compile(rf"(?<![\w’'.-])(?P<first>(?:the\s)?{NAME}(?:,\s(?:the\s)?{NAME}){{0,5}}),?\s(?:and|or)\sother\s$")
_REACH = 120  # code points before a span that are looked at


def whole(span: Span, text: str, *, when: bool) -> Span:
    """The span with all of the date that it is a part of, and with whom its "other" sets apart ("France and other
    countries"); without what reaches into another sentence. text: of its passage. when: whether a day is asked for."""
    start, end = whole_mention(text, *_within(text, span.start, span.end), when=when)
    if beside := _OTHER.search(text, max(0, start - _REACH), start):
        start = beside.start("first")
    return span if (start, end) == (span.start, span.end) else replace(span, start=start, end=end, text=text[start:end])


def _within(text: str, start: int, end: int) -> Extent:
    """Of a span that begins amid a sentence, what is in it; of one that begins with a sentence, all that it holds
    whole."""
    found = touched(text, start, end)
    ends = [b for _, b in found if b <= end]
    if len(found) < 2 or not ends:
        return start, end
    return tidy(text, start, ends[0] if start > found[0][0] else ends[-1])

"""A reader's span, cut as a person would underline it. Nothing here looks for words elsewhere: the span grows into what
stands beside it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from index.article import Extent
from index.search.lexical import stem
from index.sentences import touched
from qa.asked import asked
from qa.dates import asks_when, whole_mention
from qa.phrases import NAME
from qa.quantities import qualified
from qa.reader import Span
from qa.reader.tidy import tidy
from qa.verbs import is_past

_OTHER = re.compile(rf"(?<![\w’'.-])(?P<first>(?:the\s)?{NAME}(?:,\s(?:the\s)?{NAME}){{0,5}}),?\s(?:and|or)\sother\s$")
_BUT = re.compile(r",?\s(?:but|and)\s(?:(?:also|instead|then)\s)?(?P<verb>[a-z]+)\s")
_MARKS, _REST = re.compile('[“”"]'), re.compile('[.,!?…]{0,2}[”"]')
_WILL = "(?:to|will|would|did|does|do|can|could|shall|should|must|may|might)"
_REACH = 120  # code points before a span that are looked at


def whole(question: str, span: Span, text: str) -> Span:
    """The span with all of the date that it is a part of, with "about" or "at least" before its amount, and with whom
    its "other" sets apart ("France and other countries"); without what reaches into another sentence or another voice,
    and without what stands before the verb that was asked for ("gave no number, but announced a plan", of "What did he
    announce?"). text: of its passage."""
    start, end = _one_voice(text, *_within(text, span.start, span.end))
    start, end = whole_mention(text, start, end, when=asks_when(question))
    start = qualified(text, start, end)
    start = max([start, *(m.end() for m in _BUT.finditer(text, start, end) if _is_asked(m["verb"], question))])
    if beside := _OTHER.search(text, max(0, start - _REACH), start):
        start = beside.start("first")
    return span if (start, end) == (span.start, span.end) else replace(span, start=start, end=end, text=text[start:end])


def _one_voice(text: str, start: int, end: int) -> Extent:
    """Of a span that begins amid a quotation and leaves it, the part with most words: somebody else speaks there. A
    quotation is completed where no more than a mark or a full stop is missing."""
    if (_MARKS.match(text, max(0, start - 1)) and _opens(text, start - 1)) and _MARKS.search(text, start, end):
        start -= 1
    found = [(m.start(), _opens(text, m.start())) for m in _MARKS.finditer(text, start, end)]
    if None in (opens for _, opens in found):
        return start, end
    left, opened = [start], False
    for place, opens in found:
        if not opens and not opened:
            left.append(place)
        opened = bool(opens)
    if opened and (rest := _REST.match(text, end)):
        end = rest.end()
    if len(left) == 1:
        return start, end
    parts = [(a + (a > start), b) for a, b in pairwise([*left, end])]
    return tidy(text, *max(parts, key=lambda part: len(text[slice(*part)].split())))


def _opens(text: str, place: int) -> bool | None:
    """Whether the mark at this place begins a quotation; None where a straight one stands alone."""
    if text[place] != '"':
        return text[place] == "“"
    before, after = text[max(0, place - 1) : place].strip(" \n\t("), text[place + 1 : place + 2].strip()
    return None if bool(before) == bool(after) else bool(after)


def _is_asked(verb: str, question: str) -> bool:
    """Whether it is a verb of the question: past here ("announced"), or as it is asked for ("is going to train")."""
    alike = is_past(verb) or re.search(rf"\b{_WILL}\s(?:[\w’'-]+\s){{0,4}}?{verb}\b", question, re.I)
    return bool(alike) and stem(verb) in asked(question).common


def _within(text: str, start: int, end: int) -> Extent:
    """Of a span that begins amid a sentence, what is in it; of one that begins with a sentence, all that it holds
    whole."""
    found = touched(text, start, end)
    ends = [b for _, b in found if b <= end]
    if len(found) < 2 or not ends:
        return start, end
    return tidy(text, start, ends[0] if start > found[0][0] else ends[-1])

"""Whose words stand at a place of an article: "...," Ann Lee said. By form, in English; None where it is not plain.

Of a quotation the speaker is told behind it, before it, or by the quotation before it in the same paragraph; of a
sentence without one, or with single words quoted, by what begins or ends it ("Lee said that", ", said the mayor").
Pronouns are not resolved.
"""

from __future__ import annotations

import re

from index.article import Extent
from index.sentences import paragraphs, touched

SPOKEN = frozenset(
    "say tell add write warn stress explain reply answer insist argue note declare announce admit claim state "
    "promise recall comment remark complain reiterate continue conclude call describe joke".split()
)
"""Verbs with whose subject a question may ask for words: "What did Lee warn of?"."""
_SAID = (
    r"(?:said|says|told|adds|added|wrote|writes|warned|warns|stressed|explained|replied|answered|insisted|argued|noted"
    r"|declared|announced|admitted|claimed|stated|promised|recalled|commented|remarked|complained|reiterated|continued"
    r"|concluded|joked)\b"
)
_NEITHER = r"(?:(?:has|have|had|also|then|later)\s){0,2}"
_LED = r"(?:[A-Z][\w.,/()’' ]{1,60}?\s?[-–—]+\s)?(?:(?:But|And|Earlier|Meanwhile,)\s)?"  # "PARIS, June 7 (Reuters) - "
_POINT = r"\.(?=\w)|(?<=\b[A-Z])\.|(?<=\b[A-Z][a-z])\."  # "U.S. official", "Mr. Berg"
_WHO = rf"(?!(?:that|which|who|and|but|as|while|where|when)\s)[^\s,;:.“”\"](?:[^,;:“”\".]|{_POINT}){{1,90}}?"
_WHERE = r"(?=\s(?:in|on|at|as|who|when|while|during|after|before|to|that|of\show|adding|by)\b|[,;:.“”\"]|\s?$)"
_BEHIND = re.compile(rf"\W{{0,3}}(?:{_NEITHER}{_SAID}\s(?P<last>{_WHO}){_WHERE}|(?P<first>{_WHO})\s{_NEITHER}{_SAID})")
_BEFORE = re.compile(rf"(?:^|[.!?]\s|[”\"]\s)(?P<first>{_WHO})\s{_NEITHER}{_SAID}[^“”\".]{{0,60}}$")
_TOLD_BEFORE = re.compile(rf"[,?!…][”\"]{_BEHIND.pattern}(?:[^“”\"]{{0,200}}[.!?:]|,)?\s*$")
_REPORTS = re.compile(rf"\W?{_LED}(?P<first>{_WHO})\s{_NEITHER}{_SAID}(?!\s(?:by|in|on)\b)")
_REPORTED = re.compile(
    rf".*,\s(?:{_NEITHER}{_SAID}\s(?P<last>{_WHO})|(?P<first>{_WHO})\s{_NEITHER}{_SAID}[^,]*)$", re.DOTALL
)
_MARKS = re.compile('[“”"]')
_REACH, _FAR = 600, 3000  # code points before and behind a span that are looked at, and of its paragraph


def speaker(text: str, start: int, end: int) -> str | None:
    """Who says `text[start:end]`, in the words of the sentence."""
    low, high = _paragraph(text, start)
    quotation = _quotation(text, start, low, high)
    if quotation is None:
        return _reporter(text, start, end)
    opens, closes = quotation
    ends = text[opens:closes].rstrip()[-1:]
    if ends in {*",?!…-—"} and (found := _BEHIND.match(text, closes + 1, min(high, closes + _REACH))):
        return _who(found)
    before = text[max(low, opens - _REACH) : max(low, opens - 1)]
    if found := _BEFORE.search(before.rstrip()) or _TOLD_BEFORE.search(before):
        return _who(found)
    return _reporter(text, start, end) if before.rstrip()[-1:].isalnum() else None  # words in a sentence of another


def _paragraph(text: str, place: int) -> Extent:
    """The paragraph around the place, as far as it is looked at."""
    low, high = text.rfind("\n\n", 0, place), text.find("\n\n", place)
    low, high = max(low, place - _FAR, 0), min(high if high >= 0 else len(text), place + _FAR)
    found = (extent for extent in paragraphs(text, low, high) if extent[0] <= place <= extent[1])
    return next(found, (low, high))


def _quotation(text: str, start: int, low: int, high: int) -> Extent | None:
    """The quotation that the place lies in: behind the mark that opens it, before the one that closes it."""
    opened = -1
    for match in _MARKS.finditer(text, low, high):
        at = match.start()
        if opened >= 0 and (match[0] != "“" or at > start):
            if at >= start:
                return opened, at
            opened = -1
        elif at >= start:
            return None
        elif match[0] != "”":
            opened = at + 1
    return (opened, high) if opened >= 0 else None


def _reporter(text: str, start: int, end: int) -> str | None:
    """Of a sentence that reports without quoting."""
    around = touched(text, start, end, (max(0, start - _REACH), min(len(text), end + _REACH)))
    if len(around) != 1:
        return None
    low, high = around[0]
    found = _REPORTS.match(text, low, start) or _REPORTED.match(text[end:high].rstrip(" .!?"))
    return _who(found) if found else None


def _who(found: re.Match[str]) -> str:
    return found[found.lastindex or 0].strip()

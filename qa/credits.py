"""Photo credits: who took a picture, for whom, and when. A credit ("(Ann Lee/Gazette)") is no sentence, so a reader
that learned on sentences passes it by; here it is found by its form, where the question asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.article import Extent
from index.search.lexical import content_words, stem
from qa.dates import asks_when
from qa.mentions import find
from qa.reader import Reading, Span

_WHO = r"[A-Z][\w’'.-]*(?:\s[A-Z][\w’'.-]*){1,3}"
_FOR = r"\s?/\s?(?P<outlet>[A-Z][^()/\n;,]{1,40}?)"
_CREDITS = (
    re.compile(rf"\((?P<who>{_WHO}){_FOR}(?=[),]|\n|$)"),
    re.compile(rf"(?:Photo(?:graph)?|Picture|Image)(?:\sby|\scredit:|:)\s(?P<who>{_WHO})(?:{_FOR})?(?=\)|\n|$)"),
)
_PICTURE = re.compile(r"\b(?:photo(?:s|graph(?:s|er|ers|ed)?)?|pictures?|pictured|snapshot)\b", re.IGNORECASE)
_TAKEN = re.compile(r"\b(?:took|takes?|taken|shot|snapped|made|photographe[rd]|credit(?:ed)?)\b", re.IGNORECASE)
_OUTLET = re.compile(
    r"\b(?:which|what)\b.{0,30}\b(?:outlet|agency|(?:news)?paper|publication|magazine|media|company)\b|\bworks?\sfor\b",
    re.IGNORECASE,
)
_PERSON = re.compile(r"\b(?:who|whose|whom|which\sphotographer|name)\b", re.IGNORECASE)
_AGENCY = re.compile(r"(?P<name>.*?)(?:\sPhotos?|(?<=\sImages)|(?<=\sPictures))")
_REACH = 400  # code points of a caption before its credit
_SURE = 10.0  # of a score, before the best of the reader


def credited(question: str, passages: Sequence[str], reading: Reading) -> Reading:
    """The reading with what the credits tell before all else, where the question asks for the origin of a picture
    that a caption is about."""
    if not _PICTURE.search(question) or not (_TAKEN.search(question) or _OUTLET.search(question)):
        return reading
    about = {stem(word) for word in content_words(_TAKEN.sub(" ", _PICTURE.sub(" ", question)))}
    score = max([0.0, *(span.score for span in reading.spans)]) + _SURE
    found = [
        Span(text[start:end], n, start, end, score, 0.0)
        for n, text in enumerate(passages)
        for start, end in _told(question, text, about)
    ]
    if not found:
        return reading
    return replace(reading, spans=(*found, *reading.spans), score=score, answerable=max(reading.answerable, 0.9))


def _told(question: str, text: str, about: set[str]) -> Iterator[Extent]:
    """What the credits of a passage answer; of captions that share a word with the question."""
    for match in (match for form in _CREDITS for match in form.finditer(text)):
        low = _caption(text, match.start())
        if not about.intersection(map(stem, content_words(text[low : match.end()]))):
            continue
        if asks_when(question):
            days = [(low + m.start(), low + m.end()) for _, m in find(text[low : match.start()])]
            yield from days[-1:]
            continue
        who, outlet = match.span("who"), match.span("outlet")
        if agency := _AGENCY.fullmatch(match["who"]):  # "AP Photo/Evan Vucci"
            who, outlet = outlet, (who[0], who[0] + agency.end("name"))
        if _OUTLET.search(question):
            yield from [outlet] if outlet[0] >= 0 else []
        elif _PERSON.search(question) and who[0] >= 0:
            yield who


def _caption(text: str, end: int) -> int:
    """Where the line begins that stands before the credit, or above it."""
    filled = len(text[:end].rstrip())
    return max(text.rfind("\n", 0, filled) + 1, end - _REACH)

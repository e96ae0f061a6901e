"""From a part of an enumeration to all of it: a reader often points at one member, or stops before the last."""

from __future__ import annotations

import re

from qa.enumeration import split
from qa.phrases import NAME, OPENERS, is_name

_MEMBER = rf"(?:(?:the|an?|several|about|some|\d[\d,.]*)\s(?:[a-z-]+\s){{0,3}})?{NAME}"
_BEFORE = re.compile(
    rf"(?<![\w’'.-])(?P<member>(?:the\s)?{NAME}),\s(?:and\s|or\s)?$|(?<![\w’'.-])(?P<joined>(?:the\s)?{NAME})\s(?:and|or|as\swell\sas)\s$"
)
_AFTER = re.compile(rf"(?:,\s(?:and\s|or\s)?|\s(?:and|or|as\swell\sas)\s)(?P<member>{_MEMBER})")
_JOIN = re.compile(r"(?:,\s(?:and|or)|\s(?:and|or|as\swell\sas))\s")
_LEADS = re.compile(r"(?:,\s(?:including|such\sas|namely|notably|among\sthem)|\s(?:including|such\sas|like)|:)\s")
_COMMON = re.compile(
    r",\s(?!and\b|or\b|who\b|which\b|but\b|said\b|while\b)(?P<member>[a-z][^,;:.!?()\n]{1,60}?)(?=,\s|\s(?:and|or)\s)"
)
_LAST = re.compile(
    r",?\s(?:and|or)\s(?P<member>[^,;:.!?()\n]{2,70}?)(?=[,;:.!?)\n]|$|\s(?:is|are|was|were|has|have|had|will|would|said|says"
    r"|which|who|that|while|after|before|because|according|as|amid|but|and)\b)"
)
_WITH_GROUP = re.compile(  # "the United States and about ten European countries, including Poland"
    rf"(?<![\w’'.-])(?P<member>(?:the\s)?{NAME})\s(?:and|as\swell\sas)\s(?:(?:about|around|some|several|many|other|most|at\sleast"
    r"|more\sthan|nearly|\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|a\sdozen)\s)(?:[\w-]+\s){0,4}$"
)
_ARTICLE = re.compile(r"(?<![\w’'-])([Tt]he|[Aa]n?)\s$")
_REACH = 80  # code points in which a neighbouring member is looked for


def complete(text: str, start: int, end: int) -> tuple[int, int]:
    """The whole enumeration of which `text[start:end]` is a part; the same extent where it is part of none."""
    if match := _LEADS.match(text, end):  # "ten countries, including Poland and Denmark"
        inside = _members(text, match.end())
        if inside is not None and (match.group().strip() != ":" or not is_name(text, start, end)):
            beside = _WITH_GROUP.search(text, max(0, start - _REACH), start)
            return beside.start("member") if beside else start, inside
    if is_name(text, start, end):
        low, high = _names(text, start, end)
    else:
        low, high = start, _common(text, start, end)
    if article := _ARTICLE.search(text, max(0, low - 5), low):  # all members with theirs, the first like the others
        low = article.start(1)
    return (low, high) if (low, high) != (start, end) and len(split(text, low, high)) > 1 else (start, end)


def _members(text: str, at: int) -> int | None:
    """End of the list of at least two names that begins at `at`."""
    match = re.compile(_MEMBER).match(text, at)
    if not match:
        return None
    _, high = _names(text, at, match.end())
    return high if high > match.end() else None


def _names(text: str, start: int, end: int) -> tuple[int, int]:
    """Neighbours that are names too, with an "and" or "or" somewhere between them; else the same extent."""
    low, high = start, end
    while match := _BEFORE.search(text, max(0, low - _REACH), low):
        name = "member" if match["member"] else "joined"
        if OPENERS.intersection(match[name].split()):
            break
        low = match.start(name)
    while match := _AFTER.match(text, high):
        if high - end > 2000:
            break
        high = match.end()
    joined = _JOIN.search(text, low, high)
    return (low, high) if joined else (start, end)


def _common(text: str, start: int, end: int) -> int:
    """End of the list of common nouns or phrases that begins with the extent and was cut before its last "and"."""
    high = end
    for _ in range(8):
        if not (match := _COMMON.match(text, high)) or len(match["member"].split()) > 5:
            break
        high = match.end()
    listed = high > end or ("," in text[start:end] and not re.search(r"\b(?:and|or)\b", text[start:end]))
    match = _LAST.match(text, high) if listed else None
    return match.end("member") if match and len(match["member"].split()) <= 8 else end

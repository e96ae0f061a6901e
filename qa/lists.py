"""Enumerations of names: "the United States, Germany, Italy and Spain". A reader that points at a part of one gets all
of it, and of two answers the list that holds the other is the fuller one. Lists of other things are left alone.
"""

from __future__ import annotations

import re

_NAME = r"(?:the\s)?[A-Z][\w.’'-]*(?:\s(?:of\s(?:the\s)?)?[A-Z][\w.’'-]*)*"
_BEFORE = re.compile(rf"(?<!\w)({_NAME}),\s$")
_AFTER = re.compile(rf"(?:,\s(?:and\s|or\s)?|\s(?:and|or)\s){_NAME}")
_BETWEEN = re.compile(r",\s(?:and\s|or\s)?|\s(?:and|or)\s")
_REACH = 80  # code points in which the neighbouring name is looked for
# Words that open a sentence, with a comma behind them or their phrase, are not the first name of a list.
_OPENERS = frozenset(
    "However Meanwhile Moreover Furthermore Earlier Later Also Therefore Thus Instead Still Then Today Yesterday "
    "Tomorrow Monday Tuesday Wednesday Thursday Friday Saturday Sunday Here There Now So And But Yes No Well Finally "
    "First Second Third Additionally Besides Nevertheless Nonetheless Otherwise Indeed Overall Similarly "
    "On In At By After Before Since During With From For".split()
)


def names(text: str) -> tuple[str, ...]:
    """The names of an enumeration without leading articles, () if the text is none:
    "the United States, Germany and Spain" -> ("United States", "Germany", "Spain")."""
    parts = _BETWEEN.split(text)
    if len(parts) < 2 or not all(re.fullmatch(_NAME, part, re.IGNORECASE) and _is_name(part) for part in parts):
        return ()
    return tuple(re.sub(r"^[Tt]he\s", "", part) for part in parts)


def complete(text: str, start: int, end: int) -> tuple[int, int]:
    """The whole enumeration of names of which `text[start:end]` is a part of at least two; else the same extent."""
    if not names(text[start:end]):
        return start, end
    while match := _BEFORE.search(text, max(0, start - _REACH), start):
        if _OPENERS.intersection(match[1].split()):
            break
        start = match.start(1)
    while match := _AFTER.match(text, end):
        end = match.end()
    return start, end


def holds(fuller: str, other: str) -> bool:
    """Whether `fuller` enumerates every name of `other` and more."""
    return set(names(fuller)) > set(names(other) or [re.sub(r"^[Tt]he\s", "", other)])


def _is_name(part: str) -> bool:
    return re.sub(r"^[Tt]he\s", "", part)[:1].isupper()

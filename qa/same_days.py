"""Calendar dates as spans write them, compared field by field: "7 June", "June 7, 2024", "on Friday", "late May", 2024.

Nothing is resolved against a day of publication here; what an article leaves open stays open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from index.dates import MONTHS

WEEKDAYS = tuple("monday tuesday wednesday thursday friday saturday sunday".split())
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_WORD = re.compile(r"\d+|[^\W\d_]+")
_LEAD = frozenset(
    "on in by since until till from at the of around about morning afternoon evening night st nd rd th".split()
)
_PARTS = frozenset("early mid late beginning middle end".split())


@dataclass(frozen=True)
class Day:
    """Fields that are not told are None. weekday: 0 is Monday. part: "late" and the like, of a month or year."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    part: str | None = None


def day(text: str) -> Day | None:
    """The date that a span is, None if it holds other words. "may" without a capital is no month."""
    if len(text) > 60:
        return None
    if iso := _ISO.search(text):
        text = f"{text[: iso.start()]} {iso[3]} {MONTHS[int(iso[2]) - 1] if 1 <= int(iso[2]) <= 12 else '?'} {iso[1]}"
        text = text[0] + text[1:].title()
    found: dict[str, int | str] = {}
    for word in _WORD.findall(text):
        name, value = _field(word)
        if not name or name in found:  # "lead" never is
            return None
        if name != "lead":
            found[name] = value
    if not found.keys() & {"year", "month", "weekday"} or ("day" in found and "month" not in found):
        return None
    return Day(**found)  # type: ignore[arg-type]


def agree(one: Day, other: Day) -> bool:
    """Whether nothing that both tell differs; a weekday is compared with a full date through the calendar."""
    a, b = _weekday(one, other.year), _weekday(other, one.year)
    fields = [(one.year, other.year), (one.month, other.month), (one.day, other.day), (a, b)]
    return all(x == y or x is None or y is None for x, y in fields)


def same_day(one: Day, other: Day) -> bool:
    """Agreeing, and told as finely: "June 2024" is not "June 7"; a year or weekday may be left out."""
    fine = (one.month, one.day, one.part) == (other.month, other.day, other.part)
    alone = one.month is not None or (one.year, one.weekday) == (other.year, other.weekday)
    return fine and alone and agree(one, other)


def _weekday(one: Day, year: int | None) -> int | None:
    year = one.year or year
    if one.weekday is not None or not (year and one.month and one.day):
        return one.weekday
    try:
        return date(year, one.month, one.day).weekday()
    except ValueError:
        return None


def _field(word: str) -> tuple[str, int | str]:
    low = word.lower()
    if word.isdigit() and word.isascii():
        if len(word) == 4 and 1000 <= int(word) <= 2199:
            return "year", int(word)
        return ("day", int(word)) if len(word) <= 2 and 1 <= int(word) <= 31 else ("", 0)
    if low in _LEAD:
        return "lead", 0
    if low in _PARTS:
        return "part", low
    for names, field, first in ((MONTHS, "month", 1), (WEEKDAYS, "weekday", 0)):
        for n, name in enumerate(names, first):
            short = low in {name[:3], name[:4]} and len(low) >= 3
            if (low == name or short) and (word[0].isupper() or (low == name and low not in {"may", "march"})):
                return field, n
    return "", 0

"""Days and periods as text: the forms of the Extended Date/Time Format (Library of Congress, 2019; ISO 8601-2) that
Attest writes.

Level 0: 2024-06-07, 2024-06, 2024, and intervals of two of them with a slash. Level 1: an open end (2024-06-09/..), a
season (2024-22, summer; 21 to 24 are spring to winter, and a winter has the year that it begins in), a decade (198X),
and behind a date ~ for approximate, ? for uncertain, % for both. Level 2, of questions alone: any year (XXXX-06-07).
"""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from collections.abc import Iterable
from datetime import date, timedelta

_YEAR = r"(?:\d{4}|\d{3}X|XXXX)"
_ONE = re.compile(rf"({_YEAR})(?:-(\d\d)(?:-(\d\d))?)?([?~%]?)")
_SEASONS = {"21": "spring", "22": "summer", "23": "autumn", "24": "winter"}
_QUALITY = {"~": "about ", "?": "probably ", "%": "probably about "}
_BOTH = {"~?": "%", "?~": "%"}


def is_edtf(text: object) -> bool:
    """Whether it is one of the forms above and names days that exist, the first not after the last."""
    try:
        first, last = extent(text, 2000) if isinstance(text, str) else (date.max, date.min)
    except ValueError:
        return False
    return first <= last


def extent(edtf: str, year: int = 1) -> tuple[date, date]:
    """First and last day, both included; an open end is `date.min` or `date.max`. year: what XXXX stands for.
    Raises ValueError for text in none of the forms."""
    one, slash, other = edtf.partition("/")
    if slash and ".." in (one, other) and one != other:
        return (date.min, _ends(other, year)[1]) if one == ".." else (_ends(one, year)[0], date.max)
    return _ends(one, year)[0], _ends(other if slash else one, year)[1]


def agree(mention: str, asked: Iterable[str]) -> bool:
    """Whether a mention's date has a day in common with one of the asked dates, all as EDTF."""
    first, last = extent(mention)
    years = {min(max(first.year, last.year - 1), 9999), last.year, first.year} - {date.max.year, date.min.year}
    for wanted in asked:
        for year in years or {1}:
            begin, end = extent(wanted, year)
            if first <= end and begin <= last:
                return True
    return False


def qualified(edtf: str, mark: str) -> str:
    """With `mark` (~ or ?) at each end that is not open."""
    ends = [e if e == ".." else e[:-1] + _BOTH.get(e[-1] + mark, e[-1]) if e[-1] in "?~%" else e + mark
            for e in edtf.split("/")]  # fmt: skip
    return "/".join(ends)


def spoken(edtf: str) -> str:
    """For people: 2024-06-10 to 2024-06-16, from 2024-06-09, until 2024-06-09, about 2024-05-31, summer 2024."""
    one, slash, other = edtf.partition("/")
    doubt = "".join(_QUALITY.get(mark, "") for mark in sorted({one[-1:], other[-1:]}))
    one, other = _plain(one), _plain(other)
    if slash and ".." in (one, other):
        return doubt + (f"until {other}" if one == ".." else f"from {one}")
    return doubt + (f"{one} to {other}" if slash else one)


def _plain(one: str) -> str:
    bare = one.rstrip("?~%")
    year, _, month = bare.partition("-")
    if month in _SEASONS:
        return f"{_SEASONS[month]} {year}"
    return f"the {year[:3]}0s" if year[3:] == "X" else bare


def _ends(one: str, year: int) -> tuple[date, date]:
    match = _ONE.fullmatch(one)
    if not match or not one.isascii():
        raise ValueError(f"{one!r} is no date in EDTF")
    digits, month, day = match[1], int(match[2] or 0), int(match[3] or 0)
    if digits[3] == "X" and digits != "XXXX":
        if month:
            raise ValueError(f"{one!r} is no date in EDTF")
        return date(int(digits[:3] + "0"), 1, 1), date(int(digits[:3] + "9"), 12, 31)
    y = year if digits == "XXXX" else int(digits)
    if match[3]:
        day = 28 if (digits, month, day) == ("XXXX", 2, 29) and not isleap(y) else day
        return date(y, month, day), date(y, month, day)
    if match[2] in _SEASONS and not match[3]:
        opens = 3 * (month - 20)
        after = date(y + opens // 12, (opens + 3 - 1) % 12 + 1, 1)
        return date(y, opens, 1), after - timedelta(1)
    if match[2]:
        return date(y, month, 1), date(y, month, monthrange(y, month)[1])
    return date(y, 1, 1), date(y, 12, 31)

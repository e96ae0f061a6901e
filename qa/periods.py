"""Periods of the calendar: weeks from Monday to Sunday, weekends, months, seasons, years, and their parts.

Early, mid and late are thirds of a month or year; the end of a year is its December. Seasons are the northern ones.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from index.dates import MONTHS, month_number

SEASONS = {"spring": 1, "summer": 2, "autumn": 3, "fall": 3, "winter": 4}
_THIRDS = {"early": 0, "start": 0, "beginning": 0, "earlier": 0, "mid": 1, "middle": 1, "late": 2, "end": 2, "later": 2}
_STEP = {"last": -1, "this": 0, "next": 1}


@dataclass(frozen=True)
class Anchor:
    """day: what relative mentions count from, None for nothing. caption: it is the day of a photo, perhaps older than
    the article. any_year: a day or month without a year stands for every year."""

    day: date | None
    caption: bool = False
    any_year: bool = False


Meaning = tuple[str | None, bool]
"""(EDTF or None, whether it was counted from the anchor)"""


def period(part: dict[str, str], anchor: Anchor, tense: str | None) -> Meaning:
    """The meaning of a mention of kind "period". part: the groups of its match. Raises ValueError, OverflowError,
    LookupError where there is no such period, or nothing to count from."""
    unit, rel, which = part.get("unit", ""), part.get("rel", "this"), part.get("part") or part.get("edge")
    month = part.get("month") or (unit if unit in MONTHS else None)
    if "alone" in part and part["alone"].isdigit():
        return _part("year", date(int(part["alone"]), 1, 1), which), False
    if "syear" in part:
        return f"{part['syear']}-{20 + SEASONS[part['season']]}", False
    if month and "year" in part:
        return _part("month", date(int(part["year"]), month_number(month), 1), which), False
    if month and anchor.any_year and not {"yrel", "rel"} & set(part):
        return _part("month", date(2000, month_number(month), 1), which).replace("2000", "XXXX"), False
    day = need(anchor)
    if month:
        return _part("month", _month(day, month_number(month), part, tense), which), True
    unit = unit or part.get("bare") or part["alone"]
    if unit in SEASONS:
        return _season(day, SEASONS[unit], rel if "rel" in part else None, tense), True
    if unit == "weekend":
        return _weekend(day, rel if "rel" in part else None, tense), True
    step = _STEP[rel]
    first = week(day, rel)[0] if unit == "week" else shifted(day.replace(day=1), unit, step)
    first = first.replace(month=1) if unit == "year" else first
    if which in {"earlier", "later"} and not step:
        last = _whole(unit, first)[1]
        return span(*((first, day) if which == "earlier" else (day, last))), True
    return _part(unit, first, which), True


def _month(day: date, month: int, part: dict[str, str], tense: str | None) -> date:
    """First day of the month that is meant."""
    this = day.replace(month=month, day=1)
    rel = part.get("rel")
    if "yrel" in part:
        return this.replace(year=year(day, part["yrel"]))
    if rel == "this":
        return this
    ahead = rel in {"next", "coming"} or (rel is None and tense == "future")
    beyond = month <= day.month if rel else month < day.month
    before = month >= day.month if rel else month > day.month
    return this.replace(year=day.year + (beyond if ahead else -before))


def _season(day: date, season: int, rel: str | None, tense: str | None) -> str:
    """Seasons of the northern calendar: three months each, spring from March, winter from December."""
    years = [(y, date(y, 3 * season, 1), shifted(date(y, 3 * season, 1), "month", 3)) for y in _years(day, 2)]
    if rel in {"next", "coming"}:
        meant = [y for y, first, _ in years if first > day][:1]
    elif rel in {"last", "past"}:
        meant = [y for y, _, after in years if after <= day]
    elif rel == "this" or tense == "future":
        meant = [y for y, _, after in years if after > day][:1]
    else:
        meant = [y for y, first, _ in years if first <= day]
    return f"{meant[-1]:04}-{20 + season}"


def _weekend(day: date, rel: str | None, tense: str | None) -> str:
    saturday = week(day, "this")[0] + timedelta(5)
    told = rel in {None, "this"} and (tense == "past" or (rel is None and tense is None))
    behind = rel in {"last", "past"} or (day < saturday and told)
    saturday += timedelta(7 * (rel == "next") - 7 * behind)
    return span(saturday, saturday + timedelta(1))


def _part(unit: str, first: date, which: str | None) -> str:
    """A week, month or year from its first day, or the part of it that `which` names."""
    last, third, year = _whole(unit, first)[1], _THIRDS.get(which or ""), first.isoformat()[:4]
    if third is None:
        return {"week": span(first, last), "month": first.isoformat()[:7], "year": year}[unit]
    if unit == "week":
        a, b = (4, 6) if which == "end" else ((0, 2), (1, 3), (3, 6))[third]
        return span(first + timedelta(a), first + timedelta(b))
    if unit == "month":
        a, b = ((1, 10), (10, 20), (20, last.day))[third]
        return span(first.replace(day=a), first.replace(day=b))
    edge = {"start": 1, "beginning": 1, "end": 12}.get(which or "")
    return f"{year}-{edge:02}" if edge else f"{year}-{4 * third + 1:02}/{year}-{4 * third + 4:02}"


def _whole(unit: str, first: date) -> tuple[date, date]:
    ends = {"week": first + timedelta(6), "month": first.replace(day=monthrange(first.year, first.month)[1])}
    return first, ends.get(unit, first.replace(month=12, day=31))


def shifted(day: date, unit: str, n: int) -> date:
    if unit in {"day", "week", "fortnight"}:
        return day + timedelta(n * {"day": 1, "week": 7, "fortnight": 14}[unit])
    months = day.year * 12 + day.month - 1 + n * {"month": 1, "year": 12, "decade": 120}[unit]
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def need(anchor: Anchor) -> date:
    if anchor.day is None:
        raise ValueError("nothing to count from")
    return anchor.day


def week(day: date, rel: str) -> tuple[date, date]:
    monday = day - timedelta(day.weekday()) + timedelta(7 * _STEP[rel])
    return monday, monday + timedelta(6)


def year(day: date, rel: str) -> int:
    return day.year + _STEP[rel]


def _years(day: date, reach: int) -> range:
    return range(max(1, day.year - reach), min(9998, day.year + reach) + 1)


def span(first: date, last: date) -> str:
    return f"{first}/{last}" if first != last else first.isoformat()

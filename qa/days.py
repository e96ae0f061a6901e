"""The arithmetic behind `qa.dates`: a mention found by `qa.mentions`, the day it is counted from, and the tense of its
sentence give a date in EDTF. The rules are told in `qa.dates`.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from re import Match

from index.dates import month_number
from qa.edtf import is_edtf, qualified
from qa.periods import Anchor, Meaning, need, period, shifted, span, week, year

_NUMBERS = {w: n for n, w in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)}
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SAME_DAY = 30  # days: a day of the year that was, or comes, within so many is meant whatever the tense
# What date arithmetic raises beyond the years 1 to 9999 and on 30 February, and the tables on letters like ſ for s.
NONE = (ValueError, OverflowError, LookupError)


def meaning(kind: str, match: Match[str], anchor: Anchor, tense: str | None) -> str | None:
    """The date of one mention; None where the anchor does not tell, or no such day exists."""
    part = {name: value.lower() for name, value in match.groupdict().items() if value}
    try:
        found, relative = _MEANINGS[kind](part, anchor, tense)
    except NONE:
        return None
    if found and relative and anchor.caption:
        found = qualified(found, "?")
    return found if is_edtf(found) else None


def weekday(name: str, rel: str | None, of: str | None, anchor: Anchor, tense: str | None) -> date:
    """rel: last, this, next, past or coming. of: "last" in "Friday last week". Raises one of NONE."""
    day, wanted = need(anchor), _WEEKDAYS.index(name.lower()[:3])
    since, ahead = (day.weekday() - wanted) % 7, (wanted - day.weekday()) % 7
    if of:
        return week(day, of)[0] + timedelta(wanted)
    if rel == "last":
        return day - timedelta(since or 7)
    if rel in {"next", "coming"}:
        return day + timedelta(ahead or 7)
    if rel == "this" or (rel != "past" and tense == "future"):
        return day + timedelta(ahead)
    nearest = ahead if anchor.caption and ahead < since else -since
    return day + timedelta(nearest)


def _iso(part: dict[str, str], anchor: Anchor, tense: str | None) -> Meaning:
    return date.fromisoformat(part["iso"]).isoformat(), False


def _day_of_year(part: dict[str, str], anchor: Anchor, tense: str | None) -> Meaning:
    month, first, last = month_number(part["month"]), int(part["d1"]), int(part.get("d2") or part["d1"])
    if last < first:
        return None, False
    if "year" in part or "yrel" in part:
        of = int(part["year"]) if "year" in part else year(need(anchor), part["yrel"])
        return span(date(of, month, first), date(of, month, last)), "yrel" in part
    if anchor.any_year:
        date(2000, month, first), date(2000, month, last)  # raises for 30 February
        return "/".join(f"XXXX-{month:02}-{d:02}" for d in sorted({first, last})), False
    day = need(anchor)
    days = list(_existing((day.year + n, month, first) for n in range(-8, 9)))
    named = [d for d in days if "weekday" in part and abs(d.year - day.year) <= 1
             and _WEEKDAYS[d.weekday()] == part["weekday"][:3]]  # fmt: skip
    begins = _nearest(named or days, day, tense)
    return span(begins, begins.replace(day=last)), True


def _nearest(days: list[date], day: date, tense: str | None) -> date:
    nearest = min(days, key=lambda d: abs(d - day))
    side = [d for d in days if (d >= day if tense == "future" else d <= day)] if tense else []
    return min(side, key=lambda d: abs(d - day)) if side and abs(nearest - day).days > _SAME_DAY else nearest


def _nth(part: dict[str, str], anchor: Anchor, tense: str | None) -> Meaning:
    day, step = need(anchor), 1 if tense == "future" else -1
    months = (shifted(day.replace(day=1), "month", step * n) for n in range(12))
    days = _existing((m.year, m.month, int(part["nth"])) for m in months)
    found = [d for d in days if (d - day).days * step >= 0]
    return found[0].isoformat(), True


def _word(part: dict[str, str], anchor: Anchor, tense: str | None) -> Meaning:
    word = part["word"]
    days = 1 if "tomorrow" in word else -1 if word.startswith("last") or "yesterday" in word else 0
    return (need(anchor) + timedelta(2 * days if word.startswith("the") else days)).isoformat(), True


def _decade(part: dict[str, str], anchor: Anchor, tense: str | None) -> Meaning:
    return part["decade"] + "X", False


def _ago(part: dict[str, str], anchor: Anchor, tense: str | None) -> Meaning:
    day = need(anchor)
    return (f"../{day}" if "few" in part else _counted(part, day, -_number(part["n"]))), True


def _ahead(part: dict[str, str], anchor: Anchor, tense: str | None) -> Meaning:
    day = need(anchor)
    if tense != "future":  # "the first in ten years", "built in two years"
        return None, True
    if "n" not in part:
        return f"{day}/..", True
    n = _number(part["n"])
    return (_counted(part, day, n) if part["prep"] == "in" else span(day, shifted(day, part["unit"], n))), True


def _around(part: dict[str, str], anchor: Anchor, tense: str | None) -> Meaning:
    day, comes = need(anchor), part["rel"] in {"next", "coming"}
    if "few" in part or ("many" in part and "n" not in part):
        return (f"{day}/.." if comes else f"../{day}"), True
    other = shifted(day, part["unit"], _number(part.get("n", "one")) * (1 if comes else -1))
    return span(*sorted((day, other))), True


def _counted(part: dict[str, str], day: date, n: int) -> str:
    """n units from the day, in the unit's own precision; weeks, decades and round counts are approximate."""
    unit = part["unit"]
    there = shifted(day, unit, n)
    plain = there.isoformat()[: {"month": 7, "year": 4, "decade": 4}.get(unit)]
    rough = "about" in part or "couple" in part["n"] or unit in {"week", "fortnight", "decade"}
    return plain + "~" if rough else plain


def _number(word: str) -> int:
    return int(word) if word.isdigit() else 2 if "couple" in word else _NUMBERS.get(word, 1)


def _existing(days: Iterable[tuple[int, int, int]]) -> Iterator[date]:
    for y, month, day in days:
        if 1 <= y <= 9999 and 1 <= day <= monthrange(y, month)[1]:
            yield date(y, month, day)


_MEANINGS: dict[str, Callable[[dict[str, str], Anchor, str | None], Meaning]] = {
    "iso": _iso,
    "day_month": _day_of_year,
    "month_day": _day_of_year,
    "nth": _nth,
    "word": _word,
    "decade": _decade,
    "ago": _ago,
    "ahead": _ahead,
    "around": _around,
    "period": period,
}

"""The day an article was published, where its own text tells: a header, a dateline, or (weaker) a photo caption.

Only full dates count. "Updated 5 months ago", "on June 7" without a year and 07/06/2024 (June or July?) do not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from index.article import Extent

HEAD = 1200  # code points in which a header or dateline is looked for

MONTHS = tuple("january february march april may june july august september october november december".split())
_MONTH = r"(?P<{}>" + "|".join(f"{m[:3]}(?:{m[3:]})?" for m in MONTHS) + r"|sept)\.?"
_DATE = re.compile(
    r"\b(?:"
    r"(?P<y1>\d{4})[-/](?P<m1>\d{1,2})[-/](?P<d1>\d{1,2})"  # 2024-06-07
    r"|(?P<d2>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?" + _MONTH.format("m2") + r",?\s+(?P<y2>\d{4})"  # 7 Jun, 2024
    r"|" + _MONTH.format("m3") + r"\s+(?P<d3>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y3>\d{4})"  # June 7, 2024
    r")(?:\b|(?=T\d))",
    re.IGNORECASE,
)
_FUSED = re.compile(r"[\s\ufeff]*date\s*:?\s+(?=\d{4}-\d{2}-\d{2}\s)", re.IGNORECASE)
_DAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun)\.?,?\s+"
_BEFORE = re.compile(
    r"[\s\ufeff]*(?:by\s[^|•·\d]{2,60}[|•·,]\s*)?"
    r"(?:(?:(?:first|last)\s+)?(?:published|posted|updated|issued|date|created)(?:\s+(?:on|at))?\s*[:|•·-]?\s*)?"
    rf"(?:{_DAY})?",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"[\s,/|•·()—–-]*(?:at\s++)?(?:T?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\.\d{1,6})?)?\s*+(?:[ap]\.?m\.?)?\s*+"
    r"(?:\(?(?-i:Z|[A-Z]{2,5}|[+-]\d{2}:?\d{2})\)?)?[\s,/|•·—–-]*+"
    r"(?:(?:last\s++)?(?:updated|modified|published)\b.{0,60})?\s*+",
    re.IGNORECASE,
)
_DATELINE = re.compile(r"[^\W\d_][^\n]{0,60}?(?:,|\()\s*$")
_CREDIT = re.compile(r".*/.*|(?:photo|image|ap|afp|reuters|getty)\b.*", re.IGNORECASE)


@dataclass(frozen=True)
class Published:
    """day: ISO date. by: see Article.dated_by. header: the extent that holds nothing but the date, or None."""

    day: str
    by: str
    header: Extent | None = None


def find_published(text: str) -> Published | None:
    """The best hint in `text`: header before dateline before caption; None where there is none."""
    lines = _lines(text)
    head = [(start, end) for start, end in lines if start < HEAD]
    for start, end in head:
        if found := _header(text, start, end):
            return found
    for start, end in head:
        if found := _dateline(text[start:end].lstrip("\ufeff")):
            return found
    for start, end in lines:
        line = text[start:end].rstrip()
        if _is_caption(line) and (dates := find_dates(line)):
            return Published(dates[-1][0], "caption")
    return None


def find_dates(text: str) -> list[tuple[str, Extent]]:
    """All full dates of `text` as (ISO date, extent), in order; impossible ones (30 February) are left out."""
    days = ((_iso(match), match.span()) for match in _DATE.finditer(text))
    return [(day, extent) for day, extent in days if day]


def month_number(name: str) -> int:
    """1 to 12 for an English name of a month or its first three letters. Raises StopIteration for another word."""
    return next(n for n, month in enumerate(MONTHS, 1) if month.startswith(name.casefold()[:3]))


def _header(text: str, start: int, end: int) -> Published | None:
    """A line that is a date and nothing else, or the fused form " date 2024-05-30 France could ..."."""
    fused = _FUSED.match(text, 0, end) if start == 0 else None
    match = _DATE.match(text, fused.end(), end) if fused else _DATE.search(text, start, min(end, start + 200))
    day = _iso(match) if match else None
    if match is None or day is None:
        return None
    if fused:
        return Published(day, "header", (0, match.end()))
    alone = end <= start + 300 and _BEFORE.fullmatch(text, start, match.start())
    return Published(day, "header", (start, end)) if alone and _AFTER.fullmatch(text, match.end(), end) else None


def _is_caption(line: str) -> bool:
    """Ends with a photo credit in parentheses: "... June 6, 2024. (Bradley Latham/Stars and Stripes)"."""
    opened = line.rfind("(")
    return line.endswith(")") and opened >= 0 and bool(_CREDIT.fullmatch(line[opened + 1 : -1]))


def _dateline(line: str) -> Published | None:
    """PARIS, June 7, 2024 (Agency) - ...  or  Kyiv, 7 June 2024 — ..."""
    match = _DATE.search(line[:120])
    if not match or not _DATELINE.match(line[: match.start()]) or not line[0].isupper():
        return None
    after = line[match.end() : match.end() + 200]
    if not re.match(r"\s*(?:\)|\([^)]{1,40}\))?\s*(?:[-–—:]|\.\s*[-–—])", after):
        return None
    day = _iso(match)
    return Published(day, "dateline") if day else None


def _iso(match: re.Match[str]) -> str | None:
    part = match.groupdict()
    year, month, day = next((part[f"y{n}"], part[f"m{n}"], part[f"d{n}"]) for n in "123" if part[f"y{n}"])
    if not month.isdigit():
        month = month_number(month)
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _lines(text: str) -> list[Extent]:
    return [match.span() for match in re.finditer(r"[^\r\n]+", text)]

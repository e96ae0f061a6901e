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
    r")\b",
    re.IGNORECASE,
)
_FUSED = re.compile(r"\s*date\s*:?\s+(?=\d{4}-\d{2}-\d{2}\s)", re.IGNORECASE)
_LABEL = re.compile(
    r"\s*(?:(?:first\s+)?(?:published|posted|updated|last updated|issued|date|created|by [^|•·]{2,60}[|•·,])"
    r"(?:\s+(?:on|at))?\s*[:|•·-]?\s*)?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+|(?:mon|tue|wed|thu|fri|sat|sun)\.?,?\s+)?",
    re.IGNORECASE,
)
_AFTER_DATE = re.compile(
    r"[\s,/|•·()—–-]*(?:at\s+)?(?:\d{1,2}[:.]\d{2}(?::\d{2})?)?\s*(?:[ap]\.?m\.?)?\s*(?:\(?[A-Z]{2,5}\)?)?"
    r"[\s/|•·—–-]*(?:(?:last\s+)?(?:updated|modified|published)\b.{0,60})?\s*",
    re.IGNORECASE,
)
_DATELINE = re.compile(r"[^\W\d_][^\n]{0,60}?(?:,|\()\s*$")
_CAPTION = re.compile(
    r"\((?:[^()\n]*/[^()\n]*|photo[^()\n]*|image[^()\n]*|AP[^()\n]*|Reuters[^()\n]*|Getty[^()\n]*)\)\s*$", re.I
)


@dataclass(frozen=True)
class Published:
    """day: ISO date. by: see Article.dated_by. header: the extent that holds nothing but the date, or None."""

    day: str
    by: str
    header: Extent | None = None


def find_published(text: str) -> Published | None:
    """The best hint in `text`: header before dateline before caption; None where there is none."""
    caption = None
    for start, end in _lines(text):
        line = text[start:end]
        if start < HEAD:
            found = _header(text, start, end) or _dateline(line)
            if found:
                return found
        if caption is None and _CAPTION.search(line):
            dates = [day for day, _ in find_dates(line)]
            caption = Published(dates[-1], "caption") if dates else None
    return caption


def find_dates(text: str) -> list[tuple[str, Extent]]:
    """All full dates of `text` as (ISO date, extent), in order; impossible ones (30 February) are left out."""
    days = ((_iso(match), match.span()) for match in _DATE.finditer(text))
    return [(day, extent) for day, extent in days if day]


def _header(text: str, start: int, end: int) -> Published | None:
    """A line that is a date and nothing else, or the fused form " date 2024-05-30 France could ..."."""
    fused = _FUSED.match(text, 0, end) if start == 0 else None
    begin = (fused or _LABEL.match(text, start, end)).end()  # type: ignore[union-attr]  # _LABEL matches ""
    match = _DATE.match(text, begin, end)
    day = _iso(match) if match else None
    if match is None or day is None:
        return None
    if fused:
        return Published(day, "header", (0, match.end()))
    rest = _AFTER_DATE.match(text, match.end(), end)
    return Published(day, "header", (start, end)) if rest is not None and rest.end() == end else None


def _dateline(line: str) -> Published | None:
    """PARIS, June 7, 2024 (Agency) - ...  or  Kyiv, 7 June 2024 — ..."""
    match = _DATE.search(line[:120])
    if not match or not _DATELINE.match(line[: match.start()]) or not line[0].isupper():
        return None
    after = line[match.end() :]
    if not re.match(r"\s*(?:\)|\([^)]{1,40}\))?\s*(?:[-–—:]|\.\s*[-–—])", after):
        return None
    day = _iso(match)
    return Published(day, "dateline") if day else None


def _iso(match: re.Match[str]) -> str | None:
    part = match.groupdict()
    year, month, day = next((part[f"y{n}"], part[f"m{n}"], part[f"d{n}"]) for n in "123" if part[f"y{n}"])
    if not month.isdigit():
        month = next(n for n, name in enumerate(MONTHS, 1) if name.startswith(month.lower()[:3]))
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _lines(text: str) -> list[Extent]:
    return [match.span() for match in re.finditer(r"[^\r\n]+", text)]

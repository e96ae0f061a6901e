"""Finds what stands in an article without being part of it: sign-up blocks, editor's notes, share buttons.

Nothing is cut from the text; the extents found here are only kept out of passages. A line must look like boilerplate
from its beginning to its end, so that a sentence about newsletters stays. Photo captions stay: they hold answers.
"""

from __future__ import annotations

import re

from index.article import Extent

_LINE = re.compile(
    r"""\s*(?:
      subscribe(?:\s+(?:now|today|here|to\b.{0,80}))?
    | sign\s+(?:up|in)(?:\s+(?:now|today|here|free))?
    | sign\s+up\s+(?:for|to)\b.{0,60}\b(?:newsletters?|headlines|alerts?|briefings?|e-?mails?)\b.{0,160}
    | (?:get|receive)\s+.{0,60}\b(?:delivered|straight|sent)\s+to\s+your\s+inbox.{0,60}
    | log\s+in | register(?:\s+now)? | advertisement | advertorial | sponsored(?:\s+content)?
    | share(?:\s+(?:this|on|via)\b.{0,40})? | tweet | print | e-?mail | copy\s+link | save | comments?(?:\s+\(\d+\))?
    | read\s+more(?:\s*:.{0,160})? | see\s+also\s*:.{0,160} | related(?:\s+(?:articles?|stories|topics|content))?:?
    | follow\s+us\b.{0,60} | skip\s+to\s+(?:main\s+)?content | back\s+to\s+top | continue\s+reading | load\s+more
    | (?:we\s+use|this\s+(?:site|website)\s+uses)\s+cookies.{0,200} | accept\s+(?:all\s+)?cookies
    | all\s+rights\s+reserved\.? | (?:copyright\s+)?©.{0,120}
    | editor(?:['’]s|s['’]|ial)?\s+note\s*:.{0,600}
    )\s*+[.!>»]*+\s*+""",
    re.IGNORECASE | re.VERBOSE,
)


def find_boilerplate(text: str) -> list[Extent]:
    """Extents of boilerplate lines, in order."""
    return [m.span() for m in re.finditer(r"[^\r\n]+", text) if _LINE.fullmatch(m.group())]


def merge(extents: list[Extent]) -> tuple[Extent, ...]:
    """The same area as ordered, disjoint extents: [(5, 9), (0, 6)] -> ((0, 9),)."""
    merged: list[Extent] = []
    for start, end in sorted(extents):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)

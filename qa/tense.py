"""Whether a day named in a sentence lies behind it or ahead: "said on Friday", "will arrive on Friday".

By cue words alone, no parser. The nearest cue before the day decides; where there is none, or the day opens a clause
("..., and on Friday he left"), the nearest one behind it; then "to meet" without a verb that governs it (headlines);
and a sentence of news without any cue tells what was.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

_OVER_ALL_THE_SAME = (
    r"(?:could|can)(?:not|\snot|n['’]t)|(?:may|might|could|would|must|should)\shave"
    r"|would(?:\snot|n['’]t)\s(?:say|comment|confirm|discuss|disclose|elaborate)"
)
_PAST = (
    r"said|told|was|were|had|did|has|have|met|went|took|made|came|gave|held|began|left|sent|won|lost|fell|rose|hit"
    r"|shot|spoke|wrote|saw|found|got|cut|kept|stood|struck|sold|broke|chose|drew|drove|fled|flew|knew|led|paid|ran"
    r"|sought|shook|sank|sat|swore|threw|thought|brought|bought|built|caught|became|fought|grew|heard|laid|overcame"
    r"|overtook|quit|rode|rang|slid|spent|stole|stuck|swept|swung|taught|tore|underwent|withdrew|woke|wore"
)
_FUTURE = (
    r"will|won['’]t|shall|would|could|might|should|must|(?-i:may|can)|['’]ll"
    r"|(?:is|are|was|were|be|been|has|have|needs?)\sto|going\sto|to\sbe"
    r"|due|scheduled|slated|poised|likely|expected|forecast|about\sto|ready\sto|(?:planned|set|called)\sfor|set\sto"
    r"|(?:plan|hope|aim|intend|expect|want|threaten|prepare|promise|vow|pledge)(?:s|d|ed|ned)?\sto|planning\sto"
    r"|hoping\sto|preparing\sto|ahead\sof|upcoming|forthcoming|deadline"
)
# The present tense with a day is a timetable. An infinitive ("failed to meet") leaves it to the verb that governs it.
_TIMETABLE = (
    r"starts?|begins?|opens|reopens|ends|expires?|meets?|travels?|arrives?|leaves|hosts?|resumes?|returns?|votes|speaks"
    r"|visits|flies|goes?|applies|apply|gathers?|holds?|takes?\s(?:place|effect|office)|kicks?\soff|hands?\sover"
    r"|plays?|faces|closes|runs|comes?"
)
_CUE = re.compile(
    rf"(?<!\w)(?:(?:{_OVER_ALL_THE_SAME})|(?P<future>{_FUTURE})|(?<!\bbe\s)(?:{_PAST})|(?<!to\s)(?P<table>{_TIMETABLE})"
    r"|(?<!\bbe\s)(?:(?-i:[a-z])\w{1,24}(?<!ne)(?<!inde)(?<!hundr)(?<!spe)ed(?!\sby\b)))(?!\w)",
    re.IGNORECASE,
)
_INFINITIVE = re.compile(r"\bto\s[a-z]{2}")
_OPENS_CLAUSE = re.compile(
    r"(?:^|[,;:—–(“”\"])\s*(?:(?:and|but|while|then)\s)?(?:(?:on|by|in|from|over)\s)?(?:the\s)?$", re.IGNORECASE
)
_AHEAD = re.compile(
    r"\b(?:starting|beginning|effective|for|(?:postponed|moved|delayed|pushed|rescheduled)\s(?:back\s)?to"
    r"|(?:is|are|falls?)(?:\son)?)\s$",
    re.IGNORECASE,
)
_DEADLINE = re.compile(r"\b(?:by|until|till|through)\s$", re.IGNORECASE)
_OVER = re.compile(r"\b(?:had|was|were)\b")
_NEAR = 60  # code points in which a clause that opens with a day has its verb


@dataclass(frozen=True)
class Cues:
    """The cues of one sentence, by place. `of` is linear in the sentence, `tense` logarithmic."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    ahead: tuple[bool, ...]

    @classmethod
    def of(cls, sentence: str) -> Cues:
        found = list(_CUE.finditer(sentence))
        ahead = tuple(bool(m["future"] or m["table"]) for m in found)
        return cls(sentence, tuple(m.start() for m in found), tuple(m.end() for m in found), ahead)

    def tense(self, start: int, end: int) -> str | None:
        """ "past" or "future" of the day at `[start:end]` of the sentence; None where no cue tells."""
        before, after = bisect_right(self.ends, start) - 1, bisect_left(self.starts, end)
        near = after < len(self.starts) and self.starts[after] - end <= _NEAR
        lead = max(0, start - 16), start
        if _DEADLINE.search(self.text, *lead):
            return "past" if _OVER.search(self.text, max(0, start - _NEAR), end + _NEAR) else "future"
        if _AHEAD.search(self.text, max(0, start - 24), start) and self.text[end : end + 2] not in {"'s", "’s"}:
            return "future"
        if before >= 0 and not (near and _OPENS_CLAUSE.search(self.text, *lead)):
            return "future" if self.ahead[before] else "past"
        if after < len(self.starts):
            return "future" if self.ahead[after] else "past"
        return "future" if _INFINITIVE.search(self.text, max(0, start - 4 * _NEAR), start) else None

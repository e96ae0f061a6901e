"""Spans that cannot be the answer, whatever the reader thinks of them: where a number, an amount or a day is asked for,
what is none, or one of another sort; where the first or the most of a kind is, what is not told to be.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from index.dates import MONTHS
from index.search.lexical import STOP, stem, stems
from index.sentences import touched
from qa.asked import asked
from qa.dates import asks_when
from qa.mentions import find
from qa.numerals import MONEY, SPELT, UNITS
from qa.phrases import OPENERS
from qa.quantities import quantities
from qa.superlatives import unsupported
from qa.tense import Cues
from qa.verbs import is_past
from qa.wording import AUXILIARIES, NUMBERS

_NUMERAL = re.compile(r"\d+(?:-\d+)*")
_NAMED = re.compile(r"[^.!?\s]\s(?P<name>[^\W\d_a-z][\w’'-]*)\s$")  # the first word of a sentence has a capital anyway
_MONTHS = frozenset({"Sept", *(month[:n].capitalize() for month in MONTHS for n in (3, None))})
_HOW_MANY = re.compile(r"\bhow\s+many\s+((?:\w+\s+){0,2}\w+)", re.IGNORECASE)
_COUNTS = re.compile(
    r"(?:(?!\b(?:who|whom|whose|which|what|when|where|why|do|does|did)\b).)*?\bhow\s+many\b", re.IGNORECASE
)
_COUNTED = re.compile(
    rf"\d|\b(?:{'|'.join(sorted(SPELT))}|hundred|thousand|million|billion|dozen|score|couple|pair|handful|half"
    r"|halves|third|quarter|fifth|first|second|ninth|no|none|nobody|nothing|neither|an?|both|all|each|every|most|many|much"
    r"|more|few|fewer|less|several|some|any|only|numerous|various|multiple|countless|infinite|majority|minority"
    r"|single|sole|lone|once|twice|double|often|frequently|repeatedly)(?:s|th|fold)?\b",
    re.IGNORECASE,
)
"""A number, and what may stand for one: of 10,514 questions "how many" of people's data, some of them translated, 52
have another answer."""
_TIMES = frozenset("minute hour day week month year".split())
_FOLLOWED = re.compile(r"(?:\W{1,2}\w+){0,2}")
_NEXT = re.compile(r"\s(\w+)")
_COMES = re.compile(
    r"\b(?:by\s(?:when|what\s(?:time|date|day)|which\s(?:date|day))|how\ssoon|when\s(?:will|shall)"
    r"|when\s(?:is|are)\b.{1,80}\b(?:supposed|expected|due|planned|scheduled|going|meant|set)(?:\sto)?)\b",
    re.IGNORECASE,
)
_WHO = re.compile(r"\bwho(?:m|se)?\b(?!\s(?:is|was|are|were)\b|['’]s\b)", re.IGNORECASE)  # and not "who is the chief"
_BEHIND, _BEFORE = re.compile(r"([^,.;:!?()\n]{3,60}),\s$"), re.compile(r",\s([^,.;:!?()\n]{3,60})(?=[,.;:])")


def fits(question: str, text: str, start: int, end: int) -> bool:
    """False for what holds no number where it is asked how many there are, for the number in a name ("Mirage 2000-5")
    and of those who were told of before ("the two said"), for years where jets are counted, for the day of a report
    where it is asked when something will be, for what nothing compares where the most is asked for, and for the name of
    whom the question itself speaks of ("the French general" in "whom did the French general write to")."""
    if _COUNTS.match(question) and not _COUNTED.search(text, start, end):
        return False
    if unsupported(question, text, start, end):
        return False
    if _COMES.search(question) and _is_over(text, start, end):
        return False
    if _WHO.search(question) and asked(question).kind != "name" and _takes_part(question, text, start, end):
        return False
    if asks_when(question) or asked(question).kind == "number":
        return not (
            _in_name(text, start, end) or _of_people(text, start, end) or _measures_else(question, text, start, end)
        )
    return True


def _takes_part(question: str, text: str, start: int, end: int) -> bool:
    """Whether it stands in apposition to two words that stand side by side in the question: "the chief of the French
    General Staff, Ann Lee"."""
    beside = _BEHIND.search(text, max(0, start - 64), start), _BEFORE.match(text, end)
    told = frozenset[str]().union(*(stems(match[1]) for match in beside if match))
    return any(pair <= told for pair in _pairs(question))


@lru_cache(maxsize=64)
def _pairs(question: str) -> tuple[frozenset[str], ...]:
    """Stems of words that stand side by side in the question, of which neither is a stop word."""
    words = pairwise(re.findall(r"\w+", question.lower()))
    return tuple(frozenset(map(stem, pair)) for pair in words if STOP.isdisjoint(pair))


def _in_name(text: str, start: int, end: int) -> bool:
    if not _NUMERAL.fullmatch(text, start, end):
        return False
    if "-" in (text[start - 1 : start], text[end : end + 1]):
        return True
    before = _NAMED.search(text, max(0, start - 40), start)
    return bool(before) and before["name"] not in OPENERS and before["name"] not in _MONTHS  # type: ignore[index]


def _of_people(text: str, start: int, end: int) -> bool:
    """Whether it is "two" in "the two made", of whom the sentence before tells."""
    if text[start:end].lower() not in NUMBERS or not text[max(0, start - 4) : start].lower().endswith("the "):
        return False
    behind = _NEXT.match(text, end)
    return not behind or behind[1] in AUXILIARIES or is_past(behind[1])


def _measures_else(question: str, text: str, start: int, end: int) -> bool:
    """Whether it is of a measure, where it is asked how many of something else there are."""
    many = _HOW_MANY.search(question.lower())
    if many is None or (counted := many[1].split())[0] in AUXILIARIES:
        return False
    behind = _FOLLOWED.match(text, end)
    told = next(iter(quantities(text[start : behind.end() if behind else end])), None)
    unit = told.unit if told else None
    asked_for = {UNITS[word] for word in counted if word in UNITS}
    alike = any(unit in sort and asked_for & sort for sort in (_TIMES, MONEY))
    return unit in UNITS.values() and unit not in asked_for and not alike


def _is_over(text: str, start: int, end: int) -> bool:
    """Whether it is a day or a period that its sentence puts behind it: "announced on Thursday"."""
    first, last = next(iter(touched(text, start, end)), (start, end))
    found = [(m.start(), m.end()) for _, m in find(text[first:last])]
    told = [(a, b) for a, b in found if first + a < end and start < first + b]
    cues = Cues.of(text[first:last])
    return bool(told) and all(cues.tense(a, b) == "past" for a, b in told)

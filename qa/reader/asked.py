"""What a question's wording tells of its answer: one thing or several, and how many. English; pure functions.

Used to decide whether an enumeration is a list of answers, and whether a second span is one more answer
(`qa.reader.listing`).
"""

from __future__ import annotations

import re

_NUMBERS = {word: n for n, word in enumerate("two three four five six seven eight nine ten".split(), 2)}
_COUNT = re.compile(
    r"\b(?:what|which|who|the|name|list|these)(?:\s\w+)?\s(two|three|four|five|six|seven|eight|nine|ten|[2-9])\b"
)
_SEVERAL = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|[2-9]|several|some|both|examples?|types|kinds|names|list|"
    r"countries|people|men|women|children|members)\b"
)
_PLURAL = re.compile(
    r"\b(?:what|which|whose)\s(?:[\w-]{1,40}\s){0,2}?(?!(?:is|was|does|has|this|its|as|us)\b)[\w-]{1,40}[^\Wsu]s\b"
)
_ARE = re.compile(r"\b(?:what|who|which)\s(?:are|were)\b")
_ONE = re.compile(
    r"\b(?:(?:name|title|term|phrase)\s(?:of|for)|(?:full|official|original)\s(?:name|title)|called|"
    r"(?:what|which)\s(?:\w{1,40}\s){0,2}?(?:company|department|organi[sz]ation|book|film|movie|law|act|treaty|date|year))\b"
)
_CLAUSE = re.compile(r"(?:is|are|was|were|do|does|did|can|could|has|have|will|why|how)\s")
_MEANING = re.compile(r"\b(?:definition|mean|means|meaning|defined)\b")


def several(question: str) -> bool:
    """Whether the wording asks for several things: "which countries", "what are", "two examples"."""
    asked = question.lower()
    return any(pattern.search(asked) for pattern in (_SEVERAL, _PLURAL, _ARE))


def how_many(question: str) -> int | None:
    """The number of things asked for, where it is said: "what three colours" -> 3."""
    found = _COUNT.search(question.lower())
    return None if not found else _NUMBERS.get(found[1]) or int(found[1])


def one_name(question: str) -> bool:
    """Whether a single name or title is asked for, which may hold an "and": "what is the title of the book"."""
    return bool(_ONE.search(question.lower())) and not several(question)


def whole(question: str) -> bool:
    """Whether the answer is a yes, a reason, a manner or a meaning: a clause, in which "and" lists nothing."""
    asked = question.lower().strip()
    return bool(_CLAUSE.match(asked) or _MEANING.search(asked))


def where(question: str) -> bool:
    return question.lower().strip().startswith("where")

"""Who did most, what came first: a span is no answer where no word beside it compares.

"Which country sends the most trainers?" is not answered by a country that sends some. Superlatives that only tell who
is meant ("the highest officer", "the youngest") are left alone.
"""

from __future__ import annotations

import re
from functools import lru_cache

from index.sentences import touched

_LONE = "largest|biggest|greatest|smallest|strongest|fewest|heaviest|longest|shortest|fastest|cheapest"
_AMOUNT = "number|amount|share|rate|price|sum|cost|count|total|percentage|score|level"
_MOST = re.compile(
    r"(?<!\bat\s)(?<!\b(?:of|do|by)\s)(?<!\bfor\s)(?<!\bthat\s)\b(?:most|least)\b(?!\s(?:of|likely|recent)\b)"
    rf"|\b(?:{_LONE}|(?:highest|lowest)\s(?:{_AMOUNT}))\b"
    r"|\b(?:more|less|fewer)\b[^.?!]{1,40}\bthan\s(?:any|all|every)\b",
    re.IGNORECASE,
)
_FIRST = re.compile(r"\bthe\s(?:very\s)?first\s(?:[a-z]+\s)?(?:to|that|who)\b", re.IGNORECASE)
_IS_FIRST = re.compile(
    r"\b(?:first|earliest|initial(?:ly)?|inaugural|pioneer\w*|(?:before|ahead\sof)\s(?:any|all|the\sother))\b", re.I
)
_IS_MOST = re.compile(
    r"\b(?:most|least|best|worst|\w{3,}est|(?:more|less|fewer)\b[^.?!]{1,40}\bthan\s(?:any|all|every|the\sother|other)"
    r"|chief(?:ly)?|main(?:ly)?|notabl[ey]|especially|particular(?:ly)?|primar(?:y|ily)|above\sall|up\sto|as\smany\sas"
    r"|mostly|large(?:ly)?|leading|leads?|top|record|maximum|minimum|peak|foremost|majority"
    r"|half|only|sole|alone|no\sother|nothing|nobody|never|unprecedented)\b",
    re.IGNORECASE,
)


def unsupported(question: str, text: str, start: int, end: int) -> bool:
    """Whether the question asks for the first or for the most of its kind, and no word of the sentences that
    `text[start:end]` touches tells that it is."""
    if (compares := _compares(question)) is None:
        return False
    return not any(compares.search(text, *extent) for extent in touched(text, start, end))


@lru_cache(maxsize=64)
def _compares(question: str) -> re.Pattern[str] | None:
    """What tells the like of what is asked for; None where no superlative is."""
    return _IS_FIRST if _FIRST.search(question) else _IS_MOST if _MOST.search(question) else None

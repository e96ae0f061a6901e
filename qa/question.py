"""What may be asked: a question with words in it, of bounded length, and filters that are real days."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from index.errors import QuestionError
from index.filter import Filter

MOST_QUESTION = 1000  # code points


def check_question(question: str) -> str:
    """The question without white space at its ends. Raises QuestionError."""
    asked = question.strip()
    try:
        asked.encode()
    except UnicodeEncodeError:
        raise QuestionError(f"question {asked[:40]!r} is not text; type it again, or save it as UTF-8") from None
    if not re.search(r"\w", asked):
        raise QuestionError(f"question {asked[:40]!r} has no words; ask something like: Who sent the letters?")
    if len(asked) > MOST_QUESTION:
        raise QuestionError(f"question of {len(asked)} characters, at most {MOST_QUESTION} are read; shorten it")
    return asked


def make_filter(
    sources: Sequence[str] | None = None, since: str | None = None, until: str | None = None, as_of: str | None = None
) -> Filter:
    """Raises QuestionError for a day that is none. as_of bounds from above, as until does; the earlier one counts."""
    for name, day in (("since", since), ("until", until), ("as_of", as_of)):
        if day is not None and not _is_day(day):
            raise QuestionError(f"{name} is {day!r}, not a day like 2024-06-07")
    ends = [day for day in (until, as_of) if day is not None]
    return Filter(None if sources is None else tuple(sources), since, min(ends) if ends else None)


def _is_day(day: str) -> bool:
    try:
        return date.fromisoformat(day).isoformat() == day
    except ValueError:
        return False

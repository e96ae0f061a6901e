"""What a question names, and whether an article names any of it: an answer from one that names nothing of it is hardly
ever right. By form alone; "the Kremlin" and "Moscow" are two names here.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from index.dates import MONTHS
from index.search.kin import names
from index.search.lexical import STOP
from qa.capitals import CAPITALS
from qa.names import is_role
from qa.same_days import WEEKDAYS
from qa.spelling import entity, sound

_WORD = re.compile(r"\b[^\W\d_](?:[\w-]*\w)?")
_CAPITAL = re.compile(r"\b[^\W\d_a-z][\w-]*\w")
_DAYS = frozenset(day.capitalize() for day in (*MONTHS, *WEEKDAYS))


@lru_cache(maxsize=64)
def subjects(question: str) -> tuple[str, ...]:
    """The words with a capital that name something: not the first of the question, offices, months and days. None where
    all words have one."""
    words = _WORD.findall(question)
    found = [word for word in words[1:] if word[0].isupper() and word.lower() not in STOP]
    first = words[:1] if words and (entity(words[0]) or f"{words[0]}'s" in question.replace("’", "'")) else []
    if not any(word[0].islower() for word in words):
        return ()
    return tuple(word for word in dict.fromkeys(first + found) if word not in _DAYS and not is_role(word))


def unnamed(question: str, text: str) -> bool:
    """Whether the question names something, and the text nothing of that."""
    asked = subjects(question)
    return bool(asked) and not any(names_it(text, word) for word in asked)


def names_it(text: str, name: str) -> bool:
    """Whether the text has a country by any of its names or by its capital, and all else as it sounds."""
    country = entity(CAPITALS.get(name, name))
    if country:
        return bool(_forms(country).search(text))
    return re.search(rf"\b{re.escape(name)}", text) is not None or sound(name) in _sounds(text)


@cache
def _forms(country: str) -> re.Pattern[str]:
    row = next(row for row in names()[0] if row[0] == country)
    forms = {*row, *(city for city, of in CAPITALS.items() if entity(of) == country)}
    written = (r"\.?".join(form) if len(form) <= 4 and form.isupper() else re.escape(form) for form in sorted(forms))
    return re.compile(rf"\b(?:{'|'.join(written)})(?!\w)")


@lru_cache(maxsize=256)
def _sounds(text: str) -> frozenset[str]:
    """How the words with a capital sound."""
    return frozenset(map(sound, set(_CAPITAL.findall(text))))

"""What a question names, and whether an article names any of it: an answer from one that names nothing of it is hardly
ever right. By form alone; "the Kremlin" and "Moscow" are two names here.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from index.article import Article
from index.dates import MONTHS
from index.search.kin import names
from index.search.lexical import STOP
from qa.capitals import CAPITALS
from qa.names import is_role
from qa.same_days import WEEKDAYS
from qa.spelling import entity, sound

_WORD = re.compile(r"\b[^\W\d_](?:[\w-]*\w)?")
_CAPITAL = re.compile(r"\b[^\W\d_a-z][\w-]*\w")
_REGIONS = "western eastern northern southern european african asian arab baltic nordic scandinavian balkan".split()
_NONE = frozenset(word.capitalize() for word in (*MONTHS, *WEEKDAYS, *_REGIONS))


@lru_cache(maxsize=64)
def subjects(question: str) -> tuple[str, ...]:
    """The words with a capital that name something: not the first of the question, offices, months, days and regions.
    None where all words have one."""
    words = _WORD.findall(question)
    if not any(word[0].islower() for word in words):
        return ()
    found = [word for word in words[1:] if word[0].isupper() and word.lower() not in STOP]
    first = words[:1] if entity(words[0]) or f"{words[0]}'s" in question.replace("’", "'") else []
    return tuple(word for word in dict.fromkeys(first + found) if word not in _NONE and not is_role(word))


def unnamed(question: str, article: Article) -> bool:
    """Whether the question names something, and the article nothing of that."""
    asked = subjects(question)
    return bool(asked) and not any(names_it(article, name) for name in asked)


def country(name: str) -> str | None:
    """Of a country's name, of its people's, or of its capital, the country as `qa.spelling.entity` calls it."""
    return entity(CAPITALS.get(name, name))


def names_it(article: Article, name: str) -> bool:
    """Whether title or text have it: a country by any of its names or by its capital, all else as it sounds."""
    parts = [part for part in (article.title, article.text) if part]
    if of := country(name):
        return any(_forms(of).search(part) for part in parts)
    written = re.compile(rf"\b{re.escape(name)}")
    return any(written.search(part) for part in parts) or any(sound(name) in _sounds(part) for part in parts)


@cache
def _forms(of: str) -> re.Pattern[str]:
    row = next(row for row in names()[0] if row[0] == of)
    forms = {*row, *(city for city in CAPITALS if country(city) == of)}
    written = (r"\.?".join(form) if len(form) <= 4 and form.isupper() else re.escape(form) for form in sorted(forms))
    return re.compile(rf"\b(?:{'|'.join(written)})(?!\w)")


@lru_cache(maxsize=256)
def _sounds(text: str) -> frozenset[str]:
    """How the words with a capital sound."""
    return frozenset(map(sound, set(_CAPITAL.findall(text))))

"""Who is named for the words of a place, and: words of one are no answer to what another said.

A question that asks what somebody said is compared with the speaker whom the article names beside the span. Nothing is
held against a span where either is not plainly named ("he", "a diplomat", "the Kremlin"), or where the article tells of
the speaker by whom or what the question names ("Tesla's chief Elon Musk" speaks for Tesla).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, takewhile

from index.article import Article
from index.search.lexical import STOP
from qa.clause import parse
from qa.names import is_role
from qa.speakers import SPOKEN, speaker
from qa.spelling import GOVERNMENT, sound
from qa.subjects import country, names_it

_VIEWS = (
    "(?:view|opinion|stance|position|reaction|response|reply|answer|comment|verdict|words|statement|quote|warning)s?"
)
_NAMED = r"[A-Z][\w-]*(?:\s[A-Z][\w-]*){0,3}"
_BY = re.compile(
    rf"\b(?:{_VIEWS}\s(?:of|by|from)|according\sto)\s(?P<by>(?:the\s)?{_NAMED})(?![’'\w])"
    rf"|\b(?P<whose>(?:the\s)?{_NAMED})[’']s?\s(?:own\s)?{_VIEWS}\b"
)
_MANNER = frozenset("words terms phrase sentence argument reason grounds tone exact same".split())
"""What a question may ask for as somebody's words: "in which terms"."""
_WORD = re.compile(r"[^\W\d_][\w-]*")
_BREAK, _BEHIND = re.compile(r"[.;:“”\"\n]"), re.compile(r",\s[^.;:,“”\"\n]{2,80}")
_JOINED = frozenset("of the for".split())
_BETWEEN = _JOINED | frozenset("a an and at in s de van von la al bin".split())
_LONGEST = 8  # words of whom a question names
_PLACES, _LED = 8, 80  # of an article at which a name is looked at, and code points before it


def attributed(text: str, start: int, end: int) -> str | None:
    """Who says `text[start:end]`, where the article names one there and nothing else: "French President Emmanuel
    Macron", "the Treasury", not "he", "a diplomat" or "the news that Tesla"."""
    said = (speaker(text, start, end) or "").strip(" -–—")
    words = _WORD.findall(said)
    plain = all(word[0].isupper() or word in _BETWEEN or is_role(word) for word in words)
    return said if plain and _names(said, text) else None


def of_another(question: str, text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]`, of an article, is what one said, and the question asks what another did."""
    wanted = whose_words(question)
    said = speaker(text, start, end) if wanted else None
    return bool(wanted and said and _differ(wanted, said, text))


def unheard(question: str, article: Article) -> bool:
    """Whether the question asks what a person ("Ann Lee") or a government ("the Danish minister", "Berlin") said whom
    the article does not name at all."""
    wanted = whose_words(question)
    if not wanted or "according" in question:  # to whom may have written it
        return False
    named = [word for word in _capitals(wanted) if word.lower() not in STOP]
    if wanted.startswith("the "):
        official = any(is_role(word) or word in GOVERNMENT for word in wanted.split())
        named = [word for word in named if country(word)] if official else []
    return bool(named) and not any(names_it(article, word) for word in named)


@lru_cache(maxsize=64)
def whose_words(question: str) -> str | None:
    """Whose words the question asks for, as it names them: "What did Lee warn of?", "What was Lee's reply?"."""
    clause = parse(question)
    if clause.asks not in {"what", "which", "how", "why"} or not _MANNER.issuperset(map(str.lower, clause.asked)):
        return None
    if clause.aux in {"is", "are", "was", "were"} or "according" in clause.rest:
        found = _BY.search(question)
        return (found["by"] or found["whose"]) if found else None
    words = [*clause.subject, *clause.rest]
    verb = next((n for n, word in enumerate(words[:_LONGEST]) if n and word in SPOKEN), 0)
    return " ".join(words[:verb]) or None


@lru_cache(maxsize=64)  # most spans of an article that are weighed have one speaker
def _differ(wanted: str, said: str, text: str) -> bool:
    asked, told = _names(wanted, text), _names(said, text)
    if not asked or not told:
        return False
    known = told.union(*(_names(phrase, text) for phrase in _told_of(said, text)))
    if asked & known:
        return False
    people = told - _countries(told) and asked - _countries(asked) and not wanted.startswith("the ")
    return bool(people or (_countries(asked) and _countries(known)))


def _names(phrase: str, text: str) -> frozenset[str]:
    """Countries, by their name, and all else with a capital letter as it sounds, in lower case. What the article has in
    lower case too is no name ("Officials")."""
    found = set[str]()
    for word in _capitals(phrase):
        of, small = country(word), word.lower()
        if of or (small not in STOP and not re.search(rf"\b{re.escape(small)}\b", text)):
            found.add(of or sound(word))
    return frozenset(found)


def _capitals(phrase: str) -> list[str]:
    """Its words with a capital letter, without offices."""
    return [word for word in _WORD.findall(phrase) if word[0].isupper() and not is_role(word)]


def _countries(names: frozenset[str]) -> frozenset[str]:
    return frozenset(name for name in names if name[0].isupper())


def _told_of(said: str, text: str) -> Iterator[str]:
    """What stands before and behind the speaker's name where it tells who that is: offices, and what they are of."""
    for name in _capitals(said)[-1:]:
        for place in islice(re.finditer(rf"\b{re.escape(name)}\b", text), _PLACES):
            led = _BREAK.split(text[max(0, place.start() - _LED) : place.start()])[-1]
            yield " ".join(takewhile(_of_a_title, reversed(led.split())))
            if behind := _BEHIND.match(text, place.end()):
                yield behind[0]


def _of_a_title(word: str) -> bool:
    return word[0].isupper() or is_role(word.strip(",")) or word in _JOINED

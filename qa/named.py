"""What a noun phrase names, by its form alone: a person, several things, a plural. Used by `qa.referents`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qa.clause import PREPOSITIONS, names, tokens, written
from qa.noun_phrases import LONGEST
from qa.phrases import CAPITAL

_ROLES = frozenset(
    "president minister premier chancellor secretary spokesman spokeswoman spokesperson director chief head leader "
    "mayor governor senator judge lawyer prosecutor coach captain player striker author writer singer actor actress "
    "doctor professor teacher analyst engineer officer official general commander soldier man woman boy girl person "
    "patient victim suspect king queen prince princess pope founder chairman chairwoman chairperson ceo executive "
    "manager owner editor reporter photographer diplomat ambassador candidate winner brother sister mother father "
    "son daughter wife husband student seller buyer driver pilot priest bishop expert successor predecessor "
    "colleague pm politician boss speaker lawmaker deputy representative counterpart guy lady accountant banker".split()
)
_PARTS, _NAME = re.compile(r",\s+(?:and\s+)?|\s+and\s+"), re.compile(rf"(?:[a-z]+\s)?{CAPITAL}")


def together(words: Sequence[str]) -> Iterator[str]:
    """Names that "and" joins: "Macron and Zelensky"."""
    joined = list[tuple[int, int]]()
    for start, stop in names(words):
        if joined and {word.lower() for word in words[joined[-1][1] : start]} <= {"and", ","}:
            joined[-1] = joined[-1][0], stop
        else:
            joined.append((start, stop))
    yield from (written(words[a:b]) for a, b in joined if "and" in words[a:b])


def several(text: str) -> bool:
    """Whether a text names several: "the United States, Germany and Spain"."""
    found = parts(text)
    return len(found) > 1 and all(_NAME.match(part) for part in found)


def parts(text: str) -> list[str]:
    """What commas and "and" part."""
    return _PARTS.split(text)


def person(words: Sequence[str]) -> bool:
    """Whether the head of these words is a role that people have: "the chief of the General Staff"."""
    lower = [word.lower() for word in words]
    stop = next((n for n, word in enumerate(lower) if word in PREPOSITIONS), len(lower))
    head = lower[stop - 1] if stop else ""
    return head in _ROLES or (head.endswith(("ist", "woman", "man")) and len(head) > 4)


def named(phrase: str) -> bool:
    words = phrase.split()
    return bool(words) and words[0][:1].isupper() and not phrase.endswith(("'s", "’s")) and words[0] != "The"


def owner(phrase: str) -> str:
    """Who has what a phrase names: "Catriona Mure's profession" -> "Catriona Mure"; else the phrase."""
    return re.split(r"(?:['’]s|(?<=s)['’])\s", phrase, maxsplit=1)[0]


def titled(text: str) -> bool:
    """Whether a text is a name of two words or more, perhaps behind a role: "Estonian Prime Minister Kaja Kallas"."""
    words = tokens(text)
    return (len(words) <= LONGEST and person(words[:-1])) or bool(re.fullmatch(r"[A-ZÀ-Ž]\w+ [A-ZÀ-Ž][\w’'-]+", text))


def name_in(text: str) -> str:
    """The longest name in an answer: "A student, Nino Kapanadze" -> "Nino Kapanadze"; else the answer."""
    words = tokens(text)
    runs = [(first, stop) for first, stop in names(words) if stop - first > 1]
    if not runs:
        return text
    first, stop = max(runs, key=lambda run: (run[1] - run[0], run[0]))
    return written(words[first:stop])


def plural(phrase: str) -> bool:
    words = phrase.lower().split()
    stop = next((n for n, word in enumerate(words) if word in PREPOSITIONS), len(words))
    head = words[stop - 1] if stop else ""
    return (head.endswith("s") and not head.endswith(("ss", "'s", "’s", "us", "is"))) or head in {"people", "police"}


def short(text: str) -> Iterator[str]:
    if text and len(text.split()) <= LONGEST:
        yield text.strip(' ,.;:“”"')

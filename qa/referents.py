"""What a pronoun stands for: the noun phrases of an earlier question and its answer, the likeliest first.

Plain rules on what is asked (compare the recency and role preferences of Hobbs 1978 and Lappin and Leass 1994): whom a
"who" found is "she", what a "which" found is "it", a subject comes before an object, the last turn before the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.clause import PREPOSITIONS, names, parse, tokens, written
from qa.noun_phrases import LONGEST, phrases

_ROLES = frozenset(
    "president minister premier chancellor secretary spokesman spokeswoman spokesperson director chief head leader "
    "mayor governor senator judge lawyer prosecutor coach captain player striker author writer singer actor actress "
    "doctor professor teacher analyst engineer officer official general commander soldier man woman boy girl person "
    "patient victim suspect king queen prince princess pope founder chairman chairwoman chairperson ceo executive "
    "manager owner editor reporter photographer diplomat ambassador candidate winner brother sister mother father "
    "son daughter wife husband student seller buyer driver pilot priest bishop expert successor predecessor "
    "colleague pm politician boss speaker lawmaker deputy representative counterpart guy lady accountant banker".split()
)
_PLACES = frozenset("where city town village country place region state capital island street cemetery".split())


@dataclass(frozen=True)
class Turn:
    """An earlier question, as it stands alone, and what was answered, if anything was. cited: source and start of its
    passages. said: source, start and end of its quotes."""

    question: str
    answer: str | None = None
    cited: tuple[tuple[str, int], ...] = ()
    said: tuple[tuple[str, int, int], ...] = ()


def people(turn: Turn) -> Iterator[str]:
    """For "he" and "she"."""
    clause = parse(turn.question)
    asks_person = clause.asks in {"who", "whom", "whose"} or _person(clause.asked)
    found = phrases(turn.question)
    described = clause.asks == "who" and clause.aux in {"is", "was"}  # "Who is John Kirby?" asks for what he is
    if described and _named(found[0] if found else ""):
        yield found[0]
        return
    if turn.answer and (asks_person or (_titled(turn.answer) and not clause.asked)):
        yield from _short(_name_in(turn.answer))
    if asks_person and not turn.answer and not described and clause.rest:
        yield f"the one who {written((clause.aux, *clause.subject, *clause.rest) if clause.aux else clause.rest)}"
    if described and turn.answer:
        return  # the description and the answer are one
    yield from (phrase for phrase in found if _person(tokens(phrase)))
    yield from (phrase for phrase in found if _named(phrase))


def things(turn: Turn) -> Iterator[str]:
    """For "it"."""
    clause = parse(turn.question)
    found = [phrase for phrase in phrases(turn.question) if not _person(tokens(phrase))]
    whole = turn.answer if turn.answer and not re.fullmatch(r"[\W\d]*", turn.answer) else None
    asked = clause.asks in {"which", "what", "who"} and not _person(clause.asked)
    if whole and asked and (clause.asked or (clause.asks == "who" and not _titled(whole))):
        yield from _short(whole)
    yield from found
    if whole and asked:
        yield from _short(whole)
    if turn.answer:
        yield from _short(turn.answer)


def groups(turn: Turn) -> Iterator[str]:
    """For "they"."""
    clause = parse(turn.question)
    if turn.answer and clause.asks in {"who", "whom", "which"}:
        yield from _short(turn.answer)
    if (clause.asked and clause.asked[-1].endswith("s")) or "people" in clause.asked:
        yield f"the {written(clause.asked)}"
    found = phrases(turn.question)
    yield from (phrase for phrase in found if _plural(phrase))
    yield from (written(("the", word[:-1])) for word in tokens(turn.question) if word.endswith(("s'", "s’")))
    yield from found
    if turn.answer:
        yield from _short(turn.answer)


def places(turn: Turn) -> Iterator[str]:
    """For "there": with its preposition."""
    clause, words = parse(turn.question), tokens(turn.question)
    if turn.answer and (clause.asks == "where" or _PLACES.intersection(word.lower() for word in clause.asked)):
        yield from _short(turn.answer if turn.answer.split()[0] in PREPOSITIONS else f"in {turn.answer}")
    for first, stop in reversed(names(words)):
        if first and words[first - 1].lower() in {"in", "at", "from", "to", "near", "on"}:
            yield f"in {written(words[first:stop])}"
    for first, stop in reversed(names(words)):
        yield f"in {written(words[first:stop])}"


def _person(words: Sequence[str]) -> bool:
    """Whether the head of these words is a role that people have: "the chief of the General Staff"."""
    lower = [word.lower() for word in words]
    stop = next((n for n, word in enumerate(lower) if word in PREPOSITIONS), len(lower))
    head = lower[stop - 1] if stop else ""
    return head in _ROLES or (head.endswith(("ist", "woman", "man")) and len(head) > 4)


def _named(phrase: str) -> bool:
    words = phrase.split()
    return all(word[:1].isupper() for word in words[:1]) and not phrase.endswith(("'s", "’s")) and words[0] != "The"


def _titled(text: str) -> bool:
    """Whether a text is a name of two words or more, perhaps behind a role: "Estonian Prime Minister Kaja Kallas"."""
    words = tokens(text)
    return (len(words) <= LONGEST and _person(words[:-1])) or bool(re.fullmatch(r"[A-ZÀ-Ž]\w+ [A-ZÀ-Ž][\w’'-]+", text))


def _name_in(text: str) -> str:
    """The longest name in an answer: "A student, Nino Kapanadze" -> "Nino Kapanadze"; else the answer."""
    words = tokens(text)
    runs = [(first, stop) for first, stop in names(words) if stop - first > 1]
    if not runs:
        return text
    first, stop = max(runs, key=lambda run: (run[1] - run[0], run[0]))
    return written(words[first:stop])


def _plural(phrase: str) -> bool:
    words = phrase.lower().split()
    stop = next((n for n, word in enumerate(words) if word in PREPOSITIONS), len(words))
    head = words[stop - 1] if stop else ""
    return (head.endswith("s") and not head.endswith(("ss", "'s", "’s", "us", "is"))) or head in {"people", "police"}


def _short(text: str) -> Iterator[str]:
    if text and len(text.split()) <= LONGEST:
        yield text.strip(' ,.;:“”"')

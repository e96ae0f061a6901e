"""What a pronoun stands for: the noun phrases of an earlier question and its answer, the likeliest first.

Plain rules on what is asked (compare the recency and role preferences of Hobbs 1978 and Lappin and Leass 1994): whom a
"who" found is "she", what a "which" found is "it", a subject comes before an object, the last turn before the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.clause import PREPOSITIONS, PRONOUNS, names, parse, tokens, written
from qa.named import name_in, named, owner, parts, person, plural, several, short, titled, together
from qa.noun_phrases import phrases

_ABOUT = frozenset(("about", "on", "of"))
_DOERS = "ee", "er", "or", "ian"
_IN = frozenset("in at near into".split())
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
    asks_person = clause.asks in {"who", "whom", "whose"} or person(clause.asked)
    asks_person |= (
        bool(clause.asked) and clause.asked[-1].endswith(_DOERS) and bool(turn.answer and titled(turn.answer))
    )
    found = phrases(turn.question)
    described = clause.asks == "who" and clause.aux in {"is", "was"}  # "Who is John Kirby?" asks for what he is
    if described and named(found[0] if found else ""):
        yield found[0]
        return
    if turn.answer and not several(turn.answer) and (asks_person or (titled(turn.answer) and not clause.asked)):
        yield from short(name_in(turn.answer))
    if asks_person and not turn.answer and not described and clause.rest:
        yield f"the one who {written((clause.aux, *clause.subject, *clause.rest) if clause.aux else clause.rest)}"
    if described and turn.answer:
        return  # the description and the answer are one
    yield from (phrase for phrase in found if person(tokens(phrase)))
    words = tokens(turn.question)
    placed = {written(words[a:b]) for a, b in names(words) if a and words[a - 1].lower() in _IN}
    yield from (owner(phrase) for phrase in found if named(phrase) and phrase not in placed)


def things(turn: Turn) -> Iterator[str]:
    """For "it": what somebody spoke about comes before who spoke."""
    clause = parse(turn.question)
    found = [phrase for phrase in phrases(turn.question) if not person(tokens(phrase))]
    if len(found) > 1 and _ABOUT.intersection(clause.rest) and found[0] == written(clause.subject):
        found = [*found[1:], found[0]]
    told = turn.answer and PRONOUNS.intersection(tokens(turn.answer.lower()))  # "I have paid it"
    single = turn.answer and not told and not several(turn.answer) and not re.fullmatch(r"[\W\d]*", turn.answer)
    whole = turn.answer if single else None
    asked = clause.asks in {"which", "what", "who"} and not person(clause.asked)
    if whole and asked and (clause.asked or (clause.asks == "who" and not titled(whole))):
        yield from short(whole)
    if clause.rest[1:] and clause.rest[1].endswith("ing"):  # "who opposed training in Ukraine"
        yield from short(written(clause.rest[1:]))
    yield from found
    if whole and asked:
        yield from short(whole)
    if turn.answer and not told:
        yield from short(turn.answer)


def groups(turn: Turn) -> Iterator[str]:
    """For "they"."""
    clause = parse(turn.question)
    alone = clause.asks != "which" and turn.answer and titled(turn.answer) and not several(turn.answer)
    if turn.answer and clause.asks in {"who", "whom", "which"} and not alone:
        yield from short(turn.answer)
    if (clause.asked and clause.asked[-1].endswith("s")) or "people" in clause.asked:
        yield f"the {written(clause.asked)}"
    found = phrases(turn.question)
    yield from together(tokens(turn.question))
    yield from (phrase for phrase in found if plural(phrase))
    yield from (written(("the", word[:-1])) for word in tokens(turn.question) if word.endswith(("s'", "s’")))
    yield from found
    if turn.answer:
        yield from short(turn.answer)


def first(turn: Turn) -> Iterator[str]:
    """For "the former"."""
    yield from _ranked(turn)[:1]


def last(turn: Turn) -> Iterator[str]:
    """For "the latter"."""
    yield from _ranked(turn)[-1:]


def _ranked(turn: Turn) -> list[str]:
    """What the answer enumerates, else what the question names."""
    return parts(turn.answer) if turn.answer and several(turn.answer) else phrases(turn.question)


def places(turn: Turn) -> Iterator[str]:
    """For "there": with its preposition."""
    clause, words = parse(turn.question), tokens(turn.question)
    if turn.answer and (clause.asks == "where" or _PLACES.intersection(word.lower() for word in clause.asked)):
        yield from short(turn.answer if turn.answer.split()[0] in PREPOSITIONS else f"in {turn.answer}")
    for first, stop in reversed(names(words)):
        if first and words[first - 1].lower() in {"in", "at", "from", "to", "near", "on"}:
            yield f"in {written(words[first:stop])}"
    for first, stop in reversed(names(words)):
        yield f"in {written(words[first:stop])}"

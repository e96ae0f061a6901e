"""What was done to a question, stage by stage, and, where there is no answer, which stage stopped it, in words."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.filter import ALL, Filter
from index.search.kin import table
from index.search.lexical import stem, stems
from qa.clause import AUX, DETERMINERS, FILLERS, LEADS, PREPOSITIONS, PRONOUNS, WH, parse

if TYPE_CHECKING:
    from qa.answer import Considered

_EMPTY = WH | AUX | PREPOSITIONS | LEADS | DETERMINERS | PRONOUNS | FILLERS
_EMPTY |= set("many much long often old not who else someone anyone something anything be been a an as than".split())
_GIVES = {
    "how": "says how",
    "how many": "gives the number",
    "how much": "gives the amount",
    "how long": "says how long",
    "how old": "gives the age",
    "when": "says when",
    "where": "says where",
    "who": "says who",
    "whom": "says whom",
    "whose": "says whose",
    "why": "says why",
    "": "decides it",
}
MOST_NAMED = 6


@dataclass(frozen=True)
class Trace:
    """read: the question as it was read, repaired and standing alone. readings: all that it might have stood for.
    repairs: (as typed, as read). filter: which articles could be read, in words, "" for all. passages: those that were
    read, in order of retrieval, with the reader's score. answerable: how likely it is that they answer, None where
    nothing was found. threshold: what that had to reach. mentioned, missing: the question's content words that the
    passages hold, and those that they do not. stage: what stopped it: filter, retrieval, reader, threshold; None where
    it is answered. chosen: the filter itself.
    """

    read: str
    readings: tuple[str, ...]
    repairs: tuple[tuple[str, str], ...]
    filter: str
    passages: tuple[Considered, ...]
    answerable: float | None
    threshold: float
    mentioned: tuple[str, ...]
    missing: tuple[str, ...]
    stage: str | None = None
    chosen: Filter = ALL


def trace(
    readings: Sequence[str],
    read: str,
    repairs: Sequence[tuple[str, str]],
    chosen: Filter,
    passages: Sequence[tuple[Considered, str]],
    answerable: float | None,
    threshold: float,
    answered: bool,
) -> Trace:
    """passages: each with its text."""
    held = frozenset[str]().union(*(stems(text) for _, text in passages))
    words = content(read)
    mentioned = tuple(word for word in words if not held.isdisjoint(_alike(word)))
    missing = tuple(word for word in words if word not in mentioned)
    considered = tuple(one for one, _ in passages)
    stopped = None if answered else _stage(considered, mentioned, answerable, chosen)
    limits = told(chosen)
    repaired = tuple(repairs)
    return Trace(
        read, tuple(readings), repaired, limits, considered, answerable, threshold, mentioned, missing, stopped, chosen
    )


def explain(done: Trace) -> str:
    """Why there is no answer, for a person."""
    if done.stage == "filter":
        return f"no article passes the filter ({done.filter})"
    if not done.passages:
        return "the articles hold no words"
    as_read = f"; read as: {done.read}" if done.repairs else ""
    if done.stage == "retrieval":
        return f"no passage holds {quoted(done.missing, 'or') or 'what is asked'}{as_read}"
    said = f"the articles mention {quoted(done.mentioned)}" if done.mentioned else "the nearest passages were read"
    lack = f" but not {quoted(done.missing, 'or')}" if done.mentioned and done.missing else ""
    but = ", and" if lack else ", but"
    if done.answerable is None:
        return f"{said}{lack}{but} no sentence {gives(done.read)}{as_read}"
    odds = f"that they answer is {_percent(done.answerable)} likely, below the threshold of {_percent(done.threshold)}"
    return f"{said}{lack}{but} no sentence surely {gives(done.read)}: {odds}{as_read}"


def content(question: str) -> list[str]:
    """The question's words that say what it is about, as they are written, each once."""
    found = dict.fromkeys(re.findall(r"\w+", question))
    return [word for word in found if word.lower() not in _EMPTY and len(word) > 1]


def gives(question: str) -> str:
    """What an answer would do: "gives the number", "says when"."""
    clause = parse(question)
    phrase = " ".join(word.lower() for word in clause.wh)
    known = next((say for key, say in sorted(_GIVES.items(), reverse=True) if key and phrase.startswith(key)), None)
    if clause.asks in {"which", "what"}:
        return "answers"
    return known or (_GIVES[""] if clause.aux and not clause.wh else "answers")


def told(chosen: Filter) -> str:
    """A filter in words."""
    parts = []
    if chosen.sources is not None:
        parts.append(f"only {quoted(chosen.sources[:MOST_NAMED]) or 'no article'}")
    parts += [f"published {name} {day}" for name, day in (("since", chosen.since), ("until", chosen.until)) if day]
    return ", ".join(parts)


def quoted(words: Collection[str], join: str = "and") -> str:
    """“a”, “b” and “c”, of long lists the first few."""
    shown = [f"“{word[:40]}”" for word in list(words)[:MOST_NAMED]]
    return f" {join} ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _alike(word: str) -> tuple[str, ...]:
    """Its stem, and those of other names of the same: Kyiv and Kiev, Estonian and Estonia."""
    found = stem(word.lower())
    return table(stems).get(found, (found,))


def _stage(considered: Collection[Considered], mentioned: Collection[str], likely: float | None, chosen: Filter) -> str:
    if not considered:
        return "filter" if chosen else "retrieval"
    if not mentioned:
        return "retrieval"
    return "reader" if likely is None else "threshold"


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 else "less than 1%"

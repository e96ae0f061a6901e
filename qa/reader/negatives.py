"""Human-worded questions that their paragraph does not answer, made by rule from those that it does answer.

The unanswerable questions at hand are translations; these keep people's wording, so that wording does not give the
answer away. Two kinds: the paragraph loses the sentence that answers (`without_answer`), or the question gets another
name, year or an opposite word (`altered`; kinds of change that the writers of SQuAD 2.0 used, Rajpurkar et al. 2018,
table 2). Used by `qa.reader.mix` alone.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from index.sentences import sentences

_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'’-]+(?: (?:of |the |de |von )?[A-Z][\w'’-]+)*")
_YEAR = re.compile(r"\b1[0-9]{3}\b|\b20[0-2][0-9]\b")
_OPPOSITES = [
    "first last", "before after", "most least", "largest smallest", "biggest smallest", "highest lowest",
    "oldest youngest", "longest shortest", "more fewer", "began ended", "begin end", "start end", "started stopped",
    "increase decrease", "increased decreased", "won lost", "win lose", "early late", "earlier later", "allowed banned",
    "supported opposed", "support oppose", "rose fell", "north south", "northern southern", "east west",
    "eastern western", "above below", "inside outside", "internal external", "male female", "public private",
    "accepted rejected", "best worst", "common rare", "joined left", "successful failed", "legal illegal",
    "did didn't", "can can't", "was wasn't", "were weren't", "is isn't", "are aren't", "does doesn't",
]  # fmt: skip
_OPPOSITE = {one: other for pair in _OPPOSITES for one, other in (pair.split(), pair.split()[::-1])}
_NEGATED = frozenset(word for word in _OPPOSITE if word.endswith("n't"))
_WORD = re.compile(r"[a-z']+")

Pool = dict[str, dict[str, set[str]]]


def without_answer(row: dict[str, Any], least: int = 3) -> dict[str, Any] | None:
    """The row with every sentence cut out that holds an answer; None where fewer than `least` sentences are left, or
    where what is left still names the answer."""
    context = row["context"]
    taken = [(a["start"], a["start"] + len(a["text"])) for a in row["answers"]]
    kept = [e for e in sentences(context) if not any(e[0] < stop and start < e[1] for start, stop in taken)]
    rest = " ".join(context[start:stop] for start, stop in kept)
    if len(kept) < least or any(a["text"].lower() in rest.lower() for a in row["answers"]):
        return None
    return _unanswerable(row, context=rest)


def names_by_document(rows: Iterable[tuple[str, dict[str, Any]]]) -> Pool:
    """document -> {"name", "year"} -> what its questions mention: the words that `altered` puts in."""
    pool: Pool = defaultdict(lambda: {"name": set(), "year": set()})
    for key, row in rows:
        pool[key]["name"].update(_NAME.findall(row["question"]))
        pool[key]["year"].update(_YEAR.findall(row["question"]))
    return pool


def altered(row: dict[str, Any], pool: dict[str, set[str]], rng: random.Random) -> dict[str, Any] | None:
    """The row with one name or year that its paragraph mentions replaced by another of the same document that the
    paragraph does not mention, or one word by its opposite; None where nothing can be replaced."""
    question, context = row["question"], row["context"]
    choices: list[tuple[int, int, str]] = []
    for kind, pattern in (("name", _NAME), ("year", _YEAR)):
        for found in pattern.finditer(question):
            words = found.group().count(" ")
            others = [n for n in sorted(pool[kind]) if n not in context and n not in question]
            others = [n for n in others if abs(n.count(" ") - words) <= 1]
            if others and found.group() in context:
                choices += [(*found.span(), rng.choice(others))] * 2
    for found in _WORD.finditer(question):
        other = _OPPOSITE.get(found.group())
        if other and not (other in _NEGATED and rng.random() < 0.8):
            choices.append((*found.span(), other))
    if not choices:
        return None
    start, stop, word = rng.choice(choices)
    return _unanswerable(row, question=question[:start] + word + question[stop:])


def _unanswerable(row: dict[str, Any], **changes: str) -> dict[str, Any]:
    return row | changes | {"answers": [], "impossible": True}

"""Which candidates become the answers: the members of a list, or the best finds with what bears them out or disputes
them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qa.answer import Item
from qa.candidates import Candidate, heard, merge, origin
from qa.conflicts import disputed
from qa.lists import members

RIVAL = 0.2  # a further answer is given if it is at least this likely, compared with the best
HEARD, AGREES = 0.1, 0.02  # one that disputes an answer, or says the same, counts if it is at least so likely, likewise
TOP, TOP_LISTED = 5, 50  # answers at most, and things in a list, where the caller does not say


@dataclass(frozen=True)
class Choice:
    """items: best first. conflicts, listed: as in `Answer`."""

    items: tuple[Item, ...] = ()
    conflicts: tuple[dict[str, Any], ...] = ()
    listed: bool = False


def choose(question: str, candidates: Sequence[Candidate], top: int | None) -> Choice:
    """candidates: best first; the others are measured by it."""
    if not candidates:
        return Choice()
    listed = members(question, candidates)
    if listed:
        return Choice(merge(listed)[: top or TOP_LISTED], listed=True)
    likely, floor, least = map(candidates[0].times, (RIVAL, HEARD, AGREES))
    weighed = heard(question, candidates, likely, floor, least)
    origins = {candidate.article.source: origin(candidate.article) for candidate in weighed}
    found = disputed(question, merge(weighed), likely, top or TOP, lambda source: origins.get(source, source))
    return Choice(*found)

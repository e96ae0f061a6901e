"""Answers of independent sources that cannot both be right, or of which the later replaces the earlier.

    number      amounts of one unit that exclude each other, where a number is asked for ("about 100" and "104" agree)
    date        days that exclude each other, where a day is asked for
    polarity    one affirms and the other denies what a yes-or-no question asks
    name        two names, where only one can hold: who won, where it is held
    wording     an answer in words and its denial or opposite: "accepted the offer", "rejected the offer"
    superseded  a number or day that a later article revises: "has risen to", "so far", "postponed to"

Rules, and strict ones: two accounts are compared only if their sentences are about the same thing, and a source that
gives both answers does not contradict itself. What is complementary (a list, a part and its whole, two years) is none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations, product
from typing import Any

from qa.answer import Item
from qa.asked import asked
from qa.claims import Claim
from qa.contrast import contrast

KINDS = ("number", "date", "polarity", "name", "wording", "superseded")
Conflict = dict[str, Any]
MOST = 4  # citations of an item that are compared
WEIGHED = 8  # answers that are compared with each other


def conflicts(
    question: str, items: Sequence[Item], origin: Callable[[str], str] = lambda source: source
) -> tuple[Conflict, ...]:
    """{"answers": [i, j], "kind": one of KINDS}, indices into `items`, the better answer first; of "superseded", the
    one that was published first comes first, and the second replaces it.

    origin: source -> what near-copies share; accounts of one origin are never set against each other.
    """
    about, found = asked(question), []
    claims = [[Claim(citation) for citation in item.citations[:MOST]] for item in items]
    origins = [{origin(citation.source) for citation in item.citations} for item in items]
    for i, j in combinations(range(len(items)), 2):
        for a, b in product(claims[i], claims[j]):
            apart = origin(a.citation.source) != origin(b.citation.source)
            kind = contrast(about, a, b) if apart else None
            if kind == "superseded" or (kind and not origins[i] & origins[j]):
                later = kind == "superseded" and (a.citation.published or "") > (b.citation.published or "")
                found.append({"answers": [j, i] if later else [i, j], "kind": kind})
                break
    return tuple(found)


def disputed(
    question: str, items: Sequence[Item], likely: float, top: int, origin: Callable[[str], str] = lambda source: source
) -> tuple[tuple[Item, ...], tuple[Conflict, ...]]:
    """The answers to show, at most `top`, and their conflicts. items: best first, with less likely ones at the end: of
    those below `likely` only the ones that dispute the best answer are shown, and these before others of little weight.
    """
    sure = sum(item.confidence >= likely for item in items)
    all_found = conflicts(question, items[: max(sure, WEIGHED)], origin) if sure else ()
    rivals = {n for pair in all_found for n in pair["answers"] if 0 in pair["answers"]} - {0}
    ranked = [0, *sorted(rivals), *(n for n in range(1, sure) if n not in rivals)][:top] if sure else []
    place = {n: at for at, n in enumerate(sorted(ranked))}
    shown = (pair for pair in all_found if place.keys() >= set(pair["answers"]))
    found = tuple({"answers": [place[n] for n in pair["answers"]], "kind": pair["kind"]} for pair in shown)
    return tuple(items[n] for n in sorted(ranked)), found

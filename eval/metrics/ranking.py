"""How well the relevant articles are ranked, of one question, as trec_eval counts it.

found: (rank, grade) of each relevant article in the ranking, ranks from 1. grades: of all relevant articles, found or
not. top: how many ranks are looked at. What is not judged is not relevant.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

Found = Sequence[tuple[int, int]]


def places(ranking: Iterable[str], relevant: Mapping[str, int]) -> tuple[tuple[int, int], ...]:
    """(rank, grade) of each relevant article among the ranked ones; one that comes again does not count again."""
    ranked = enumerate(dict.fromkeys(ranking), 1)
    return tuple((rank, relevant[source]) for rank, source in ranked if relevant.get(source, 0) > 0)


def recall(found: Found, grades: Sequence[int], top: int) -> float:
    """Share of the relevant ones that stands among the first `top`."""
    return sum(rank <= top for rank, _ in found) / len(grades)


def reciprocal_rank(found: Found, grades: Sequence[int], top: int) -> float:
    """1 / rank of the first relevant one; 0 where none is among the first `top`."""
    return max((1 / rank for rank, _ in found if rank <= top), default=0.0)


def ndcg(found: Found, grades: Sequence[int], top: int) -> float:
    """Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002) with the grade as gain and log2(rank + 1)
    as discount, over that of the best possible ranking."""
    gain = sum(grade / math.log2(rank + 1) for rank, grade in found if rank <= top)
    best = sorted(grades, reverse=True)[:top]
    return gain / sum(grade / math.log2(rank + 1) for rank, grade in enumerate(best, 1))

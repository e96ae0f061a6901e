"""Several rankings -> one, by reciprocal ranks (Cormack, Clarke and Buettcher 2009)."""

from __future__ import annotations

from collections.abc import Sequence

from index.search import Hit


def fuse(
    rankings: Sequence[Sequence[Hit]], weights: Sequence[float] | None = None, constant: float = 60.0
) -> list[Hit]:
    """Each ranking gives weight / (constant + rank) to its hits; the sum decides, ties go to the lower row.

    [[a, b], [b]] with weights 1: b gets 1/62 + 1/61, a gets 1/61, so b is first.
    """
    weights = weights if weights is not None else [1.0] * len(rankings)
    scores: dict[int, float] = {}
    for ranking, weight in zip(rankings, weights, strict=True):
        for rank, hit in enumerate(ranking, 1):
            scores[hit.row] = scores.get(hit.row, 0.0) + weight / (constant + rank)
    return sorted((Hit(row, score) for row, score in scores.items()), key=lambda hit: (-hit.score, hit.row))

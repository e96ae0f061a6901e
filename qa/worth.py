"""Which of the passages that were found are worth reading."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.search import Hit

FEW = 8  # passages: a library of so few is read whole, the worst of a handful may be good
FAR, WEAK = 0.15, 0.5
"""Of 1,254 held-out questions (people's and translated SQuAD questions, typed queries) over 6,000 paragraphs, of 92 of
ours over seeds/ among 1,990 articles of the same people and of 182 over seeds/ alone, whose answer stood in the first
eight passages, all had it in one that is not so far behind the best one in both; of the text 34, 4 and 16 % is."""


def worth_reading(found: Sequence[Hit], near: np.ndarray, size: int) -> list[int]:
    """The numbers of those that are near the best one: in what they tell, less than FAR behind, or by their place in
    the ranking, with WEAK of its score at least. The first one always is; in a library of FEW passages all are.

    found: best first. near: (len(found),) `Library.nearness` to the question. size: passages in the library."""
    if not found or size <= FEW:
        return list(range(len(found)))
    best = near.max()
    return [n for n, hit in enumerate(found) if n == 0 or near[n] >= best - FAR or hit.score >= WEAK * found[0].score]

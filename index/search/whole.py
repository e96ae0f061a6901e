"""BM25 over whole articles: a passage gets credit for what the rest of its article tells.

"In what city did Macron speak?" names few of the words of the passage that answers, and more of those around it. The
passages of an article are told apart by their own BM25, which counts MIXED as much.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from index.search import Hit
from index.search.lexical import K1, Asked, B, Lexical, best, inverse_frequency
from index.search.postings import BLOCK, lengths, merged
from index.statements import Statements

MIXED = 0.5


class Whole:
    """db: as for Lexical. passages: scores single ones. owners: gives (rows,) int64, the article of each row, numbered
    from 0."""

    def __init__(self, db: Statements, passages: Lexical, owners: Callable[[], np.ndarray]) -> None:
        self._db, self._passages, self._give = db, passages, owners

    @cached_property
    def _owners(self) -> np.ndarray:
        return self._give()

    @cached_property
    def _norms(self) -> tuple[np.ndarray, int]:
        """(articles,) float64: k1 (1 - b + b length / mean length); and how many articles have a passage."""
        terms_of = lengths(self._db)[: len(self._owners)]
        sizes = np.bincount(self._owners, terms_of)
        held = np.unique(self._owners)
        return K1 * (1 - B + B * sizes / max(1.0, float(sizes[held].mean()))), len(held)

    def search(self, question: str, top: int, allowed: np.ndarray | None = None) -> list[Hit]:
        asked = self._passages.terms(question)
        if not asked or top < 1 or not len(self._owners) or (allowed is not None and not len(allowed)):
            return []
        scores = self._articles(asked)[self._owners] + MIXED * self._passages.scores(asked)[: len(self._owners)]
        if allowed is None:
            return best(scores, top)
        allowed = np.unique(allowed)
        return [Hit(int(allowed[hit.row]), hit.score) for hit in best(scores[allowed], top)]

    def _articles(self, asked: Asked) -> np.ndarray:
        """(articles,) float64."""
        norms, count = self._norms
        scores = np.zeros(len(norms))
        for alike in asked:
            lines = merged(self._db, alike)
            if lines:
                rows = np.concatenate([block * BLOCK + places.astype(np.int64) for block, places, _ in lines])
                counts = np.concatenate([counts for *_, counts in lines])
                often = np.bincount(self._owners[rows], counts, len(norms))
                weight = (K1 + 1) * inverse_frequency(count, int(np.count_nonzero(often)))
                scores += weight * often / (often + norms)
        return scores

"""Finding passages: dense (FAISS), lexical (BM25), and their fusion. A searcher is one file and one line in SEARCHERS,
or, as `approximate` for large libraries, another way of one that is there.

Every searcher ranks passages by row number (0-based, as in the library) and takes the rows that a filter allows
*before* it searches, so that a rare filter still finds what there is. Higher scores are better, and ties go
to the lower row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True)
class Hit:
    """A passage (its row) and a searcher's raw score."""

    row: int
    score: float


class Searcher(Protocol):
    def search(self, question: str, top: int, allowed: np.ndarray | None = None) -> list[Hit]:
        """The best `top` passages, best first. allowed: (m,) int64 rows to look at; None for all."""
        ...

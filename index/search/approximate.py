"""Search in a million passages: a scan of 4-bit codes (`index.search.codes`), whose best are ranked exactly.

All codes are looked at. Inverted lists are faster but leave passages out, the more the less a question is like the
passages; graphs do too, take minutes to build, and no row can leave one (`python -m eval.neighbours`: figures in
eval/results/scale/neighbours.json).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from index.search import Hit, codes
from index.search.dense import exact, load_faiss, ranked

DEEPER, LEAST = 10, 200  # passages ranked again for each one asked for, and in all


class Approximate:
    """file: (bytes,) uint8, mapped or in memory, as `codes.write` makes it, and its SHA-256. vectors: (n, dim) float32,
    unit rows. encode: question -> (dim,) float32 unit vector. A search raises LibraryCorrupt where the file is not
    whole. With a filter, and where a large part of all is asked for, it is exact."""

    def __init__(self, file: np.ndarray, sha256: str, vectors: np.ndarray, encode: Callable[[str], np.ndarray]) -> None:
        self._file, self._sha256 = np.asarray(file), sha256
        self._vectors, self._encode = np.asarray(vectors), encode

    def search(self, question: str, top: int, allowed: np.ndarray | None = None) -> list[Hit]:
        most = len(self._vectors) if allowed is None else len(allowed)
        if min(top, most) < 1:
            return []
        query = np.ascontiguousarray(self._encode(question), np.float32)
        rows = self._near(query, top) if allowed is None else None
        if rows is None:
            return exact(self._vectors, query, top, allowed)
        return ranked(self._vectors, query, rows, top)

    def load(self) -> None:
        """Reads the file now, which the first search otherwise does."""
        assert self._codes is not None

    def _near(self, query: np.ndarray, top: int) -> np.ndarray | None:
        """Rows to rank exactly; None where they would be an eighth of all."""
        wider = max(DEEPER * top, LEAST)
        while wider <= len(self._vectors) // 8:
            scores, rows = self._codes.search(query[None], wider)
            if scores[0, -1] < scores[0, top - 1]:
                return np.sort(rows[0])
            wider *= 4  # equal scores at the cut: look beyond it until they are all seen
        return None

    @cached_property
    def _codes(self) -> Any:
        """A copy in memory, in the order in which codes are scanned."""
        return load_faiss().IndexPQFastScan(self._index)

    @cached_property
    def _index(self) -> Any:
        return codes.read(self._file, self._sha256, self._vectors.shape)

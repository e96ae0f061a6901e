"""Exact search by inner product of unit vectors (cosine similarity) in a flat FAISS index."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from index.search import Hit


class Dense:
    """vectors: (n, dim) float32, unit rows. encode: question -> (dim,) float32 unit vector."""

    def __init__(self, vectors: np.ndarray, encode: Callable[[str], np.ndarray]) -> None:
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        import faiss

        self._faiss: Any = faiss
        self._index = faiss.IndexFlatIP(max(1, vectors.shape[1]))
        if len(vectors):
            self._index.add(vectors)
        self._encode = encode

    def search(self, question: str, top: int, allowed: np.ndarray | None = None) -> list[Hit]:
        top = min(top, self._index.ntotal if allowed is None else len(allowed))
        if top < 1:
            return []
        query = self._encode(question)[None, :]
        options = {}
        if allowed is not None:
            selector = self._faiss.IDSelectorBatch(np.ascontiguousarray(allowed, np.int64))
            options["params"] = self._faiss.SearchParameters(sel=selector)
        most = self._index.ntotal if allowed is None else len(allowed)
        wider = min(top + 8, most)
        while True:  # FAISS keeps any of several equal scores at its cut: look beyond it until they are all seen
            scores, rows = self._index.search(query, wider, **options)
            if wider == most or scores[0, -1] < scores[0, top - 1]:
                break
            wider = min(wider * 4, most)
        found = [Hit(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if row >= 0]
        return sorted(found, key=lambda hit: (-hit.score, hit.row))[:top]

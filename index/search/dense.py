"""Exact search by inner product of unit vectors (cosine similarity), straight from the library's mapped vectors.

FAISS computes the products and nothing is copied: beside a flat FAISS index this opens at once, takes no memory of its
own and is no slower (`python -m eval.scale`). Products are summed in float32 first; the best of them, and all within
what that may be wrong, are summed again in float64, so that equal vectors have equal scores and no near-tie is lost.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from index.search import Hit

_BLOCK = 16_384  # rows at a time: 24 MB of 384 dimensions


class Dense:
    """vectors: (n, dim) float32, unit rows. encode: question -> (dim,) float32 unit vector."""

    def __init__(self, vectors: np.ndarray, encode: Callable[[str], np.ndarray]) -> None:
        self._vectors, self._encode = np.asarray(vectors), encode

    def search(self, question: str, top: int, allowed: np.ndarray | None = None) -> list[Hit]:
        most = len(self._vectors) if allowed is None else len(allowed)
        return exact(self._vectors, self._encode(question), top, allowed) if min(top, most) > 0 else []


def exact(vectors: np.ndarray, query: np.ndarray, top: int, allowed: np.ndarray | None = None) -> list[Hit]:
    """The best `top` of all rows, or of the rows in `allowed` (ascending); ties go to the lower row."""
    count = len(vectors) if allowed is None else len(allowed)
    top = min(top, count)
    if top < 1:
        return []
    scores = np.empty(count, np.float32)
    for at in range(0, count, _BLOCK):
        _products(query, vectors, at, allowed, scores[at : at + _BLOCK])
    # a float32 sum of dim products of unit vectors is off by dim * 2^-24 at most (Higham 2002, 3.1); two are compared
    margin = len(query) * float(np.finfo(np.float32).eps)
    near = np.flatnonzero(scores >= np.partition(scores, count - top)[count - top] - margin)
    return ranked(vectors, query, near if allowed is None else allowed[near], top)


def ranked(vectors: np.ndarray, query: np.ndarray, rows: np.ndarray, top: int) -> list[Hit]:
    """The best `top` of these rows, by products summed in float64 and in the same order for each."""
    wide = query.astype(np.float64)
    blocks = (vectors[rows[at : at + _BLOCK]] for at in range(0, len(rows), _BLOCK))
    scores = np.concatenate([(block.astype(np.float64) * wide).sum(1) for block in blocks] or [np.empty(0)])
    return [Hit(int(rows[n]), float(scores[n])) for n in np.lexsort((rows, -scores))[:top]]


def load_faiss() -> Any:
    """The module, whose threads then sleep while they wait instead of keeping the cores from others."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import faiss

    return faiss


def _products(query: np.ndarray, vectors: np.ndarray, at: int, allowed: np.ndarray | None, out: np.ndarray) -> None:
    """Of the query and len(out) rows, from `at` on, into `out`."""
    picked = None if allowed is None else allowed[at : at + len(out)]
    first, span = (at, len(out)) if picked is None else (int(picked[0]), int(picked[-1] - picked[0]) + 1)
    if picked is not None and span > 2 * len(out):
        _inner(query, vectors[picked], out)
        return
    held = out if span == len(out) else np.empty(span, np.float32)  # nearly all of a stretch: sooner read than gathered
    _inner(query, vectors[first : first + span], held)
    if picked is not None and held is not out:
        out[:] = held[picked - first]


def _inner(query: np.ndarray, block: np.ndarray, out: np.ndarray) -> None:
    faiss = load_faiss()
    query, block = (np.ascontiguousarray(part, np.float32) for part in (query, block))
    if (len(block), len(query)) != (len(out), block.shape[1]):  # FAISS would read beyond the end
        raise ValueError(f"{len(query)} dimensions of a question, {block.shape[1]} of the passages")
    faiss.fvec_inner_products_ny(*map(faiss.swig_ptr, (out, query, block)), block.shape[1], len(block))

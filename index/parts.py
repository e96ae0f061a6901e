"""Where in a passage something is told: vectors of eight parts of it, beside the one of the whole.

A passage tells many things and a question asks for one, which the mean over the whole hides. The parts are means over
runs of its word pieces as the whole passage was encoded (late chunking: Guenther et al. 2024, arXiv 2409.04701), so
they cost no further pass of the encoder; a passage is as near as the nearest of them, as in Khattab and Zaharia 2020.
Numbers are kept in 4 bits: 1,536 bytes for a passage of 384 dimensions, as many as its own vector takes.

On questions of ours, among 1,995 articles that tell of the same people, the mean reciprocal rank rose from .426 to
.515; on 1,295 held-out questions (people's and translated SQuAD questions, typed queries) over 6,000 paragraphs from
.854 to .868.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.search import Hit

COUNT = 8
_STEP = 0.02  # from -.16 to .14: of the numbers of unit vectors of 384 dimensions 99.7 % lie between


def record(dim: int, width: int) -> np.dtype[np.void]:
    """What is kept of an embedded passage: "vector", float32 of length 1, and "parts", as `packed` makes them; `width`
    bytes, 0 where the encoder gives none."""
    return np.dtype([("vector", "<f4", (dim,)), ("parts", "u1", (width,))])


def records(vectors: np.ndarray, parts: np.ndarray | None = None) -> np.ndarray:
    """(n, dim), (n, width) -> (n,) of `record`."""
    parts = parts if parts is not None else np.zeros((len(vectors), 0), np.uint8)
    made = np.zeros(len(vectors), record(vectors.shape[1], parts.shape[1]))
    made["vector"], made["parts"] = vectors, parts
    return made


def sizes(layout: np.dtype[np.void]) -> dict[str, int]:
    """Of a `record`. dim: numbers of its vector. parts: bytes of its parts."""
    return {"dim": layout["vector"].shape[0], "parts": layout["parts"].shape[0]}


def pooled(tokens: np.ndarray) -> np.ndarray:
    """(n, dim) of a passage's word pieces, n > 0 -> (COUNT, dim) unit means of equal runs of them, in order. Where
    there are fewer word pieces than parts, some are told twice."""
    edges = np.arange(COUNT + 1) * len(tokens) // COUNT
    starts = np.minimum(edges[:-1], len(tokens) - 1)
    stops = np.maximum(edges[1:], starts + 1)
    sums = np.concatenate([np.zeros((1, tokens.shape[1])), np.cumsum(tokens, 0, np.float64)])
    means = sums[stops] - sums[starts]
    made: np.ndarray = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    return made


def packed(parts: np.ndarray) -> np.ndarray:
    """(COUNT, dim) -> (COUNT * dim / 2,) uint8, two numbers in each; dim is even."""
    whole = (np.clip(np.rint(parts / _STEP), -8, 7) + 8).astype(np.uint8)
    both: np.ndarray = whole[:, ::2] | whole[:, 1::2] << 4
    return both.reshape(-1)


def nearness(codes: np.ndarray, question: np.ndarray) -> np.ndarray:
    """(n, width) as `packed` made them, (dim,) -> (n,) float32: about the cosine of the nearest part."""
    of_part = codes.reshape(-1, len(question) // 2)
    low, high = (half.astype(np.float32) for half in (of_part & 15, of_part >> 4))
    products = low @ question[::2] + high @ question[1::2] - 8 * question.sum()
    nearest: np.ndarray = products.reshape(-1, COUNT).max(1) * np.float32(_STEP)
    return nearest


def by_nearness(rows: Sequence[int], near: np.ndarray, top: int) -> list[Hit]:
    """The nearest of these passages, ties to the lower row. rows: ascending; near: of each."""
    best = np.argsort(-near, kind="stable")[:top]
    return [Hit(rows[n], score) for n, score in zip(best.tolist(), near[best].tolist(), strict=True)]

"""Dense search by pgvector, whose best are ranked again by exact products, as the local store ranks its own."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from index.postgres.connection import Database
from index.search import Hit
from index.search.dense import ranked

MORE = 8  # passages that are fetched beyond those asked for, since the server's sums are in single precision
SEARCHED = 1_000  # candidates that the server's graph keeps while it is searched (hnsw.ef_search): of 200,000 passages
# it finds .996 of the best ten and .993 of the best 200 in 22 ms, with 400 .992 and .970 in 17 ms
FEW = 50_000  # passages that a filter leaves, up to which each of them is compared


class ServerDense:
    """near: what the server's graph holds of a vector, None where it has none. encode: question -> (dim,) float32 unit
    vector. count: passages in all."""

    def __init__(self, db: Database, near: str | None, encode: Callable[[str], np.ndarray], count: int) -> None:
        self._db, self._near, self._encode, self._count = db, near, encode, count

    def search(self, question: str, top: int, allowed: np.ndarray | None = None) -> list[Hit]:
        most = min(top + MORE, self._count if allowed is None else len(allowed))
        if min(top, most) < 1:
            return []
        query = np.ascontiguousarray(self._encode(question), np.float32)
        with self._db.snapshot():
            graph = self._near if allowed is None or len(allowed) > FEW else None
            rows, vectors = self._fetched(query, most, allowed, graph)
            if len(rows) < most:  # the graph gave up before it had so many that the filter lets pass
                rows, vectors = self._fetched(query, most, allowed, None)
        return [Hit(int(rows[hit.row]), hit.score) for hit in _ranked(rows, vectors, query, top)]

    def _fetched(
        self, query: np.ndarray, most: int, allowed: np.ndarray | None, near: str | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The best by the graph, where `near` names what it holds; else by a look at each."""
        where, values = ("", []) if allowed is None else (" where id = any(?)", [allowed.tolist()])
        order = f"{near} <#> ?" if near else "(vector <#> ?) + 0, id"  # + 0: an order that no index has
        if near and near != "vector":  # YugabyteDB refuses these
            self._db.execute(_SETTINGS)
        of = _halved(query, near) if near else query
        return fetched(self._db, f"select id, vector from passage{where} order by {order} limit ?", [*values, of, most])


_SETTINGS = f"""
select set_config('hnsw.ef_search', '{SEARCHED}', true), set_config('hnsw.iterative_scan', 'relaxed_order', true)
"""


def _ranked(rows: np.ndarray, vectors: np.ndarray, query: np.ndarray, top: int) -> list[Hit]:
    """As places in `rows`, which are put in order first: ties go to the lower row."""
    order = np.argsort(rows)
    hits = ranked(vectors[order], query, np.arange(len(rows)), top)
    return [Hit(int(order[hit.row]), hit.score) for hit in hits]


def fetched(db: Database, statement: str, values: Sequence[Any]) -> tuple[np.ndarray, np.ndarray]:
    """(rows, vectors) of a statement that gives these: (n,) int64, and float32 of (n, dim), or (0,)."""
    found = db.execute(statement, [as_vector(value) for value in values])
    rows = np.array([row for row, _ in found], np.int64)
    return rows, np.array([vector.to_numpy() for _, vector in found], np.float32)


def as_vector(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        from pgvector import Vector

        return Vector(value)
    return value


def crc(vector: np.ndarray, parts: Any) -> int:
    """CRC-32 of a passage's vector and the bytes of its parts, which is kept beside them."""
    return zlib.crc32(bytes(parts), zlib.crc32(np.ascontiguousarray(vector, "<f4").tobytes()))


def _halved(query: np.ndarray, near: str | None) -> Any:
    from pgvector import HalfVector, Vector

    return HalfVector(query) if near and "halfvec" in near else Vector(query)

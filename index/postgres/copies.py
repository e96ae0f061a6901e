"""Near-copies on a server: the groups of `index.copies`, found by their bands, without a look at every text.

The table `band` has a line for each text and band. Pairs of one run (the texts that agree in a band) are compared as
there: each with the one before it and with the first, but for pairs that were there before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from index.copies import BANDS, bands, copies
from index.postgres.connection import Database

PART = 1_000  # texts that are looked up at a time


def keys(signatures: Sequence[bytes]) -> np.ndarray:
    """(n, bands) int64: what texts that agree in a band have in common; the number of the band is mixed in."""
    held = np.frombuffer(b"".join(signatures), np.uint32).reshape(len(signatures), -1)
    number = np.arange(BANDS, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed: np.ndarray = np.stack(list(bands(held)), 1) ^ number
    return mixed.view(np.int64)


def add(db: Database, texts: Sequence[int]) -> None:
    """Enters new texts, which `group` then looks at."""
    for held in _signatures(db, texts):
        lines = keys(list(held.values())).ravel().tolist(), np.repeat(list(held), BANDS).tolist()
        db.execute("insert into band select * from unnest(?::bigint[], ?::bigint[]) on conflict do nothing", lines)


def remove(db: Database, text: int, signature: bytes) -> None:
    db.execute("delete from band where key = any(?) and text = ?", (keys([signature]).ravel().tolist(), text))


def loosen(db: Database, first: Sequence[int]) -> list[int]:
    """Takes groups apart, which lost a text that may have held them together. first: what they were known by. Returns
    the texts that are left of them, for `group` to look at."""
    asked = "select id from text where copy_of = any(?) or id = any(?) order by id"
    left = [number for (number,) in db.execute(asked, (list(first), list(first)))]
    db.execute("update text set copy_of = null where id = any(?)", (left,))
    return left


def group(db: Database, new: Sequence[int]) -> None:
    """Says of new texts, and of those that they bring together, which other text they are near-copies of."""
    fresh = set(new)
    first: dict[int, int] = {}

    def find(n: int) -> int:
        while first.setdefault(n, n) != n:
            n = first[n]
        return n

    @lru_cache(maxsize=256)
    def text(n: int) -> str:
        return str(db.execute("select text from text where id = ?", (n,))[0][0])

    pairs = list(dict.fromkeys(_pairs(db, fresh)))
    met = sorted({n for pair in pairs for n in pair})
    first |= db.execute("select id, coalesce(copy_of, id) from text where id = any(?)", (met,))
    before = dict(first)
    for one, other in pairs:
        a, b = sorted((find(one), find(other)))
        if a != b and copies(text(one), text(other)):
            first[b] = a
    for old in sorted(set(before.values()) | set(met)):
        if (now := find(old)) != before.get(old, old):
            db.execute("update text set copy_of = ? where copy_of = ? or id = ?", (now, old, old))


def _pairs(db: Database, fresh: set[int]) -> Iterator[tuple[int, int]]:
    """Texts that may be copies, the earlier first, one of them new."""
    found = [keys(list(held.values())) for held in _signatures(db, sorted(fresh))]
    wanted = np.unique(np.concatenate(found)).tolist() if found else []
    runs: dict[int, list[int]] = {}
    for at in range(0, len(wanted), BANDS * PART):
        asked = "select key, text from band where key = any(?) order by key, text"
        for key, number in db.execute(asked, (wanted[at : at + BANDS * PART],)):
            runs.setdefault(key, []).append(number)
    for run in runs.values():
        for n in range(1, len(run)):
            for other in {run[n - 1], run[0]}:
                if other in fresh or run[n] in fresh:
                    yield other, run[n]


def _signatures(db: Database, texts: Sequence[int]) -> Iterator[dict[int, bytes]]:
    """number of a text -> its signature, some at a time."""
    for at in range(0, len(texts), PART):
        held: dict[int, bytes] = dict(
            db.execute("select id, signature from text where id = any(?)", (list(texts[at : at + PART]),))
        )
        if held:
            yield held

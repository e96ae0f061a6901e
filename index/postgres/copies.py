"""Near-copies on a server: the groups of `index.copies`, found by their bands, without a look at every text.

The table `band` has a line for each text and band. Pairs of one run (the texts that agree in a band) are compared as
there: each with the one before it and with the first, but for pairs that were there before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from index.copies import bands, copies
from index.postgres.connection import Database


def keys(signature: bytes) -> list[int]:
    """The bands of a text, as 64-bit numbers with a sign; the number of the band is mixed in."""
    found = [int(band[0]) for band in bands(np.frombuffer(signature, np.uint32)[None])]
    mixed = [(key ^ (n * 0x9E3779B97F4A7C15)) & (2**64 - 1) for n, key in enumerate(found)]
    return [key - 2**64 if key >= 2**63 else key for key in mixed]


def add(db: Database, texts: Sequence[int]) -> None:
    """Enters new texts, which `group` then looks at."""
    held = db.execute("select id, signature from text where id = any(?)", (list(texts),))
    lines = [(key, number) for number, signature in held for key in keys(signature)]
    db.executemany("insert into band values (?, ?) on conflict do nothing", lines)


def remove(db: Database, text: int, signature: bytes) -> None:
    db.execute("delete from band where key = any(?) and text = ?", (keys(signature), text))


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
    signatures = db.execute("select signature from text where id = any(?)", (sorted(fresh),))
    wanted = sorted({key for (signature,) in signatures for key in keys(signature)})
    runs: dict[int, list[int]] = {}
    for at in range(0, len(wanted), 10_000):
        asked = "select key, text from band where key = any(?) order by key, text"
        for key, number in db.execute(asked, (wanted[at : at + 10_000],)):
            runs.setdefault(key, []).append(number)
    for run in runs.values():
        for n in range(1, len(run)):
            for other in {run[n - 1], run[0]}:
                if other in fresh or run[n] in fresh:
                    yield other, run[n]

"""An inverted index as two tables of SQLite: for every term the rows of the passages that hold it, and how often.

Rows lie in blocks of 2**15. `words` has a line for every term of a block: `places`, the ascending places of its rows
in the block (little-endian uint16), and `counts` (uint8, at most 255). `lengths` has a line for every block: for each
place how many terms the passage has, plus one (little-endian uint32), and 0 where there is no passage.
`index.search.writer` writes the tables; here is how they are read.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.statements import Statements

SCHEMA = """
create table words(block int, term text, places blob, counts blob, primary key (block, term)) without rowid;
create table lengths(block integer primary key, lengths blob);
"""
BITS = 15
BLOCK = 1 << BITS
MOST = 255
"""What a count is cut to."""
EVERY = "block in (select block from lengths)"
"""By which SQLite finds a term in each block, rather than among all terms of all."""

Line = tuple[int, np.ndarray, np.ndarray]
"""Number of a block, places in it (uint16), counts (uint8); see also `merged`."""


def postings(db: Statements, term: str) -> list[Line]:
    """The lines of a term, of all blocks."""
    query = f"select block, places, counts from words where {EVERY} and term = ? order by 1"
    return [
        (block, np.frombuffer(places, "<u2"), np.frombuffer(counts, np.uint8))
        for block, places, counts in db.execute(query, (term,))
    ]


def merged(db: Statements, terms: Sequence[str]) -> list[Line]:
    """The lines of terms that count as one: a passage holds it as often as all of them. Counts are float64 where there
    are several terms."""
    if len(terms) == 1:
        return postings(db, terms[0])
    blocks = dict[int, np.ndarray]()
    for term in terms:
        for block, places, counts in postings(db, term):
            blocks.setdefault(block, np.zeros(BLOCK))[places] += counts
    return [(block, (places := np.flatnonzero(held)), held[places]) for block, held in sorted(blocks.items())]


def lengths(db: Statements, block: int | None = None) -> np.ndarray:
    """(blocks * BLOCK,) int64: terms of each row's passage, -1 where there is none; of one block, or of all."""
    last = db.execute("select coalesce(max(block), -1) from lengths").fetchone()[0] if block is None else 0
    found = np.full((last + 1) * BLOCK, -1, np.int64)
    query, values = "select block, lengths from lengths", () if block is None else (block,)
    for number, held in db.execute(query if block is None else f"{query} where block = ?", values):
        start = number * BLOCK if block is None else 0
        found[start : start + len(held) // 4] += np.frombuffer(held, "<u4")
    return found

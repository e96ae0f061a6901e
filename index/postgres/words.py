"""Has the lexical index of a library on a server what its passages have? It is made again, block by block."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from index.postgres.connection import Database
from index.search.postings import BITS, BLOCK, SCHEMA
from index.search.writer import update

PART = 500  # texts that are read at a time
_BLOCKS = f"select id >> {BITS} from passage union select block from words union select block from lengths order by 1"
_LINES = (
    "select term, places, counts from words where block = ? order by term",
    "select 'their lengths', lengths from lengths where block = ?",
)


def compare(db: Database) -> str | None:
    """What is wrong, or None."""
    for (block,) in db.execute(_BLOCKS):
        made = sqlite3.connect(":memory:")
        try:
            made.executescript(SCHEMA)
            update(made, (), _passages(db, block))
            for asked in _LINES:
                held, right = set(db.execute(asked, (block,))), set(made.execute(asked, (block,)))
                if held != right:
                    term = min(line[0] for line in held ^ right)
                    return f"of the passages from {block * BLOCK} on, not all that is kept of {term!r} is right"
        finally:
            made.close()
    return None


def _passages(db: Database, block: int) -> Iterator[tuple[int, str]]:
    """(row, text) of the passages of a block."""
    asked = 'select text, id, start, "end" from passage where id >= ? and id < ? order by text'
    held = db.execute(asked, (block * BLOCK, (block + 1) * BLOCK))
    for at in range(0, len(held), PART):
        some = held[at : at + PART]
        numbers = sorted({number for number, *_ in some})
        texts = dict[int, str](db.execute("select id, text from text where id = any(?)", (numbers,)))
        for number, row, start, end in some:
            if number in texts:
                yield row, texts[number][start:end]

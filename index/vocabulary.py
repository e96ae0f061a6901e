"""Which words a library holds: stems as the lexical index keeps them, and how many passages hold each.

The only place that knows how the words are stored: `known`, `starting` and `spelt` are all that spelling repair asks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.search.postings import BLOCK, EVERY, postings
from index.search.terms import terms
from index.statements import Statements


class Vocabulary:
    """db: a connection to the database of a library. Nothing is read before it is asked for."""

    def __init__(self, db: Statements) -> None:
        self._db = db

    def known(self, stem: str) -> int:
        """In how many passages it stands."""
        query = f"select sum(length(counts)) from words where {EVERY} and term = ?"
        return int(self._db.execute(query, (stem,)).fetchone()[0] or 0)

    def starting(self, prefix: str) -> list[tuple[str, int]]:
        """(stem, passages) of the stems that begin so, in order."""
        query = (
            f"select term, sum(length(counts)) from words where {EVERY} and term >= ? and term < ? "
            "group by term order by term"
        )
        return self._db.execute(query, (prefix, prefix + chr(0x10FFFF))).fetchall()

    def spelt(self, stem: str) -> str | None:
        """The stem as a passage writes it: "zelenski" -> "Zelensky". None where no passage is found by it."""
        lines = postings(self._db, stem)
        if not lines:
            return None
        block, places, _ = lines[0]
        query = 'select t.text, p.start, p."end" from passage p join text t on t.id = p.text where p.id = ?'
        text, start, end = self._db.execute(query, (block * BLOCK + int(places[0]),)).fetchone()
        words = dict.fromkeys(re.findall(r"[^\W_]+", text[start:end]))
        return next((word for word in words if terms(word) == [stem]), None)


def stems(words: Sequence[str]) -> list[str]:
    """Each word as the index stores it, "" for what it does not store."""
    return [next(iter(terms(word)), "") for word in words]

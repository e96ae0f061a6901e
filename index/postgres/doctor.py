"""Is a library on a server what was written? Everything is read, in one snapshot."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import numpy as np

from index.postgres import schema
from index.postgres.connection import Database
from index.search.postings import lengths
from index.tables import unpacked

PART = 500  # texts and files that are read at a time


def examine(place: str) -> Iterator[tuple[str, str | None]]:
    """(what, what is wrong with it or None). Raises LibraryMissing, LibraryOutdated, LibraryUnreachable."""
    db = Database(place)
    with db.snapshot():
        manifest = schema.read(db)[1]
        yield "manifest", None
        for name, check in _CHECKS.items():
            yield name, check(db)
        counted = db.execute("select (select count(*) from article), (select count(*) from passage)")[0]
        told = manifest["articles"], manifest["passages"]
        yield "counts", None if counted == told else f"{counted} articles and passages, not {told}"


def _articles(db: Database) -> str | None:
    """The text of each article against its SHA-256."""
    last = 0
    while rows := db.execute("select id, text from text where id > ? order by id limit ?", (last, PART)):
        last = rows[-1][0]
        digests = {number: hashlib.sha256(text.encode()).hexdigest() for number, text in rows}
        asked = "select source, text, sha256 from article where text = any(?)"
        for source, number, digest in db.execute(asked, (list(digests),)):
            if digests[number] != digest:
                return f"the text of {source} has changed since it was stored (SHA-256)"
    return _none(db, "select source from article where text not in (select id from text)", "has no text")


def _originals(db: Database) -> str | None:
    """The bytes of each file against their SHA-256."""
    for (digest,) in db.execute("select distinct sha256 from original"):
        parts = db.execute("select data from original where sha256 = ? order by part", (digest,))
        if hashlib.sha256(unpacked(data for (data,) in parts)).hexdigest() != digest:
            return f"the bytes with SHA-256 {digest} have changed"
    kept = "select path from file where refused is null and sha256 not in (select sha256 from original)"
    return _none(db, kept, "has no bytes")


def _passages(db: Database) -> str | None:
    """Each lies in its text, has a vector, and a row of its own from 0 on."""
    rows = np.array(db.execute("select id from passage order by id"), np.int64).reshape(-1)
    if not np.array_equal(rows, np.arange(len(rows))):
        return "their rows are not 0 to n - 1"
    outside = 'select p.id from passage p join text t on t.id = p.text where start < 0 or "end" > length(t.text)'
    lost = "select id from passage where vector is null or text not in (select id from text)"
    return _none(db, lost, "has no text or no vector") or _none(db, f"{outside} limit 1", "lies outside of its text")


def _words(db: Database) -> str | None:
    """The lexical index has the passages that there are."""
    ((count,),) = db.execute("select count(*) from passage")
    held = int((lengths(db) >= 0).sum())
    return None if held == count else f"of {count} passages {held} are in the lexical index"


def _none(db: Database, asked: str, wrong: str) -> str | None:
    found = db.execute(asked)
    return f"{found[0][0]} {wrong}" if found else None


_CHECKS: dict[str, Callable[[Database], str | None]] = {
    "articles": _articles,
    "originals": _originals,
    "passages": _passages,
    "words": _words,
}

"""Is a library on a server what was written? Everything is read, in one snapshot."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from index.errors import LibraryCorrupt
from index.postgres import schema
from index.postgres.connection import Database
from index.postgres.copies import keys
from index.postgres.dense import crc
from index.postgres.words import compare
from index.tables import unpacked

PART = 500  # texts and files that are read at a time


def examine(place: str) -> Iterator[tuple[str, str | None]]:
    """(what, what is wrong with it or None). Raises LibraryMissing, LibraryOutdated, LibraryUnreachable."""
    db = Database(place)
    with db.snapshot():
        try:
            manifest = schema.read(db)[1]
        except LibraryCorrupt as error:
            yield "manifest", str(error)
            return
        yield "manifest", None
        for name, check in _CHECKS.items():
            try:
                yield name, check(db)
            except LibraryCorrupt as error:  # a table is missing, and the transaction over
                yield name, str(error)
                return
        counted = db.execute("select (select count(*) from article), (select count(*) from passage)")[0]
        told = manifest["articles"], manifest["passages"]
        yield "counts", None if counted == told else f"{counted} articles and passages, not {told}"


def _articles(db: Database) -> str | None:
    """The text of each article against its SHA-256."""
    for rows in _parts(db, "select id, text from text where id > ? order by id limit ?"):
        digests = {number: hashlib.sha256(text.encode()).hexdigest() for number, text in rows}
        asked = "select source, text, sha256 from article where text = any(?)"
        for source, number, digest in db.execute(asked, (list(digests),)):
            if digests[number] != digest:
                return f"the text of {source} has changed since it was stored (SHA-256)"
    return (
        _none(db, "select source from article a", "not exists (select 1 from text where id = a.text)", "has no text")
        or _none(db, "select source from article a", "not exists (select 1 from file where path = a.file)", "no file")
        or _none(db, "select id from text t", "not exists (select 1 from article where text = t.id)", "has no article")
    )


def _originals(db: Database) -> str | None:
    """The bytes of each file against their SHA-256."""
    for (digest,) in db.execute("select distinct sha256 from original order by 1"):
        parts = db.execute("select data from original where sha256 = ? order by part", (digest,))
        try:
            same = hashlib.sha256(unpacked(data for (data,) in parts)).hexdigest() == digest
        except zlib.error:
            same = False
        if not same:
            return f"the bytes with SHA-256 {digest} have changed"
    empty = hashlib.sha256(b"").hexdigest()
    kept = f"refused is null and sha256 <> '{empty}' and not exists (select 1 from original where sha256 = f.sha256)"
    return _none(db, "select path from file f", kept, "has no bytes")


def _passages(db: Database) -> str | None:
    """Each lies in its text, has the vector that was written, and a row of its own from 0 on."""
    rows = 0
    for held in _parts(db, "select id, vector, parts, crc from passage where id > ? order by id limit ?", -1):
        for row, vector, parts, written in held:
            if row != rows:
                return f"row {rows} is missing, or there more than once"
            if vector is None or parts is None or crc(vector.to_numpy(), parts) != written:
                return f"the vector of row {row} has changed since it was stored (CRC-32)"
            rows += 1
    inside = 'start >= 0 and "end" <= (select length(text) from text where id = p.text)'
    return _none(db, "select id from passage p", f"({inside}) is not true", "lies outside of its text")


def _copies(db: Database) -> str | None:
    """Near-copies are known by a text that is there, and each text by its bands."""
    for rows in _parts(db, "select id, signature from text where id > ? order by id limit ?"):
        numbers = [number for number, _ in rows]
        told = {(key, n) for n, each in zip(numbers, keys([s for _, s in rows]).tolist(), strict=True) for key in each}
        found = db.execute("select key, text from band where text = any(?)", (numbers,))
        if wrong := told.symmetric_difference(found):
            return f"the bands of text {min(n for _, n in wrong)} are not those of its signature"
    first = "not exists (select 1 from text where id = t.copy_of and copy_of is null)"
    return _none(db, "select id from text t", f"copy_of is not null and {first}", "is a near-copy of none")


def _parts(db: Database, asked: str, last: int = 0) -> Iterator[list[tuple[Any, ...]]]:
    """Rows in the order of the first column, some at a time."""
    while rows := db.execute(asked, (last, PART)):
        yield rows
        last = rows[-1][0]


def _none(db: Database, asked: str, wrong: str, told: str) -> str | None:
    found = db.execute(f"{asked} where {wrong} limit 1")
    return f"{found[0][0]} {told}" if found else None


_CHECKS: dict[str, Callable[[Database], str | None]] = {
    "articles": _articles,
    "originals": _originals,
    "passages": _passages,
    "words": compare,
    "copies": _copies,
}

"""The files of one generation: articles.db (`index.tables`), and the vectors of its passages. Used by `index.build`.

A library of some size is copied and the copy changed, so that an update costs what it changes. A small one, and one of
which much has come and gone, is written anew in the order of its files.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from index import copies, disk
from index.article import Article
from index.library import Library
from index.passages import Passage
from index.scan import Entry
from index.search import codes
from index.tables import SCHEMA, Tables

SMALL = 5_000  # passages up to which a library is always written anew
WORN = 0.2  # share of its passages that may come and go before it is

Rows = list[int]
"""Of an article's passages."""

Block = tuple[Rows, np.ndarray, Sequence[int]]
"""Rows, and where their vectors come from: an array, and the rows in it."""


def write(
    draft: Path, entries: list[Entry], vectors: np.ndarray, old: Library | None, reused: dict[str, Rows]
) -> dict[str, int]:
    """Writes articles.db, vectors.f32 and (of many passages) dense.faiss, and returns the counts for the manifest. What
    is kept comes from the old library; vectors: of the passages of all other articles, in their order, but of those
    whose source is in `reused`, which have them from old rows."""
    kept = {entry.file.path for entry in entries if entry.kept}
    gone = [path for path in old.files if path not in kept] if old else []
    worn = _worn(old, gone, entries) if old else 0
    changed = old if old and old.manifest["passages"] > SMALL and worn <= WORN * old.manifest["passages"] else None
    if changed:
        disk.copy(changed.generation / "articles.db", draft / "articles.db")
        disk.copy(changed.generation / "vectors.f32", draft / "vectors.f32")
    db = sqlite3.connect(draft / "articles.db")
    db.execute("pragma synchronous = off")  # store.commit brings the whole file to the disk, once
    db.execute("pragma secure_delete = on")  # what is dropped is not left in the file
    if not changed:
        db.executescript(SCHEMA)
    tables = Tables(db)
    tables.drop(gone if changed else [])
    blocks, fresh = list[Block](), 0
    for entry in entries:
        tables.add_file(entry.file, old.packed(entry.file.path) if entry.kept and old and not changed else entry.packed)
        for article, passages, rows, signature in () if entry.kept and changed else _articles(entry, old, reused):
            placed = tables.add(entry.file.path, article, passages, signature)
            if rows is not None and old:
                blocks.append((placed, old.vectors, rows))
            else:
                blocks.append((placed, vectors, range(fresh, fresh + len(passages))))
                fresh += len(passages)
    moves = tables.fill()
    if changed:
        blocks.append((list(moves), changed.vectors, list(moves.values())))
        _patch(draft / "vectors.f32", blocks, tables.rows, changed.manifest["dim"])
    else:
        disk.write(draft / "vectors.f32", (_bytes(array[rows]) for _, array, rows in blocks))
    if tables.rows:
        now = np.memmap(draft / "vectors.f32", "<f4", "r").reshape(tables.rows, -1)
        moved = np.array([row for placed, *_ in blocks for row in placed], np.int64)
        facts = changed.manifest["files"].get(codes.NAME, {}) if changed else {}
        before = changed.generation / codes.NAME if changed else None
        codes.keep(draft / codes.NAME, now, before, moved, facts.get("sha256"))
    articles = _group(db, old, kept)
    db.commit()
    db.close()
    return {"articles": articles, "passages": tables.rows, "worn": worn if changed else 0}


def _worn(old: Library, gone: Sequence[str], entries: Sequence[Entry]) -> int:
    """How many passages have come and gone since the library was last written anew."""
    went = sum(len(old.passages_of(source)[0]) for path in gone for source in old.sources_of(path))
    came = sum(len(passages) for entry in entries for _, passages in entry.fresh)
    return int(old.manifest["worn"]) + went + came


def _articles(
    entry: Entry, old: Library | None, reused: dict[str, Rows]
) -> Iterator[tuple[Article, Sequence[Passage], Rows | None, np.ndarray]]:
    """The articles of a file, their passages, rows of these in the old library, and signatures."""
    if not entry.kept or not old:
        for article, passages in entry.fresh:
            yield article, passages, reused.get(article.source), copies.signature(article.text)
        return
    for source in old.sources_of(entry.file.path):
        held = old.article(source)
        assert held is not None
        rows, passages = old.passages_of(source)
        yield held, passages, rows, old.signature(source)


def _patch(path: Path, blocks: Sequence[Block], count: int, dim: int) -> None:
    changes = (
        (row * dim * 4, _bytes(vector))
        for placed, array, rows in blocks
        for row, vector in zip(placed, array[rows], strict=True)
    )
    disk.patch(path, changes, count * dim * 4)


def _bytes(vectors: np.ndarray) -> bytes:
    return np.ascontiguousarray(vectors, "<f4").tobytes()


def _group(db: sqlite3.Connection, old: Library | None, kept: set[str]) -> int:
    """Says of each near-copy which article it is a copy of; returns how many articles there are. Groups that the old
    library knew stay, but for those that lost an article, which may have held them together."""
    before = old.groups() if old else []
    lost = {group for file, _, group in before if file not in kept}
    known = {source: group for file, source, group in before if file in kept and group not in lost}
    held = db.execute("select id, source, signature from article order by id").fetchall()
    if not held:
        return 0
    ids = [number for number, _, _ in held]

    def text(n: int) -> str:
        return str(db.execute("select text from article where id = ?", (ids[n],)).fetchone()[0])

    signatures = np.stack([np.frombuffer(signature, np.uint32) for _, _, signature in held])
    first = copies.groups(signatures, text, [known.get(source) for _, source, _ in held])
    db.execute("update article set copy_of = null where copy_of is not null")
    later = np.flatnonzero(first != np.arange(len(first)))
    db.executemany("update article set copy_of = ? where id = ?", ((ids[int(first[n])], ids[n]) for n in later))
    return len(held)

"""The files of one generation: articles.db (`index.tables`), the vectors of its passages and of their parts. Used by
`index.build`.

A library of some size is copied and the copy changed, so that an update costs what it changes. A small one, and one of
which much has come and gone, is written anew in the order of its files.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from index import copies, disk
from index.article import Article
from index.library import Library
from index.passages import Passage
from index.scan import Entry
from index.search import codes
from index.tables import SCHEMA, Tables, key

SMALL = 5_000  # passages up to which a library is always written anew
WORN = 0.2  # share of its passages that may come and go before it is

Source = Mapping[str, np.ndarray] | np.ndarray
"""What passages were embedded as: an array for each field of `index.parts.record`, or of such records."""
Block = tuple[list[int], Source, Sequence[int]]
"""Rows, and where what is kept of them comes from: a source, and the rows in it."""


def write(
    draft: Path,
    entries: Iterable[Entry],
    records: Callable[[str], np.ndarray],
    sizes: Mapping[str, int],
    old: Library | None,
) -> dict[str, int]:
    """Writes articles.db, vectors.f32, parts.u4 and (of many passages) dense.faiss, and returns the counts for the
    manifest. records: of each text that the old library does not have, by its key (`index.tables`). sizes: theirs and
    the old ones' (`index.parts.sizes`)."""
    gone, worn = list[str](), 0
    if old:
        entries = list(entries)  # looked at more than once
        kept = {entry.file.path for entry in entries if entry.kept}
        gone = [path for path in old.files if path not in kept]
        worn = _worn(old, gone, entries)
    changed = old if old and old.manifest["passages"] > SMALL and worn <= WORN * old.manifest["passages"] else None
    if changed:
        disk.copy(changed.generation / "articles.db", draft / "articles.db")
    db = sqlite3.connect(draft / "articles.db")
    db.execute("pragma synchronous = off")  # store.commit brings the whole file to the disk, once
    db.execute("pragma secure_delete = on")  # what is dropped is not left in the file
    if not changed:
        db.executescript(SCHEMA)
    tables = Tables(db)
    tables.drop(gone if changed else [])
    before: Source = {"vector": old.vectors, "parts": old.parts} if old else {}
    blocks = list[Block]()
    for entry in entries:
        tables.add_file(entry.file, old.packed(entry.file.path) if entry.kept and old and not changed else entry.packed)
        for article, passages in () if entry.kept and changed else _articles(entry, old):
            name = key(article, passages)
            if tables.text(name) is None:
                held = old.text(name) if old else None
                signature = held[1] if held else copies.signature(article.text)
                placed = tables.add_text(name, article.text, passages, signature)
                blocks.append((placed, before, held[0]) if held else (placed, records(name), range(len(passages))))
            tables.add(entry.file.path, article, name)
    moves = tables.fill()
    if changed:
        blocks.append((list(moves), before, list(moves.values())))
    _embedded(draft, sizes, blocks, tables.rows, changed)
    _group(db, old)
    articles = db.execute("select count(*) from article").fetchone()[0]
    db.commit()
    db.close()
    return {"articles": articles, "passages": tables.rows, "worn": worn if changed else 0}


def _embedded(
    draft: Path, sizes: Mapping[str, int], blocks: Sequence[Block], count: int, changed: Library | None
) -> None:
    """Writes what passages were embedded as. count: of all passages. changed: the old library, where the rows that are
    not in the blocks are its own."""
    for field, name, width in (("vector", "vectors.f32", 4 * sizes["dim"]), ("parts", "parts.u4", sizes["parts"])):
        if changed and width:
            disk.copy(changed.generation / name, draft / name)
            _patch(draft / name, field, blocks, count, width)
        elif width or field == "vector":
            disk.write(draft / name, (source[field][rows].tobytes() for _, source, rows in blocks))
    if count:
        now = np.memmap(draft / "vectors.f32", "<f4", "r").reshape(count, -1)
        moved = np.array([row for placed, *_ in blocks for row in placed], np.int64)
        facts = changed.manifest["files"].get(codes.NAME, {}) if changed else {}
        before = changed.generation / codes.NAME if changed else None
        codes.keep(draft / codes.NAME, now, before, moved, facts.get("sha256"))


def _worn(old: Library, gone: Sequence[str], entries: Iterable[Entry]) -> int:
    """How many passages have come and gone since the library was last written anew."""
    went = sum(len(old.passages_of(source)[0]) for path in gone for source in old.sources_of(path))
    came = sum(len(passages) for entry in entries for _, passages in entry.fresh)
    return int(old.manifest["worn"]) + went + came


def _articles(entry: Entry, old: Library | None) -> Iterator[tuple[Article, Sequence[Passage]]]:
    """The articles of a file, and their passages."""
    if not entry.kept or not old:
        yield from entry.fresh
        return
    for source in old.sources_of(entry.file.path):
        held = old.article(source)
        assert held is not None
        yield held, old.passages_of(source)[1]


def _patch(path: Path, field: str, blocks: Sequence[Block], count: int, width: int) -> None:
    """width: bytes of a row."""
    changes = (
        (row * width, one.tobytes())
        for placed, source, rows in blocks
        for row, one in zip(placed, source[field][rows], strict=True)
    )
    disk.patch(path, changes, count * width)


def _group(db: sqlite3.Connection, old: Library | None) -> None:
    """Says of each text which other one it is a near-copy of. Groups that the old library knew stay, but for those that
    lost a text, which may have held them together."""
    held = db.execute("select id, key, signature from text order by id").fetchall()
    if not held:
        return
    before = old.groups() if old else {}
    lost = {before[name] for name in before.keys() - {name for _, name, _ in held}}
    known = [group if (group := before.get(name)) not in lost else None for _, name, _ in held]
    ids = [number for number, _, _ in held]

    def text(n: int) -> str:
        return str(db.execute("select text from text where id = ?", (ids[n],)).fetchone()[0])

    signatures = np.stack([np.frombuffer(signature, np.uint32) for *_, signature in held])
    first = copies.groups(signatures, text, known)
    db.execute("update text set copy_of = null where copy_of is not null")
    later = np.flatnonzero(first != np.arange(len(first)))
    db.executemany("update text set copy_of = ? where id = ?", ((ids[int(first[n])], ids[n]) for n in later))

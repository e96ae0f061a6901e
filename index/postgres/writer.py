"""Files into a library on a server: one transaction for a set of files. Writers take turns, readers never see half."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from index import copies
from index.postgres import copies as near
from index.postgres import schema
from index.postgres.connection import Database
from index.postgres.dense import as_vector, crc
from index.scan import Entry
from index.tables import File, Tables, key


class Missing(LookupError):
    """Texts whose vectors were not given: another writer took them away meanwhile. Their keys are the argument."""


class ServerTables(Tables):
    """As those of a folder, with the vectors beside the passages. folder: of the files. records: by key of the text.
    wanted: keys of texts that stay when their last article goes, since another one comes."""

    db: Database

    def __init__(self, db: Database, folder: str, records: Mapping[str, np.ndarray], wanted: Collection[str]) -> None:
        super().__init__(db)
        self._folder, self._records, self._wanted = folder, records, wanted
        self._new, self._torn = list[int](), set[int]()

    def add_file(self, file: File, original: Sequence[bytes]) -> None:
        super().add_file(file, original)
        self.db.execute("update file set folder = ? where path = ?", (self._folder, file.path))

    def _place(self, name: str, places: Sequence[tuple[int, int, int, int]]) -> None:
        held = zip(places, self._records[name], strict=True)
        lines = [(*place, as_vector(one["vector"]), one["parts"].tobytes(), crc(*one)) for place, one in held]
        self.db.executemany("insert into passage values (?, ?, ?, ?, ?, ?, ?)", lines)
        self._new.append(self.text(name) or 0)

    def _drop_text(self, number: int) -> None:
        asked = "select key, coalesce(copy_of, id), signature from text where id = ?"
        ((name, group, signature),) = self.db.execute(asked, (number,))
        if name in self._wanted:
            return
        near.remove(self.db, number, signature)
        self._torn.add(group)
        super()._drop_text(number)

    def fill(self) -> dict[int, int]:
        moves = super().fill()
        near.add(self.db, self._new)
        near.group(self.db, sorted({*self._new, *near.loosen(self.db, sorted(self._torn))}))
        return moves


def apply(
    db: Database, folder: str, entries: Sequence[Entry], gone: Sequence[str], records: Mapping[str, np.ndarray], at: int
) -> None:
    """The files of `entries` as they are now, and those of `gone` no more. records: of the texts that the library
    lacks, by key. at: when the folder was looked at, nanoseconds since 1970. Raises Missing, with nothing changed."""
    with db.transaction():
        db.execute("update library set version = version + 1 where id = 1")  # waits for the writer before us
        manifest = schema.read(db)[1]
        entries = ours(db, entries, folder)
        asked = "select path, size, mtime_ns, sha256, refused from file where path = any(?) and folder = ?"
        paths = [entry.file.path for entry in entries] + list(gone)
        held = {row[0]: File(*row) for row in db.execute(asked, (paths, folder))}
        entries = [settled for entry in entries if (settled := _settled(db, entry, held))]
        fresh = [entry for entry in entries if not entry.kept]
        wanted = {key(*one) for entry in fresh for one in entry.fresh}
        tables = ServerTables(db, folder, records, wanted)
        if lacking := {name for name in wanted if name not in records and tables.text(name) is None}:
            raise Missing(lacking)
        tables.drop(
            [*(path for path in gone if path in held), *(entry.file.path for entry in fresh if entry.file.path in held)]
        )
        for entry in entries:
            tables.add_file(entry.file, entry.packed)
            for article, passages in () if entry.kept else entry.fresh:
                name = key(article, passages)
                if tables.text(name) is None:
                    tables.add_text(name, article.text, passages, copies.signature(article.text))
                tables.add(entry.file.path, article, name)
        tables.fill()
        ((articles,),) = db.execute("select count(*) from article")
        folders = manifest["folders"] | {folder: at}
        named = {"folder": ", ".join(sorted(folders)), "folders": folders, "built_ns": at}
        told = manifest | named | {"articles": articles, "passages": tables.rows}
        db.execute("update library set manifest = ? where id = 1", (json.dumps(told),))


def ours(db: Database, entries: Sequence[Entry], folder: str) -> list[Entry]:
    """The entries, those refused whose place, or the source of an article, another folder has taken."""
    paths = [entry.file.path for entry in entries]
    sources = [article.source for entry in entries for article, _ in entry.fresh]
    named = "select path, folder from file where path = any(?) and folder <> ?"
    told = "select source, folder from article join file on path = file where source = any(?) and folder <> ?"
    files = dict[str, str](db.execute(named, (paths, folder)))
    articles = dict[str, str](db.execute(told, (sources, folder)))
    return [_elsewhere(entry, folder, files, articles) for entry in entries]


def _elsewhere(entry: Entry, folder: str, files: Mapping[str, str], articles: Mapping[str, str]) -> Entry:
    path = entry.file.path
    if path in files:
        why = f"{path}: the library has a file of that name from {files[path]}; rename one"
        return Entry(replace(entry.file, path=f"{path} (of {folder})", sha256="", refused=why))
    for article, _ in entry.fresh:
        if owner := articles.get(article.source):
            return _twice(entry, article.source, f" from {owner}")
    return entry


def _twice(entry: Entry, source: str, owner: str = "") -> Entry:
    why = f"{entry.file.path}: another file{owner} has an article of the same source {source!r}; rename one"
    return Entry(replace(entry.file, sha256="", refused=why))


def _settled(db: Database, entry: Entry, held: Mapping[str, File]) -> Entry | None:
    """The entry beside what other writers have made of the library since it was read: kept where it is here already,
    refused where another file has its source, nothing where it was to be kept and is no more: the next run reads it."""
    path = entry.file.path
    known = held.get(path)
    if known and (known.sha256, known.refused) == (entry.file.sha256, entry.file.refused):
        return Entry(entry.file, kept=True)
    if entry.kept:
        return None
    sources = [article.source for article, _ in entry.fresh]
    taken = db.execute("select source from article where source = any(?) and file <> ?", (sources, path))
    return _twice(entry, taken[0][0]) if taken else entry

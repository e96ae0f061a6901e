"""A library from one store into another: `attest copy FROM TO`. Nothing is read or embedded again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from index import store
from index.encoders import Progress, layout
from index.errors import LibraryError
from index.generation import write
from index.library import Library
from index.parts import sizes
from index.postgres import is_server
from index.scan import Entry
from index.tables import key

FACTS = ("encoder", "runtime", "encoder_model", "dim", "parts")  # of a manifest, that hold for a copy as well


def copy(source: str | Path, target: str | Path, progress: Progress | None = None) -> Library:
    """The copy, opened. A folder must not hold a library yet; on a server a copy that was interrupted goes on.

    Raises LibraryMissing, LibraryCorrupt, LibraryUnreachable, LibraryError (the place is taken, or cannot be written).
    """
    held = Library.open(source)
    with held.snapshot():
        if is_server(target):
            _to_server(held, str(target), progress)
        else:
            _to_folder(held, Path(target), progress)
    return Library.open(target)


class Entries:
    """The files of a library, as they would be read from a folder. folder: of that one only."""

    def __init__(self, library: Library, progress: Progress | None, folder: str | None = None) -> None:
        self._library, self._progress, self._folder = library, progress, folder

    def __iter__(self) -> Iterator[Entry]:
        library = self._library
        files = library.files if self._folder is None else library.files_of(self._folder)
        for n, (path, file) in enumerate(files.items(), 1):
            articles = [article for source in library.sources_of(path) if (article := library.article(source))]
            fresh = tuple((article, library.passages_of(article.source)[1]) for article in articles)
            yield Entry(file, fresh, tuple(library.packed(path)))
            if self._progress:
                self._progress(n, len(files))


def _records(library: Library, name: str) -> np.ndarray:
    """Of the passages of the text of that key."""
    held = library.text(name)
    assert held is not None
    return library.records(held[0])


def _to_folder(held: Library, place: Path, progress: Progress | None) -> None:
    if store.exists(place):
        raise LibraryError(f"{place} has a library; name a folder that has none, or delete it")

    facts = {name: held.manifest[name] for name in (*FACTS, "folder")}

    def fill(draft: Path) -> store.Manifest:
        counts = write(draft, Entries(held, progress), partial(_records, held), facts, None)
        return counts | facts | {"built_ns": held.built_ns}

    with store.writing(place):
        store.commit(place, fill)


def _to_server(held: Library, place: str, progress: Progress | None) -> None:
    from index.postgres import build, schema, writer
    from index.postgres.connection import Database

    db = Database(place)
    shape = sizes(layout(held.encoder))  # the manifest has none where a library has no passage
    schema.create(db, schema.empty({name: held.manifest[name] for name in (*FACTS, "folder")} | shape))
    made = schema.read(db)[1]["encoder"]
    if made != held.manifest["encoder"]:
        raise LibraryError(f"{db.place} has a library that another encoder built ({made!r}); name another one")
    for folder, seen in held.folders.items():
        for part in build.sets(Entries(held, progress, folder)):
            names = {key(*one) for entry in part for one in entry.fresh}
            records = {name: _records(held, name) for name in names}
            writer.apply(db, folder, part, (), records, min(seen, time.time_ns()))
    build.graph(db)

"""An opened library on a server. Every question reads one snapshot; what was learnt of an older one is forgotten."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from index.encoders import Encoder, load_encoder
from index.errors import EncoderMismatch, LibraryCorrupt
from index.filter import Filter
from index.library import SEARCHERS, Library
from index.postgres import schema
from index.postgres.connection import Database
from index.postgres.dense import ServerDense, fetched
from index.search import Hit, Searcher
from index.store import Manifest
from index.tables import File

_LEARNT = ("vocabulary", "lexical", "_searchers", "files")  # properties that hold for one version


class ServerLibrary(Library):
    """Open one with `Library.open("postgresql://...")`. version: of what was last read."""

    db: Database

    def __init__(self, place: str, db: Database, encoder: Encoder, of: str | None) -> None:
        self.db, self.folder, self.encoder, self._of = db, place, encoder, of
        self.encode_question = lru_cache(maxsize=64)(encoder.encode_question)
        self.generation = Path(db.schema)
        self._one, self._ranked = threading.RLock(), (None, [])
        self.version, self.manifest = -1, Manifest()
        with self.snapshot():
            pass

    @classmethod
    def open(cls, place: str | Path, encoder: str | None = None, of: str | None = None) -> ServerLibrary:
        """of: the folder whose files alone `files` and `built_ns` tell of; of all, where not given."""
        db = Database(str(place))
        manifest = schema.read(db)[1]
        made = load_encoder(encoder if encoder is not None else manifest["encoder_model"])
        if made.name != manifest["encoder"]:
            remedy = "ask without --encoder, or index into another --library" if encoder else "index its articles again"
            told = f"library {db.place} was built with encoder {manifest['encoder']!r}, not {made.name!r}"
            raise EncoderMismatch(f"{told}; {remedy}")
        return cls(str(place), db, made, of)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        with self._one, self.db.snapshot():
            version, manifest = schema.read(self.db)
            if version != self.version:
                for name in _LEARNT:
                    self.__dict__.pop(name, None)
                self.version, self.manifest, self._ranked = version, manifest, (None, [])
                self._near = schema.near(self.db, manifest["dim"]) if schema.has_graph(self.db) else None
            yield

    @cached_property
    def files(self) -> dict[str, File]:
        where, values = ("", ()) if self._of is None else (" where folder = ?", (self._of,))
        rows = self.db.execute(f"select path, size, mtime_ns, sha256, refused from file{where} order by path", values)
        return {row[0]: File(*row) for row in rows}

    @property
    def built_ns(self) -> int:
        """When the folder was last looked at, or any of them."""
        seen: dict[str, int] = self.manifest["folders"]
        return seen.get(self._of, 0) if self._of is not None else max(seen.values(), default=0)

    def search(
        self, question: str, top: int, chosen: Filter | None = None, weights: Sequence[float] | None = None
    ) -> list[Hit]:
        with self.snapshot():
            return super().search(question, top, chosen, weights)

    def vectors_of(self, rows: Sequence[int]) -> np.ndarray:
        found, vectors = fetched(self.db, "select id, vector from passage where id = any(?)", [list(rows)])
        place = {row: n for n, row in enumerate(found.tolist())}
        return vectors[[place[row] for row in rows]]

    def _broken(self, what: str) -> LibraryCorrupt:
        return LibraryCorrupt(
            f"{self.db.place}: {what}; restore its backup, or index its articles into another --library"
        )

    def _make_searchers(self) -> dict[str, Searcher]:
        dense = ServerDense(self.db, self._near, self.encode_question, self.manifest["passages"])
        return {name: dense if name == "dense" else make(self) for name, make in SEARCHERS.items()}

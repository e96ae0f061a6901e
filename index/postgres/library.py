"""An opened library on a server. Every question reads one snapshot; what was learnt of an older one is forgotten."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from index.ahead import Ahead
from index.encoders import Encoder
from index.errors import LibraryCorrupt
from index.filter import Filter
from index.library import SEARCHERS, Library, encoder_of
from index.postgres import schema
from index.postgres.connection import Database
from index.postgres.dense import ServerDense, fetched
from index.postgres.failures import broken
from index.search import Hit, Searcher
from index.statements import Statements
from index.store import Manifest
from index.tables import File

_LEARNT = ("vocabulary", "lexical", "_searchers", "files")  # properties that hold for one version
_Method = TypeVar("_Method", bound=Callable[..., Any])


def _at_once(method: _Method) -> _Method:
    """What takes several statements, of one snapshot: no writer comes between them."""

    @wraps(method)
    def inside(self: ServerLibrary, *args: Any, **options: Any) -> Any:
        with self.db.snapshot():
            return method(self, *args, **options)

    return inside  # type: ignore[return-value]


class ServerLibrary(Library):
    """Open one with `Library.open("postgresql://...")`. version: of what was last read."""

    db: Database

    _near: str | None  # see ServerDense

    def __init__(self, place: str, db: Database, encoder: Encoder, of: str | None) -> None:
        self.db, self.folder, self.encoder, self._of = db, place, encoder, of
        self.encode_question = Ahead(encoder.encode_question)
        self.generation = Path(db.schema)
        self._one, self._ranked, self._known, self._near = threading.RLock(), (None, []), ("", {}), None
        self.version, self.manifest = -1, Manifest()
        with self.snapshot():
            pass

    @classmethod
    def open(cls, place: str | Path, encoder: str | None = None, of: str | None = None) -> ServerLibrary:
        """of: the folder whose files alone `files` and `built_ns` tell of; of all, where not given."""
        db = Database(str(place))
        manifest = schema.read(db)[1]
        remedy = f"{'ask without --encoder, or ' if encoder else ''}index its articles into another --library"
        return cls(str(place), db, encoder_of(manifest, encoder, f"library {db.place}", remedy), of)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        with self._one, self.db.snapshot():
            version, manifest = schema.read(self.db)
            if version != self.version:
                near = schema.near(self.db, manifest["dim"]) if schema.has_graph(self.db) else None
                for name in _LEARNT:
                    self.__dict__.pop(name, None)
                self.version, self.manifest, self._near = version, manifest, near
                self._ranked, self._known = (None, []), ("", {})
            yield

    article = _at_once(Library.article)
    passage = _at_once(Library.passage)
    reprints = _at_once(Library.reprints)
    latest = _at_once(Library.latest)
    text = _at_once(Library.text)

    @cached_property
    def files(self) -> dict[str, File]:
        return self._files(()) if self._of is None else self.files_of(self._of)

    def files_of(self, folder: str) -> dict[str, File]:
        return self._files((folder,))

    def _files(self, folder: Sequence[str]) -> dict[str, File]:
        where = "where folder = ? " * len(folder)
        rows = self.db.execute(f"select path, size, mtime_ns, sha256, refused from file {where}order by path", folder)
        return {row[0]: File(*row) for row in rows}

    @property
    def folders(self) -> dict[str, int]:
        return dict(self.manifest["folders"])

    @property
    def built_ns(self) -> int:
        """When the folder was last looked at, or any of them."""
        return self.folders.get(self._of, 0) if self._of is not None else max(self.folders.values(), default=0)

    def search(
        self, question: str, top: int, chosen: Filter | None = None, weights: Sequence[float] | None = None
    ) -> list[Hit]:
        with self.snapshot():
            return super().search(question, top, chosen, weights)

    @staticmethod
    def owners(db: Statements) -> np.ndarray:
        """Numbered without gaps: those of the table only ever grow, and what counts by them would too."""
        ((held,),) = db.execute(
            "select string_agg(int8send(text), ''::bytea order by id) from passage"
        )  # not row by row
        numbers: np.ndarray = np.unique(np.frombuffer(held or b"", ">i8"), return_inverse=True)[1]
        return numbers

    def vectors_of(self, rows: Sequence[int]) -> np.ndarray:
        if not len(rows):
            return np.zeros((0, self.manifest["dim"]), np.float32)
        found, vectors = fetched(self.db, "select id, vector from passage where id = any(?)", [list(rows)])
        place = {row: n for n, row in enumerate(found.tolist())}
        return vectors[[place[row] for row in rows]]

    def parts_of(self, rows: Sequence[int]) -> np.ndarray:
        found: dict[int, bytes] = dict(self.db.execute("select id, parts from passage where id = any(?)", [list(rows)]))
        return np.frombuffer(b"".join(found[row] for row in rows), np.uint8).reshape(len(rows), self.manifest["parts"])

    def _broken(self, what: str) -> LibraryCorrupt:
        return broken(self.db.place, what)

    def _make_searchers(self) -> dict[str, Searcher]:
        dense = ServerDense(self.db, self._near, self.encode_question, self.manifest["passages"])
        return {name: dense if name == "dense" else make(self) for name, make in SEARCHERS.items()}

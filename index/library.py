"""An opened library: its articles, passages and searchers. Read-only; `index.build` makes and updates it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from index import store
from index.ahead import Ahead
from index.article import Article
from index.encoders import Encoder, load_encoder
from index.errors import EncoderMismatch, LibraryCorrupt
from index.filter import ALL, Filter
from index.parts import by_nearness, nearness, records
from index.passages import Passage
from index.postgres import is_server, open_library
from index.search import Hit, Searcher
from index.search.approximate import Approximate
from index.search.codes import NAME
from index.search.dense import Dense
from index.search.diversity import spread
from index.search.fusion import fuse
from index.search.lexical import Lexical
from index.search.voices import voices
from index.search.whole import Whole
from index.statements import Statements
from index.tables import KNOWN, File, unpacked
from index.vocabulary import Vocabulary

DEPTH = 200  # passages that each searcher gives to the fusion
WEIGHTS = (0.45, 0.35, 0.2)  # of the searchers, in the order of SEARCHERS, chosen on questions of ours
EACH = 4  # passages of one article that may stand before those of others
_ORDER = "order by published is null, published, source"  # of articles that have one text


class Library:
    """Open one with `Library.open(folder_of_the_library)`."""

    db: Statements
    folder: Path | str

    def __init__(self, folder: Path, generation: Path, manifest: store.Manifest, encoder: Encoder) -> None:
        self.folder, self.generation, self.manifest, self.encoder = folder, generation, manifest, encoder
        self.encode_question = Ahead(encoder.encode_question)
        self._ranked: tuple[object, list[Hit]] = (None, [])  # of the last search, which is soon asked for more
        self._known: tuple[str, dict[int, float]] = ("", {})  # of the last question, to passages
        try:
            uri = f"{(generation / 'articles.db').resolve().as_uri()}?mode=ro&immutable=1"
            self.db = sqlite3.connect(uri, uri=True, check_same_thread=False)
            self.db.execute("select 1 from article, passage, words limit 1")
            # mapped now, not when it is first needed: by then a writer may have taken the generation away
            self.vectors = _rows(generation / "vectors.f32", np.float32, manifest["passages"], manifest["dim"])
            self.parts = _rows(generation / "parts.u4", np.uint8, manifest["passages"], manifest["parts"])
            self.nearest = np.memmap(generation / NAME, np.uint8, "r") if NAME in manifest["files"] else None
        except (sqlite3.Error, OSError, ValueError) as error:
            raise store.corrupt(folder, f"articles.db: {error}") from error

    @classmethod
    def open(cls, folder: str | Path, encoder: str | None = None) -> Library:
        """Opens without embedding anything. folder: that of the library, or the address of one on a server
        (`index.postgres`). encoder: refuse the library unless this one built it.

        Raises LibraryMissing, LibraryCorrupt, LibraryUnreachable, EncoderMismatch.
        """
        if is_server(folder):
            return open_library(str(folder), encoder)
        folder = Path(folder)
        while True:
            name = store.named(folder)
            try:
                return cls._opened(folder, encoder)
            except LibraryCorrupt:
                if store.named(folder) == name:
                    raise  # and not: a writer took the generation away while it was being opened

    @classmethod
    def _opened(cls, folder: Path, encoder: str | None) -> Library:
        generation, manifest = store.current(folder)
        remedy = "ask without --encoder, or index into another --library" if encoder else "index its articles again"
        return cls(folder, generation, manifest, encoder_of(manifest, encoder, f"library {folder}", remedy))

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(self.db)

    @cached_property
    def lexical(self) -> Lexical:
        return Lexical(self.db)

    @cached_property
    def _searchers(self) -> dict[str, Searcher]:
        return self._make_searchers()

    def _make_searchers(self) -> dict[str, Searcher]:
        return {name: make(self) for name, make in SEARCHERS.items()}

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Inside it nothing changes, whoever writes. A folder's generation never does; see `index.postgres`.

        Raises LibraryCorrupt for damage that is met on the way: a large library is not read whole when it is opened."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise store.corrupt(Path(self.folder), f"articles.db: {error}") from error

    def search(
        self, question: str, top: int, chosen: Filter | None = None, weights: Sequence[float] | None = None
    ) -> list[Hit]:
        """The best passages by all searchers, fused, and spread over articles that say something of their own. Where
        the passages' parts are known, the dense ranking is theirs, of all that any searcher found.
        weights: of the searchers, in the order of SEARCHERS."""
        asked = question, max(DEPTH, top), chosen, tuple(weights or WEIGHTS)
        if self._ranked[0] != asked:
            self._ranked = asked, self._rank(*asked)
        return self._ranked[1][:top]

    def _rank(self, question: str, depth: int, chosen: Filter | None, weights: Sequence[float]) -> list[Hit]:
        allowed = self.allowed(chosen) if chosen else None
        found = {name: searcher.search(question, depth, allowed) for name, searcher in self._searchers.items()}
        if self.manifest["parts"]:
            asked_for = [ranking for ranking, weight in zip(found.values(), weights, strict=True) if weight]
            rows = sorted({hit.row for ranking in asked_for for hit in ranking})
            found["dense"] = by_nearness(rows, self.nearness(question, rows), depth)
        hits = fuse(list(found.values()), weights)
        return spread(hits, *voices(self.db, hits), EACH)

    def cosines(self, question: str, rows: Sequence[int]) -> np.ndarray:
        """(len(rows),) similarity of the question to passages."""
        cosines: np.ndarray = self.vectors_of(rows) @ self.encode_question(question)
        return cosines

    def nearness(self, question: str, rows: Sequence[int]) -> np.ndarray:
        """(len(rows),) of the nearest part of each passage; of the whole where no parts are known."""
        if not self.manifest["parts"]:
            return self.cosines(question, rows)
        asked, known = self._known
        if asked != question:
            known = {}
            self._known = question, known
        if new := [row for row in rows if row not in known]:
            near = nearness(self.parts_of(new), self.encode_question(question))
            known.update(zip(new, near.tolist(), strict=True))
        return np.array([known[row] for row in rows], np.float32)

    def vectors_of(self, rows: Sequence[int]) -> np.ndarray:
        """(len(rows), dim) float32."""
        return np.asarray(self.vectors[list(rows)])

    def parts_of(self, rows: Sequence[int]) -> np.ndarray:
        """(len(rows), manifest["parts"]) uint8; see `index.parts`."""
        return np.asarray(self.parts[list(rows)])

    def records(self, rows: Sequence[int]) -> np.ndarray:
        """What is kept of passages beside their text: (len(rows),) of `index.parts.record`."""
        return records(self.vectors_of(rows), self.parts_of(rows))

    def allowed(self, chosen: Filter) -> np.ndarray:
        """(m,) int64: the rows of passages of which an article passes the filter, ascending."""
        where, values = chosen.sql()
        query = f"select id from passage where text in (select text from article a where {where}) order by 1"
        return np.array([row for (row,) in self.db.execute(query, values)], np.int64)

    @staticmethod
    def owners(db: Statements) -> np.ndarray:
        """(passages,) int64: the number of each passage's text. Of a database, so that who has this to call does not
        keep the library."""
        found = db.execute("select text from passage order by id").fetchall()
        return np.array(found, np.int64).reshape(-1)

    def holders(self, rows: Sequence[int]) -> dict[int, list[str]]:
        """row -> the sources of the articles that have its text, in order."""
        query = "select p.id, source from passage p join article a using(text) where p.id in"
        query = f"{query} (select cast(value as bigint) from json_each(?)) order by 2"
        of: dict[int, list[str]] = {}
        for row, source in self.db.execute(query, (json.dumps(list(rows)),)):
            of.setdefault(row, []).append(source)
        return of

    def passage(self, row: int, chosen: Filter = ALL) -> tuple[Article, Passage]:
        """A passage and its article, by row: of several with that text the first to be published that passes the
        filter."""
        text, start, end = self.db.execute('select text, start, "end" from passage where id = ?', (row,)).fetchone()
        where, values = chosen.sql()
        query = f"select source from article a where text = ? and {where} {_ORDER} limit 1"
        ((source,),) = self.db.execute(query, (text, *values)).fetchall()
        return self._article(source), Passage(start, end)

    def reprints(self, source: str, chosen: Filter = ALL) -> list[Article]:
        """Other articles of the same text that pass the filter, in the order of their publication."""
        where, values = chosen.sql()
        same = "text = (select text from article where source = ?) and source <> ?"
        query = f"select source from article a where {same} and {where} {_ORDER}"
        return [self._article(other) for (other,) in self.db.execute(query, (source, source, *values)).fetchall()]

    def article(self, source: str) -> Article | None:
        """The stored article of that source, or None."""
        found = self.db.execute("select 1 from article where source = ?", (source,)).fetchone()
        return self._article(source) if found else None

    def sources_of(self, file: str) -> list[str]:
        """The sources of a file's articles, in the order in which they stand in it."""
        rows = self.db.execute("select source from article where file = ? order by id", (file,))
        return [source for (source,) in rows.fetchall()]

    def passages_of(self, source: str) -> tuple[list[int], list[Passage]]:
        """Rows and extents of the passages of the article of that source, in order."""
        query = 'select p.id, start, "end" from passage p join article a using(text) where source = ? order by 2, 3'
        found = self.db.execute(query, (source,)).fetchall()
        return [row for row, _, _ in found], [Passage(start, end) for _, start, end in found]

    def text(self, key: str) -> tuple[list[int], np.ndarray] | None:
        """Of the text of that key (`index.tables`) the rows of its passages in order, and its signature
        (`index.copies`); None where it is not here."""
        found = self.db.execute("select id, signature from text where key = ?", (key,)).fetchone()
        if not found:
            return None
        rows = self.db.execute('select id from passage where text = ? order by start, "end"', (found[0],))
        return [row for (row,) in rows], np.frombuffer(found[1], np.uint32)

    def packed(self, file: str) -> list[bytes]:
        """The bytes of a file as they are stored (see `index.tables`)."""
        query = "select data from original join file using(sha256) where path = ? order by part"
        return [data for (data,) in self.db.execute(query, (file,))]

    def original(self, file: str) -> bytes:
        """The bytes that a file had when it was indexed; none where it was refused."""
        return unpacked(self.packed(file))

    def groups(self) -> dict[str, str]:
        """Key of every text -> key of the one that stands for its near-copies, often its own."""
        query = "select t.key, coalesce(o.key, t.key) from text t left join text o on o.id = t.copy_of"
        return dict(self.db.execute(query).fetchall())

    def _article(self, source: str) -> Article:
        """Raises LibraryCorrupt where the text is not the one that was stored."""
        first = f"(select source from article o where o.text = coalesce(t.copy_of, t.id) {_ORDER} limit 1)"
        query = f"select {', '.join(KNOWN)}, t.text, {first}, sha256 from article a join text t on t.id = a.text"
        *values, text, group, digest = self.db.execute(f"{query} where source = ?", (source,)).fetchone()
        known = dict(zip(KNOWN, values, strict=True))
        article = Article(text=text, copy_of=group if group != source else None, **known)
        if article.sha256 != digest:
            raise self._broken(f"the text of {article.source} has changed since it was stored (SHA-256)")
        return article

    def _broken(self, what: str) -> LibraryCorrupt:
        return store.corrupt(Path(self.folder), what)

    @cached_property
    def files(self) -> dict[str, File]:
        """Every file that was looked at, by path."""
        rows = self.db.execute("select path, size, mtime_ns, sha256, refused from file order by path")
        return {row[0]: File(*row) for row in rows}

    @property
    def folders(self) -> dict[str, int]:
        """The folders of its files, and when each was last looked at, nanoseconds since 1970."""
        return {str(self.manifest["folder"]): self.built_ns}

    def files_of(self, folder: str) -> dict[str, File]:
        """As `files`, of one of `folders`."""
        return self.files if folder in self.folders else {}

    @property
    def refused(self) -> list[tuple[str, str]]:
        """(file, why it is not in the library), in order."""
        return [(file.path, file.refused) for file in self.files.values() if file.refused is not None]

    @property
    def built_ns(self) -> int:
        """When the current generation was made, nanoseconds since 1970."""
        return int(self.manifest["built_ns"])

    @property
    def sources(self) -> list[str]:
        return [source for (source,) in self.db.execute("select source from article order by source")]

    def latest(self, count: int) -> list[Article]:
        """The articles that were published last, the latest first, those of unknown date at the end."""
        query = "select source from article order by published is null, published desc, source limit ?"
        return [self._article(source) for (source,) in self.db.execute(query, (count,)).fetchall()]

    @property
    def newest(self) -> str | None:
        """The latest day of publication, ISO."""
        day: str | None = self.db.execute("select max(published) from article").fetchone()[0]
        return day


def encoder_of(manifest: store.Manifest, asked: str | None, library: str, remedy: str) -> Encoder:
    """The encoder that is asked for, else the recorded one. Raises EncoderMismatch unless it built the library."""
    recorded, made = manifest["encoder"], load_encoder(asked if asked is not None else manifest["encoder_model"])
    if made.name != recorded:
        raise EncoderMismatch(f"{library} was built with encoder {recorded!r}, not {made.name!r}; {remedy}")
    return made


def _rows(path: Path, kind: type[np.generic], count: int, width: int) -> np.ndarray:
    """(count, width), mapped from the file."""
    if not count or not width:
        return np.zeros((count, width), kind)
    return np.memmap(path, kind, "r", shape=(count, width))


def _dense(library: Library) -> Searcher:
    """Exact; approximate where the library is so large that it has a file for that."""
    if library.nearest is None:
        return Dense(library.vectors, library.encode_question)
    sha256 = library.manifest["files"][NAME]["sha256"]
    return Approximate(library.nearest, sha256, library.vectors, library.encode_question)


SEARCHERS: dict[str, Callable[[Library], Searcher]] = {
    "dense": _dense,
    "lexical": lambda library: library.lexical,
    "whole": lambda library: Whole(library.db, library.lexical, partial(library.owners, library.db)),
}

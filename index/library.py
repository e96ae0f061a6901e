"""An opened library: its articles, passages and searchers. Read-only; `index.build` makes and updates it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from index import store
from index.article import Article
from index.copies import particulars
from index.encoders import Encoder, load_encoder
from index.errors import EncoderMismatch, LibraryCorrupt
from index.passages import Passage
from index.search import Hit, Searcher
from index.search.approximate import Approximate
from index.search.codes import NAME
from index.search.dense import Dense
from index.search.diversity import spread
from index.search.fusion import fuse
from index.search.lexical import Lexical
from index.search.whole import Whole
from index.tables import KNOWN, File, unpacked
from index.vocabulary import Vocabulary

DEPTH = 200  # passages that each searcher gives to the fusion
WEIGHTS = (0.45, 0.35, 0.2)  # of the searchers, in the order of SEARCHERS, chosen on questions of ours
EACH = 4  # passages of one article that may stand before those of others


@dataclass(frozen=True)
class Filter:
    """Which articles may be read. Days are ISO dates, both ends included; an article of unknown date passes only where
    no day is asked for. sources: articles whose source is one of these, or lies in one of these folders."""

    sources: tuple[str, ...] | None = None
    since: str | None = None
    until: str | None = None

    def __bool__(self) -> bool:
        return any(part is not None for part in (self.sources, self.since, self.until))


class Library:
    """Open one with `Library.open(folder_of_the_library)`."""

    def __init__(self, folder: Path, generation: Path, manifest: store.Manifest, encoder: Encoder) -> None:
        self.folder, self.generation, self.manifest, self.encoder = folder, generation, manifest, encoder
        self.encode_question = lru_cache(maxsize=64)(encoder.encode_question)
        try:
            uri = f"{(generation / 'articles.db').resolve().as_uri()}?mode=ro&immutable=1"
            self.db = sqlite3.connect(uri, uri=True, check_same_thread=False)
            self.db.execute("select 1 from article, passage, words limit 1")
            # mapped now, not when it is first needed: by then a writer may have taken the generation away
            self.vectors = _vectors(generation / "vectors.f32", manifest["passages"], manifest["dim"])
            self.nearest = np.memmap(generation / NAME, np.uint8, "r") if NAME in manifest["files"] else None
        except (sqlite3.Error, OSError, ValueError) as error:
            raise LibraryCorrupt(
                f"library {folder} is broken: articles.db: {error}; delete it and index again"
            ) from error

    @classmethod
    def open(cls, folder: str | Path, encoder: str | None = None) -> Library:
        """Opens without embedding anything. encoder: refuse the library unless this one built it.

        Raises LibraryMissing, LibraryCorrupt, EncoderMismatch.
        """
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
        recorded = manifest["encoder"]
        made = load_encoder(encoder if encoder is not None else manifest["encoder_model"])
        if made.name != recorded:
            remedy = "ask without --encoder, or index into another --library" if encoder else "index its articles again"
            raise EncoderMismatch(f"library {folder} was built with encoder {recorded!r}, not {made.name!r}; {remedy}")
        return cls(folder, generation, manifest, made)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary(self.db)

    @cached_property
    def lexical(self) -> Lexical:
        return Lexical(self.db)

    @cached_property
    def _searchers(self) -> dict[str, Searcher]:
        return {name: make(self) for name, make in SEARCHERS.items()}

    def search(
        self, question: str, top: int, chosen: Filter | None = None, weights: Sequence[float] | None = None
    ) -> list[Hit]:
        """The best passages by all searchers, fused, and spread over articles that say something of their own.
        weights: of the searchers, in the order of SEARCHERS."""
        allowed = self.allowed(chosen) if chosen else None
        rankings = [searcher.search(question, max(DEPTH, top), allowed) for searcher in self._searchers.values()]
        hits = fuse(rankings, weights or WEIGHTS)
        return spread(hits, self._owners(hits), self._told, EACH)[:top]

    def _owners(self, hits: Sequence[Hit]) -> dict[int, tuple[int, int]]:
        """row -> (article, what its near-copies are known by)."""
        query = "select p.id, a.id, coalesce(copy_of, a.id) from passage p join article a on a.id = p.article"
        rows = json.dumps([hit.row for hit in hits])
        found = self.db.execute(f"{query} where p.id in (select value from json_each(?))", (rows,))
        return {row: (article, group) for row, article, group in found}

    def _told(self, row: int) -> set[str]:
        article, passage = self.passage(row)
        return particulars(article.text[passage.start : passage.end])

    def cosines(self, question: str, rows: Sequence[int]) -> np.ndarray:
        """(len(rows),) similarity of the question to passages."""
        cosines: np.ndarray = self.vectors[list(rows)] @ self.encode_question(question)
        return cosines

    def allowed(self, chosen: Filter) -> np.ndarray:
        """(m,) int64: the rows of passages whose article passes the filter, ascending."""
        clauses: list[str] = ["1"]
        values: list[str] = []
        if chosen.sources is not None:
            inside = "substr(source, 1, length(value) + 1) in (value || '/', value || '#')"
            clauses.append(f"exists (select 1 from json_each(?) where source = value or {inside})")
            values.append(json.dumps([source.rstrip("/") for source in chosen.sources]))
        for comparison, day in ((">=", chosen.since), ("<=", chosen.until)):
            if day is not None:
                clauses.append(f"published {comparison} ?")
                values.append(day)
        query = f"select passage.id from passage join article on article.id = article where {' and '.join(clauses)}"
        return np.array([row for (row,) in self.db.execute(f"{query} order by 1", values)], np.int64)

    def owners(self) -> np.ndarray:
        """(passages,) int64: the number of each passage's article."""
        found = self.db.execute("select article from passage order by id").fetchall()
        return np.array(found, np.int64).reshape(-1)

    def passage(self, row: int) -> tuple[Article, Passage]:
        """A passage and its article, by row."""
        article, start, end = self.db.execute(
            'select article, start, "end" from passage where id = ?', (row,)
        ).fetchone()
        return self._article("id = ?", article), Passage(start, end)

    def article(self, source: str) -> Article | None:
        """The stored article of that source, or None."""
        found = self.db.execute("select 1 from article where source = ?", (source,)).fetchone()
        return self._article("source = ?", source) if found else None

    def sources_of(self, file: str) -> list[str]:
        """The sources of a file's articles, in the order in which they stand in it."""
        rows = self.db.execute("select source from article where file = ? order by id", (file,))
        return [source for (source,) in rows.fetchall()]

    def passages_of(self, source: str) -> tuple[list[int], list[Passage]]:
        """Rows and extents of the passages of the article of that source, in order."""
        query = (
            'select p.id, start, "end" from passage p join article a on a.id = p.article where source = ? order by 2, 3'
        )
        found = self.db.execute(query, (source,)).fetchall()
        return [row for row, _, _ in found], [Passage(start, end) for _, start, end in found]

    def source_of(self, sha256: str) -> str | None:
        """The source of an article whose text has that hash, or None."""
        found = self.db.execute("select source from article where sha256 = ? order by id", (sha256,)).fetchone()
        return found[0] if found else None

    def signature(self, source: str) -> np.ndarray:
        """Of the text of the article of that source (see `index.copies`)."""
        (held,) = self.db.execute("select signature from article where source = ?", (source,)).fetchone()
        return np.frombuffer(held, np.uint32)

    def packed(self, file: str) -> list[bytes]:
        """The bytes of a file as they are stored (see `index.tables`)."""
        query = "select data from original where path = ? order by part"
        return [data for (data,) in self.db.execute(query, (file,))]

    def original(self, file: str) -> bytes:
        """The bytes that a file had when it was indexed; none where it was refused."""
        return unpacked(self.packed(file))

    def groups(self) -> list[tuple[str, str, str]]:
        """(file, source, source of the article that stands for its near-copies, often itself) of every article."""
        group = "coalesce((select source from article o where o.id = a.copy_of), source)"
        return self.db.execute(f"select file, source, {group} from article a").fetchall()

    def _article(self, where: str, value: object) -> Article:
        """Raises LibraryCorrupt where the text is not the one that was stored."""
        query = (
            f"select {', '.join(KNOWN)}, (select source from article o where o.id = a.copy_of), sha256 from article a"
        )
        *values, digest = self.db.execute(f"{query} where {where}", (value,)).fetchone()
        article = Article(**dict(zip((*KNOWN, "copy_of"), values, strict=True)))
        if article.sha256 != digest:
            raise store.corrupt(self.folder, f"the text of {article.source} has changed since it was stored (SHA-256)")
        return article

    @cached_property
    def files(self) -> dict[str, File]:
        """Every file that was looked at, by path."""
        rows = self.db.execute("select path, size, mtime_ns, sha256, refused from file order by path")
        return {row[0]: File(*row) for row in rows}

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

    @property
    def newest(self) -> str | None:
        """The latest day of publication, ISO."""
        day: str | None = self.db.execute("select max(published) from article").fetchone()[0]
        return day


def _vectors(path: Path, count: int, dim: int) -> np.ndarray:
    """(count, dim) float32, unit rows, mapped from the file."""
    if not count:
        return np.zeros((0, dim), np.float32)
    return np.memmap(path, np.float32, "r", shape=(count, dim))


def _dense(library: Library) -> Searcher:
    """Exact; approximate where the library is so large that it has a file for that."""
    if library.nearest is None:
        return Dense(library.vectors, library.encode_question)
    sha256 = library.manifest["files"][NAME]["sha256"]
    return Approximate(library.nearest, sha256, library.vectors, library.encode_question)


SEARCHERS: dict[str, Callable[[Library], Searcher]] = {
    "dense": _dense,
    "lexical": lambda library: library.lexical,
    "whole": lambda library: Whole(library.db, library.lexical, library.owners),
}

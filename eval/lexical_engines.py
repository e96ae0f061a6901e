"""The lexical indexes that `eval.lexical` compares: ours, SQLite's FTS5, bm25s, and arrays of postings in files."""

from __future__ import annotations

import json
import math
import sqlite3
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from index.search import Hit
from index.search.lexical import K1, LEAST, B, Lexical, best, content_words
from index.search.postings import SCHEMA
from index.search.terms import Numbers, chunks, terms
from index.search.writer import update

TOKENIZER = "porter unicode61 remove_diacritics 2"
Pairs = Iterable[tuple[int, str]]
"""Rows and texts."""


class Engine(Protocol):
    """Kept in a folder. `update` is None where an engine can only be built anew."""

    def __init__(self, folder: Path) -> None: ...

    def build(self, texts: Iterable[str]) -> None: ...

    def search(self, question: str, top: int, allowed: np.ndarray | None = None) -> list[Hit]: ...


class Attest:
    """`index.search.lexical`, every term by itself, as the others look for it."""

    def __init__(self, folder: Path) -> None:
        self._db = sqlite3.connect(folder / "words.db")
        self._db.execute("pragma synchronous = off")  # as when a library is written; the store syncs it, once
        self._lexical = Lexical(self._db, lambda term: (term,))

    def build(self, texts: Iterable[str]) -> None:
        self._db.executescript(SCHEMA)
        self.update((), enumerate(texts))

    def update(self, removed: Pairs, added: Pairs) -> None:
        update(self._db, removed, added)
        self._db.commit()

    def search(self, question: str, top: int, allowed: np.ndarray | None = None) -> list[Hit]:
        return self._lexical.search(question, top, allowed)


class Fts5:
    """A contentless FTS5 table, any of the question's words, every match scored by bm25()."""

    def __init__(self, folder: Path) -> None:
        self._db = sqlite3.connect(folder / "words.db")
        self._db.execute("pragma synchronous = off")

    def build(self, texts: Iterable[str]) -> None:
        self._db.execute(f"create virtual table words using fts5(text, content='', tokenize='{TOKENIZER}')")
        self.update((), enumerate(texts))
        self._db.execute("insert into words(words) values ('optimize')")
        self._db.commit()

    def update(self, removed: Pairs, added: Pairs) -> None:
        out = "insert into words(words, rowid, text) values ('delete', ?, ?)"
        self._db.executemany(out, ((row + 1, text) for row, text in removed))
        self._db.executemany("insert into words(rowid, text) values (?, ?)", ((row + 1, text) for row, text in added))
        self._db.commit()

    def search(self, question: str, top: int, allowed: np.ndarray | None = None) -> list[Hit]:
        query = " OR ".join(f'"{word}"' for word in self._asked(content_words(question)[:64]))
        where, values = "", [query]
        if allowed is not None:
            where, values = "and rowid - 1 in (select value from json_each(?))", [query, json.dumps(allowed.tolist())]
        rows = self._db.execute(
            f"select rowid - 1, -bm25(words) from words where words match ? {where} order by 2 desc, 1 limit ?",
            (*values, top),
        )
        return [Hit(row, score) for row, score in rows]

    def _asked(self, words: list[str]) -> list[str]:
        return words


class Fts5Rare(Fts5):
    """FTS5 without the question's words that more than 2 % of the passages have, unless fewer than two are left: then
    the rarest two."""

    SHARE = 0.02

    def __init__(self, folder: Path) -> None:
        super().__init__(folder.parent / "fts5")
        self._db.execute("create virtual table temp.row_of using fts5vocab(main, words, row)")
        self._count = 0

    def build(self, texts: Iterable[str]) -> None:
        """The table is that of `Fts5`."""

    def _asked(self, words: list[str]) -> list[str]:
        self._count = self._count or self._db.execute("select count(*) from words").fetchone()[0]
        held = dict.fromkeys(words, 0)
        for word in words:
            found = [self._db.execute("select doc from row_of where term = ?", (t,)).fetchone() for t in terms(word)]
            held[word] = max((n for (n,) in filter(None, found)), default=0)
        rare = sorted(filter(held.get, words), key=lambda word: held[word])
        return [word for n, word in enumerate(rare) if n < 2 or held[word] <= self.SHARE * self._count] or words


class Bm25s:
    """bm25s (PyPI), its arrays memory-mapped, words stemmed by PyStemmer, with our constants."""

    def __init__(self, folder: Path) -> None:
        import bm25s
        import Stemmer

        self._bm25s, self._stemmer, self._folder = bm25s, Stemmer.Stemmer("english"), folder
        self._index: Any = bm25s.BM25.load(str(folder), mmap=True) if (folder / "params.index.json").exists() else None

    def build(self, texts: Iterable[str]) -> None:
        tokens = self._bm25s.tokenize(list(texts), stopwords="en", stemmer=self._stemmer, show_progress=False)
        index = self._bm25s.BM25(method="lucene", k1=K1, b=B)
        index.index(tokens, show_progress=False)
        index.save(str(self._folder))

    def search(self, question: str, top: int, allowed: np.ndarray | None = None) -> list[Hit]:
        tokens = self._bm25s.tokenize(
            [question], stopwords="en", stemmer=self._stemmer, show_progress=False, return_ids=False
        )
        mask, count = None, self._index.scores["num_docs"]
        if allowed is not None:
            mask = np.zeros(count, np.float32)
            mask[allowed] = 1
        rows, scores = self._index.retrieve(tokens, k=min(top, count), show_progress=False, weight_mask=mask)
        return [Hit(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if score > 0]


class Arrays:
    """Postings of the whole collection in memory-mapped arrays (row int32, count uint8), scored as ours are but in
    single precision: what is to be gained by leaving SQLite, and without updates."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if (folder / "rows.npy").exists():
            names = ("rows", "counts", "ends", "lengths")
            self._rows, self._counts, self._ends, lengths = (np.load(folder / f"{n}.npy", "r") for n in names)
            self._numbers = json.loads((folder / "terms.json").read_text("utf-8"))
            self._norms = (K1 * (1 - B + B * lengths / lengths.mean())).astype(np.float32)

    def build(self, texts: Iterable[str]) -> None:
        numbers, words, lengths = Numbers(), array("I"), list[int]()
        for text in texts:
            found = [number for chunk in chunks(text) for number in numbers[chunk]]
            words.extend(found)
            lengths.append(len(found))
        keys = np.array(words, np.int64) << 32 | np.repeat(np.arange(len(lengths)), lengths)
        keys.sort()
        starts = np.flatnonzero(np.diff(keys, prepend=-1))
        counts = np.minimum(np.diff(starts, append=len(keys)), 255).astype(np.uint8)
        keys = keys[starts]
        ends = np.searchsorted(keys, np.arange(len(numbers.terms) + 1) << 32)
        for name, values in (("rows", keys.astype(np.int32)), ("counts", counts), ("ends", ends), ("lengths", lengths)):
            np.save(self._folder / f"{name}.npy", np.asarray(values))
        (self._folder / "terms.json").write_text(json.dumps(numbers.terms), "utf-8")

    def search(self, question: str, top: int, allowed: np.ndarray | None = None) -> list[Hit]:
        scores = np.zeros(len(self._norms), np.float32)
        for term in dict.fromkeys(term for word in content_words(question) for term in terms(word)):
            if (number := self._numbers.get(term)) is not None:
                part = slice(self._ends[number], self._ends[number + 1])
                rows, often = self._rows[part], self._counts[part].astype(np.float32)
                rarity = max(LEAST, math.log((len(scores) - len(rows) + 0.5) / (len(rows) + 0.5)))
                scores[rows] += np.float32(rarity * (K1 + 1)) * often / (often + self._norms[rows])
        if allowed is None:
            return best(scores, top)
        return [Hit(int(allowed[hit.row]), hit.score) for hit in best(scores[allowed], top)]


ENGINES: dict[str, type[Engine]] = {
    "attest": Attest,
    "fts5": Fts5,
    "fts5-rare": Fts5Rare,
    "bm25s": Bm25s,
    "arrays": Arrays,
}

"""The tables of a library's articles.db, and how articles get in and out of them. Used by `index.generation`.

Passages are numbered 0 to n - 1 without gaps, as their vectors are: where some go, new ones take their places, and then
the last ones do.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from index.article import Article
from index.passages import Passage
from index.search.postings import SCHEMA as WORDS
from index.search.writer import Writer

SCHEMA = f"""
create table file(path text primary key, size int, mtime_ns int, sha256 text, refused text);
create table original(path text, part int, data blob);
create index original_of on original(path);
create table article(id integer primary key, file text, source text unique, title text, published text, dated_by text,
                     author text, url text, language text, sha256 text, text text, signature blob, copy_of int);
create table passage(id integer primary key, article int, start int, "end" int);
create index passage_of on passage(article);
create index article_file on article(file);
create index article_hash on article(sha256);
{WORDS}"""
KNOWN = ("source", "title", "published", "dated_by", "author", "url", "language", "text")
"""Columns of an article that are fields of `Article`."""

PART = 16 * 2**20  # bytes of a file in one blob


def packed(data: bytes) -> tuple[bytes, ...]:
    """The bytes of a file as they are stored: parts, each compressed (zlib, RFC 1950)."""
    return tuple(zlib.compress(data[at : at + PART], 1) for at in range(0, len(data), PART))


def unpacked(parts: Iterable[bytes]) -> bytes:
    return b"".join(map(zlib.decompress, parts))


@dataclass(frozen=True)
class File:
    """A file as it was when it was last read. refused: why it is not in the library, or None."""

    path: str
    size: int
    mtime_ns: int
    sha256: str
    refused: str | None


class Tables:
    """An articles.db that is being written. rows: how many there are; free: those of them that have no passage now."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self.rows = db.execute("select count(*) from passage").fetchone()[0]
        self.free: list[int] = []
        self._words = Writer(db)
        self._next = db.execute("select coalesce(max(id), -1) + 1 from article").fetchone()[0]

    def add_file(self, file: File, original: Sequence[bytes]) -> None:
        """A file that is new, or that was looked at again. original: its bytes, `packed`, where they are new."""
        self.db.execute("insert or replace into file values (?, ?, ?, ?, ?)", tuple(vars(file).values()))
        blobs = ((file.path, part, data) for part, data in enumerate(original))
        self.db.executemany("insert into original values (?, ?, ?)", blobs)

    def add(self, file: str, article: Article, passages: Sequence[Passage], signature: np.ndarray) -> list[int]:
        """An article of a file; returns the rows of its passages: free ones first, the lowest first."""
        number, self._next = self._next, self._next + 1
        values = {name: getattr(article, name) for name in (*KNOWN, "sha256")}
        values |= {"id": number, "file": file, "signature": signature.tobytes()}
        marks = ", ".join(f":{name}" for name in values)
        self.db.execute(f"insert into article({', '.join(values)}) values ({marks})", values)
        rows = []
        for passage in passages:
            row = self.free.pop() if self.free else self.rows
            self.rows = max(self.rows, row + 1)
            self.db.execute("insert into passage values (?, ?, ?, ?)", (row, number, passage.start, passage.end))
            self._words.add(row, article.text[passage.start : passage.end])
            rows.append(row)
        return rows

    def drop(self, files: Sequence[str]) -> None:
        """Files, their articles and the passages of these, which leave free rows."""
        for file in files:
            articles = self.db.execute("select id, text from article where file = ?", (file,)).fetchall()
            for number, text in articles:
                held = self.db.execute('select id, start, "end" from passage where article = ?', (number,)).fetchall()
                for row, start, end in held:
                    self._words.remove(row, text[start:end])
                    self.free.append(row)
                self.db.execute("delete from passage where article = ?", (number,))
            for table, column in (("article", "file"), ("original", "path"), ("file", "path")):
                self.db.execute(f"delete from {table} where {column} = ?", (file,))
        self.free.sort(reverse=True)

    def fill(self) -> dict[int, int]:
        """Gives the free rows to the last passages, and ends the work. Returns {new row: old row}."""
        count, free = self.rows - len(self.free), set(self.free)
        last = [row for row in range(count, self.rows) if row not in free]
        moves = dict(zip(sorted(row for row in free if row < count), last, strict=True))
        find = 'select text, start, "end" from passage p join article a on a.id = p.article where p.id = ?'
        for row, old in moves.items():
            text, start, end = self.db.execute(find, (old,)).fetchone()
            self._words.remove(old, text[start:end])
            self._words.add(row, text[start:end])
            self.db.execute("update passage set id = ? where id = ?", (row, old))
        self._words.write()
        self.rows, self.free = count, []
        return moves

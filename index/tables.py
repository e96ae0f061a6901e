"""The tables of a library's articles.db, and how articles get in and out of them. Used by `index.generation`.

A text that several articles have is kept once, with its passages, and each of these articles points to it.

Passages are numbered 0 to n - 1 without gaps, as their vectors are: where some go, new ones take their places, and then
the last ones do.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from index.article import Article
from index.passages import Passage
from index.search.postings import SCHEMA as WORDS
from index.search.writer import Writer
from index.statements import Statements

SCHEMA = f"""
create table file(path text primary key, size int, mtime_ns int, sha256 text, refused text);
create table original(sha256 text, part int, data blob, primary key(sha256, part));
create table text(id integer primary key, key text unique, text text, signature blob, copy_of int);
create table article(id integer primary key, file text, source text unique, title text, published text, dated_by text,
                     author text, url text, language text, sha256 text, text int);
create table passage(id integer primary key, text int, start int, "end" int);
create index file_hash on file(sha256);
create index passage_of on passage(text);
create index article_file on article(file);
create index article_text on article(text);
{WORDS}"""
KNOWN = ("source", "title", "published", "dated_by", "author", "url", "language")
"""Columns of an article that are fields of `Article`."""

_FILE = """
insert into file(path, size, mtime_ns, sha256, refused) values (?, ?, ?, ?, ?) on conflict (path) do update
set size = excluded.size, mtime_ns = excluded.mtime_ns, sha256 = excluded.sha256, refused = excluded.refused
"""
PART = 16 * 2**20  # bytes of a file in one blob


def packed(data: bytes) -> tuple[bytes, ...]:
    """The bytes of a file as they are stored: parts, each compressed (zlib, RFC 1950)."""
    return tuple(zlib.compress(data[at : at + PART], 1) for at in range(0, len(data), PART))


def unpacked(parts: Iterable[bytes]) -> bytes:
    return b"".join(map(zlib.decompress, parts))


def key(article: Article, passages: Sequence[Passage]) -> str:
    """What articles of one text and the same passages have in common."""
    extents = ",".join(f"{passage.start}-{passage.end}" for passage in passages)
    return hashlib.sha256(f"{article.sha256} {extents}".encode()).hexdigest()


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

    def __init__(self, db: Statements) -> None:
        self.db = db
        self.rows = db.execute("select count(*) from passage").fetchone()[0]
        self.free: list[int] = []
        self._words = Writer(db)

    def add_file(self, file: File, original: Sequence[bytes]) -> None:
        """A file that is new, or that was looked at again. original: its bytes, `packed`, where they may be new."""
        self.db.execute(_FILE, tuple(vars(file).values()))
        blobs = [(file.sha256, part, data) for part, data in enumerate(original)]
        self.db.executemany("insert into original values (?, ?, ?) on conflict do nothing", blobs)

    def text(self, name: str) -> int | None:
        """The number of the text of that key, if it is here."""
        found = self.db.execute("select id from text where key = ?", (name,)).fetchone()
        return found[0] if found else None

    def add_text(self, name: str, text: str, passages: Sequence[Passage], signature: np.ndarray) -> list[int]:
        """A text that is not here; returns the rows of its passages: free ones first, the lowest first."""
        values = (name, text, signature.tobytes())
        ((number,),) = self.db.execute("insert into text(key, text, signature) values (?, ?, ?) returning id", values)
        rows = []
        for passage in passages:
            row = self.free.pop() if self.free else self.rows
            self.rows = max(self.rows, row + 1)
            self._words.add(row, text[passage.start : passage.end])
            rows.append(row)
        self._place(name, [(row, number, one.start, one.end) for row, one in zip(rows, passages, strict=True)])
        return rows

    def _place(self, name: str, places: Sequence[tuple[int, int, int, int]]) -> None:
        """Passages (row, text, start, end) of the text of that key."""
        self.db.executemany("insert into passage values (?, ?, ?, ?)", places)

    def add(self, file: str, article: Article, name: str) -> None:
        """An article of a file, whose text is here under that key."""
        values = {known: getattr(article, known) for known in (*KNOWN, "sha256")}
        values |= {"file": file, "text": self.text(name)}
        marks = ", ".join("?" * len(values))
        self.db.execute(f"insert into article({', '.join(values)}) values ({marks})", tuple(values.values()))

    def drop(self, files: Sequence[str]) -> None:
        """Files and their articles, and what no other one has: bytes, texts, and the passages of these, which leave
        free rows."""
        for file in files:
            texts = self.db.execute("select distinct text from article where file = ?", (file,)).fetchall()
            ((digest,),) = self.db.execute("select sha256 from file where path = ?", (file,)).fetchall()
            self.db.execute("delete from article where file = ?", (file,))
            self.db.execute("delete from file where path = ?", (file,))
            unused = "not exists (select 1 from file where file.sha256 = original.sha256)"
            self.db.execute(f"delete from original where sha256 = ? and {unused}", (digest,))
            for (number,) in texts:
                if not self.db.execute("select 1 from article where text = ?", (number,)).fetchone():
                    self._drop_text(number)
        self.free.sort(reverse=True)

    def _drop_text(self, number: int) -> None:
        (text,) = self.db.execute("select text from text where id = ?", (number,)).fetchone()
        held = self.db.execute('select id, start, "end" from passage where text = ?', (number,)).fetchall()
        for row, start, end in held:
            self._words.remove(row, text[start:end])
            self.free.append(row)
        self.db.execute("delete from passage where text = ?", (number,))
        self.db.execute("delete from text where id = ?", (number,))

    def fill(self) -> dict[int, int]:
        """Gives the free rows to the last passages, and ends the work. Returns {new row: old row}."""
        count, free = self.rows - len(self.free), set(self.free)
        last = [row for row in range(count, self.rows) if row not in free]
        moves = dict(zip(sorted(row for row in free if row < count), last, strict=True))
        find = 'select t.text, start, "end" from passage p join text t on t.id = p.text where p.id = ?'
        for row, old in moves.items():
            text, start, end = self.db.execute(find, (old,)).fetchone()
            self._words.remove(old, text[start:end])
            self._words.add(row, text[start:end])
            self.db.execute("update passage set id = ? where id = ?", (row, old))
        self._words.write()
        self.rows, self.free = count, []
        return moves

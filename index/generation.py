"""The files of one generation: articles, passages and words in SQLite, vectors beside them. Used by `build`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from index import copies
from index.article import Article
from index.library import Library
from index.passages import Passage
from index.scan import Entry
from index.search.lexical import TOKENIZER

SCHEMA = f"""
create table file(path text primary key, size int, mtime_ns int, sha256 text, refused text);
create table article(id integer primary key, file text, source text unique, title text, published text, dated_by text,
                     author text, url text, language text, sha256 text, text text, signature blob, copy_of int);
create table passage(id integer primary key, article int, start int, "end" int);
create index passage_of on passage(article);
create index article_file on article(file);
create index article_hash on article(sha256);
create virtual table words using fts5(text, content='', tokenize='{TOKENIZER}');
"""
COLUMNS = ("source", "title", "published", "dated_by", "author", "url", "language", "sha256", "text")

Rows = list[int]
"""Of an article's passages in the old library."""


def write(
    draft: Path, entries: list[Entry], vectors: np.ndarray, old: Library | None, reused: dict[str, Rows]
) -> dict[str, int]:
    """articles.db and vectors.f32 of the new generation. What is kept comes from the old one; vectors: of the passages
    of all other articles, in their order, but of those whose source is in `reused`, which have them from old rows."""
    db = sqlite3.connect(draft / "articles.db")
    db.execute("pragma synchronous = off")  # store.commit brings the whole file to the disk, once
    db.executescript(SCHEMA)
    names = ("id", "file", *COLUMNS, "signature")
    insert = f"insert into article({', '.join(names)}) values ({', '.join('?' * len(names))})"
    fresh, row, signatures, known = 0, 0, list[np.ndarray](), list[str | None]()
    with (draft / "vectors.f32").open("wb") as out:
        for entry in entries:
            db.execute("insert into file values (?, ?, ?, ?, ?)", tuple(vars(entry.file).values()))
            for article, passages, rows in _batch(entry, old, reused):
                signatures.append(
                    old.signature(article.source) if entry.kept and old else copies.signature(article.text)
                )
                known.append((article.copy_of or article.source) if entry.kept else None)
                number, values = len(known) - 1, [getattr(article, name) for name in COLUMNS]
                db.execute(insert, (number, entry.file.path, *values, signatures[-1].tobytes()))
                for passage in passages:
                    db.execute("insert into passage values (?, ?, ?, ?)", (row, number, passage.start, passage.end))
                    text = article.text[passage.start : passage.end]
                    db.execute("insert into words(rowid, text) values (?, ?)", (row + 1, text))
                    row += 1
                if rows is not None and old:
                    block = old.vectors[rows]
                else:
                    block = vectors[fresh : fresh + len(passages)]
                    fresh += len(passages)
                out.write(np.ascontiguousarray(block, "<f4").tobytes())
    if signatures:
        _group(db, np.stack(signatures), _intact(known, old, entries))
    db.execute("insert into words(words) values ('optimize')")
    db.commit()
    db.close()
    return {"articles": len(known), "passages": row}


def _batch(
    entry: Entry, old: Library | None, reused: dict[str, Rows]
) -> Iterator[tuple[Article, Sequence[Passage], Rows | None]]:
    """The articles of a file with their passages, and where in the old library their vectors are."""
    if not entry.kept or not old:
        yield from ((article, passages, reused.get(article.source)) for article, passages in entry.fresh)
        return
    for source in old.sources_of(entry.file.path):
        article = old.article(source)
        assert article is not None
        rows, passages = old.passages_of(source)
        yield article, passages, rows


def _intact(known: list[str | None], old: Library | None, entries: list[Entry]) -> list[str | None]:
    """The groups of near-copies that may be kept: not those that lost an article."""
    if not old:
        return known
    kept = {entry.file.path for entry in entries if entry.kept}
    query = "select file, coalesce((select source from article o where o.id = a.copy_of), source) from article a"
    lost = {group for file, group in old.db.execute(query) if file not in kept}
    return [None if group in lost else group for group in known]


def _group(db: sqlite3.Connection, signatures: np.ndarray, known: list[str | None]) -> None:
    """Says of each near-copy which article it is a copy of."""

    def text(article: int) -> str:
        return str(db.execute("select text from article where id = ?", (article,)).fetchone()[0])

    first = copies.groups(signatures, text, known)
    later = np.flatnonzero(first != np.arange(len(first)))
    db.executemany("update article set copy_of = ? where id = ?", ((int(first[n]), int(n)) for n in later))

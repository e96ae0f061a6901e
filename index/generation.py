"""The files of one generation: articles, passages and words in SQLite, vectors beside them. Used by `build`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
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
create virtual table words using fts5(text, content='', tokenize='{TOKENIZER}');
"""
COLUMNS = ("source", "title", "published", "dated_by", "author", "url", "language", "sha256", "text")


def write(draft: Path, entries: list[Entry], vectors: np.ndarray, old: Library | None) -> dict[str, int]:
    """articles.db and vectors.f32 of the new generation, kept articles copied from the old one."""
    db = sqlite3.connect(draft / "articles.db")
    db.execute("pragma synchronous = off")  # store.commit brings the whole file to the disk, once
    db.executescript(SCHEMA)
    names = ("id", "file", *COLUMNS, "signature")
    insert = f"insert into article({', '.join(names)}) values ({', '.join('?' * len(names))})"
    fresh, row, article_id, signatures = 0, 0, 0, []
    with (draft / "vectors.f32").open("wb") as out:
        for entry in entries:
            db.execute("insert into file values (?, ?, ?, ?, ?)", tuple(vars(entry.file).values()))
            batch = _kept(old, entry.file.path) if entry.kept and old else [(a, p, None) for a, p in entry.fresh]
            for article, passages, rows in batch:
                values = [getattr(article, name) for name in COLUMNS]
                kept = old is not None and rows is not None
                signatures.append(old.signature(article.source) if kept else copies.signature(article.text))  # type: ignore[union-attr]
                db.execute(insert, (article_id, entry.file.path, *values, signatures[-1].tobytes()))
                for passage in passages:
                    db.execute("insert into passage values (?, ?, ?, ?)", (row, article_id, passage.start, passage.end))
                    text = article.text[passage.start : passage.end]
                    db.execute("insert into words(rowid, text) values (?, ?)", (row + 1, text))
                    row += 1
                article_id += 1
                if rows is None:
                    block = vectors[fresh : fresh + len(passages)]
                    fresh += len(passages)
                else:
                    block = old.vectors[rows]  # type: ignore[union-attr]
                out.write(np.ascontiguousarray(block, "<f4").tobytes())
    _group(db, signatures)
    db.execute("insert into words(words) values ('optimize')")
    db.commit()
    db.close()
    return {"articles": article_id, "passages": row}


def _group(db: sqlite3.Connection, signatures: list[np.ndarray]) -> None:
    """Says of each near-copy which article it is a copy of."""

    def text(article: int) -> str:
        return str(db.execute("select text from article where id = ?", (article,)).fetchone()[0])

    if signatures:
        first = copies.groups(np.stack(signatures), text)
        later = np.flatnonzero(first != np.arange(len(first)))
        db.executemany("update article set copy_of = ? where id = ?", ((int(first[n]), int(n)) for n in later))


def _kept(old: Library, path: str) -> Iterator[tuple[Article, list[Passage], list[int] | None]]:
    for (source,) in old.db.execute("select source from article where file = ? order by id", (path,)).fetchall():
        article = old.article(source)
        assert article is not None
        query = (
            'select p.id, start, "end" from passage p join article a on a.id = p.article where source = ? order by 1'
        )
        found = old.db.execute(query, (source,)).fetchall()
        yield article, [Passage(start, end) for _, start, end in found], [row for row, _, _ in found]

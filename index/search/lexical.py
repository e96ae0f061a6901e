"""BM25 over SQLite's FTS5 (Robertson and Zaragoza 2009, with FTS5's constants), words stemmed by Porter's rules."""

from __future__ import annotations

import re
import sqlite3

import numpy as np

from index.search import Hit

TOKENIZER = "porter unicode61 remove_diacritics 2"
_MOST_TERMS = 64
# Asked in almost every question, told in almost every passage: they cost time and rank nothing.
_STOP = frozenset(
    "a an and are as at be been but by can could did do does for from had has have he her him his how i in into is it "
    "its me more my of on or our she should so than that the their them then there these they this those to us was we "
    "were s t what when where which who whom whose why will with would you your".split()
)


class Lexical:
    """db: a connection whose table `words` is an FTS5 index with rowid = row of the passage + 1."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def search(self, question: str, top: int, allowed: np.ndarray | None = None) -> list[Hit]:
        query = match_query(question)
        if not query or top < 1 or (allowed is not None and not len(allowed)):
            return []
        where, values = "", [query]
        if allowed is not None:
            where, values = (
                "and rowid - 1 in (select value from json_each(?))",
                [query, f"[{','.join(map(str, allowed))}]"],
            )
        rows = self._db.execute(
            f"select rowid - 1, -bm25(words) from words where words match ? {where} order by 2 desc, 1 limit ?",
            (*values, top),
        )
        return [Hit(row, score) for row, score in rows]


def content_words(question: str) -> list[str]:
    """The question's words in lower case, each once, without stop words unless it has no others."""
    words = list(dict.fromkeys(re.findall(r"\w+", question.lower())))
    return [word for word in words if word not in _STOP] or words


def match_query(question: str) -> str:
    """Any of the question's words, each quoted, so that no query syntax gets in."""
    return " OR ".join(f'"{word}"' for word in content_words(question)[:_MOST_TERMS])


def stem(word: str) -> str:
    """Enough to let "letters" meet "letter" and "opposed" meet "oppose"."""
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word

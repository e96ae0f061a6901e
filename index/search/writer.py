"""Writes the tables of `index.search.postings`. An update changes the lines it must; what it leaves is, byte for byte,
what a new index of the same passages would be."""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import chain, groupby
from operator import itemgetter

import numpy as np

from index.search.postings import BITS, BLOCK, MOST, lengths
from index.search.terms import Numbers, chunks
from index.statements import Statements

HELD = 8 * 2**20  # terms of texts that are held in memory, 4 bytes each, and some 30 while they are written


def update(db: Statements, removed: Iterable[tuple[int, str]], added: Iterable[tuple[int, str]]) -> None:
    """removed: rows that have no passage any more, or another, with the text they had; added: rows with their text
    now. A new index is an update of empty tables. The caller commits."""
    writer = Writer(db)
    for row, text in removed:
        writer.remove(row, text)
    for row, text in added:
        writer.add(row, text)
    writer.write()


class Writer:
    """Holds changes, and writes them when there are many, and by `write`. A row that has a passage is removed before
    another is added; each happens at most once."""

    def __init__(self, db: Statements) -> None:
        self._db = db
        self._numbers = Numbers()
        self._removed, self._added = _Texts(), _Texts()

    def remove(self, row: int, text: str) -> None:
        self._hold(self._removed, row, text)

    def add(self, row: int, text: str) -> None:
        self._hold(self._added, row, text)

    def _hold(self, texts: _Texts, row: int, text: str) -> None:
        held = len(self._removed.terms) + len(self._added.terms)
        another = bool(texts.rows) and texts.rows[-1] >> BITS != row >> BITS
        if held > HELD or (another and held > HELD // 8):  # a block that is full needs no second visit
            self.write()
        texts.terms.extend(chain.from_iterable(map(self._numbers.__getitem__, chunks(text))))
        texts.rows.append(row)
        texts.ends.append(len(texts.terms))

    def write(self) -> None:
        terms = sorted(self._numbers.terms)
        ranks = np.empty(len(terms), np.int64)
        ranks[[self._numbers.terms[term] for term in terms]] = np.arange(len(terms))
        self._write_words(terms, *_changes(self._removed.counted(ranks), self._added.counted(ranks)))
        self._write_lengths()
        self._removed.clear()
        self._added.clear()
        if len(self._numbers) > HELD // 16:
            self._numbers = Numbers()

    def _write_words(self, terms: list[str], keys: np.ndarray, counts: np.ndarray) -> None:
        starts = np.flatnonzero(np.diff(keys >> BITS, prepend=-1))
        edges = [*starts.tolist(), len(keys)]
        blocks, numbers = (values.tolist() for values in np.divmod(keys[starts] >> BITS, max(1, len(terms))))
        places, counts = (keys & (BLOCK - 1)).astype("<u2"), counts.astype(np.uint8)
        known = {block for block in set(blocks) if self._db.execute(_ANY, (block,)).fetchone()}
        lines, empty = list[tuple[int, str, bytes, bytes]](), list[tuple[int, str]]()
        for at in range(0, len(blocks), _LINES):
            here = slice(at, at + _LINES)
            held = self._held([(b, terms[n]) for b, n in zip(blocks[here], numbers[here], strict=True) if b in known])
            for n, (block, number) in enumerate(zip(blocks[here], numbers[here], strict=True), at):
                part, line = slice(edges[n], edges[n + 1]), (block, terms[number])
                if line in held:
                    now = _changed(held[line], places[part], counts[part])
                else:
                    now = places[part].tobytes(), counts[part].tobytes()
                if now[0]:
                    lines.append((*line, *now))
                else:
                    empty.append(line)
            self._db.executemany(_KEEP, lines)
            lines.clear()
        self._db.executemany("delete from words where block = ? and term = ?", empty)

    def _held(self, asked: Sequence[tuple[int, str]]) -> dict[tuple[int, str], tuple[bytes, bytes]]:
        """Lines as they are, of those that are there."""
        found = dict[tuple[int, str], tuple[bytes, bytes]]()
        for block, lines in groupby(asked, itemgetter(0)):
            named = json.dumps([term for _, term in lines])
            for term, places, counts in self._db.execute(_HELD, (block, named)):
                found[block, term] = places, counts
        return found

    def _write_lengths(self) -> None:
        rows = np.array(self._removed.rows + self._added.rows, np.int64)
        sizes = np.concatenate((np.full(len(self._removed.rows), -1), self._added.sizes))
        for block in np.unique(rows >> BITS).tolist():
            inside, held = rows >> BITS == block, lengths(self._db, block)
            held[rows[inside] & (BLOCK - 1)] = sizes[inside]  # of a row that is there twice, the last one counts
            end = int(np.max(np.flatnonzero(held >= 0), initial=-1)) + 1
            if end:
                line = (block, (held[:end] + 1).astype("<u4").tobytes())
                self._db.execute(_KEEP_LENGTHS, line)
            else:
                self._db.execute("delete from lengths where block = ?", (block,))


_ANY = "select 1 from words where block = ? limit 1"
_HELD = "select term, places, counts from words where block = ? and term in (select value from json_each(?))"
_KEEP = """
insert into words(block, term, places, counts) values (?, ?, ?, ?)
on conflict (block, term) do update set places = excluded.places, counts = excluded.counts
"""
_KEEP_LENGTHS = """
insert into lengths values (?, ?) on conflict (block) do update set lengths = excluded.lengths
"""
_LINES = 4096  # written at a time


class _Texts:
    """Texts with the numbers of their terms, one after the other."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.rows, self.ends, self.terms = list[int](), list[int](), array("I")

    @property
    def sizes(self) -> np.ndarray:
        return np.diff(np.array(self.ends, np.int64), prepend=0)

    def counted(self, ranks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Ascending keys (block, rank of the term, place in the block), and how often the term is there."""
        rows = np.array(self.rows, np.int64)
        keys = np.repeat(((rows >> BITS) * len(ranks) << BITS) | (rows & (BLOCK - 1)), self.sizes)
        keys += (ranks << BITS)[np.frombuffer(self.terms, np.uint32) if self.terms else []]
        keys.sort()
        starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1]))[: len(keys)])
        return keys[starts], np.minimum(np.diff(starts, append=len(keys)), MOST)


Counted = tuple[np.ndarray, np.ndarray]


def _changes(before: Counted, now: Counted) -> Counted:
    """What of `now` was not the same before; and with a count of 0, what was before and is no more."""
    if not len(before[0]):
        return now
    same = np.isin(now[0] << 8 | now[1], before[0] << 8 | before[1], assume_unique=True)
    gone = before[0][~np.isin(before[0], now[0], assume_unique=True)]
    keys = np.concatenate((now[0][~same], gone))
    counts = np.concatenate((now[1][~same], np.zeros(len(gone), np.int64)))
    order = np.argsort(keys)
    return keys[order], counts[order]


def _changed(line: tuple[bytes, bytes], places: np.ndarray, counts: np.ndarray) -> tuple[bytes, bytes]:
    """A line after changes to it."""
    held, often = array("H", line[0]), bytearray(line[1])
    for place, count in zip(places.tolist(), counts.tolist(), strict=True):
        at = bisect_left(held, place)
        there = at < len(held) and held[at] == place
        if count and there:
            often[at] = count
        elif count:
            held.insert(at, place)
            often.insert(at, count)
        elif there:
            del held[at], often[at]
    return held.tobytes(), bytes(often)

"""Libraries of any number of passages, cut from one or made larger than it: what `eval.servers` compares stores on.

Articles come in random order, each as a file of its own. Beyond those that there are, altered ones: in each a share of
the words of small letters is replaced by words of the same length drawn from the articles, so that passages keep their
places and no near-copy comes to be, and the vectors are moved by noise as in `eval.scale`.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from eval.vectors import disturb
from index import store
from index.article import Article
from index.generation import write
from index.library import Library
from index.passages import Passage
from index.postgres import build, schema, writer
from index.postgres.connection import Database
from index.scan import Entry
from index.tables import File, key, packed

ALTERED, NOISE = 0.4, 0.8  # share of words, and length of the noise beside a unit vector


class Part:
    """size: passages, or a few more. Iterating gives the files, each with the vectors of its article."""

    def __init__(self, library: Library, size: int, seed: int = 1) -> None:
        self._library, self._size, self._seed = library, size, seed

    def __iter__(self) -> Iterator[tuple[Entry, np.ndarray]]:
        rng = np.random.default_rng(self._seed)
        sources, count, lap = self._library.sources, 0, 0
        words = _Words(self._library, rng)
        while count < self._size:
            for n in rng.permutation(len(sources)).tolist():
                article = self._library.article(sources[n])
                rows, passages = self._library.passages_of(sources[n])
                if article is None or not rows:
                    continue
                records = self._library.records(rows)
                if lap:
                    article = _named(replace(article, text=words.altered(article.text)), lap)
                    records["vector"] = disturb(records["vector"], NOISE, rng)
                yield entry(article, passages), records
                count += len(rows)
                if count >= self._size:
                    break
            lap += 1


def entry(article: Article, passages: list[Passage]) -> Entry:
    data = article.text.encode()
    name = re.sub(r"[^\w.]", "_", article.source)
    file = File(name, len(data), 0, hashlib.sha256(data).hexdigest(), None)
    return Entry(file, ((article, passages),), packed(data))


def to_folder(part: Part, facts: Mapping[str, Any], place: Path) -> float:
    """Writes a local library; returns seconds."""
    began = time.perf_counter()
    records = dict[str, np.ndarray]()

    def fill(draft: Path) -> store.Manifest:
        counts = write(draft, _noted(part, records), records.__getitem__, facts, None)
        return counts | dict(facts) | {"folder": "bench", "built_ns": time.time_ns()}

    with store.writing(place):
        store.commit(place, fill)
    return time.perf_counter() - began


def to_server(part: Part, facts: Mapping[str, Any], place: str) -> float:
    """Writes a library on the server, without its graph; returns seconds."""
    began = time.perf_counter()
    db = Database(place)
    db.execute(f"drop schema if exists {db.schema} cascade")
    schema.create(db, schema.empty({**facts, "folder": ""}))
    records = dict[str, np.ndarray]()
    for some in build.sets(_noted(part, records)):
        writer.apply(db, "bench", some, (), records, time.time_ns())
        records.clear()
    return time.perf_counter() - began


def _noted(part: Part, records: dict[str, np.ndarray]) -> Iterator[Entry]:
    """The files of a part; the records of each are put where they are looked up."""
    for one, held in part:
        records[key(*one.fresh[0])] = held
        yield one


class _Words:
    """Words of small letters, by their length, as often as they are used."""

    def __init__(self, library: Library, rng: np.random.Generator) -> None:
        self._rng, self._of = rng, defaultdict[int, list[str]](list)
        for article in library.latest(500):
            for word in re.findall(r"\b[a-z]{4,}\b", article.text):
                self._of[len(word)].append(word)
        self._draws = iter(())  # type: Iterator[float]

    def altered(self, text: str) -> str:
        return re.sub(r"\b[a-z]{4,}\b", self._other, text)

    def _other(self, found: re.Match[str]) -> str:
        draw = self._draw()
        words = self._of[len(found[0])]
        return words[int(draw / ALTERED * len(words))] if draw < ALTERED and words else found[0]

    def _draw(self) -> float:
        try:
            return next(self._draws)
        except StopIteration:
            self._draws = iter(self._rng.random(100_000).tolist())
            return next(self._draws)


def _named(article: Article, lap: int) -> Article:
    return replace(article, source=f"{article.source}~{lap}", copy_of=None)

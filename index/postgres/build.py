"""A folder of articles -> a library on a server, set by set: what is written stays, whatever happens then.

Several may write at once, each its own folder or all of them one; each embeds for itself, and they take turns to write.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

import numpy as np

from index import pending
from index.encoders import Progress, layout, load_encoder
from index.errors import LibraryMissing
from index.parts import sizes
from index.postgres import schema
from index.postgres.connection import Database
from index.postgres.keeping import keeping
from index.postgres.library import ServerLibrary
from index.postgres.writer import Missing, apply, ours
from index.scan import Entry
from index.tables import key
from index.workers import with_workers

SET = 8_192  # passages of the files that are written together
LARGE_SET = 131_072  # likewise where workers embed, which take a while to start

Look = Callable[[ServerLibrary | None], list[Entry]]


def build(
    place: str,
    folder: str,
    model: str,
    chosen: str | None,
    look: Look,
    progress: Progress | None,
    workers: str | None = None,
) -> tuple[ServerLibrary, int, bool]:
    """The library, how many passages were embedded, and whether anything changed. folder: its full path. model: what
    `load_encoder` finds the encoder of a new library by. chosen: refuse one that another encoder built. look: tells
    what the folder holds beside what the library has of it."""
    began = time.time_ns()
    try:
        library = ServerLibrary.open(place, chosen, of=folder)
    except LibraryMissing:
        look(None)  # which refuses a folder without articles
        _create(place, model)
        library = ServerLibrary.open(place, chosen, of=folder)
    with library.snapshot():
        entries = ours(library.db, look(library), folder)
    named = {entry.file.path for entry in entries}
    gone = [path for path in library.files if path not in named]
    news = [entry for entry in entries if library.files.get(entry.file.path) != entry.file]
    embedded = _write(library, folder, news, gone, began, progress, workers) if news or gone else 0
    graph(library.db)
    return ServerLibrary.open(place, of=folder), embedded, bool(news or gone)


def graph(db: Database) -> None:
    """Has pgvector build its graph, where there are so many passages that a search needs it."""
    manifest = schema.read(db)[1]
    if manifest["passages"] >= schema.NEAR_FROM and not schema.has_graph(db):
        schema.build_graph(db, manifest["dim"])


def _create(place: str, model: str) -> None:
    made = load_encoder(model)
    facts = {"encoder": made.name, "runtime": made.runtime, "encoder_model": model, "folder": ""}
    schema.create(Database(place), schema.empty(facts | sizes(layout(made))))


def _write(
    library: ServerLibrary,
    folder: str,
    news: Sequence[Entry],
    gone: Sequence[str],
    began: int,
    progress: Progress | None,
    workers: str | None,
) -> int:
    """Embeds and writes, set by set. Returns how many passages were embedded."""
    texts = {
        key(article, passages): [article.text[passage.start : passage.end] for passage in passages]
        for entry in news
        for article, passages in entry.fresh
    }
    known = _known(library.db, list(texts))
    total = sum(len(held) for name, held in texts.items() if name not in known)
    done = 0
    encoder = with_workers(library.encoder, library.manifest["encoder_model"], workers)
    with keeping(library.db, folder) as kept:

        def embedded(names: Collection[str]) -> dict[str, np.ndarray]:
            nonlocal done
            flat = [text for name in names for text in texts[name]]
            told = None if progress is None else lambda part, _: progress(min(total, done + part), total)
            records = pending.encode(kept, encoder, flat, told)
            done += len(flat)
            ends = np.cumsum([len(texts[name]) for name in names])
            return dict(zip(names, np.split(records, ends[:-1]), strict=True)) if names else {}

        parts = list(sets(news, LARGE_SET if workers else None)) or [[]]
        for n, part in enumerate(parts, 1):
            names = dict.fromkeys(key(*one) for entry in part for one in entry.fresh)
            records = embedded([name for name in names if name not in known])
            last = n == len(parts)  # what is gone from one place may have come to another: then its text stays
            _apply(library.db, folder, part, gone if last else (), records, began, embedded)
            known |= names.keys()
        pending.forget(kept)
    return done


def _apply(
    db: Database,
    folder: str,
    part: Sequence[Entry],
    gone: Sequence[str],
    records: dict[str, np.ndarray],
    began: int,
    embedded: Callable[[list[str]], dict[str, np.ndarray]],
) -> None:
    while True:
        try:
            return apply(db, folder, part, gone, records, began)
        except Missing as error:
            records |= embedded(sorted(error.args[0]))


def sets(news: Iterable[Entry], most: int | None = None) -> Iterator[list[Entry]]:
    """Files that are written together: of `most` (SET) passages, or a few more."""
    part, size = list[Entry](), 0
    for entry in news:
        part.append(entry)
        size += 1 + sum(len(passages) for _, passages in entry.fresh)
        if size >= (most or SET):
            yield part
            part, size = [], 0
    if part:
        yield part


def _known(db: Database, names: list[str]) -> set[str]:
    """Which of these texts the library has."""
    return {name for (name,) in db.execute("select key from text where key = any(?)", (names,))}

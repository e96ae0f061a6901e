"""A folder of articles -> a library, again and again: only what changed is read, and only what changed is embedded."""

from __future__ import annotations

import hashlib
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index import pending, store
from index.encoders import DEFAULT, ENCODERS, Encoder, Progress, load_encoder
from index.errors import EncoderMismatch, LibraryError, LibraryOutdated, NoArticles
from index.formats import FORMATS, need_folder
from index.generation import write
from index.library import Library
from index.parts import sizes
from index.postgres import is_server
from index.scan import Entry, look
from index.tables import key
from index.workers import with_workers


@dataclass(frozen=True)
class Report:
    """What a build did. refused: (file, reason). embedded: passages that are new in this run."""

    articles: int
    passages: int
    embedded: int
    changed: bool
    refused: list[tuple[str, str]]


def default_library(folder: str | Path) -> Path:
    """Where the library of a folder is kept when none is named: the user's cache, keyed by the folder's full path."""
    from platformdirs import user_cache_path

    full = Path(folder).resolve()
    key = hashlib.sha256(os.fsencode(full)).hexdigest()[:12]
    name = re.sub(r"[^\w.-]", "_", _printable(full.name), flags=re.ASCII)[:40]
    return user_cache_path("attest", appauthor=False) / "libraries" / f"{name}-{key}"


def build(
    folder: str | Path,
    library: str | Path | None = None,
    encoder: str | None = None,
    progress: Progress | None = None,
    workers: str | None = None,
) -> Report:
    """Builds the library of a folder, or brings it up to date; writes nothing where nothing changed.

    Raises NoArticles (no such folder, or nothing in it can be read), EncoderMismatch, LibraryLocked, LibraryCorrupt.
    """
    root = Path(folder)
    need_folder(root)
    if library is not None and is_server(library):
        return _on_server(root, str(library), encoder, progress, workers)
    place = Path(library) if library is not None else default_library(root)
    if place.resolve() == root.resolve():
        raise LibraryError(f"library {place} is the folder of articles itself; name another --library")
    seen = store.named(place)
    old, entries = _compare(root, place, encoder)
    if old and not _changed(old, entries):
        store.tidy(place)
        return _report(old, embedded=0, changed=False)
    with store.writing(place):
        if store.named(place) != seen:  # another writer was faster
            old, entries = _compare(root, place, encoder)
            if old and not _changed(old, entries):
                return _report(old, embedded=0, changed=False)
        made = old.encoder if old else load_encoder(encoder or DEFAULT)
        new = _new(entries, old)
        texts = [text for held in new.values() for text in held]
        model = old.manifest["encoder_model"] if old else _model(encoder)
        records = _embedded(place, with_workers(made, model, workers), texts, progress)
        ends = np.cumsum([len(held) for held in new.values()])
        of = dict(zip(new, np.split(records, ends[:-1]), strict=True)) if new else {}
        shape = sizes(records.dtype)
        if old and not texts:
            shape = {name: old.manifest[name] for name in shape}

        def fill(draft: Path) -> store.Manifest:
            counts = write(draft, entries, of.__getitem__, shape, old)
            return counts | {
                "encoder": made.name,
                "runtime": made.runtime,
                "encoder_model": model,
                "folder": _printable(str(root.resolve())),
                **shape,
                "built_ns": time.time_ns(),
            }

        store.commit(place, fill)
        pending.forget(place)
    return _report(Library.open(place), embedded=len(texts), changed=True)


def _on_server(root: Path, place: str, encoder: str | None, progress: Progress | None, workers: str | None) -> Report:
    from index.postgres import build as server

    def seen(old: Library | None) -> list[Entry]:
        return _seen(root, None, old)

    full = _printable(str(root.resolve()))
    held, embedded, changed = server.build(place, full, _model(encoder), encoder, seen, progress, workers)
    return _report(held, embedded, changed)


def _new(entries: list[Entry], old: Library | None) -> dict[str, list[str]]:
    """The passages of each text that the library does not have, by its key."""
    found: dict[str, list[str]] = {}
    for entry in entries:
        for article, passages in entry.fresh:
            name = key(article, passages)
            if name not in found and not (old and old.text(name)):
                found[name] = [article.text[passage.start : passage.end] for passage in passages]
    return found


def _embedded(place: Path, encoder: Encoder, texts: list[str], progress: Progress | None) -> np.ndarray:
    """(n,) records; what an interrupted run has embedded is not embedded again."""
    try:
        return pending.encode(place, encoder, texts, progress)
    except OSError as error:
        why = f"cannot be written there ({error.strerror}); make room, or name another --library, and run again"
        raise LibraryError(f"library {place}: {why}") from error


def _compare(root: Path, place: Path, encoder: str | None) -> tuple[Library | None, list[Entry]]:
    """The library as it is, and what the folder holds beside it."""
    full = _printable(str(root.resolve()))
    held = store.pointed(place)[1] if store.exists(place) else None
    if held and held["folder"] != full:
        raise LibraryError(
            f"library {place} holds the articles of {held['folder']}, not of {full}; name another --library"
        )
    old = _opened(place, encoder, held) if held else None
    return old, _seen(root, place, old)


def _seen(root: Path, place: Path | None, old: Library | None) -> list[Entry]:
    entries = look(root, place, old)
    if not any(not entry.file.refused for entry in entries):
        raise _nothing(root, entries)
    return entries


def _opened(place: Path, encoder: str | None, held: store.Manifest) -> Library | None:
    """The library; None where an earlier version of Attest made it with our own encoder: then all is made anew."""
    try:
        return Library.open(place, encoder)
    except (EncoderMismatch, LibraryOutdated):
        if encoder is not None or held["encoder_model"] != DEFAULT or held["format"] > store.FORMAT:
            raise
        return None


def _changed(old: Library, entries: list[Entry]) -> bool:
    return [entry.file for entry in entries] != list(old.files.values())


def _model(encoder: str | None) -> str:
    """What `load_encoder` needs to find the encoder again, from any working directory."""
    name = encoder if encoder is not None else DEFAULT
    return str(Path(name).resolve()) if name not in ENCODERS and Path(name).is_dir() else name


def _printable(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()


def _report(library: Library, embedded: int, changed: bool) -> Report:
    return Report(library.manifest["articles"], library.manifest["passages"], embedded, changed, library.refused)


def _nothing(root: Path, entries: list[Entry]) -> NoArticles:
    if not entries:
        return NoArticles(f"{root}: no articles in it; put {' '.join(FORMATS)} files there")
    first = entries[0].file.refused
    more = f" (and {len(entries) - 1} more refused)" if len(entries) > 1 else ""
    return NoArticles(f"{root}: no article in it can be read: {first}{more}")

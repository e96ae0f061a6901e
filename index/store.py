"""A library on disk: immutable generations, and one small file that names the current one.

    DIR/CURRENT                     "gen-000002 ", and the SHA-256 of its manifest
    DIR/LOCK                        held by the one writer
    DIR/gen-000002/manifest.json    format, encoder, folder, counts, and size and SHA-256 of every other file
    DIR/gen-000002/articles.db      SQLite: files, articles, passages, words (FTS5)
    DIR/gen-000002/vectors.f32      (passages, dim) little-endian float32, unit rows

A generation is written beside the current one and takes its place by one rename, so that a reader sees the old or the
new, never a mix. The previous generation stays until the next commit, for readers that are opening it.
Every write of a library goes through this module.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from index.errors import LibraryCorrupt, LibraryError, LibraryLocked, LibraryMissing

FORMAT = 1
CHECKED_AT_OPEN = (
    64 * 2**20
)  # bytes up to which every open compares hashes; above, sizes (and `attest doctor` the hashes)

Manifest = dict[str, Any]


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Holds the library's lock. Raises LibraryLocked at once if another process holds it."""
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LibraryError(
            f"library {folder}: cannot be made there ({error.strerror}); name another --library"
        ) from None
    try:
        with FileLock(folder / "LOCK", timeout=0):
            yield
    except Timeout:
        raise LibraryLocked(f"library {folder}: another process is writing to it; try again when it is done") from None


def commit(folder: Path, fill: Callable[[Path], Manifest]) -> None:
    """Makes a new generation current. `fill` writes its files into the folder it is given, and returns the manifest."""
    name = f"gen-{_newest(folder) + 1:06d}"
    draft = folder / f"{name}.draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    manifest = fill(draft)
    manifest |= {"format": FORMAT, "files": {path.name: _facts(path) for path in sorted(draft.iterdir())}}
    for path in draft.iterdir():
        _sync(path)
    written = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
    _write(draft / "manifest.json", written)
    _sync(draft)
    draft.rename(folder / name)
    _write(folder / "CURRENT.draft", f"{name} {hashlib.sha256(written).hexdigest()}".encode())
    os.replace(folder / "CURRENT.draft", folder / "CURRENT")
    _sync(folder)
    for old in _generations(folder)[:-2]:
        shutil.rmtree(folder / f"gen-{old:06d}", ignore_errors=True)


def exists(folder: Path) -> bool:
    """Whether there is a library: also False for a path that cannot exist."""
    try:
        return (folder / "CURRENT").is_file()
    except (OSError, ValueError):
        return False


def current(folder: Path) -> tuple[Path, Manifest]:
    """The current generation and its manifest, after a check of its files.

    Raises LibraryMissing where there is no library, LibraryCorrupt where a file is missing, cut, changed or unreadable.
    """
    generation, manifest = _pointed(folder)
    deep = sum(facts["bytes"] for facts in manifest["files"].values()) <= CHECKED_AT_OPEN
    for name, problem in check(generation, manifest, deep=deep):
        if problem:
            raise _corrupt(folder, f"{generation.name}/{name} {problem}")
    return generation, manifest


def examine(folder: Path) -> Iterator[tuple[str, str | None]]:
    """(file, what is wrong with it or None) for every file of the library, hashes compared. Raises LibraryMissing."""
    try:
        generation, manifest = _pointed(folder)
    except LibraryCorrupt as error:
        yield "CURRENT", str(error)
        return
    yield "CURRENT", None
    yield f"{generation.name}/manifest.json", None
    for name, problem in check(generation, manifest):
        yield f"{generation.name}/{name}", problem


def _pointed(folder: Path) -> tuple[Path, Manifest]:
    """The generation that CURRENT names and its manifest, which must have the hash that CURRENT gives."""
    if not exists(folder):
        raise LibraryMissing(f"{folder}: no library here; build one with: attest index FOLDER --library {folder}")
    try:
        name, digest = (folder / "CURRENT").read_text(encoding="utf-8").split()
        written = (folder / name / "manifest.json").read_bytes()
        if hashlib.sha256(written).hexdigest() != digest:
            raise ValueError("the manifest has changed since it was written (SHA-256)")
        manifest: Manifest = json.loads(written)
        if manifest["format"] != FORMAT:
            raise ValueError(f"format {manifest['format']!r}, this version reads {FORMAT}")
        manifest["files"].values()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _corrupt(folder, f"CURRENT or its manifest cannot be read ({error})") from None
    return folder / name, manifest


def check(generation: Path, manifest: Manifest, *, deep: bool = True) -> Iterator[tuple[str, str | None]]:
    """(file, what is wrong with it or None) for every file of the manifest; `deep` compares hashes, not only sizes."""
    for name, facts in manifest["files"].items():
        path = generation / name
        if not path.is_file():
            yield name, "is missing"
        elif path.stat().st_size != facts["bytes"]:
            yield name, f"has {path.stat().st_size} bytes, not {facts['bytes']}"
        elif deep and _sha256(path) != facts["sha256"]:
            yield name, "has changed since it was written (SHA-256)"
        else:
            yield name, None


def _corrupt(folder: Path, what: str) -> LibraryCorrupt:
    return LibraryCorrupt(f"library {folder} is broken: {what}; delete that folder and index the articles again")


def _facts(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "sha256": _sha256(path)}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _generations(folder: Path) -> list[int]:
    names = (path.name.removeprefix("gen-") for path in folder.glob("gen-*"))
    return sorted(int(name) for name in names if name.isdigit())


def _newest(folder: Path) -> int:
    return max(_generations(folder), default=0)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(path: Path) -> None:
    """A file's or (where the system allows it) a folder's entries to the disk."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except PermissionError:  # a folder, on Windows
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""A library on disk: immutable generations, and one small file that names the current one.

    DIR/CURRENT                     "gen-000002 ", and the SHA-256 of its manifest
    DIR/LOCK, DIR/WRITER            held by the one writer; who that is
    DIR/gen-000002/manifest.json    format, encoder, folder, counts, and size and SHA-256 of every other file
    DIR/gen-000002/articles.db      SQLite: files, articles, passages, their words
    DIR/gen-000002/vectors.f32      (passages, dim) little-endian float32, unit rows
    DIR/gen-000002/parts.u4         where the encoder gives them: (passages, parts) bytes (`index.parts`)
    DIR/gen-000002/dense.faiss      of many passages only: the vectors as 4-bit codes (`index.search.codes`)

A generation is written beside the current one and takes its place by one rename, so that a reader sees the old or the
new, never a mix. The previous generation stays until the next commit, for readers that are opening it.
A power cut leaves the old or the new generation too: each thing is durable (`index.disk.sync`) before another names it.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from index import disk
from index.errors import LibraryCorrupt, LibraryError, LibraryLocked, LibraryMissing, LibraryOutdated

FORMAT = 6
CHECKED_AT_OPEN = 256 * 2**20  # bytes up to which every open compares hashes (.2 s); above, sizes, and the hash of
# each article that is read; `attest doctor` compares all

Manifest = dict[str, Any]


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Holds the library's lock. Raises LibraryLocked at once if another process holds it, LibraryError where nothing
    can be written."""
    from filelock import FileLock, Timeout

    lock = FileLock(folder / "LOCK", timeout=0)
    try:
        disk.make(folder)
        lock.acquire()
        disk.write(folder / "WRITER", [f"process {os.getpid()} on {socket.gethostname()}".encode()])
    except Timeout:
        raise LibraryLocked(
            f"library {folder}: {_writer(folder)} is writing to it; try again when it is done"
        ) from None
    except OSError as error:
        lock.release()
        why = f"cannot be written there ({error.strerror})"
        raise LibraryError(f"library {folder}: {why}; make room, or name another --library") from None
    try:
        yield
    finally:
        lock.release()


def _writer(folder: Path) -> str:
    try:
        return (folder / "WRITER").read_text(encoding="utf-8")[:200] or "another process"
    except (OSError, ValueError):
        return "another process"


def commit(folder: Path, fill: Callable[[Path], Manifest]) -> None:
    """Makes a new generation current. `fill` writes its files into the folder it is given, and returns the manifest.

    Raises LibraryError where the disk fails on the way: the library is then as it was (or new, where only the very
    last step failed), and running again is all there is to do.
    """
    _tidy(folder)
    first = named(folder) is None
    name = f"gen-{max(_numbers(folder), default=0) + 1:06d}"
    draft = folder / f"{name}.draft"
    try:
        disk.make(draft)
        manifest = fill(draft)
        manifest |= {"format": FORMAT, "files": {path.name: _facts(path) for path in sorted(draft.iterdir())}}
        written = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
        disk.write(draft / "manifest.json", [written])
        for path in sorted(draft.iterdir()):
            disk.sync(path)
        disk.sync(draft)
        disk.move(draft, folder / name)
        disk.write(folder / "CURRENT.draft", [f"{name} {hashlib.sha256(written).hexdigest()}".encode()])
        disk.sync(folder / "CURRENT.draft")
        disk.sync(folder)
        disk.move(folder / "CURRENT.draft", folder / "CURRENT")
        disk.sync(folder)
        if first:
            disk.sync(folder.parent)
    except (OSError, sqlite3.DatabaseError) as error:
        disk.remove(draft)
        why = getattr(error, "strerror", None) or error
        raise LibraryError(
            f"library {folder}: not saved ({why}); make room or name another --library, and run again"
        ) from error


def _tidy(folder: Path) -> None:
    """Removes drafts that were never finished, and generations but the current one, which readers may be opening."""
    kept = named(folder)
    for path in folder.glob("gen-*"):
        if path.name != kept:
            disk.remove(path)


def tidy(folder: Path) -> None:
    """Removes the generations before the current one, and with them what was deleted; not while somebody writes."""
    if any(path.name != named(folder) for path in folder.glob("gen-*")):
        with suppress(LibraryError), writing(folder):
            _tidy(folder)


def named(folder: Path) -> str | None:
    """The generation that CURRENT names, unchecked."""
    try:
        return (folder / "CURRENT").read_text(encoding="utf-8").split()[0]
    except (OSError, ValueError, IndexError):
        return None


def exists(folder: Path) -> bool:
    """Whether there is a library: also False for a path that cannot exist."""
    try:
        return (folder / "CURRENT").is_file()
    except (OSError, ValueError):
        return False


def current(folder: Path) -> tuple[Path, Manifest]:
    """The current generation and its manifest, after a check of its files.

    Raises LibraryMissing where there is no library, LibraryOutdated where another version of Attest made it,
    LibraryCorrupt where a file is missing, cut, changed or unreadable.
    """
    generation, manifest = pointed(folder)
    if manifest["format"] != FORMAT:
        remedy = "index its articles again" if manifest["format"] < FORMAT else "update Attest"
        raise LibraryOutdated(f"library {folder}: format {manifest['format']}, this version reads {FORMAT}; {remedy}")
    deep = sum(facts["bytes"] for facts in manifest["files"].values()) <= CHECKED_AT_OPEN
    for name, problem in check(generation, manifest, deep=deep):
        if problem:
            raise corrupt(folder, f"{generation.name}/{name} {problem}")
    return generation, manifest


def examine(folder: Path) -> Iterator[tuple[str, str | None]]:
    """(file, what is wrong with it or None) for every file of the library, hashes compared. Raises LibraryMissing."""
    try:
        generation, manifest = pointed(folder)
    except LibraryCorrupt as error:
        yield "CURRENT", str(error)
        return
    yield "CURRENT", None
    yield f"{generation.name}/manifest.json", None
    for name, problem in check(generation, manifest):
        yield f"{generation.name}/{name}", problem


def pointed(folder: Path) -> tuple[Path, Manifest]:
    """The generation that CURRENT names, and its manifest, of any format, after a check of the manifest's hash."""
    if not exists(folder):
        raise LibraryMissing(f"{folder}: no library here; build one with: attest index FOLDER --library {folder}")
    try:
        name, digest = (folder / "CURRENT").read_text(encoding="utf-8").split()
        written = (folder / name / "manifest.json").read_bytes()
        if hashlib.sha256(written).hexdigest() != digest:
            raise ValueError("the manifest has changed since it was written (SHA-256)")
        manifest: Manifest = json.loads(written)
        manifest["format"] + 0, manifest["files"].values()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise corrupt(folder, f"CURRENT or its manifest cannot be read ({error})") from None
    return folder / name, manifest


def check(generation: Path, manifest: Manifest, *, deep: bool = True) -> Iterator[tuple[str, str | None]]:
    """(file, what is wrong with it or None) for every file of the manifest; `deep` compares hashes, not only sizes."""
    for name, facts in manifest["files"].items():
        try:
            yield name, _problem(generation / name, facts, deep)
        except FileNotFoundError:
            yield name, "is missing"
        except OSError as error:
            yield name, f"cannot be read ({error.strerror})"


def _problem(path: Path, facts: dict[str, Any], deep: bool) -> str | None:
    size = path.stat().st_size
    if size != facts["bytes"]:
        return f"has {size} bytes, not {facts['bytes']}"
    if deep and _sha256(path) != facts["sha256"]:
        return "has changed since it was written (SHA-256)"
    return None


def corrupt(folder: Path, what: str) -> LibraryCorrupt:
    """The error for a library that is not what was written."""
    return LibraryCorrupt(f"library {folder} is broken: {what}; delete that folder and index the articles again")


def _facts(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "sha256": _sha256(path)}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _numbers(folder: Path) -> list[int]:
    """Of all generations and drafts that are there."""
    names = (path.name.removeprefix("gen-").removesuffix(".draft") for path in folder.glob("gen-*"))
    return [int(name) for name in names if name.isdigit()]

"""Looks at a folder and tells, file by file, what a library has to keep, read again, or refuse."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from index.article import Article
from index.errors import ArticleError, UnreadableArticle
from index.formats import Read, guard, read_articles, read_bytes
from index.library import Library
from index.passages import Passage, split
from index.tables import File, packed

_SURE_AFTER_NS = 2_000_000_000  # a file touched this shortly before it was indexed is read again: clocks are coarse


@dataclass(frozen=True)
class Entry:
    """A file on its way into a library. kept: its articles and vectors are those that the old library holds;
    otherwise `fresh` has what was read, and `packed` the bytes it was read from (nothing, where it was refused)."""

    file: File
    fresh: tuple[tuple[Article, list[Passage]], ...] = ()
    packed: tuple[bytes, ...] = ()
    kept: bool = False


def look(root: Path, library: Path | None, old: Library | None) -> list[Entry]:
    """An entry for every file below `root`, in the order of their paths. library: a folder, which may lie there and is
    passed over. Two articles of one source, and a folder that cannot be listed, are refused like files."""
    with guard.child() as guarded:
        return _look(root, library, old, guarded)


def _look(root: Path, library: Path | None, old: Library | None, guarded: Read) -> list[Entry]:
    entries: dict[str, Entry] = {}
    sources: set[str] = set()
    for path in _walk(root, library):
        entry = path if isinstance(path, Entry) else _entry(root, path, old, guarded)
        name = entry.file.path
        while name in entries:
            name += " (again)"
        found = (
            [article.source for article, _ in entry.fresh] if not entry.kept else old.sources_of(name) if old else []
        )
        if twice := sources.intersection(found):
            why = f"{name}: another file has an article of the same source {min(twice)!r}; rename one"
            entry = Entry(replace(entry.file, sha256="", refused=why))
        else:
            sources.update(found)
        entries[name] = entry if name == entry.file.path else replace(entry, file=replace(entry.file, path=name))
    return [entries[name] for name in sorted(entries)]


def _walk(root: Path, library: Path | None) -> Iterator[Path | Entry]:
    """Hidden files, linked folders and the library itself are passed over; an entry stands for an unreadable folder."""
    errors: list[OSError] = []
    ours = library.resolve() if library else None
    for folder, folders, files in os.walk(root, onerror=errors.append):
        here = Path(folder)
        folders[:] = sorted(f for f in folders if not f.startswith(".") and (here / f).resolve() != ours)
        yield from (here / name for name in sorted(files) if not name.startswith("."))
    for error in errors:
        name = _name(root, Path(error.filename))
        why = f"{name}: the folder cannot be listed ({error.strerror}); check its permissions"
        yield Entry(File(name, 0, 0, "", why))


def _entry(root: Path, path: Path, old: Library | None, guarded: Read) -> Entry:
    source = _name(root, path)
    known = old.files.get(source) if old else None
    size = mtime_ns = 0
    digest = ""
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise UnreadableArticle(f"{source}: not a regular file; remove it from the folder")
        size, mtime_ns = facts.st_size, facts.st_mtime_ns
        if known and old and known.refused is None:
            sure = mtime_ns < old.built_ns - _SURE_AFTER_NS
            if sure and (known.size, known.mtime_ns) == (size, mtime_ns):
                return Entry(known, kept=True)
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            if known.sha256 == digest:
                return Entry(File(source, size, mtime_ns, digest, None), kept=True)
        if "\\" in source:
            raise UnreadableArticle(f"{source}: a name that is not text, or has a backslash; rename the file")
        data = read_bytes(path, source)
        digest = hashlib.sha256(data).hexdigest()
        fresh = tuple((article, split(article)) for article in read_articles(data, source, guarded))
        return Entry(File(source, size, mtime_ns, digest, None), fresh, packed(data))
    except ArticleError as error:
        why = str(error)
    except OSError as error:
        why = f"{source}: cannot be read ({error.strerror}); check its permissions"
    return Entry(File(source, size, mtime_ns, "", why))


def _name(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix().encode("utf-8", "backslashreplace").decode()

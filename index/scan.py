"""Looks at a folder and tells, file by file, what a library has to keep, read again, or refuse."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.article import Article
from index.errors import ArticleError, UnreadableArticle
from index.formats import FORMATS, read_file
from index.library import File, Library
from index.passages import Passage, split

_SURE_AFTER_NS = 2_000_000_000  # a file touched this shortly before it was indexed is read again: clocks are coarse


@dataclass(frozen=True)
class Entry:
    """A file on its way into a library. kept: its articles and vectors are those that the old library holds;
    otherwise `fresh` has what was read (nothing, where the file was refused)."""

    file: File
    fresh: tuple[tuple[Article, list[Passage]], ...] = ()
    kept: bool = False


def look(root: Path, library: Path, old: Library | None) -> list[Entry]:
    """An entry for every file below `root`, in the order of their names."""
    return [_entry(root, path, old) for path in _walk(root, library)]


def _walk(root: Path, library: Path) -> Iterator[Path]:
    """Hidden files, linked folders and the library itself are passed over."""
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        folders[:] = sorted(f for f in folders if not f.startswith(".") and (here / f).resolve() != library.resolve())
        yield from (here / name for name in sorted(files) if not name.startswith("."))


def _entry(root: Path, path: Path, old: Library | None) -> Entry:
    source = path.relative_to(root).as_posix().encode("utf-8", "backslashreplace").decode()
    known = old.files.get(source) if old else None
    size = mtime_ns = 0
    digest = ""
    try:
        facts = path.stat()
        size, mtime_ns = facts.st_size, facts.st_mtime_ns
        if (
            known
            and old
            and (known.size, known.mtime_ns) == (size, mtime_ns)
            and mtime_ns < old.built_ns - _SURE_AFTER_NS
        ):
            return Entry(known, kept=True)
        if path.suffix.lower() in FORMATS:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        if known and digest and known.sha256 == digest:
            return Entry(File(source, size, mtime_ns, digest, known.refused), kept=True)
        if "\\" in source:
            raise UnreadableArticle(f"{source}: a name that is not text, or has a backslash; rename the file")
        fresh = tuple((article, split(article)) for article in read_file(path, source))
        return Entry(File(source, size, mtime_ns, digest, None), fresh)
    except ArticleError as error:
        why = str(error)
    except OSError as error:
        why = f"{source}: cannot be read ({error.strerror}); check its permissions"
    return Entry(File(source, size, mtime_ns, digest, why))

"""A library on PostgreSQL with pgvector: `--library postgresql://user@host/database#name`. Same articles, same answers.

The tables are those of the local store (`index.tables`), so are the statements that read and change them, and the
searchers: terms, postings and BM25 are the same code over other tables, and vectors that pgvector finds are ranked by
the same products. What differs has its module here: connections and snapshots, tables and indexes, the dense searcher,
writing by transactions that several writers take turns at, and near-copies found without a look at every text.

The extra `attest-qa[postgres]` has what it needs; nothing of that is loaded for a local library.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from index import store
from index.errors import LibraryMissing

if TYPE_CHECKING:
    from index.postgres.library import ServerLibrary

SCHEMES = ("postgresql://", "postgres://")


def is_server(place: str | Path) -> bool:
    """Whether a library's place is the address of a server, and not a folder."""
    return str(place).startswith(SCHEMES)


def exists(place: str | Path) -> bool:
    """Whether there is a library, in a folder or on a server. Raises LibraryUnreachable."""
    if not is_server(place):
        return store.exists(Path(place))
    from index.postgres import schema
    from index.postgres.connection import Database

    try:
        schema.read(Database(str(place)))
    except LibraryMissing:
        return False
    return True


def open_library(place: str, encoder: str | None = None) -> ServerLibrary:
    """As `Library.open`. Raises LibraryUnreachable beside the errors of that."""
    from index.postgres.library import ServerLibrary

    return ServerLibrary.open(place, encoder)


def examine(place: str | Path) -> Iterator[tuple[str, str | None]]:
    """(what, what is wrong with it or None) for every part of a library, in a folder or on a server. Raises
    LibraryMissing, LibraryUnreachable."""
    if not is_server(place):
        return store.examine(Path(place))
    from index.postgres import doctor

    return doctor.examine(str(place))


def shown(place: str | Path) -> str:
    """A library's place, without the password of a server's address."""
    if not is_server(place):
        return str(place)
    from index.postgres.addresses import parse

    return parse(str(place)).shown

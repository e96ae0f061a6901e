"""What a server answers in place of rows, as errors of ours: one line, without passwords."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from index.errors import AttestError, LibraryCorrupt, LibraryError, LibraryUnreachable
from index.postgres.addresses import Address

_AWAY = ("08", "57P", "53300")  # SQLSTATE: lost, shut down or starting, all connections taken (PostgreSQL, appendix A)


class Absent(LibraryCorrupt):
    """A table or column is not there."""


@contextmanager
def told(address: Address) -> Iterator[None]:
    psycopg = need_psycopg()
    place = address.shown
    try:
        yield
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as error:
        raise broken(place, _line(error, address), Absent) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise LibraryError(f"{place}: {_line(error, address)}; ask the database's owner for this right") from error
    except psycopg.Error as error:
        if _is_away(error, psycopg):
            remedy = "see whether it runs and the address is right, and ask again"
            why = f"the server does not answer ({_line(error, address)}); {remedy}"
            raise LibraryUnreachable(f"{place}: {why}") from error
        raise LibraryError(f"{place}: the server refused this ({_line(error, address)})") from error


def broken(place: str, what: str, kind: type[LibraryCorrupt] = LibraryCorrupt) -> LibraryCorrupt:
    """The error for a library on a server that is not what was written."""
    return kind(f"{place}: {what}; restore its backup, or index its articles into another --library")


def need_psycopg() -> Any:
    try:
        import pgvector
        import psycopg
    except ImportError as error:
        raise AttestError("a library on PostgreSQL needs more packages: pip install 'attest-qa[postgres]'") from error
    assert pgvector
    return psycopg


def _is_away(error: Any, psycopg: Any) -> bool:
    """Or is it there, and cannot do this (a full disk, a deadlock)?"""
    if isinstance(error, psycopg.InterfaceError):
        return True
    return isinstance(error, psycopg.OperationalError) and (error.sqlstate or "08").startswith(_AWAY)


def _line(error: Exception, address: Address) -> str:
    line = next(iter(str(error).strip().splitlines()), type(error).__name__)
    for secret in address.secrets:
        line = line.replace(secret, "***")
    return line

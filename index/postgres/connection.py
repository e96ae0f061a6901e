"""Statements sent to a PostgreSQL server: connections that come back after it was away, snapshots, and errors in words.

A statement is written as for SQLite; `spoken` tells what is changed in it. Text may hold U+0000, which PostgreSQL does
not take: `_kept` writes it as two other characters, and `_given` gives it back.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from index.errors import AttestError, LibraryError, LibraryMissing, LibraryUnreachable

SECONDS = 5  # that a server has to take a connection, where its address does not say (connect_timeout)
SCHEMA = "attest"  # the library's, where its address names none
_MARK = "\U0010fffe"  # stands before 0 for U+0000, and before 1 for itself

Row = tuple[Any, ...]


class Rows(list[Row]):
    """What a statement gave, as a cursor would hand it out."""

    def fetchone(self) -> Row | None:
        return self[0] if self else None

    def fetchall(self) -> list[Row]:
        return self


class Database:
    """place: postgresql://user@host:port/database#name, where `name` is the library's schema. Threads may share it;
    inside `transaction` a thread has a connection of its own."""

    def __init__(self, place: str) -> None:
        self.place, self._address, self.schema = split(place)
        self._idle: list[Any] = []
        self._lock, self._mine = threading.Lock(), threading.local()
        weakref.finalize(self, _close, self._idle)

    def execute(self, statement: str, values: Sequence[Any] = ()) -> Rows:
        with self._connection() as connection:
            cursor = connection.execute(spoken(statement), [_kept(value) for value in values], binary=True)
            return Rows(tuple(map(_given, row)) for row in cursor) if cursor.description else Rows()

    def executemany(self, statement: str, rows: Sequence[Row]) -> None:
        if rows:
            with self._connection() as connection, connection.cursor() as cursor:
                cursor.executemany(spoken(statement), [[_kept(value) for value in row] for row in rows])

    @contextmanager
    def transaction(self, mode: str = "") -> Iterator[None]:
        """All statements of this thread in one: done when the block ends, undone where it raises. In another one it is
        a part of that."""
        if self._connection_of_mine() is not None:
            yield
            return
        with self._connection(begin=f"begin {mode}") as connection:
            self._mine.connection = connection
            try:
                yield
                connection.execute("commit")
            except BaseException:
                if not connection.closed:
                    _quietly(connection, "rollback")
                raise
            finally:
                self._mine.connection = None

    def snapshot(self) -> Any:
        """A transaction that reads, and sees the library as it was when it began."""
        return self.transaction("isolation level repeatable read, read only")

    def _connection_of_mine(self) -> Any:
        return getattr(self._mine, "connection", None)

    @contextmanager
    def _connection(self, begin: str | None = None) -> Iterator[Any]:
        """A connection for one thing; that of the transaction in which this thread is, if there is one."""
        if (mine := self._connection_of_mine()) is not None:
            with self._told():
                yield mine
            return
        with self._told():
            connection = self._borrowed(begin)
        try:
            with self._told():
                yield connection
        finally:
            if connection.closed or connection.info.transaction_status:  # anything but idle
                _quietly(connection)
            else:
                with self._lock:
                    self._idle.append(connection)

    def _borrowed(self, begin: str | None) -> Any:
        """One that is idle and alive, or a new one; begun, where that is asked for."""
        import psycopg

        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            fresh = connection is None
            if connection is None:
                connection = self._connected()
            try:
                connection.execute(begin or "select 1")
                return connection
            except psycopg.OperationalError:  # of an idle one: the server was restarted meanwhile
                _quietly(connection)
                if fresh:
                    raise

    def _connected(self) -> Any:
        psycopg = need_psycopg()
        known = psycopg.conninfo.conninfo_to_dict(self._address)
        known.setdefault("connect_timeout", SECONDS)
        known.setdefault("application_name", "attest")
        known["options"] = f"{known.get('options', '')} -c search_path={self.schema},public".strip()
        connection = psycopg.connect(**known, autocommit=True)
        try:
            if connection.execute("select 1 from pg_type where typname = 'vector'").fetchone():
                from pgvector.psycopg import register_vector

                register_vector(connection)
        except BaseException:
            _quietly(connection)
            raise
        return connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of the server in our words."""
        psycopg = need_psycopg()
        try:
            yield
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName, psycopg.errors.UndefinedObject):
            raise LibraryMissing(
                f"{self.place}: no library here; build one with: attest index FOLDER --library {self.place}"
            ) from None
        except psycopg.errors.InsufficientPrivilege as error:
            raise LibraryError(f"{self.place}: {_line(error)}; ask the database's owner for this right") from error
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            remedy = "see whether it runs and the address is right, and ask again"
            raise LibraryUnreachable(f"{self.place}: the server does not answer ({_line(error)}); {remedy}") from error
        except psycopg.Error as error:
            raise LibraryError(f"{self.place}: the server refused this ({_line(error)})") from error


def split(place: str) -> tuple[str, str, str]:
    """(the address without its password, the address that libpq takes, the schema)."""
    parts = urlsplit(place)
    schema = unquote(parts.fragment) or SCHEMA
    if not schema.replace("_", "").isalnum() or not schema.isascii() or not schema[0].isalpha() or len(schema) > 63:
        why = "name it with letters, digits and _, a letter first, 63 at most"
        raise LibraryError(f"the library's name {schema!r} in its address cannot be a schema; {why}")
    user, at, host = parts.netloc.rpartition("@")
    query = urlencode([pair for pair in parse_qsl(parts.query) if "password" not in pair[0]], safe="/")
    shown = urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}{at}{host}", query=query))
    return shown, urlunsplit(parts._replace(fragment="")), schema.lower()


def spoken(statement: str) -> str:
    """A statement for SQLite as PostgreSQL takes it."""
    return statement.replace("json_each(?)", "jsonb_array_elements_text(?::jsonb) as each(value)").replace("?", "%s")


def is_yugabyte(version: str) -> bool:
    return "-YB-" in version


def need_psycopg() -> Any:
    try:
        import pgvector
        import psycopg
    except ImportError as error:
        raise AttestError("a library on PostgreSQL needs more packages: pip install 'attest-qa[postgres]'") from error
    assert pgvector
    return psycopg


def _kept(value: Any) -> Any:
    if isinstance(value, str) and ("\0" in value or _MARK in value):
        return value.replace(_MARK, f"{_MARK}1").replace("\0", f"{_MARK}0")
    return value


def _given(value: Any) -> Any:
    if isinstance(value, str) and _MARK in value:
        return value.replace(f"{_MARK}0", "\0").replace(f"{_MARK}1", _MARK)
    return value


def _line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]


def _quietly(connection: Any, statement: str | None = None) -> None:
    """Closes a connection, or sends it a last statement, whatever becomes of that."""
    import psycopg

    try:
        connection.execute(statement) if statement else connection.close()
    except psycopg.Error:
        connection.close()


def _close(idle: list[Any]) -> None:
    while idle:
        idle.pop().close()

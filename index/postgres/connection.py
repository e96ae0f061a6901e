"""Statements sent to a PostgreSQL server: connections that come back after it was away, and snapshots.

A statement is written as for SQLite (`index.postgres.dialect`).
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from index.postgres.addresses import parse
from index.postgres.dialect import given, kept, spoken
from index.postgres.failures import told
from index.postgres.sessions import connected, quietly

Row = tuple[Any, ...]


class Rows(list[Row]):
    """What a statement gave, as a cursor would hand it out."""

    def fetchone(self) -> Row | None:
        return self[0] if self else None

    def fetchall(self) -> list[Row]:
        return self


class Database:
    """place: the address as it may be shown; schema: the library's. Threads may share it; inside `transaction` a thread
    has a connection of its own."""

    def __init__(self, place: str) -> None:
        self._address = parse(place)
        self.place, self.schema = self._address.shown, self._address.schema
        self._idle: list[Any] = []
        self._lock, self._mine = threading.Lock(), threading.local()
        weakref.finalize(self, _close, self._idle)

    def execute(self, statement: str, values: Sequence[Any] = ()) -> Rows:
        with self._connection() as connection:
            cursor = connection.execute(*spoken(statement, values), binary=True)
            return Rows(tuple(map(given, row)) for row in cursor) if cursor.description else Rows()

    def executemany(self, statement: str, rows: Sequence[Row]) -> None:
        if rows:
            with self._connection() as connection, connection.cursor() as cursor:
                cursor.executemany(spoken(statement, ())[0], [[kept(value) for value in row] for row in rows])

    @contextmanager
    def transaction(self, mode: str = "read committed") -> Iterator[None]:
        """All statements of this thread in one: done when the block ends, undone where it raises. In another one it is
        a part of that."""
        if self._connection_of_mine() is not None:
            yield
            return
        with self._connection(begin=f"begin isolation level {mode}") as connection:
            self._mine.connection = connection
            try:
                yield
                connection.execute("commit")
            except BaseException:
                if not connection.closed:
                    quietly(connection, "rollback")
                raise
            finally:
                self._mine.connection = None

    def snapshot(self) -> AbstractContextManager[None]:
        """A transaction that reads, and sees the library as it was when it began."""
        return self.transaction("repeatable read, read only")

    def renew(self) -> None:
        """Has connections made anew, which know the types that the server has learnt."""
        with self._lock:
            _close(self._idle)

    def _connection_of_mine(self) -> Any:
        return getattr(self._mine, "connection", None)

    @contextmanager
    def _connection(self, begin: str = "select 1") -> Iterator[Any]:
        """A connection for one thing; that of the transaction in which this thread is, if there is one."""
        if (mine := self._connection_of_mine()) is not None:
            with told(self._address):
                yield mine
            return
        with told(self._address):
            connection = self._borrowed(begin)
        try:
            with told(self._address):
                yield connection
        finally:
            if connection.closed or connection.info.transaction_status:  # anything but idle
                quietly(connection)
            else:
                with self._lock:
                    self._idle.append(connection)

    def _borrowed(self, begin: str) -> Any:
        """One that is idle and alive, or a new one; begun."""
        import psycopg

        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            fresh = connection is None
            if connection is None:
                connection = connected(self._address)
            try:
                connection.execute(begin)
                return connection
            except BaseException as error:
                quietly(connection)
                if fresh or not isinstance(error, psycopg.OperationalError):  # else: the server was restarted meanwhile
                    raise


def _close(idle: list[Any]) -> None:
    while idle:
        idle.pop().close()

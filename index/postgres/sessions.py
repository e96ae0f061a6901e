"""Sessions with a server, before anything is asked in them."""

from __future__ import annotations

from typing import Any

from index.postgres.addresses import Address
from index.postgres.failures import need_psycopg

WAITED = {"connect_timeout": 5, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""Seconds, and tries, until a server that is silent is away; where the address says nothing else."""
_WITH_VECTORS = """
select set_config('search_path', %s || ', ' || quote_ident(nspname), false)
from pg_extension e join pg_namespace n on n.oid = e.extnamespace where extname = 'vector'
"""


def connected(address: Address) -> Any:
    """A connection that sees the library's tables and, where the database has them, pgvector's types."""
    psycopg = need_psycopg()
    known = WAITED | {"application_name": "attest"} | psycopg.conninfo.conninfo_to_dict(address.libpq)
    known["options"] = f"{known.get('options', '')} -c search_path={address.schema}".strip()
    connection = psycopg.connect(**known, autocommit=True)
    try:
        if connection.execute(_WITH_VECTORS, (address.schema,)).fetchone():
            from pgvector.psycopg import register_vector

            register_vector(connection)
    except BaseException:
        quietly(connection)
        raise
    return connection


def quietly(connection: Any, statement: str | None = None) -> None:
    """Closes a connection, or sends it a last statement, whatever becomes of that."""
    import psycopg

    try:
        connection.execute(statement) if statement else connection.close()
    except psycopg.Error:
        connection.close()

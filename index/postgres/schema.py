"""The tables of a library on PostgreSQL: those of `index.tables`, with the vectors beside the passages; how they are
made, and how Citus spreads them over its nodes.

Every primary key holds the column by which its table would be distributed. Text sorts by its bytes (collation "C"), as
in SQLite.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from index.errors import LibraryError, LibraryMissing, LibraryOutdated
from index.postgres.connection import Database
from index.postgres.failures import Absent, broken
from index.store import FORMAT, Manifest

NEAR_FROM = 50_000  # passages from which pgvector's graph (HNSW) is built; below, every vector is compared
_WORD = 'text collate "C"'
_TABLES = (
    "library(id int primary key, version bigint, manifest text)",
    f"file(path {_WORD} primary key, size bigint, mtime_ns bigint, sha256 text, refused text, folder {_WORD})",
    "original(sha256 text, part int, data bytea, primary key (sha256, part))",
    "text(id bigint generated always as identity, key text, text text, signature bytea, copy_of bigint, "
    "primary key (id))",
    f"article(id bigint generated always as identity, file {_WORD}, source {_WORD} primary key, title text, "
    f"published {_WORD}, dated_by text, author text, url text, language text, sha256 text, text bigint)",
    'passage(id bigint, text bigint, start int, "end" int, vector vector({dim}), parts bytea, crc bigint, '
    "primary key (id, text))",
    f"words(block int, term {_WORD}, places bytea, counts bytea, primary key (term, block))",
    "lengths(block int primary key, lengths bytea)",
    "band(key bigint, text bigint, primary key (key, text))",
)
_GRAPH = "with (m = 16, ef_construction = 128)"
_INDEXES = {
    "file_hash": "file(sha256)",
    "file_folder": "file(folder)",
    "text_key": "text(key)",
    "text_copies": "text(copy_of)",
    "passage_of": "passage(text)",
    "article_file": "article(file)",
    "article_text": "article(text)",
    "article_published": "article(published)",
}
_SPREAD = (
    "create_reference_table('library')",
    "create_reference_table('file')",
    "create_reference_table('article')",
    "create_reference_table('lengths')",
    "create_distributed_table('text', 'id')",
    "create_distributed_table('passage', 'text', colocate_with => 'text')",
    "create_distributed_table('original', 'sha256')",
    "create_distributed_table('words', 'term')",
    "create_distributed_table('band', 'key')",
)


def empty(facts: Mapping[str, Any]) -> Manifest:
    """The manifest of a library without articles. facts: its encoder, runtime, encoder_model, dim, parts
    and folder."""
    return {**facts, "format": FORMAT, "articles": 0, "passages": 0, "built_ns": 0, "folders": {}, "files": {}}


def create(db: Database, manifest: Manifest) -> None:
    """Makes the schema and its tables; what is there stays, so that two writers may begin at once. manifest: of the
    library without articles, with the dimension of its vectors."""
    with _alone(db):
        _need_vectors(db)
    db.renew()
    with _alone(db):
        if not db.execute("select 1 from pg_namespace where nspname = ?", (db.schema,)):
            db.execute(f'create schema "{db.schema}"')
        if not db.execute("select 1 from pg_tables where schemaname = ? and tablename = 'library'", (db.schema,)):
            for table in _TABLES:
                db.execute(f"create table {table.format(dim=manifest['dim'])}")
            for name, columns in _INDEXES.items():
                db.execute(f"create index {name} on {columns}")
            db.execute("insert into library values (1, 0, ?)", (json.dumps(manifest),))


@contextmanager
def _alone(db: Database) -> Iterator[None]:
    """A transaction beside which no other one makes a library in this database."""
    with db.transaction():
        db.execute("select pg_advisory_xact_lock(hashtext('attest'))")
        yield


def _need_vectors(db: Database) -> None:
    if not db.execute("select 1 from pg_extension where extname = 'vector'"):
        if not db.execute("select 1 from pg_available_extensions where name = 'vector'"):
            raise LibraryError(f"{db.place}: this server has no pgvector; install the extension there, and run again")
        db.execute("create extension vector schema public")


def read(db: Database) -> tuple[int, Manifest]:
    """(version, manifest). Raises LibraryMissing, LibraryOutdated, LibraryCorrupt."""
    try:
        rows = db.execute(f'select version, manifest from "{db.schema}".library where id = 1')
    except Absent:
        told = f"{db.place}: no library here; build one with: attest index FOLDER --library {db.place}"
        raise LibraryMissing(told) from None
    try:
        ((version, written),) = rows
        manifest: dict[str, Any] = json.loads(written)
        older = manifest["format"] < FORMAT
    except (ValueError, KeyError, TypeError):
        raise broken(db.place, "its manifest is broken") from None
    if manifest["format"] != FORMAT:
        remedy = "index its articles into another --library" if older else "update Attest"
        raise LibraryOutdated(f"{db.place}: format {manifest['format']}, this version reads {FORMAT}; {remedy}")
    return version, manifest


def has_graph(db: Database) -> bool:
    return bool(
        db.execute("select 1 from pg_indexes where schemaname = ? and indexname = 'passage_near'", (db.schema,))
    )


def near(db: Database, dim: int) -> str:
    """What the graph holds of a vector: half precision, where the server has it; the best are ranked in full."""
    yugabyte = "-YB-" in str(db.execute("select version()")[0][0])
    return "vector" if yugabyte else f"(vector::halfvec({dim}))"


def build_graph(db: Database, dim: int) -> None:
    """Once, where there are many passages; it takes minutes, in which writers wait and readers read on."""
    held = near(db, dim)
    kind = "vector" if held == "vector" else "halfvec"
    with db.transaction():
        db.execute("update library set version = version + 1 where id = 1")  # as writers do, who come after us
        db.execute("set local maintenance_work_mem = '1GB'")
        db.execute(f"create index if not exists passage_near on passage using hnsw ({held} {kind}_ip_ops) {_GRAPH}")


def spread(place: str) -> None:
    """Distributes the tables of a library over the nodes of Citus: `python -m index.postgres.schema PLACE`."""
    db = Database(place)
    read(db)
    for call in _SPREAD:
        db.execute(f"select {call}")


if __name__ == "__main__":
    import sys

    spread(sys.argv[1])

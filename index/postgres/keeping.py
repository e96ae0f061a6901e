"""Where vectors wait until they are in a library on a server: in the user's cache, by library and folder."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index import disk
from index.postgres.connection import Database


@contextmanager
def keeping(db: Database, folder: str) -> Iterator[Path]:
    """The folder for `index.pending`; one that goes when this ends, while another process uses that."""
    from filelock import FileLock, Timeout
    from platformdirs import user_cache_path

    name = hashlib.sha256(f"{db.place} {folder}".encode()).hexdigest()[:12]
    place = user_cache_path("attest", appauthor=False) / "embedding" / name
    disk.make(place)
    lock, mine = FileLock(place / "LOCK", timeout=0), place
    try:
        lock.acquire()
    except Timeout:
        mine = Path(tempfile.mkdtemp(dir=place))
    try:
        yield mine
    finally:
        lock.release()
        if mine != place:
            disk.remove(mine)

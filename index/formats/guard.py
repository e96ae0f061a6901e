"""Reads files whose parsers a hostile file may stop or crash: in a child process, with bounds on time and memory.

The child does nothing else, and a new one takes its place where it was ended: a bad file costs that file alone.
Protocol: a line of JSON with source and size, then the bytes; back comes a line of JSON with articles or an error.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from threading import Timer
from typing import Any, BinaryIO

from index.article import Article
from index.errors import UnreadableArticle
from index.formats import FORMATS, Read

SECONDS, MEMORY = 30.0, 3 * 2**30  # for one file; of the child's address space


@contextmanager
def child(seconds: float = SECONDS) -> Iterator[Read]:
    """A reader in the place of those of FORMATS; its process starts with the first file and ends with the block."""
    reader = _Reader(seconds)
    try:
        yield reader.read
    finally:
        reader.end()


class _Reader:
    def __init__(self, seconds: float) -> None:
        self._seconds, self._process = seconds, None  # type: float, subprocess.Popen[bytes] | None

    def read(self, data: bytes, source: str) -> list[Article]:
        process = self._process = self._process or _start()
        late = Timer(self._seconds, process.kill)
        late.start()
        try:
            process.stdin.write(json.dumps({"source": source, "size": len(data)}).encode() + b"\n" + data)  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            line = process.stdout.readline()  # type: ignore[union-attr]
        except OSError:
            line = b""
        finally:
            in_time = late.is_alive()
            late.cancel()
        if not line.endswith(b"\n"):
            self.end()
            what = "the parser broke down on it" if in_time else f"reading it took more than {self._seconds:g} seconds"
            raise UnreadableArticle(f"{source}: {what}; save its text as .txt")
        answer = json.loads(line)
        if "error" in answer:
            raise UnreadableArticle(answer["error"])
        return [_article(fields) for fields in answer["articles"]]

    def end(self) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _article(fields: dict[str, Any]) -> Article:
    return Article(**fields | {"boilerplate": tuple(map(tuple, fields["boilerplate"]))})


def _start(first: str = "") -> subprocess.Popen[bytes]:
    """first: what the child runs before it serves (tests put broken parsers there)."""
    command = [sys.executable, "-P", "-c", f"{first}from index.formats.guard import serve; serve()"]
    path = os.pathsep.join(filter(None, sys.path))  # the child finds what this process finds
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": path},
    )


def serve() -> None:
    """What the child does: answers until its input ends."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a parser prints does not get among the answers
    _bound()
    while line := sys.stdin.buffer.readline():
        out.write(json.dumps(_answer(json.loads(line), sys.stdin.buffer)).encode() + b"\n")
        out.flush()


def _answer(asked: dict[str, Any], given: BinaryIO) -> dict[str, Any]:
    source = asked["source"]
    data = given.read(asked["size"])
    try:
        suffix = os.path.splitext(source)[1].lower()
        return {"articles": [asdict(article) for article in FORMATS[suffix](data, source)]}
    except UnreadableArticle as error:
        return {"error": str(error)}
    except Exception as error:  # whatever a parser throws at a hostile file
        return {"error": f"{source}: its parser gave up ({type(error).__name__}); save its text as .txt"}


def _bound() -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

"""The side of the line protocol that runs in a peer's environment; the standard library alone.

A line of JSON in, a line of JSON out. Requests, by "do": "hello" gives the versions of the packages; "index" makes the
library of a folder of .txt files; "open" opens one; "ask" gives `Found` and its times; "quit" ends. A request that
fails is answered with {"error": ..., "seconds": ...}. What libraries print goes to stderr.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class Found:
    """The best answer of a system, told also where it withholds it. answered: whether it gives it, by its own rule.
    score: the higher the surer. quote: what it cites, said to stand at [start, end) of the article `source`."""

    answered: bool = False
    score: float | None = None
    text: str | None = None
    source: str | None = None
    start: int = 0
    end: int = 0
    quote: str | None = None


class System(Protocol):
    """packages: whose versions are told."""

    packages: Sequence[str]

    def index(self, articles: Path, library: Path) -> int:
        """Makes a library that another process can open; returns the number of its passages."""
        ...

    def open(self, library: Path) -> None: ...

    def ask(self, question: str, before: str | None) -> Found:
        """before: the question that this one follows up."""
        ...

    def withheld(self, question: str, before: str | None) -> Found:
        """The best answer to a question that `ask` gave none to, if that did not tell it. Not timed."""
        ...


class Stopwatch:
    """Adds up the time in which any of the functions runs that it is put around, in whatever threads: the forward
    passes of the models."""

    def __init__(self) -> None:
        self.seconds, self._running, self._since, self._lock = 0.0, 0, 0.0, threading.Lock()

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **options: Any) -> Any:
            with self._lock:
                self._since = self._since if self._running else time.perf_counter()
                self._running += 1
            try:
                return function(*args, **options)
            finally:
                with self._lock:
                    self._running -= 1
                    if not self._running:
                        self.seconds += time.perf_counter() - self._since

        return timed


FORWARD = Stopwatch()


def main(argv: Sequence[str]) -> None:
    """argv: module of the system, its settings as JSON, number of threads. The module has `make(settings)`."""
    module, settings, threads = argv
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(threads)])
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not get between the answers
    system: System = importlib.import_module(module).make(json.loads(settings))
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "quit":
            break
        began = time.perf_counter()
        try:
            reply = _reply(system, request)
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}
            reply |= {"seconds": time.perf_counter() - began, "forward": FORWARD.seconds}
        answers.write(json.dumps(reply) + "\n")
        answers.flush()


def _reply(system: System, request: dict[str, Any]) -> dict[str, Any]:
    began, FORWARD.seconds = time.perf_counter(), 0.0
    match request["do"]:
        case "hello":
            return {"versions": {name: version(name) for name in system.packages}}
        case "index":
            passages = system.index(Path(request["articles"]), Path(request["library"]))
            return {"passages": passages, "seconds": time.perf_counter() - began}
        case "open":
            system.open(Path(request["library"]))
            return {"seconds": time.perf_counter() - began}
        case "ask":
            question = request["question"], request.get("before")
            found = system.ask(*question)
            taken = {"seconds": time.perf_counter() - began, "forward": FORWARD.seconds}
            if found.text is None and request.get("withheld"):
                found = system.withheld(*question)
            return asdict(found) | taken
        case other:
            raise ValueError(f"request {other!r} is none of hello, index, open, ask, quit")

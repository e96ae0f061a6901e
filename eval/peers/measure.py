"""Runs the systems side by side and keeps what each did, so that an interrupted run goes on where it stopped.

Four things are measured of each set: making the library (in a process that has made a small one before), the first
answer of a new process on a finished library, all answers, and a sample of questions asked of all systems in turn in
warm processes. The order changes from round to round. One system works at a time.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.peers.process import Worker
from eval.peers.sets import OWN, Asked, own, spread
from eval.peers.table import PEERS
from eval.provenance import provenance
from eval.questions import Question
from index.errors import AttestError

WARM = 3  # questions that are not counted
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """rounds: of indexing and of starting. sample: questions of the warm comparison."""

    cache: Path
    names: tuple[str, ...]
    rounds: int
    sample: int
    tell: Tell = lambda _: None

    def timed(self) -> list[str]:
        return [name for name in self.names if PEERS[name].timed]

    def library(self, asked: Asked, name: str) -> Path:
        return self.cache / "libraries" / asked.articles.name / name

    def kept(self, asked: Asked, what: str, name: str) -> Path:
        return self.cache / "kept" / f"{asked.name}-{len(asked.questions)}" / what / f"{name}.json"


def run(plan: Plan, asked: Asked) -> None:
    """Everything that is not kept yet. A system that only its answers are compared of is asked over our own set."""
    for number in range(plan.rounds):
        for name in turns(plan.timed(), number):
            _once(plan, asked, f"index-{number}", name, lambda name=name: indexed(plan, asked, name))  # type: ignore[misc]
    for name in plan.names:
        if PEERS[name].timed or asked.name == OWN:
            _once(plan, asked, "answers", name, lambda name=name: answers(plan, asked, name))  # type: ignore[misc]
    for number in range(plan.rounds):
        for name in turns(plan.timed(), number):
            _once(plan, asked, f"start-{number}", name, lambda name=name: started(plan, asked, name))  # type: ignore[misc]
    if not all(plan.kept(asked, "warm", name).is_file() for name in plan.timed()):  # side by side, or not at all
        for name, times in warm(plan, asked).items():
            _keep(plan.kept(asked, "warm", name), {"times": times})


def turns(names: Sequence[str], number: int) -> list[str]:
    """The order of round `number`: another one begins each time, and every other round goes backwards."""
    at = number // 2 % max(1, len(names))
    order = [*names[at:], *names[:at]]
    return order[::-1] if number % 2 else order


def indexed(plan: Plan, asked: Asked, name: str) -> dict[str, Any]:
    """Models and libraries are loaded by a small library first, which is not counted."""
    place = plan.library(asked, name)
    with Worker(name, plan.cache) as worker:
        versions = worker.must("hello")["versions"]
        for articles, library in ((own().articles, plan.cache / "libraries" / "first" / name), (asked.articles, place)):
            shutil.rmtree(library, ignore_errors=True)
            library.parent.mkdir(parents=True, exist_ok=True)
            made = worker.must("index", articles=str(articles), library=str(library))
        return made | {"peak_mb": worker.peak_mb(), "versions": versions}


def answers(plan: Plan, asked: Asked, name: str) -> dict[str, Any]:
    """Every question once, in one process. Errors of a system are kept as they are: they count as no answer."""
    with Worker(name, plan.cache) as worker:
        worker.must("open", library=str(_library(plan, asked, name)))
        replies = {one.id: worker.do("ask", **_question(one), withheld=True) for one in asked.questions}
        return {"replies": replies, "peak_mb": worker.peak_mb()}


def started(plan: Plan, asked: Asked, name: str) -> dict[str, Any]:
    """From the start of a process to its first answer."""
    with Worker(name, plan.cache) as worker:
        worker.must("open", library=str(_library(plan, asked, name)))
        worker.do("ask", **_question(asked.questions[0]))
        return {"seconds": time.perf_counter() - worker.began}


def warm(plan: Plan, asked: Asked) -> dict[str, list[tuple[float, float]]]:
    """(seconds, of these in the models) of each question of the sample, asked of all systems before the next one."""
    questions = spread(asked.questions, plan.sample + WARM)
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in plan.timed()}
    with ExitStack() as stack:
        workers = {name: stack.enter_context(Worker(name, plan.cache)) for name in times}
        for name, worker in workers.items():
            worker.must("open", library=str(_library(plan, asked, name)))
        plan.tell(f"{asked.name}: {len(questions)} questions in turn")
        for number, question in enumerate(questions):
            for name in turns(list(workers), number):
                reply = workers[name].do("ask", **_question(question))
                if number >= WARM:
                    times[name].append((reply["seconds"], reply["forward"]))
    return times


def _library(plan: Plan, asked: Asked, name: str) -> Path:
    """Of a system that is not timed it is made here."""
    place = plan.library(asked, name)
    if not place.exists():
        indexed(plan, asked, name)
    return place


def _question(question: Question) -> dict[str, Any]:
    return {"question": question.question, "before": question.context}


def _once(plan: Plan, asked: Asked, what: str, name: str, measure: Callable[[], dict[str, Any]]) -> None:
    path = plan.kept(asked, what, name)
    if not path.is_file():
        plan.tell(f"{asked.name}: {what}, {name}")
        _keep(path, measure())


def _keep(path: Path, result: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps({"commit": provenance("eval.peers", [])["commit"]} | result), encoding="utf-8")
    draft.replace(path)


def load(plan: Plan, asked: Asked, what: str, name: str) -> dict[str, Any] | None:
    """What was kept, or None."""
    path = plan.kept(asked, what, name)
    kept: dict[str, Any] | None = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    return kept


def commits(plan: Plan, asked: Asked, name: str) -> list[str]:
    """Of the code with which what is kept was measured."""
    paths = plan.kept(asked, "*", name)
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in paths.parent.parent.glob(f"*/{name}.json")]
    return sorted({one["commit"] for one in kept if one["commit"]})


def forget(cache: Path, what: str) -> None:
    """what: "all", "times" (all but the answers), or the name of a system. Raises AttestError for anything else."""
    if what not in {"all", "times", *PEERS}:
        raise AttestError(f"--again {what!r}: give all, times, or one of {', '.join(PEERS)}")
    for path in (cache / "kept").glob("*/*/*.json"):
        if what in ("all", path.stem) or (what == "times" and path.parent.name != "answers"):
            path.unlink()

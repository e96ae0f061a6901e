"""A run beside an earlier one, question by question."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.metrics import METRICS, Change, Row, paired, row_of, summary
from eval.report import number
from index.errors import QuestionSetError


@dataclass(frozen=True)
class Earlier:
    """An earlier result. known: the figures that its version measured."""

    rows: tuple[Row, ...]
    known: frozenset[str]


@dataclass(frozen=True)
class Comparison:
    """shared: questions that both runs asked. changes: by metric; only of figures that both versions measure. answers:
    (before, now) of each question whose answer is another one."""

    shared: int
    changes: dict[str, Change]
    answers: tuple[tuple[Row, Row], ...]


def read_result(path: Path) -> Earlier:
    """What `attest eval --json` wrote. Raises QuestionSetError."""
    try:
        old = json.loads(path.read_text(encoding="utf-8"))
        rows = tuple(row_of(row) for row in old["rows"])
        summary(rows)  # so that rows of other things are found out here
        if not rows:
            raise ValueError("no rows")
        return Earlier(rows, frozenset(old["figures"]))
    except (OSError, ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
        raise QuestionSetError(
            f"{path}: not a result of `attest eval --json` ({error}); give the file that one was written to"
        ) from None


def compare(rows: Sequence[Row], old: Earlier) -> Comparison:
    """Of the questions that have one id in both."""
    before = {row.id: row for row in old.rows}
    pairs = [(before[row.id], row) for row in rows if row.id in before]
    changes = {name: change for name, change in paired(rows, old.rows).items() if name in old.known}
    return Comparison(len(pairs), changes, tuple((was, now) for was, now in pairs if was.text != now.text))


def told(found: Comparison) -> Iterator[str]:
    """As text, a line each. A star marks a change that is on one side of 0 with 95 %."""
    yield f"{'':24} {'before':>8} {'now':>8} {'change':>8}  95 % of the change, {found.shared} questions in both"
    for name in METRICS:
        one = found.changes.get(name)
        if one is None or (one.before is None and one.now is None):
            continue
        change = f"{one.change:+.4f}" if one.change is not None else "-"
        span = f"  {one.low:+.4f} to {one.high:+.4f}" if one.low is not None and one.high is not None else ""
        yield f"{name:24} {number(one.before):>8} {number(one.now):>8} {change:>8}{span}{' *' if one.sure else ''}"
    for was, now in found.answers:
        yield f"{now.id}: F1 {was.f1:.2f} -> {now.f1:.2f}  {was.text!r} -> {now.text!r}"


def as_json(found: Comparison) -> dict[str, Any]:
    figures = {name: dict(vars(one)) | {"change": one.change} for name, one in found.changes.items()}
    answers = [
        {"id": now.id, "question": now.question, "before": was.text, "now": now.text, "f1": [was.f1, now.f1]}
        for was, now in found.answers
    ]
    return {"questions": found.shared, "figures": figures, "answers": answers}

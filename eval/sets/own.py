"""Our own question files; see `eval.questions`. They bring no articles: they name those of a folder."""

from __future__ import annotations

from pathlib import Path

from eval.lines import Record
from eval.questions import parse_questions
from eval.sets.kind import QuestionSet


def fits(first: Record) -> bool:
    return "type" in first or isinstance(first.get("answers"), list)


def read(text: str, path: Path) -> QuestionSet:
    return QuestionSet("attest", tuple(parse_questions(text, path)))

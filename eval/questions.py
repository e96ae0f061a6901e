"""Question files: JSON lines with `id`, `question`, `type`, `answers` [{`text`, `doc`, `start`}], `all_of`, `context`.

A question of type "unanswerable" has no answers: abstaining is right. The format is described in the README. Feedback
(`qa.feedback`) adds `rejected`, answers that a person called wrong, and `sources`, `since`, `until`, the filter.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.article import Article
from index.errors import QuestionError, QuestionSetError
from qa.question import make_filter

UNANSWERABLE = "unanswerable"


@dataclass(frozen=True)
class Gold:
    """An accepted answer: `article[start:start + len(text)] == text` in the article `doc`. start is None if unknown."""

    text: str
    doc: str | None
    start: int | None


@dataclass(frozen=True)
class Question:
    """answers: accepted variants. all_of: groups of variants that a complete answer covers. context: the question
    before this one, where this is a follow-up. rejected: an answer (its members, of a list) that is known to be wrong;
    where its texts are among the accepted ones, only the places are wrong. limits: the filter, for `Assistant.ask`."""

    id: str
    question: str
    type: str
    answers: tuple[Gold, ...]
    all_of: tuple[tuple[str, ...], ...] = ()
    context: str | None = None
    rejected: tuple[Gold, ...] = ()
    limits: dict[str, Any] = field(default_factory=dict)

    @property
    def answerable(self) -> bool:
        return bool(self.answers)


def read_questions(path: str | Path, find: Callable[[str], Article | None] | None = None) -> list[Question]:
    """The questions of a file, in order. find: where given, every gold span is compared with its article.

    Raises QuestionSetError, naming file and line.
    """
    path = Path(path)
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise QuestionSetError(f"{path}: cannot be read ({error.strerror}); give a file of JSON lines") from None
    except UnicodeDecodeError as error:
        raise QuestionSetError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from None
    questions: list[Question] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        place = f"{path}, line {number}"
        question = _question(line, place)
        if question.id in seen:
            raise QuestionSetError(f"{place}: id {question.id!r} was used in line {seen[question.id]}; make ids unique")
        seen[question.id] = number
        if find:
            _compare(question, find, place)
        questions.append(question)
    if not questions:
        raise QuestionSetError(f"{path}: no questions in it; one JSON object a line is expected")
    return questions


def _question(line: str, place: str) -> Question:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise QuestionSetError(f"{place}: not JSON ({error}); one object a line is expected") from None
    if not isinstance(row, dict):
        raise QuestionSetError(f"{place}: {type(row).__name__} instead of an object")
    for key in ("id", "question", "type"):
        if not isinstance(row.get(key), str) or not row[key].strip():
            raise QuestionSetError(f'{place}: "{key}" is {row.get(key)!r}; a text is expected')
    answers = row.get("answers")
    if not isinstance(answers, list):
        raise QuestionSetError(f'{place}: "answers" is {answers!r}; a list is expected, empty where there is no answer')
    rejected = row.get("rejected") or []
    if not isinstance(rejected, list):
        raise QuestionSetError(f'{place}: "rejected" is {rejected!r}; a list of answers, or null, is expected')
    if (row["type"] == UNANSWERABLE) != (not answers) and not (rejected and row["type"] != UNANSWERABLE):
        raise QuestionSetError(
            f'{place}: type {row["type"]!r} with {len(answers)} answers; only "unanswerable" has none'
        )
    groups = row.get("all_of") or []
    if not isinstance(groups, list) or not all(
        isinstance(g, list) and all(isinstance(v, str) for v in g) for g in groups
    ):
        raise QuestionSetError(f'{place}: "all_of" is {groups!r}; a list of lists of texts, or null, is expected')
    context = row.get("context")
    if context is not None and not isinstance(context, str):
        raise QuestionSetError(f'{place}: "context" is {context!r}; the previous question, or null, is expected')
    golds, wrong = (tuple(_gold(answer, place) for answer in told) for told in (answers, rejected))
    alike = tuple(tuple(group) for group in groups)
    return Question(row["id"], row["question"], row["type"], golds, alike, context, wrong, _limits(row, place))


def _limits(row: dict[str, Any], place: str) -> dict[str, Any]:
    limits = {name: row[name] for name in ("sources", "since", "until") if row.get(name) is not None}
    sources = limits.get("sources", [])
    if not isinstance(sources, list) or not all(isinstance(source, str) for source in sources):
        raise QuestionSetError(f'{place}: "sources" is {sources!r}; a list of texts is expected')
    try:
        make_filter(**limits)
    except (QuestionError, TypeError) as error:
        raise QuestionSetError(f"{place}: {error}") from None
    return limits


def _gold(answer: Any, place: str) -> Gold:
    text = answer.get("text") if isinstance(answer, dict) else None
    if not isinstance(text, str) or not text:
        raise QuestionSetError(f'{place}: answer {answer!r} has no "text"')
    doc, start = answer.get("doc"), answer.get("start")
    if not (doc is None or isinstance(doc, str)) or not (start is None or (type(start) is int and start >= 0)):
        raise QuestionSetError(
            f'{place}: answer {text!r}: "doc" is {doc!r} and "start" is {start!r}; a path and an offset'
        )
    return Gold(text, doc, start)


def _compare(question: Question, find: Callable[[str], Article | None], place: str) -> None:
    for gold in question.answers:
        article = find(gold.doc) if gold.doc is not None else None
        if gold.doc is not None and article is None:
            raise QuestionSetError(f"{place}: no article {gold.doc!r} among those asked; give their folder or library")
        if article and gold.start is not None and not article.text.startswith(gold.text, gold.start):
            there = article.text[gold.start : gold.start + len(gold.text)]
            raise QuestionSetError(f"{place}: {gold.doc} at {gold.start} reads {there!r}, not {gold.text!r}")

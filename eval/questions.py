"""Question files: JSON lines with `id`, `question`, `type`, `answers` [{`text`, `doc`, `start`}], `all_of`, `context`.

A question of type "unanswerable" has no answers: abstaining is right. The format is described in the README. Feedback
(`qa.feedback`) adds `rejected`, answers that a person called wrong, and `sources`, `since`, `until`, the filter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.lines import Record, parsed, read_text
from eval.metrics.row import CONFLICT
from index.article import Article
from index.errors import QuestionError, QuestionSetError
from qa.question import make_filter

UNANSWERABLE, RETRIEVAL = "unanswerable", "retrieval"
"""Types of question that mean something: it has no answer; only its relevant articles are known. CONFLICT: accounts
differ."""


@dataclass(frozen=True)
class Gold:
    """An accepted answer: `article[start:start + len(text)] == text` in the article `doc`. start is None if unknown."""

    text: str
    doc: str | None
    start: int | None


@dataclass(frozen=True)
class Question:
    """answers: accepted variants. all_of: groups of variants that a complete answer covers. context: the question
    before this one, where this is a follow-up. relevant: (source, grade) of the articles that hold the evidence.
    rejected: an answer (its members, of a list) that is known to be wrong; where its texts are among the accepted ones,
    only the places are wrong. limits: the filter, for `Assistant.ask`."""

    id: str
    question: str
    type: str
    answers: tuple[Gold, ...]
    all_of: tuple[tuple[str, ...], ...] = ()
    context: str | None = None
    relevant: tuple[tuple[str, int], ...] = ()
    rejected: tuple[Gold, ...] = ()
    limits: dict[str, Any] = field(default_factory=dict)

    @property
    def answerable(self) -> bool:
        return bool(self.answers)

    @property
    def judged(self) -> bool:
        """Whether its answers are known, if only that there are none."""
        return self.answerable or (self.type != RETRIEVAL and not self.rejected)

    @property
    def located(self) -> bool:
        """Whether it is known where accepted answers stand."""
        return any(gold.doc is not None and gold.start is not None for gold in self.answers)

    @property
    def conflict(self) -> bool:
        """Whether it is marked that accounts exclude each other."""
        return self.type == CONFLICT


def read_questions(path: str | Path, find: Callable[[str], Article | None] | None = None) -> list[Question]:
    """The questions of a file, in order. find: where given, every gold span is compared with its article.

    Raises QuestionSetError, naming file and line.
    """
    return parse_questions(read_text(Path(path)), Path(path), find)


def parse_questions(text: str, path: Path, find: Callable[[str], Article | None] | None = None) -> list[Question]:
    """As `read_questions`, of a file that was read."""
    questions: list[Question] = []
    seen: dict[str, str] = {}
    for place, row in parsed(text, path):
        question = _question(row, place)
        if question.id in seen:
            raise QuestionSetError(f"{place}: id {question.id!r} was used in {seen[question.id]}; make ids unique")
        seen[question.id] = place.rpartition(", ")[2]
        if find:
            _compare(question, find, place)
        questions.append(question)
    if not questions:
        raise QuestionSetError(f"{path}: no questions in it; one JSON object a line is expected")
    return questions


def _question(row: Record, place: str) -> Question:
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
    named = row.get("evidence_docs") or []
    if not isinstance(named, list) or not all(isinstance(doc, str) for doc in named):
        raise QuestionSetError(f'{place}: "evidence_docs" is {named!r}; a list of paths, or null, is expected')
    golds, wrong = (tuple(_gold(answer, place) for answer in told) for told in (answers, rejected))
    docs = dict.fromkeys([*named, *(gold.doc for gold in golds if gold.doc is not None)] if golds else [])
    sides, relevant = tuple(tuple(group) for group in groups), tuple((doc, 1) for doc in docs)
    known = row["id"], row["question"], row["type"], golds, sides, context, relevant
    return Question(*known, wrong, _limits(row, place))


def _limits(row: Record, place: str) -> dict[str, Any]:
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

"""Questions and accepted answers without articles, as NQ-open has them (Lee et al. 2019): {"question", "answer": [...]}
a line, and its kin with "answers" and "id". Asked of a folder or library of articles; it is not known where answers
stand."""

from __future__ import annotations

from pathlib import Path

from eval.lines import Record, list_in, parsed, text_in
from eval.questions import UNANSWERABLE, Gold, Question
from eval.sets.kind import FACTOID, QuestionSet, gold, unique


def fits(first: Record) -> bool:
    answers = first.get("answers")
    texts = isinstance(answers, list) and bool(answers) and all(isinstance(answer, str) for answer in answers)
    return "question" in first and "type" not in first and ("answer" in first or texts)


def read(text: str, path: Path) -> QuestionSet:
    return QuestionSet("nq-open", unique([(place, _question(row, place)) for place, row in parsed(text, path)], path))


def _question(row: Record, place: str) -> Question:
    name = "answer" if "answer" in row else "answers"
    answers = [row[name]] if isinstance(row.get(name), str) else list_in(row, name, place)
    golds: tuple[Gold, ...] = tuple(dict.fromkeys(gold(answer, None, "", "", place) for answer in answers))
    number = text_in(row, "id", place, default=place.rpartition(" ")[2])
    return Question(number, text_in(row, "question", place), FACTOID if golds else UNANSWERABLE, golds)

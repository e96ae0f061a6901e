"""A question a line, beside its context: {"id", "question", "context", "answers": [{"text", "start"?}], "multi"?}.
multi: all of the answers are needed. Without answers it is unanswerable."""

from __future__ import annotations

from pathlib import Path

from eval.lines import Record, list_in, object_in, parsed, text_in
from eval.questions import Question
from eval.sets.kind import Contexts, QuestionSet, gold, question, unique


def fits(first: Record) -> bool:
    return "context" in first and "question" in first and "type" not in first


def read(text: str, path: Path) -> QuestionSet:
    contexts = Contexts()
    found = [(place, _question(row, place, contexts)) for place, row in parsed(text, path)]
    return QuestionSet("rows", unique(found, path), contexts.articles)


def _question(row: Record, place: str, contexts: Contexts) -> Question:
    context = text_in(row, "context", place)
    doc = contexts.add(context, row.get("title"))
    answers = [object_in(answer, "an answer", place) for answer in list_in({"answers": []} | row, "answers", place)]
    golds = [gold(answer.get("text"), answer.get("start"), context, doc, place) for answer in answers]
    number = text_in(row, "id", place, default=place.rpartition(" ")[2])
    return question(number, text_in(row, "question", place), golds, doc, many=row.get("multi") is True)

"""MRQA 2019 (Fisch et al. 2019): a header line, then an object {"context", "qas"} a line. Its `char_spans` are of code
points and hold their last one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.lines import Record, list_in, object_in, parsed, text_in
from eval.questions import Gold, Question
from eval.sets.kind import Contexts, QuestionSet, gold, question, unique
from index.errors import QuestionSetError


def fits(first: Record) -> bool:
    return "header" in first or "qas" in first


def read(text: str, path: Path) -> QuestionSet:
    contexts = Contexts()
    lines = [(place, row) for place, row in parsed(text, path) if "header" not in row]
    found = [pair for place, row in lines for pair in _asked(row, place, contexts)]
    return QuestionSet("mrqa", unique(found, path), contexts.articles)


def _asked(row: Record, place: str, contexts: Contexts) -> Iterator[tuple[str, Question]]:
    context = text_in(row, "context", place)
    doc = contexts.add(context)
    for n, one in enumerate(list_in(row, "qas", place)):
        here = f"{place}: qas[{n}]"
        asked = object_in(one, "it", here)
        golds = [*_spans(asked, context, doc, here), *(_text(text, here) for text in _listed(asked, "answers", here))]
        number = text_in(asked, "qid" if "qid" in asked else "id", here)
        yield here, question(number, text_in(asked, "question", here), golds, doc)


def _listed(asked: Record, name: str, place: str) -> list[Any]:
    return list_in(asked, name, place) if asked.get(name) is not None else []


def _spans(asked: Record, context: str, doc: str, place: str) -> Iterator[Gold]:
    for found in _listed(asked, "detected_answers", place):
        spans = list_in(object_in(found, "a detected answer", place), "char_spans", place)
        for span in spans:
            if not (isinstance(span, list) and len(span) == 2 and all(type(end) is int for end in span)):
                raise QuestionSetError(f"{place}: a char span is {span!r}; [first, last] is expected")
            first, last = span
            yield gold(
                context[first : last + 1] if 0 <= first <= last < len(context) else None, first, context, doc, place
            )


def _text(text: object, place: str) -> Gold:
    return gold(text, None, "", "", place)

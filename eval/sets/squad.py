"""SQuAD 1.1 and 2.0 (Rajpurkar et al. 2016 and 2018): one JSON object, articles > paragraphs > questions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from eval.lines import Record, check_unicode, list_in, object_in, text_in
from eval.questions import Question
from eval.sets.kind import Contexts, QuestionSet, gold, question, unique
from index.errors import QuestionSetError


def fits(first: Record) -> bool:
    return "data" in first


def read(text: str, path: Path) -> QuestionSet:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise QuestionSetError(f"{path}: not JSON ({error}); a SQuAD file or JSON lines are expected") from None
    check_unicode(whole, text, str(path))
    whole = object_in(whole, "the file", str(path))
    contexts = Contexts()
    found = [pair for place, part in _objects(whole, "data", str(path)) for pair in _article(part, place, contexts)]
    return QuestionSet("squad", unique(found, path), contexts.articles)


def _objects(part: Record, name: str, place: str) -> Iterator[tuple[str, Record]]:
    for n, one in enumerate(list_in(part, name, place)):
        at = f"{place}: {name}[{n}]" if name == "data" else f"{place}.{name}[{n}]"
        yield at, object_in(one, "it", at)


def _article(article: Record, place: str, contexts: Contexts) -> Iterator[tuple[str, Question]]:
    for at, paragraph in _objects(article, "paragraphs", place):
        context = text_in(paragraph, "context", at)
        doc = contexts.add(context, article.get("title"))
        for here, asked in _objects(paragraph, "qas", at):
            answers = [] if asked.get("is_impossible") is True else list(_objects(asked, "answers", here))
            golds = [gold(one.get("text"), one.get("answer_start"), context, doc, where) for where, one in answers]
            yield here, question(text_in(asked, "id", here), text_in(asked, "question", here), golds, doc)

"""A question set's own articles as a library, so that any set can be asked from end to end; and where its gold stands
in a library."""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from eval.metrics.table import DEPTH
from eval.questions import Question
from eval.sets.kind import FILE, QuestionSet
from index.article import Article
from index.build import build
from index.encoders import Progress
from index.library import Library
from index.postgres import exists
from qa.answer import Answer

Find = Callable[[str], Article | None]


def library_of(
    found: QuestionSet, place: Path | str | None = None, encoder: str | None = None, progress: Progress | None = None
) -> tuple[Path | str, float | None]:
    """The library of a set's own articles, built where it is not there yet, and the seconds that this took. place: in
    the user's cache, by what the articles are, where not given."""
    place = place or _cached(found, encoder)
    began = time.perf_counter()
    fresh = not exists(place)
    if fresh:
        with tempfile.TemporaryDirectory() as scratch:
            with (Path(scratch) / FILE).open("w", encoding="utf-8") as out:
                out.writelines(json.dumps(article) + "\n" for article in found.articles())
            build(scratch, place, encoder, progress)
    return place, time.perf_counter() - began if fresh else None


def _cached(found: QuestionSet, encoder: str | None) -> Path:
    from platformdirs import user_cache_path

    digest = hashlib.sha256(repr(encoder).encode())
    for article in found.articles():
        digest.update(json.dumps(article).encode())
    return user_cache_path("attest", appauthor=False) / "sets" / f"{found.format}-{digest.hexdigest()[:16]}"


def placed(questions: Sequence[Question], find: Find) -> list[Question]:
    """The questions, with the places of only those accepted answers that stand there in an article of the library, and
    the relevant articles of only a library that has any of them."""
    named = {gold.doc for one in questions for gold in one.answers if gold.doc is not None}
    named |= {doc for one in questions for doc, _ in one.relevant}
    held = {doc: article.text for doc in named if (article := find(doc))}
    return [_placed(question, held) for question in questions]


def _placed(question: Question, held: dict[str, str]) -> Question:
    golds = []
    for gold in question.answers:
        there = gold.start is not None and held.get(gold.doc or "", "").startswith(gold.text, gold.start)
        golds.append(gold if there else replace(gold, doc=None, start=None))
    return replace(question, answers=tuple(dict.fromkeys(golds)), relevant=question.relevant if held else ())


def ranked(library: Library, question: Question, answer: Answer) -> list[str]:
    """The articles by the library's search for the question as it was read. Of articles that have one text those that
    are relevant stand for it."""
    with library.snapshot():
        hits = library.search(answer.trace.read if answer.trace else question.question, 2 * DEPTH)
        of = library.holders([hit.row for hit in hits])
    relevant = dict(question.relevant)
    return [source for hit in hits for source in ([one for one in of[hit.row] if one in relevant] or of[hit.row][:1])]

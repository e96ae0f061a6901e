"""What every format gives: questions, and the articles that came with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from eval.lines import Record
from eval.questions import UNANSWERABLE, Gold, Question
from index.errors import QuestionSetError

FILE = "articles.jsonl"  # what a set's own articles are kept in
LIST, FACTOID = "list", "factoid"


def nothing() -> Iterator[Record]:
    yield from ()


@dataclass(frozen=True)
class QuestionSet:
    """format: its name in FORMATS. articles: begins anew at each call; records {"id", "text", "title"?} that `index`
    reads, in a file FILE."""

    format: str
    questions: tuple[Question, ...]
    articles: Callable[[], Iterator[Record]] = nothing

    @property
    def brings_articles(self) -> bool:
        return next(self.articles(), None) is not None


class Contexts:
    """Collects contexts as articles: one that comes again is the same article."""

    def __init__(self) -> None:
        self._known: dict[str, Record] = {}

    def add(self, text: str, title: Any = None) -> str:
        """The source of the article of that text."""
        if text not in self._known:
            named = {"title": title.replace("_", " ")} if isinstance(title, str) and title.strip() else {}
            self._known[text] = {"id": str(len(self._known)), "text": text} | named
        return source(self._known[text]["id"])

    def articles(self) -> Iterator[Record]:
        yield from self._known.values()


def source(article_id: str) -> str:
    return f"{FILE}#{article_id}"


def gold(text: Any, start: Any, context: str, doc: str, place: str) -> Gold:
    """An accepted span of a context. start: None where it is not known. Raises QuestionSetError unless it reads so."""
    if not isinstance(text, str) or not text.strip():
        raise QuestionSetError(f"{place}: an answer is {text!r}; a text that stands in the context is expected")
    if start is None:
        return Gold(text, None, None)
    if type(start) is not int or start < 0 or not context.startswith(text, start):
        there = context[start : start + len(text)] if type(start) is int and start >= 0 else None
        why = f"reads {there!r}, not {text!r}; correct the offset (code points from 0) or leave it out"
        raise QuestionSetError(f"{place}: the context at {start!r} {why}")
    return Gold(text, doc, start)


def question(number: str, text: str, golds: list[Gold], doc: str, many: bool = False) -> Question:
    """Of a context. many: each of the accepted answers is needed, and not one of them."""
    kind = UNANSWERABLE if not golds else LIST if many else FACTOID
    groups = tuple((one,) for one in dict.fromkeys(one.text for one in golds)) if many else ()
    return Question(number, text, kind, tuple(dict.fromkeys(golds)), groups, None, ((doc, 1),) if golds else ())


def unique(questions: list[tuple[str, Question]], path: Any) -> tuple[Question, ...]:
    """The questions of (place, question). Raises QuestionSetError where an id comes twice, or there is none at all."""
    seen: dict[str, str] = {}
    for place, one in questions:
        if one.id in seen:
            raise QuestionSetError(f"{place}: id {one.id!r} was used at {seen[one.id]}; make ids unique")
        seen[one.id] = place
    if not questions:
        raise QuestionSetError(f"{path}: no questions in it; give a file with some")
    return tuple(one for _, one in questions)

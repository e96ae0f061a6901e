"""An answer's citations beside the accepted spans of its question: which are right, and what they leave out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from eval.metrics import covers, exact_match, fold
from eval.metrics.row import BESIDE, FALSE, MISATTRIBUTED, RIGHT
from eval.questions import Gold, Question
from index.article import Article
from qa.answer import Answer, Citation, Item
from qa.verify import citation_problems

NEAR = 200  # code points within which a citation counts as standing at the evidence


def classes(question: Question, answer: Answer) -> list[str]:
    """Of each citation of each answer, in order; see `eval.metrics.row`."""
    find = answer.find or (lambda source: None)
    return [classify(question, citation, told, find) for citation, told in _told(answer)]


def classify(question: Question, citation: Citation, told: Any, find: Callable[[str], Article | None]) -> str:
    """told: the citation as JSON."""
    if any(citation_problems(told, find)):
        return FALSE
    if any(meets(gold, citation) for gold in question.answers):
        return RIGHT
    quote = fold(citation.quote)
    return MISATTRIBUTED if any(exact_match(quote, fold(gold.text)) for gold in question.answers) else BESIDE


def meets(gold: Gold, citation: Citation, near: int = 0) -> bool:
    """Whether a citation overlaps an accepted span, or lies within `near` code points of it, in its article."""
    return (
        gold.doc == citation.source
        and gold.start is not None
        and citation.start - near < gold.start + len(gold.text)
        and gold.start < citation.end + near
    )


def evidence_recall(question: Question, answer: Answer, found: Sequence[str]) -> float:
    """Share of what a complete answer needs (the groups of a list, else one accepted answer) that is cited right.
    found: the classes of the citations."""
    right = [fold(one.quote) for (one, _), kind in zip(_told(answer), found, strict=True) if kind == RIGHT]
    if not question.all_of:
        return float(bool(right))
    held = [any(covers(quote, fold(variant)) for variant in group for quote in right) for group in question.all_of]
    return sum(held) / len(held)


def sources(question: Question, answer: Answer, found: Sequence[str]) -> tuple[int, int]:
    """(cited right, needed) articles of a question whose evidence stands in several."""
    needed = {source for source, _ in question.relevant}
    cited = {one.source for (one, _), kind in zip(_told(answer), found, strict=True) if kind == RIGHT}
    return len(cited & needed), len(needed)


def conflicts(question: Question, answer: Answer) -> tuple[int, int]:
    """(claimed, of which rightly) pairs of answers that exclude each other: rightly where the set marks a conflict and
    the two take different sides, which its groups are."""
    marked = [pair for pair in answer.conflicts if question.conflict and _apart(question, answer.answers, pair)]
    return len(answer.conflicts), len(marked)


def _apart(question: Question, items: Sequence[Item], pair: dict[str, Any]) -> bool:
    one, other = (_sides(question, items[n].text) for n in pair["answers"])
    return not question.all_of or (bool(one) and bool(other) and one != other)


def _sides(question: Question, text: str) -> set[int]:
    """The groups that a text holds a variant of, or is held by."""
    told = fold(text)
    groups = [[fold(variant) for variant in group] for group in question.all_of]
    return {n for n, group in enumerate(groups) if any(covers(told, v) or covers(v, told) for v in group)}


def _told(answer: Answer) -> list[tuple[Citation, Any]]:
    """Every citation, and its JSON."""
    items = zip(answer.answers, answer.to_dict()["answers"], strict=True)
    return [pair for item, told in items for pair in zip(item.citations, told["citations"], strict=True)]

"""Asks every question and compares the answers with the gold: questions -> rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from eval.metrics import Row, covers, exact_match, fold, normalize, token_f1
from eval.questions import Question
from qa.answer import Answer
from qa.verify import citation_problems

Ask = Callable[[Question], Answer]
HALF = 0.5  # token F1 from which an answer counts as a member of a list
NEAR = 200  # code points within which a citation counts as standing at the evidence


def run(ask: Ask, questions: Sequence[Question]) -> Iterator[tuple[Question, Answer, Row]]:
    """Question by question, so that a caller can show progress and keep what is done."""
    for question in questions:
        answer = ask(question)
        yield question, answer, judge(question, answer)


def judge(question: Question, answer: Answer) -> Row:
    """One answer against its gold; see eval.metrics.Row."""
    variants = [fold(gold.text) for gold in question.answers]
    text = fold(answer.answers[0].text if answer.answers else "")
    found = answer.answered and question.answerable
    everything = [fold(item.text) for item in answer.answers]
    groups = question.all_of
    cited = [c for item in answer.to_dict()["answers"] for c in item["citations"]]
    find = answer.find or (lambda source: None)
    good = sum(not any(citation_problems(citation, find)) for citation in cited)
    return Row(
        question.id,
        question.type,
        question.question,
        question.answerable,
        answer.answered,
        answer.text,
        answer.confidence,
        em=max((exact_match(text, v) for v in variants), default=0.0) if found else 0.0,
        f1=max((token_f1(text, v) for v in variants), default=0.0) if found else 0.0,
        cited=float(found and _cited(question, answer)),
        list_recall=_share(groups, everything) if groups else None,
        list_precision=_precision(variants, groups, everything) if groups else None,
        rank=_rank(question, answer),
        citations=(len(cited), good),
        seconds=answer.seconds,
        gold=tuple(gold.text for gold in question.answers),
        placed=not question.answers or any(gold.start is not None for gold in question.answers),
        avoided=float(not _again(question, answer)) if question.rejected else None,
    )


def _cited(question: Question, answer: Answer) -> bool:
    """Whether the first citation overlaps an accepted span, or lies within NEAR of one, in its article."""
    citation = answer.answers[0].citations[0]
    return any(
        gold.doc == citation.source
        and gold.start is not None
        and citation.start - NEAR < gold.start + len(gold.text)
        and gold.start < citation.end + NEAR
        for gold in question.answers
    )


def _again(question: Question, answer: Answer) -> bool:
    """Whether a rejected answer is given again: all its members, one of them first. Where its text is right and the
    place is wrong: whether the first citation overlaps that place."""
    if not answer.answered:
        return False
    wrong = {normalize(fold(gold.text)) for gold in question.rejected}
    if wrong <= {normalize(fold(gold.text)) for gold in question.answers}:
        first = answer.answers[0].citations[0]
        return any(
            gold.doc == first.source
            and gold.start is not None
            and first.start < gold.start + len(gold.text)
            and gold.start < first.end
            for gold in question.rejected
        )
    given = [normalize(fold(item.text)) for item in answer.answers]
    return given[0] in wrong and wrong <= set(given)


def _share(groups: Sequence[Sequence[str]], texts: Sequence[str]) -> float:
    return sum(any(covers(text, fold(v)) for v in group for text in texts) for group in groups) / len(groups)


def _precision(variants: Sequence[str], groups: Sequence[Sequence[str]], texts: Sequence[str]) -> float:
    """Share of the given answers that have at least half of their words in common with an accepted one (token F1)."""
    accepted = [*variants, *(fold(variant) for group in groups for variant in group)]
    return sum(any(token_f1(text, v) >= HALF for v in accepted) for text in texts) / max(1, len(texts))


def _rank(question: Question, answer: Answer) -> int | None:
    for rank, passage in enumerate(answer.considered, 1):
        for gold in question.answers:
            if gold.doc != passage.source or gold.start is None:
                continue
            if passage.start <= gold.start and gold.start + len(gold.text) <= passage.end:
                return rank
    return None

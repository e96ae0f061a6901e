"""Asks every question and compares the answers with the gold: questions -> rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from eval import evidence
from eval.evidence import NEAR
from eval.metrics import Row, covers, exact_match, fold, normalize, official, spans, token_f1
from eval.metrics.metric import DIGITS
from eval.metrics.ranking import places
from eval.metrics.row import ENOUGH, FALSE
from eval.provenance import peak_memory
from eval.questions import Question
from qa.answer import Answer

Ask = Callable[[Question], Answer]
Rank = Callable[[Question, Answer], Sequence[str]]
"""(question, its answer) -> sources of articles, the most relevant first."""


def run(ask: Ask, questions: Sequence[Question], rank: Rank | None = None) -> Iterator[tuple[Question, Answer, Row]]:
    """Question by question, so that a caller can show progress and keep what is done."""
    for question in questions:
        answer = ask(question)
        row = judge(question, answer, rank(question, answer) if rank else None)
        yield question, answer, replace(row, memory=peak_memory())


def judge(question: Question, answer: Answer, ranking: Sequence[str] | None = None) -> Row:
    """One answer against its gold; see eval.metrics.row. ranking: of articles; those that were read where not given."""
    variants = [fold(gold.text) for gold in question.answers]
    text = fold(answer.answers[0].text if answer.answers else "")
    found = answer.answered and question.answerable
    everything = [fold(item.text) for item in answer.answers]
    groups = [[fold(variant) for variant in group] for group in question.all_of]
    classes = evidence.classes(question, answer)
    ranked = ranking if ranking is not None else [passage.source for passage in answer.considered]
    done = answer.trace
    return Row(
        question.id,
        question.type,
        question.question,
        question.answerable,
        answer.answered,
        answer.text,
        round(answer.confidence, DIGITS),
        em=max((exact_match(text, v) for v in variants), default=0.0) if found else 0.0,
        f1=max((token_f1(text, v) for v in variants), default=0.0) if found else 0.0,
        cited=float(found and any(evidence.meets(g, answer.answers[0].citations[0], NEAR) for g in question.answers)),
        list_recall=_share(groups, everything) if groups else None,
        list_precision=_precision(variants, groups, everything) if groups else None,
        rank=_rank(question, answer),
        citations=(len(classes), len(classes) - classes.count(FALSE)),
        seconds=answer.seconds,
        gold=tuple(gold.text for gold in question.answers),
        judged=question.judged,
        located=question.located,
        belief=round(done.answerable if done and done.answerable is not None else answer.confidence, DIGITS),
        squad=official(answer.answers[0].text if answer.answers else "", [gold.text for gold in question.answers]),
        classes=tuple(classes),
        evidence=evidence.evidence_recall(question, answer, classes),
        sources=evidence.sources(question, answer, classes),
        found=places(ranked, dict(question.relevant)),
        relevant=tuple(grade for _, grade in question.relevant if grade > 0),
        exact=spans.exact(everything, groups) if groups else None,
        partial=spans.partial(everything, groups) if groups else None,
        conflicts=evidence.conflicts(question, answer),
        avoided=float(not _again(question, answer)) if question.rejected else None,
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
    return sum(any(covers(text, v) for v in group for text in texts) for group in groups) / len(groups)


def _precision(variants: Sequence[str], groups: Sequence[Sequence[str]], texts: Sequence[str]) -> float:
    """Share of the given answers that have at least half of their words in common with an accepted one (token F1)."""
    accepted = [*variants, *(variant for group in groups for variant in group)]
    return sum(any(token_f1(text, v) >= ENOUGH for v in accepted) for text in texts) / max(1, len(texts))


def _rank(question: Question, answer: Answer) -> int | None:
    for rank, passage in enumerate(answer.considered, 1):
        for gold in question.answers:
            if gold.doc != passage.source or gold.start is None:
                continue
            if passage.start <= gold.start and gold.start + len(gold.text) <= passage.end:
                return rank
    return None

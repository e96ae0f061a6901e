"""Answers of a system and the gold -> figures with intervals. Every system is judged by the same rules as our own runs
(`eval.run`): typographic variants are folded, what is withheld counts as 0, a citation is right where its quote stands
in the article as told and at accepted evidence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eval.evidence import NEAR
from eval.metrics import auroc, exact_match, fold, token_f1
from eval.metrics.row import ENOUGH
from eval.questions import Question
from eval.reliability import COVERAGE, area, risk_coverage

Text = Callable[[str | None], str | None]


@dataclass(frozen=True)
class Outcome:
    """Of one question. score: minus infinity where there is no answer at all, not even a withheld one. f1, em, cited,
    verbatim: of the best answer, also where it is withheld; 0 where the question has no answer."""

    answerable: bool
    answered: bool
    score: float
    f1: float
    em: float
    cited: float
    verbatim: bool
    failed: bool


def outcome(question: Question, reply: Mapping[str, Any], text: Text) -> Outcome:
    """reply: `serve.Found` as JSON, or an error, which counts as no answer. text: an article's, by name."""
    found = reply.get("text")
    gold = [fold(one.text) for one in question.answers] if found else []
    said = fold(found or "")
    article = text(reply.get("source"))
    verbatim = bool(found and article and article[reply["start"] : reply["end"]] == reply["quote"])
    return Outcome(
        question.answerable,
        bool(found and reply["answered"]),
        reply["score"] if found and reply["score"] is not None else -math.inf,
        max((token_f1(said, one) for one in gold), default=0.0),
        max((exact_match(said, one) for one in gold), default=0.0),
        float(verbatim and _at_evidence(question, reply)),
        verbatim,
        bool(reply.get("error")),
    )


def threshold(outcomes: Sequence[Outcome], coverage: float = COVERAGE) -> float:
    """The highest score from which on this share of the answerable questions is answered."""
    scores = sorted((one.score for one in outcomes if one.answerable), reverse=True)
    return scores[min(len(scores) - 1, math.ceil(coverage * len(scores)) - 1)]


def given(outcomes: Sequence[Outcome], least: float | None = None) -> list[bool]:
    """Which questions are answered: by the system's own rule, or those with a score of at least `least`."""
    return [one.answered if least is None else least <= one.score > -math.inf for one in outcomes]


def values(outcomes: Sequence[Outcome], answered: Sequence[bool]) -> dict[str, np.ndarray]:
    """Figure -> (n,) float, NaN at questions that it is not about. overall: SQuAD 2.0's F1, in which leaving a question
    without an answer unanswered counts 1."""
    on = np.array(answered, float)
    has = np.array([one.answerable for one in outcomes])
    figures = {name: np.array([getattr(one, name) for one in outcomes], float) * on for name in ("f1", "em", "cited")}
    only = {name: np.where(has, figure, np.nan) for name, figure in figures.items()}
    return only | {
        "cited_of_answered": np.where(has & (on > 0), figures["cited"], np.nan),
        "abstained": np.where(has, np.nan, 1 - on),
        "coverage": np.where(has, on, np.nan),
        "overall": np.where(has, figures["f1"], 1 - on),
        "verbatim": np.where(on > 0, [float(one.verbatim) for one in outcomes], np.nan),
    }


def draws(count: int, tries: int = 1000) -> np.ndarray:
    """(tries, count) samples of the questions with replacement, the same for all systems: differences are paired."""
    return np.random.default_rng(0).integers(0, count, (tries, count))


def interval(figure: np.ndarray, sample: np.ndarray) -> list[float] | None:
    """Mean, and the bounds of its 95 % bootstrap interval. None where the figure is about no question."""
    if not np.isfinite(figure).any():
        return None
    drawn = figure[sample]
    with np.errstate(invalid="ignore"):
        means = np.nansum(drawn, 1) / np.isfinite(drawn).sum(1)
    low, high = np.nanquantile(means, (0.025, 0.975))
    return [round(float(v), 4) for v in (np.nanmean(figure), low, high)]


def without_threshold(outcomes: Sequence[Outcome], coverage: float) -> dict[str, float | None]:
    """What does not depend on where the threshold is put. best: `overall` with the best one for this very set.
    abstained_at_our_coverage: where as many answerable questions are answered as Attest answers. auroc: of the score,
    answerable against unanswerable. area: under the risk-coverage curve (lower is better)."""
    scores = {has: [one.score for one in outcomes if one.answerable is has] for has in (True, False)}
    order = sorted(outcomes, key=lambda one: -one.score)
    gains = np.cumsum([one.f1 if one.answerable else -1.0 for one in order])
    best = (len(scores[False]) + max(0.0, float(gains.max()))) / len(outcomes)
    same = [score < threshold(outcomes, coverage) for score in scores[False]] if coverage > 0 else []
    found = {
        "best": best,
        "abstained_at_our_coverage": sum(same) / len(same) if same else None,
        "auroc": auroc(scores[True], scores[False]),
        "area": area(risk(outcomes)),
    }
    return {name: round(value, 4) if value is not None else None for name, value in found.items()}


def risk(outcomes: Sequence[Outcome]) -> list[tuple[float, float]]:
    """The risk-coverage curve over all questions; an answer is right if its token F1 is at least one half."""
    return risk_coverage([one.score for one in outcomes], [one.f1 >= ENOUGH for one in outcomes])


def _at_evidence(question: Question, reply: Mapping[str, Any]) -> bool:
    """Whether the quote overlaps an accepted span, or lies within NEAR of one, in its article."""
    return any(
        gold.doc == reply["source"]
        and gold.start is not None
        and reply["start"] - NEAR < gold.start + len(gold.text)
        and gold.start < reply["end"] + NEAR
        for gold in question.answers
    )

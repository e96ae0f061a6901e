"""Does a confidence of .8 mean that 8 of 10 answers are right? Figures and curves, from confidences and outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.chart import line_chart

COVERAGE = 0.97  # of the first answerable questions over seeds/, as ours answers; peers' thresholds are fitted to it


@dataclass(frozen=True)
class Bin:
    """Of all answers of about this confidence: their mean confidence, the share that is right, and how many."""

    confidence: float
    right: float
    count: int


def bins(confidences: Sequence[float], right: Sequence[bool], number: int = 10) -> list[Bin]:
    """Answers by confidence, in `number` ranges of equal width; empty ranges are left out."""
    p, y = np.asarray(confidences, float), np.asarray(right, float)
    place = np.minimum((p * number).astype(int), number - 1)
    inside = [place == n for n in range(number)]
    return [Bin(float(p[i].mean()), float(y[i].mean()), int(i.sum())) for i in inside if i.any()]


def calibration_error(confidences: Sequence[float], right: Sequence[bool], number: int = 10) -> float | None:
    """Expected calibration error (Naeini et al. 2015; Guo et al. 2017): the mean distance, over the answers, between
    the confidence of their range and the share of it that is right."""
    found = bins(confidences, right, number)
    whole = sum(one.count for one in found)
    return sum(abs(one.confidence - one.right) * one.count for one in found) / whole if whole else None


def risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float]]:
    """(share of the questions answered, share of wrong ones among these) for every threshold, from the most confident
    answer alone to all of them (El-Yaniv and Wiener 2010). Answers of one confidence come together."""
    p, y = np.asarray(confidences, float), np.asarray(right, float)
    order = np.argsort(-p, kind="stable")
    given = np.arange(1, len(p) + 1)
    wrong, ranked = np.cumsum(1 - y[order]), p[order]
    ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True)[: len(p)])
    return [(float(given[n] / len(p)), float(wrong[n] / given[n])) for n in ends]


def area(curve: Sequence[tuple[float, float]]) -> float | None:
    """Under a risk-coverage curve: the mean risk over all coverages; lower is better (Geifman and El-Yaniv 2017)."""
    if not curve:
        return None
    before = [0.0, *(coverage for coverage, _ in curve)]
    return sum((coverage - last) * risk for last, (coverage, risk) in zip(before, curve, strict=False))


def threshold_for(confidences: Sequence[float], right: Sequence[bool], error: float) -> float:
    """The lowest confidence from which on at most this share of the answers is wrong; above 1 if there is none."""
    p, y = np.asarray(confidences, float), np.asarray(right, float)
    allowed = [c for c in np.unique(p) if (1 - y[p >= c]).mean() <= error]
    return float(min(allowed, default=1.01))


def charts(ways: dict[str, tuple[Sequence[float], Sequence[bool]]]) -> dict[str, str]:
    """Name -> SVG: how often answers of each confidence are right, and what share is wrong at each coverage."""
    diagonal = {"as it should be": [(0.0, 0.0), (1.0, 1.0)]}
    reliability = {name: [(b.confidence, b.right) for b in bins(*way)] for name, way in ways.items()}
    risk = {name: [(0.0, 0.0), *risk_coverage(*way)] for name, way in ways.items()}
    return {
        "reliability": line_chart("Right answers by confidence", "confidence", "share right", diagonal | reliability),
        "risk": line_chart("Wrong answers by coverage", "share of questions answered", "share wrong", risk),
    }

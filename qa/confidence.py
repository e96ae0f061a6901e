"""Raw scores -> probabilities, by two logistic regressions on a handful of features: that a span is right, which is the
confidence shown, and that the articles answer at all, by the features of the likeliest span, which decides whether
Attest answers. A wrong span of a question that has an answer and the best span of one that has none differ in other
features: how much of the question its passage holds tells the first, and says little about the second.

The parameters in confidence.json are fitted by `python -m eval.calibrate` on questions of its own, over articles that
neither the reader's training nor any test set has seen. A reader without a row there is taken at its word: its own
`answerable`, and one half as the threshold.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

FEATURES = ("score", "share", "cosine", "coverage", "behind", "lead", "rank", "size", "unnamed")
"""score, share: the reader's, of the span (see qa.reader.Span). cosine: question against passage. coverage: share of
the question's content words that the passage holds. behind: how far the score lies behind the best of all spans; lead:
how far before the best that says something else, at most LEAD either way. rank: log of the passage's place, from 1.
size: log of the number of passages of the library, at most SIZE: the more there are, the more of them mislead.
unnamed: 1 where the article names nothing of what the question names, else 0 (see `qa.subjects`)."""

LEAD = 10.0
SMALL, SIZE = 16, 300  # passages; a library of SMALL is the one in which candidates are compared with each other


@dataclass(frozen=True)
class Linear:
    """bias + sum of weight * feature"""

    weights: Mapping[str, float]
    bias: float

    def __call__(self, features: Mapping[str, float]) -> float:
        return self.bias + sum(self.weights.get(name, 0.0) * features[name] for name in FEATURES)


@dataclass(frozen=True)
class Calibration:
    """Log-odds. span: that a span is right. question: that the articles answer, by the features of its likeliest span.
    threshold: of that probability; below it Attest does not answer."""

    span: Linear
    question: Linear
    threshold: float

    def probability(self, features: Mapping[str, float]) -> float:
        return sigmoid(self.span(features))

    def crowding(self, size: float) -> float:
        """Log-odds that every span loses by the library's having more than SMALL passages. size: as in FEATURES."""
        return -self.span.weights.get("size", 0.0) * max(0.0, size - math.log(SMALL))


def more_likely(probability: float, odds: float) -> float:
    """The probability whose log-odds are higher by `odds`."""
    return sigmoid(log_odds(probability) + odds)


def log_odds(probability: float) -> float:
    held = min(max(probability, 1e-12), 1 - 1e-12)
    return math.log(held / (1 - held))


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-max(-500.0, min(500.0, x))))


@cache
def calibration(reader: str) -> Calibration | None:
    """The fitted parameters of a reader, None for a reader that was never fitted."""
    path = files("qa").joinpath("confidence.json")
    fitted = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    row = fitted.get(reader)
    return Calibration(Linear(**row["span"]), Linear(**row["question"]), row["threshold"]) if row else None

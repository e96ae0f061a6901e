"""Rows of a run -> figures. `METRICS` has a line for each; the texts, rankings and lists they rest on are beside it."""

from collections.abc import Sequence

import numpy as np

from eval.metrics.metric import Metric
from eval.metrics.paired import Change, paired
from eval.metrics.row import Row, row_of
from eval.metrics.table import METRICS, intervals, summary
from eval.metrics.texts import covers, exact_match, fold, normalize, official, token_f1
from eval.metrics.weighted import auroc as _auroc

__all__ = [
    "METRICS",
    "Change",
    "Metric",
    "Row",
    "auroc",
    "covers",
    "exact_match",
    "fold",
    "intervals",
    "normalize",
    "official",
    "paired",
    "row_of",
    "summary",
    "token_f1",
]


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Chance that a positive scores above a negative, ties half (Mann-Whitney). None where either is empty."""
    scores = [*((score, 1.0) for score in positive), *((score, 0.0) for score in negative)]
    if not positive or not negative:
        return None
    return float(_auroc(np.array(scores, float), np.ones((1, len(scores))))[0])

"""Figures of many questions, each question counted so many times: one pass for the figure and for its bootstrap.

values: (n, k), what each of n questions counts for. weights: (t, n), how often each is counted in each of t samples;
all 1 gives the plain figure. Each function returns (t,) figures, NaN where a sample leaves the figure undefined.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Over = Callable[[Array, Array], Array]
BINS = 10


def mean(values: Array, weights: Array) -> Array:
    return _share(weights @ values[:, 0], weights.sum(1))


def ratio(values: Array, weights: Array) -> Array:
    """Sum of the first column over that of the second."""
    return _share(weights @ values[:, 0], weights @ values[:, 1])


def ratio_where_marked(values: Array, weights: Array) -> Array:
    """The same of samples in which the third column is not 0 throughout."""
    found: Array = np.where(weights @ values[:, 2] > 0, ratio(values, weights), np.nan)
    return found


def f1(values: Array, weights: Array) -> Array:
    """Harmonic mean of two ratios: columns (right, given, found, accepted), summed over the questions."""
    precision, recall = ratio(values, weights), ratio(values[:, 2:], weights)
    both = precision + recall
    found: Array = np.where(both == 0, 0.0, _share(2 * precision * recall, both))
    return found


def count(values: Array, weights: Array) -> Array:
    found: Array = weights.sum(1).astype(float)
    return found


def rate(values: Array, weights: Array) -> Array:
    """How many a second: the column is seconds."""
    return _share(weights.sum(1), weights @ values[:, 0])


def largest(values: Array, weights: Array) -> Array:
    found: Array = np.where(weights > 0, values[:, 0], -np.inf).max(1)
    return found


def quantile(share: float) -> Over:
    """Nearest rank: the smallest value that at least `share` of the values do not exceed."""

    def figure(values: Array, weights: Array) -> Array:
        order = np.argsort(values[:, 0], kind="stable")
        below = np.cumsum(weights[:, order], 1)
        needed = share * below[:, -1:] - 1e-9 * below[:, -1:]
        found: Array = values[order, 0][np.argmax(below >= np.maximum(needed, 1), 1)]
        return found

    return figure


def auroc(values: Array, weights: Array) -> Array:
    """Columns (score, 1 for positive or 0): the chance that a positive scores above a negative, ties half."""
    up, down = (_ties(values[:, 0], weights * (values[:, 1] == kind)) for kind in (1, 0))
    above = np.cumsum(up, 1) - up / 2  # of each score: positives above it, and half of those at it
    return _share((above * down).sum(1), up.sum(1) * down.sum(1))


def risk_coverage_area(values: Array, weights: Array) -> Array:
    """Columns (confidence, right): the mean share of wrong answers over all coverages, from the most confident answer
    alone to all (Geifman and El-Yaniv 2017). Answers of one confidence come together."""
    all_, wrong = (_ties(values[:, 0], weights * part) for part in (np.ones(len(values)), 1 - values[:, 1]))
    risk = np.cumsum(wrong, 1) / np.maximum(np.cumsum(all_, 1), 1e-12)
    return _share((risk * all_).sum(1), all_.sum(1))


def calibration_error(values: Array, weights: Array) -> Array:
    """Columns (confidence, right): the mean distance, over the answers, between the confidence of their range of ten
    and the share of it that is right (Naeini et al. 2015; Guo et al. 2017)."""
    place = np.minimum((values[:, 0] * BINS).astype(int), BINS - 1)
    member = np.eye(BINS)[place]
    gap = (weights * (values[:, 0] - values[:, 1])) @ member
    return _share(np.abs(gap).sum(1), weights.sum(1))


def _ties(scores: Array, weights: Array) -> Array:
    """(t, distinct scores) weights by score, highest first."""
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    starts = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1]))  # minus infinity is a score like another
    found: Array = np.add.reduceat(weights[:, order].astype(float), starts, 1)
    return found


def _share(part: Array, whole: Array) -> Array:
    found: Array = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole != 0)
    return found

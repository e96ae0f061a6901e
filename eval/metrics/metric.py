"""What a metric is: what each question counts for, and how that becomes one figure. Its interval comes for free."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from eval.metrics.row import Row
from eval.metrics.weighted import Array, Over, mean

Counted = float | tuple[float, ...] | None
DIGITS = 6
SAMPLES, SEED = 1000, 0
_CELLS = 2_000_000  # weights that are held at once


@dataclass(frozen=True)
class Metric:
    """what: in words. of: what a question counts for, None where the metric does not bear on it. over: the figure of
    all of these; their mean unless said otherwise. less: less is better. cost: differs from run to run."""

    what: str
    of: Callable[[Row], Counted]
    over: Over = mean
    less: bool = False
    cost: bool = False

    def figure(self, rows: Sequence[Row]) -> float | None:
        """None where it bears on no row or is not defined for them."""
        return _number(self.samples(rows, [np.ones((1, len(rows)))])[0])

    def samples(self, rows: Sequence[Row], draws: Sequence[Array] | Iterator[Array]) -> Array:
        """The figure of each sample (see `draws`), NaN where it is not defined."""
        counted = [self.of(row) for row in rows]
        bears = np.array([one is not None for one in counted], bool)
        values = [one if isinstance(one, tuple) else (one,) for one in counted if one is not None]
        table = np.array(values, float)
        found = [self._over(table, weights[:, bears]) if len(table) else _none(weights) for weights in draws]
        return np.concatenate(found) if found else np.zeros(0)

    def _over(self, table: Array, weights: Array) -> Array:
        drawn = weights.any(1)  # a sample may hold no question that the metric bears on
        return np.where(drawn, self.over(table, weights), np.nan)


def draws(count: int, samples: int = SAMPLES, seed: int = SEED) -> Iterator[Array]:
    """Bootstrap samples of `count` questions as (t, count) weights: how often each was drawn. The same for the same
    seed (Efron 1979)."""
    rng = np.random.default_rng(seed)
    most = max(1, _CELLS // max(1, count))
    for start in range(0, samples if count else 0, most):
        drawn = rng.integers(0, count, (min(most, samples - start), count))
        yield np.stack([np.bincount(one, minlength=count) for one in drawn]).astype(float)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), DIGITS)


def _none(weights: Array) -> Array:
    return np.full(len(weights), np.nan)


def between(samples: Array) -> tuple[float, float] | None:
    """The middle 95 % of the samples."""
    known = samples[~np.isnan(samples)]
    if not len(known):
        return None
    low, high = np.quantile(known, (0.025, 0.975))
    return round(float(low), DIGITS), round(float(high), DIGITS)

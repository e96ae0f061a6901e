"""Two runs over the same questions, compared pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.metrics.metric import between, draws
from eval.metrics.row import Row
from eval.metrics.table import METRICS


@dataclass(frozen=True)
class Change:
    """Of one metric over the questions that both runs asked: its figures, and 95 % of what their difference may be.
    sure: whether all of that is on one side of 0."""

    before: float | None
    now: float | None
    low: float | None
    high: float | None

    @property
    def change(self) -> float | None:
        return self.now - self.before if self.now is not None and self.before is not None else None

    @property
    def sure(self) -> bool:
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def paired(now: Sequence[Row], before: Sequence[Row]) -> dict[str, Change]:
    """Every metric of the table, by the paired bootstrap: each sample draws the same questions from both runs, so that
    what makes a question hard for both cancels out (Efron and Tibshirani 1993; Berg-Kirkpatrick et al. 2012)."""
    earlier = {row.id: row for row in before}
    rows = [row for row in now if row.id in earlier]
    pairs = [earlier[row.id] for row in rows]
    drawn = list(draws(len(rows)))
    changes = {}
    for name, metric in METRICS.items():
        samples = metric.samples(rows, drawn) - metric.samples(pairs, drawn)
        low, high = between(samples) or (None, None)
        changes[name] = Change(metric.figure(pairs), metric.figure(rows), low, high)
    return changes

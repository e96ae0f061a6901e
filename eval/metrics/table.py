"""What is measured, a line each. Unanswered questions count: a mean is over the questions that could be answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from eval.metrics import ranking, weighted
from eval.metrics.metric import Counted, Metric, between, draws
from eval.metrics.row import CONFLICT, MISATTRIBUTED, RIGHT, Row

TOP, DEPTH = 10, 100  # articles of a ranking that are judged


def _answerable(row: Row, value: float) -> float | None:
    return value if row.answerable else None


def _located(row: Row, value: float) -> float | None:
    return value if row.answerable and row.located else None


def _seconds(row: Row) -> float:
    return row.seconds


def _within(rank: int | None, top: int) -> float:
    return float(rank is not None and rank <= top)


def _cited(row: Row, kind: str) -> Counted:
    """A citation of an answer where there is none is wrong, and counts among those given."""
    bears = row.judged and (row.located or not row.answerable) and row.classes
    return (float(row.classes.count(kind)), float(len(row.classes))) if bears else None


def _conflicts(row: Row) -> Counted:
    """(claimed rightly, claimed, whether one is marked)"""
    bears = row.judged and (row.conflicts[0] or row.type == CONFLICT)
    return (float(row.conflicts[1]), float(row.conflicts[0]), float(row.type == CONFLICT)) if bears else None


def _articles(measure: Callable[[ranking.Found, Sequence[int]], float]) -> Callable[[Row], Counted]:
    return lambda row: measure(row.found, row.relevant) if row.relevant else None


def _outcome(row: Row) -> Counted:
    """(confidence, right) of every question; one without an answer comes last, and is not right."""
    return (row.confidence if row.answered else -1.0, float(row.right)) if row.judged else None


METRICS: dict[str, Metric] = {
    "questions": Metric("asked", lambda r: 1.0, weighted.count),
    "em": Metric("exact match of the first answer", lambda r: _answerable(r, r.em)),
    "f1": Metric("token F1 of the first answer", lambda r: _answerable(r, r.f1)),
    "squad_em": Metric("exact match as SQuAD 2.0 counts", lambda r: r.squad[0] if r.judged else None),
    "squad_f1": Metric("F1 as SQuAD 2.0 counts", lambda r: r.squad[1] if r.judged else None),
    "list_recall": Metric("share of a list that was found", lambda r: r.list_recall),
    "list_precision": Metric("share of what was given for a list that is in it", lambda r: r.list_precision),
    "list_exact_f1": Metric("lists, answer by answer, as MultiSpanQA counts", lambda r: r.exact, weighted.f1),
    "list_partial_f1": Metric("the same, by shared characters", lambda r: r.partial, weighted.f1),
    "cited_right": Metric("first citation at accepted evidence", lambda r: _located(r, r.cited)),
    "cited_right_of_answered": Metric(
        "the same, of those answered", lambda r: _located(r, r.cited) if r.answered else None
    ),
    "citation_precision": Metric(
        "citations that overlap accepted evidence", lambda r: _cited(r, RIGHT), weighted.ratio
    ),
    "citation_recall": Metric("share of what an answer needs that is cited right", lambda r: _located(r, r.evidence)),
    "misattributed": Metric(
        "citations with an accepted answer's words from elsewhere",
        lambda r: _cited(r, MISATTRIBUTED),
        weighted.ratio,
        less=True,
    ),
    "sources_recall": Metric(
        "share of several evidence articles that is cited right",
        lambda r: _located(r, r.sources[0] / r.sources[1]) if r.sources[1] > 1 else None,
    ),
    "verbatim": Metric(
        "citations that read as quoted",
        lambda r: (float(r.citations[1]), float(r.citations[0])) if r.citations[0] else None,
        weighted.ratio,
    ),
    "conflict_precision": Metric("claimed conflicts that are marked", _conflicts, weighted.ratio_where_marked),
    "conflict_recall": Metric(
        "marked conflicts that are claimed", lambda r: float(r.conflicts[1] > 0) if r.type == CONFLICT else None
    ),
    "recall@1": Metric("evidence in the first passage", lambda r: _located(r, _within(r.rank, 1))),
    "recall@3": Metric("evidence in the first 3", lambda r: _located(r, _within(r.rank, 3))),
    "recall@8": Metric("evidence in the first 8", lambda r: _located(r, _within(r.rank, 8))),
    "mrr": Metric("1 / rank of the first passage with evidence", lambda r: _located(r, 1 / r.rank if r.rank else 0.0)),
    "article_recall@1": Metric("relevant articles found as the first", _articles(partial(ranking.recall, top=1))),
    "article_recall@10": Metric("relevant articles among the first 10", _articles(partial(ranking.recall, top=TOP))),
    "article_recall@100": Metric("among the first 100", _articles(partial(ranking.recall, top=DEPTH))),
    "article_mrr@10": Metric(
        "1 / rank of the first relevant article", _articles(partial(ranking.reciprocal_rank, top=TOP))
    ),
    "article_ndcg@10": Metric("nDCG of the first 10 articles", _articles(partial(ranking.ndcg, top=TOP))),
    "coverage": Metric("answerable ones answered", lambda r: _answerable(r, float(r.answered))),
    "abstained_right": Metric(
        "unanswerable ones not answered", lambda r: float(not r.answered) if r.judged and not r.answerable else None
    ),
    "rejected_avoided": Metric("answers that a person rejected, not given again", lambda r: r.avoided),
    "abstention_auroc": Metric(
        "chance that an answerable one is believed more than another",
        lambda r: (r.belief, float(r.answerable)) if r.judged else None,
        weighted.auroc,
    ),
    "risk_coverage_area": Metric(
        "share of wrong answers, over all coverages", _outcome, weighted.risk_coverage_area, less=True
    ),
    "calibration_error": Metric(
        "distance of confidence from the share that is right",
        lambda r: (r.confidence, float(r.right)) if r.judged and r.answered else None,
        weighted.calibration_error,
        less=True,
    ),
    "seconds_p50": Metric("median time of an answer", _seconds, weighted.quantile(0.5), less=True, cost=True),
    "seconds_p95": Metric("95 % are faster", _seconds, weighted.quantile(0.95), less=True, cost=True),
    "seconds_p99": Metric("99 % are faster", _seconds, weighted.quantile(0.99), less=True, cost=True),
    "questions_per_second": Metric("one after another", _seconds, weighted.rate, cost=True),
    "peak_memory": Metric(
        "most memory in use, MiB", lambda r: r.memory or None, weighted.largest, less=True, cost=True
    ),
}


def summary(rows: Sequence[Row]) -> dict[str, float | None]:
    """Every metric of the table."""
    return {name: metric.figure(rows) for name, metric in METRICS.items()}


def intervals(rows: Sequence[Row]) -> dict[str, tuple[float, float] | None]:
    """95 % of every metric but costs, from bootstrap samples of the questions (the same ones for all metrics)."""
    drawn = list(draws(len(rows)))
    return {name: between(metric.samples(rows, drawn)) for name, metric in METRICS.items() if not metric.cost}

"""What is measured, each figure a function of the rows of a run, and a line in METRICS. More is better, save seconds.

Exact match and token F1 follow SQuAD's official script (Rajpurkar et al. 2016): lower case, without ASCII punctuation
and the articles a, an, the; F1 over counts of tokens. Unanswered questions count as 0.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_FOLD = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "«": '"', "»": '"', "…": " ", "–": " ", "—": " ", "-": " ", "/": " "}
)


def normalize(text: str) -> str:
    """'The  “Cat”, a dog!' -> '“cat” dog' (typographic quotes are not punctuation to SQuAD; see fold)."""
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text.lower().translate(_PUNCTUATION)).split())


def fold(text: str) -> str:
    """Typographic variants as ASCII, dashes and slashes as spaces: for texts that do not come from SQuAD."""
    return unicodedata.normalize("NFKC", text.translate(_FOLD))


def exact_match(prediction: str, gold: str) -> float:
    return float(normalize(prediction) == normalize(gold))


def token_f1(prediction: str, gold: str) -> float:
    """Harmonic mean of token precision and recall: 'new york new york' against 'new york' gives 0.67."""
    ours, theirs = normalize(prediction).split(), normalize(gold).split()
    if not ours or not theirs:
        return float(ours == theirs)
    same = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * same / (len(ours) + len(theirs))


def covers(text: str, variant: str) -> bool:
    """Whether the normalised variant stands in the text, on token borders."""
    return f" {normalize(variant)} " in f" {normalize(text)} " and bool(normalize(variant))


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Chance that a positive scores above a negative, ties half (Mann-Whitney). None where either is empty."""
    if not positive or not negative:
        return None
    ranked = sorted([(score, 1) for score in positive] + [(score, 0) for score in negative])
    wins, below, at = 0.0, 0, 0
    while at < len(ranked):
        stop = at
        while stop < len(ranked) and ranked[stop][0] == ranked[at][0]:
            stop += 1
        ups = sum(kind for _, kind in ranked[at:stop])
        downs = stop - at - ups
        wins += ups * (below + downs / 2)
        below += downs
        at = stop
    return wins / (len(positive) * len(negative))


@dataclass(frozen=True)
class Row:
    """One question of a run. rank: of the first passage that holds accepted evidence (1-based), None where none does.
    citations: (given, that read in the article as quoted). placed: whether it is known where the evidence stands.
    avoided: of a question with a rejected answer, whether it was not given again; else None."""

    id: str
    type: str
    question: str
    answerable: bool
    answered: bool
    text: str | None
    confidence: float
    em: float = 0.0
    f1: float = 0.0
    cited: float = 0.0
    list_recall: float | None = None
    list_precision: float | None = None
    rank: int | None = None
    citations: tuple[int, int] = (0, 0)
    seconds: float = 0.0
    gold: tuple[str, ...] = field(default=())
    placed: bool = True
    avoided: float | None = None


Metric = Callable[[Sequence[Row]], float | None]


def _mean(values: Iterable[float]) -> float | None:
    values = list(values)
    return sum(values) / len(values) if values else None


def quantile(values: Iterable[float], share: float) -> float | None:
    """Nearest rank: the smallest value that at least `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1)] if ordered else None


def _recall(at: int) -> Metric:
    return lambda rows: _mean(float(r.rank is not None and r.rank <= at) for r in rows if r.answerable and r.placed)


def _verbatim(rows: Sequence[Row]) -> float | None:
    given = sum(row.citations[0] for row in rows)
    return sum(row.citations[1] for row in rows) / given if given else None


METRICS: dict[str, tuple[str, Metric]] = {
    "questions": ("asked", lambda rows: float(len(rows))),
    "em": ("exact match of the first answer", lambda rows: _mean(r.em for r in rows if r.answerable)),
    "f1": ("token F1 of the first answer", lambda rows: _mean(r.f1 for r in rows if r.answerable)),
    "list_recall": (
        "share of a list that was found",
        lambda rows: _mean(r.list_recall for r in rows if r.list_recall is not None),
    ),
    "list_precision": (
        "share of what was given for a list that is in it",
        lambda rows: _mean(r.list_precision for r in rows if r.list_precision is not None),
    ),
    "cited_right": (
        "first citation at accepted evidence",
        lambda rows: _mean(r.cited for r in rows if r.answerable and r.placed),
    ),
    "cited_right_of_answered": (
        "the same, of those answered",
        lambda rows: _mean(r.cited for r in rows if r.answerable and r.placed and r.answered),
    ),
    "verbatim": ("citations that read as quoted", _verbatim),
    "recall@1": ("evidence in the first passage", _recall(1)),
    "recall@3": ("evidence in the first 3", _recall(3)),
    "recall@8": ("evidence in the first 8", _recall(8)),
    "coverage": ("answerable ones answered", lambda rows: _mean(float(r.answered) for r in rows if r.answerable)),
    "abstained_right": (
        "unanswerable ones not answered",
        lambda rows: _mean(float(not r.answered) for r in rows if not r.answerable and r.avoided is None),
    ),
    "rejected_avoided": (
        "answers that a person rejected, not given again",
        lambda rows: _mean(r.avoided for r in rows if r.avoided is not None),
    ),
    "seconds_p50": ("median time of an answer", lambda rows: quantile((r.seconds for r in rows), 0.5)),
    "seconds_p95": ("95 % are faster", lambda rows: quantile((r.seconds for r in rows), 0.95)),
}


def summary(rows: Sequence[Row]) -> dict[str, float | None]:
    """Every metric of the table."""
    return {name: metric(rows) for name, (_, metric) in METRICS.items()}

"""Sets of answers against sets of answers, as MultiSpanQA counts them (Li et al. 2022, section 4).

Answers are normalised like SQuAD's and counted over all questions together (micro). Exact: an answer is right if it is
one of the accepted ones. Partial: each given answer scores the longest run of characters that it shares with an
accepted one, as a share of its own length (precision), and each accepted one likewise (recall). A question without
answers on one side counts as one answer there.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from difflib import SequenceMatcher

from eval.metrics.texts import normalize

Counts = tuple[float, float, float, float]
"""(of the answers given, those right; answers given; of the answers accepted, those found; answers accepted)"""


def exact(given: Collection[str], accepted: Sequence[Collection[str]]) -> Counts:
    """Of one question. accepted: for each answer its variants, of which one is enough."""
    ours, theirs = _normalized(given, accepted)
    if not ours and not theirs:
        return 1.0, 1.0, 1.0, 1.0
    right = sum(any(text in variants for variants in theirs) for text in ours)
    found = sum(not ours.isdisjoint(variants) for variants in theirs)
    return float(right), float(max(1, len(ours))), float(found), float(max(1, len(theirs)))


def partial(given: Collection[str], accepted: Sequence[Collection[str]]) -> Counts:
    """As `exact`, with shares of characters instead of right and wrong."""
    ours, theirs = _normalized(given, accepted)
    right, found = _shares(ours, theirs)
    return right, float(max(1, len(ours))), found, float(max(1, len(theirs)))


def overlap(given: set[str], accepted: set[str]) -> tuple[float, float]:
    """(sum of precision over the given, sum of recall over the accepted) of one question, each without variants."""
    return _shares(given, [frozenset((text,)) for text in sorted(accepted)])


def f1(right: float, given: float, found: float, accepted: float) -> float:
    """Of the sums of `Counts` over all questions."""
    precision, recall = right / max(1, given), found / max(1, accepted)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _normalized(given: Collection[str], accepted: Sequence[Collection[str]]) -> tuple[set[str], list[frozenset[str]]]:
    """The answers given, and the accepted ones as sets of variants, each once."""
    return {normalize(text) for text in given}, list(dict.fromkeys(frozenset(map(normalize, one)) for one in accepted))


def _shares(given: set[str], accepted: Sequence[frozenset[str]]) -> tuple[float, float]:
    if not accepted:
        return (1.0, 1.0) if given <= {""} else (0.0, 0.0)
    if given <= {""}:
        return 0.0, 0.0
    variants = set().union(*accepted)
    common = {(g, a): SequenceMatcher(None, a, g).find_longest_match().size for g in given for a in variants}
    # fsum: the same to the last digit, in whatever order sets come
    precision = math.fsum(max(common[g, a] for a in variants) / max(1, len(g)) for g in given)
    recall = math.fsum(max(common[g, a] / max(1, len(a)) for g in given for a in one) for one in accepted)
    return precision, recall

"""The figures: golden pairs for the text metrics (SQuAD's definitions), each line of METRICS by hand and against simple
references, intervals, and pairs of runs."""

from __future__ import annotations

import json
import math
import random
import re
import string
from collections import Counter
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.metrics import (
    METRICS,
    Row,
    auroc,
    covers,
    exact_match,
    fold,
    intervals,
    normalize,
    official,
    paired,
    row_of,
    spans,
    summary,
    token_f1,
)
from eval.metrics.metric import between, draws
from eval.metrics.ranking import ndcg, places, recall, reciprocal_rank
from eval.reliability import area, calibration_error, risk_coverage

WORDS = st.text(st.sampled_from("ab the.,-’“ é\n"), max_size=24)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ""),
        ("The", ""),
        ("  The   Cat ", "cat"),
        ("a cat, an owl, the dog!", "cat owl dog"),
        ("U.S.", "us"),
        ("$216 million", "216 million"),
        ("10,000", "10000"),
        ("Mirage 2000-5", "mirage 20005"),
        ("anthem thesis another", "anthem thesis another"),  # articles only as whole words
        ("the-cat", "thecat"),  # punctuation goes first, so no article is left
        ("Kyiv's", "kyivs"),
        ("Kyiv’s", "kyiv’s"),  # a typographic mark is no punctuation to SQuAD
        ("“legitimate”", "“legitimate”"),
        ("éa a b", "éa b"),
        ("A\tB\nC", "b c"),
    ],
)
def test_normalisation_is_that_of_the_official_script(text, wanted):
    assert normalize(text) == wanted


@pytest.mark.parametrize(
    ("prediction", "gold", "wanted"),
    [
        ("The Cat!", "cat", 1.0),
        ("cat", "cats", 0.0),
        ("new york", "york new", 0.0),
        ("", "", 1.0),
        ("the", "", 1.0),
        ("x", "", 0.0),
        ("", "x", 0.0),
    ],
)
def test_exact_match_compares_normalised_texts(prediction, gold, wanted):
    assert exact_match(prediction, gold) == wanted


@pytest.mark.parametrize(
    ("prediction", "gold", "wanted"),
    [
        ("cat", "cat", 1.0),
        ("cat", "dog", 0.0),
        ("the black cat", "a cat", 2 / 3),  # precision 1/2, recall 1
        ("new york new york", "new york", 2 / 3),  # tokens are counted, not a set
        ("new york", "new york new york", 2 / 3),
        ("york new", "new york", 1.0),
        ("a a a", "a", 1.0),  # nothing is left of either
        ("", "", 1.0),
        ("", "cat", 0.0),
        ("the", "cat", 0.0),
        ("Germany, Italy and Spain", "the United States, Germany, Italy and Spain", 2 * 4 / 10),
        ("Spain.", "SPAIN", 1.0),
    ],
)
def test_token_f1_counts_shared_tokens(prediction, gold, wanted):
    assert token_f1(prediction, gold) == pytest.approx(wanted)


@given(WORDS, WORDS)
def test_token_f1_is_symmetric_bounded_and_one_for_equal_texts(one, other):
    value = token_f1(one, other)
    assert 0.0 <= value <= 1.0
    assert value == token_f1(other, one)
    assert token_f1(one, one) == exact_match(one, one) == 1.0
    assert value == 1.0 or not exact_match(one, other)


@given(WORDS, WORDS)
def test_token_f1_is_what_counting_by_hand_gives(one, other):
    ours, theirs = normalize(one).split(), normalize(other).split()
    left = list(theirs)
    same = sum(1 for token in ours if token in left and (left.remove(token) or True))
    if not ours or not theirs:
        wanted = float(ours == theirs)
    elif not same:
        wanted = 0.0
    else:
        precision, recall = same / len(ours), same / len(theirs)
        wanted = 2 * precision * recall / (precision + recall)
    assert token_f1(one, other) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kyiv’s “request”", 'Kyiv\'s "request"'),
        ("Mirage 2000–5", "Mirage 2000-5"),
        ("10 000", "10\u00a0000"),
        ("ﬁnal", "final"),
        ("day/night", "day night"),
        ("wait … what", "wait what"),
        ("«oui»", '"oui"'),
        ("coalition—broad", "coalition broad"),
        ("de\u0301ja\u0300", "déjà"),
    ],
)
def test_folded_variants_are_the_same_to_exact_match(one, other):
    assert exact_match(fold(one), fold(other)) == 1.0


def test_folding_keeps_letters_digits_and_case():
    assert fold("Šimonytė said 10,000") == "Šimonytė said 10,000"


@pytest.mark.parametrize(
    ("text", "variant", "wanted"),
    [
        ("Germany, Italy and Spain", "Italy", True),
        ("Germany, Italy and Spain", "the Italy and", True),
        ("Germany, Italy and Spain", "Germany and Italy", False),
        ("Italian", "Ital", False),
        ("an Italy", "Italy", True),
        ("Italy", "Italy and Spain", False),
        ("Italy", "", False),
        ("Italy", "the", False),
        ("", "Italy", False),
    ],
)
def test_a_variant_is_covered_only_on_token_borders(text, variant, wanted):
    assert covers(text, variant) is wanted


SCORES = st.lists(st.integers(-3, 3).map(float), min_size=1, max_size=12)


@given(SCORES, SCORES)
def test_auroc_is_the_share_of_pairs_in_order_ties_half(positive, negative):
    pairs = [(p > n) + (p == n) / 2 for p in positive for n in negative]
    assert auroc(positive, negative) == pytest.approx(sum(pairs) / len(pairs))


@pytest.mark.parametrize(("positive", "negative"), [([], []), ([1.0], []), ([], [1.0])])
def test_auroc_of_one_kind_alone_is_undefined(positive, negative):
    assert auroc(positive, negative) is None


@pytest.mark.parametrize(
    ("positive", "negative", "wanted"),
    [([2, 3], [0, 1], 1.0), ([0], [1], 0.0), ([1, 1], [1], 0.5), ([-math.inf, 1], [-math.inf, -math.inf], 0.75)],
)
def test_auroc_of_easy_cases(positive, negative, wanted):
    assert auroc(positive, negative) == wanted


# SQuAD 2.0, written anew from its description: lower case, no punctuation, no articles, white space as one; F1 over
# bags of tokens; the best of the answers; a question without any is right where nothing is predicted.


def of_squad(prediction: str, golds: list[str]) -> tuple[float, float]:
    def tokens(text: str) -> list[str]:
        kept = "".join(c for c in text.lower() if c not in set(string.punctuation))
        return re.sub(r"\b(?:a|an|the)\b", " ", kept).split()

    def f1(ours: list[str], theirs: list[str]) -> float:
        if not ours or not theirs:
            return 1.0 if ours == theirs else 0.0
        common = 0
        left = Counter(theirs)
        for token in ours:
            if left[token]:
                left[token] -= 1
                common += 1
        if not common:
            return 0.0
        precision, recalled = common / len(ours), common / len(theirs)
        return 2 * precision * recalled / (precision + recalled)

    accepted = [tokens(gold) for gold in golds if tokens(gold)] or [[]]
    ours = tokens(prediction)
    return max(float(ours == gold) for gold in accepted), max(f1(ours, gold) for gold in accepted)


@given(WORDS, st.lists(WORDS, max_size=3))
def test_one_question_counts_as_squad_2_counts_it(prediction, golds):
    assert official(prediction, golds) == pytest.approx(of_squad(prediction, golds))


@pytest.mark.parametrize(
    ("prediction", "golds", "wanted"),
    [
        ("", [], (1, 1)),
        (None, [], (1, 1)),
        ("the", [], (1, 1)),  # nothing is left of it
        ("Spain", [], (0, 0)),
        ("", ["Spain"], (0, 0)),
        ("", ["the", "."], (1, 1)),  # answers of which nothing is left are none
        ("black cat", ["dog", "the cat"], (0, 2 / 3)),
        ("10-12", ["10–12", "1012"], (1, 1)),
    ],
)
def test_golden_pairs_of_squad_2(prediction, golds, wanted):
    assert official(prediction, golds) == pytest.approx(wanted)


# Rankings, against trec_eval's definitions written anew, and against ir_measures where it is installed


def test_places_of_the_relevant_articles():
    assert places(["x", "a", "x", "b", "a"], {"a": 2, "b": 1, "c": 1, "x": 0}) == ((2, 2), (3, 1))


def a_run(seed: int, queries: int = 20) -> tuple[dict[str, dict[str, int]], dict[str, list[str]]]:
    rng = random.Random(seed)
    docs = [f"d{n}" for n in range(60)]
    grades = {f"q{n}": {doc: rng.randrange(4) for doc in rng.sample(docs, 12)} for n in range(queries)}
    for one in grades.values():
        one[rng.choice(docs)] = 1
    return grades, {query: rng.sample(docs, rng.randrange(1, 60)) for query in grades}


@pytest.mark.parametrize("seed", range(3))
def test_rankings_count_as_written_out(seed):
    grades, run = a_run(seed)
    for query, ranking in run.items():
        found, all_ = places(ranking, grades[query]), [g for g in grades[query].values() if g > 0]
        for top in (1, 5, 10, 100):
            first = [grades[query].get(doc, 0) for doc in ranking[:top]]
            ranks = [n for n, grade in enumerate(first, 1) if grade]
            gains = sum(np.array(first) / np.log2(np.arange(len(first)) + 2))
            ideal = np.array(sorted(all_, reverse=True)[:top])
            assert recall(found, all_, top) == pytest.approx(len(ranks) / len(all_))
            assert reciprocal_rank(found, all_, top) == (1 / ranks[0] if ranks else 0)
            assert ndcg(found, all_, top) == pytest.approx(gains / sum(ideal / np.log2(np.arange(len(ideal)) + 2)))


@pytest.mark.parametrize("seed", range(3))
def test_rankings_agree_with_ir_measures(seed):
    measures = pytest.importorskip("ir_measures")
    grades, run = a_run(seed, queries=60)
    scored = {query: {doc: -float(n) for n, doc in enumerate(ranking)} for query, ranking in run.items()}
    wanted = [measures.parse_measure(name) for name in ("R@1", "R@10", "R@100", "RR@10", "nDCG@10")]
    theirs = measures.calc_aggregate(wanted, grades, scored)
    rows = [
        no_gold(found=places(ranking, grades[query]), relevant=tuple(g for g in grades[query].values() if g > 0))
        for query, ranking in run.items()
    ]
    names = ("article_recall@1", "article_recall@10", "article_recall@100", "article_mrr@10", "article_ndcg@10")
    for name, measure in zip(names, wanted, strict=True):
        assert METRICS[name].figure(rows) == pytest.approx(theirs[measure], abs=1e-6)


@given(st.lists(st.tuples(st.integers(1, 120), st.integers(1, 3)), unique_by=lambda pair: pair[0]), st.data())
def test_recall_rises_with_the_depth_and_all_measures_are_shares(found, data):
    all_ = [grade for _, grade in found] + data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    values = [recall(found, all_, top) for top in range(1, 121)]
    assert values == sorted(values) and values[0] >= 0 and values[-1] < 1
    for top in (1, 10):
        assert 0 <= ndcg(found, all_, top) <= 1 + 1e-9
        assert 0 <= reciprocal_rank(found, all_, top) <= 1


# The table


def row(n: int = 0, **facts: Any) -> Row:
    given_ = {"type": "factoid", "answerable": True, "answered": True, "text": "x", "confidence": 0.5} | facts
    return Row(id=str(n), question="q", **given_)


def no_gold(**facts: Any) -> Row:
    usual = {"type": "unanswerable", "answerable": False, "answered": False, "text": None, "confidence": 0.0}
    return row(**(usual | facts))


RIGHT = row(em=1.0, f1=1.0, squad=(1.0, 1.0), cited=1.0, rank=1, citations=(2, 2), seconds=0.1, confidence=0.95)
RIGHT = replace(RIGHT, belief=0.95, classes=("right", "beside"), evidence=1.0, sources=(1, 2), memory=300.0)
HALF = row(f1=0.5, squad=(0.0, 0.4), rank=3, citations=(3, 2), classes=("misattributed", "false", "right"), seconds=0.2)
HALF = replace(HALF, belief=0.5, evidence=0.5, found=((2, 1),), relevant=(1, 1))
SILENT = row(answered=False, text=None, rank=8, seconds=0.3, confidence=0.0, belief=0.3)
LOST = row(type="conflict", answered=False, text=None, rank=None, seconds=0.4, confidence=0.0)
LIST = row(type="conflict", f1=0.2, cited=1.0, list_recall=0.75, list_precision=0.6, rank=9, citations=(1, 1))
LIST = replace(LIST, seconds=0.5, classes=("right",), exact=(1.0, 2.0, 1.0, 4.0), partial=(1.5, 2.0, 2.5, 4.0))
LIST = replace(LIST, conflicts=(1, 1), belief=0.5, found=((1, 1), (12, 2)), relevant=(1, 2))
KEPT_QUIET, MADE_UP = no_gold(seconds=0.6, squad=(1.0, 1.0), belief=0.2), no_gold(answered=True, text="y", seconds=10.0)
MADE_UP = replace(MADE_UP, citations=(4, 4), classes=("beside",) * 4, confidence=0.4, belief=0.4, conflicts=(1, 0))
MADE_UP = replace(MADE_UP, memory=400.0)
NOT_JUDGED = no_gold(type="retrieval", judged=False, answered=True, seconds=0.7, citations=(1, 1), confidence=0.9)
NOT_JUDGED = replace(NOT_JUDGED, classes=("beside",), found=(), relevant=(1,), squad=(0.0, 0.0))
UNPLACED = row(f1=1.0, em=1.0, squad=(1.0, 1.0), located=False, citations=(1, 1), classes=("misattributed",))
UNPLACED = replace(UNPLACED, avoided=1.0, seconds=0.8, confidence=0.7, belief=0.7)
REPEATED = no_gold(type="rejected", judged=False, answered=True, seconds=0.5, classes=("beside",), avoided=0.0)
ROWS = [RIGHT, HALF, SILENT, LOST, LIST, KEPT_QUIET, MADE_UP, NOT_JUDGED, UNPLACED, REPEATED]

FIGURES = {
    "questions": 10.0,
    "em": 2 / 6,  # answerable ones only; unanswered ones count 0
    "f1": 2.7 / 6,
    "squad_em": 3 / 8,
    "squad_f1": 3.4 / 8,
    "list_recall": 0.75,
    "list_precision": 0.6,
    "list_exact_f1": 2 * 0.5 * 0.25 / 0.75,
    "list_partial_f1": 2 * 0.75 * 0.625 / 1.375,
    "cited_right": 2 / 5,
    "cited_right_of_answered": 2 / 3,
    "citation_precision": 3 / 10,  # those of an answer that should not be count too
    "citation_recall": 1.5 / 5,
    "misattributed": 1 / 10,
    "sources_recall": 1 / 2,
    "verbatim": 11 / 12,
    "conflict_precision": 1 / 2,
    "conflict_recall": 1 / 2,
    "recall@1": 1 / 5,
    "recall@3": 2 / 5,
    "recall@8": 3 / 5,
    "mrr": (1 + 1 / 3 + 1 / 8 + 1 / 9) / 5,
    "article_recall@1": (0 + 1 / 2 + 0) / 3,
    "article_recall@10": (1 / 2 + 1 / 2 + 0) / 3,
    "article_recall@100": (1 / 2 + 1 + 0) / 3,
    "article_mrr@10": (1 / 2 + 1 + 0) / 3,
    "article_ndcg@10": (1 / math.log2(3) / (1 + 1 / math.log2(3)) + 1 / (2 + 1 / math.log2(3)) + 0) / 3,
    "coverage": 4 / 6,
    "abstained_right": 1 / 2,
    "rejected_avoided": 1 / 2,
    "abstention_auroc": (6 + 6 - 1 - 2) / 12,
    # by confidence .95 right, .7 right, .5 (one right by F1, one not), .4 wrong, then three without an answer
    "risk_coverage_area": (0 + 0 + 2 * (1 / 4) + 2 / 5 + 3 * (5 / 8)) / 8,
    "calibration_error": (abs(0.95 - 1) + abs(0.7 - 1) + 2 * abs(0.5 - 0.5) + abs(0.4 - 0)) / 5,
    "seconds_p50": 0.5,
    "seconds_p95": 10.0,
    "seconds_p99": 10.0,
    "questions_per_second": 10 / 14.1,
    "peak_memory": 400.0,
}


def test_every_metric_is_worked_out_by_hand():
    assert list(FIGURES) == list(METRICS)


@pytest.mark.parametrize("name", METRICS)
def test_each_figure_of_a_hand_made_run(name):
    assert METRICS[name].figure(ROWS) == pytest.approx(FIGURES[name], abs=1e-6)
    assert METRICS[name].what


@pytest.mark.parametrize("name", METRICS)
def test_a_figure_that_no_row_bears_on_is_undefined_not_zero(name):
    assert METRICS[name].figure([]) is None
    told = {"questions", "squad_em", "squad_f1", "abstained_right", "risk_coverage_area"}
    told |= {"seconds_p50", "seconds_p95", "seconds_p99", "questions_per_second"}
    assert (METRICS[name].figure([KEPT_QUIET]) is not None) is (name in told)


def test_the_summary_has_every_figure():
    assert summary(ROWS) == pytest.approx(FIGURES, abs=1e-6)
    assert list(summary([])) == list(METRICS)


def test_a_claimed_conflict_says_nothing_where_the_set_marks_none():
    assert METRICS["conflict_precision"].figure([MADE_UP]) is None
    assert METRICS["conflict_precision"].figure([MADE_UP, LOST]) == 0


SHARE = st.integers(0, 20).map(lambda n: n / 20)
KINDS = st.sampled_from(["right", "misattributed", "beside", "false"])


@st.composite
def any_row(draw: st.DrawFn) -> Row:
    answerable, answered = draw(st.booleans()), draw(st.booleans())
    classes = tuple(draw(st.lists(KINDS, max_size=3))) if answered else ()
    claimed = draw(st.integers(0, 2)) if answered else 0
    counts = st.tuples(*[st.integers(0, 3).map(float), st.integers(3, 4).map(float)] * 2)
    return Row(
        draw(st.text("abc", min_size=1)),
        draw(st.sampled_from(["factoid", "conflict", "list"])),
        "q",
        answerable,
        answered,
        "x" if answered else None,
        draw(SHARE) if answered else 0.0,
        em=draw(SHARE),
        f1=draw(SHARE),
        cited=draw(SHARE),
        list_recall=draw(st.none() | SHARE),
        list_precision=draw(st.none() | SHARE),
        rank=draw(st.none() | st.integers(1, 12)),
        citations=(len(classes), sum(kind != "false" for kind in classes)),
        seconds=draw(st.integers(1, 9)) / 8,
        judged=answerable or draw(st.booleans()),
        located=draw(st.booleans()),
        belief=draw(SHARE),
        squad=(draw(SHARE), draw(SHARE)),
        classes=classes,
        evidence=draw(SHARE),
        sources=(draw(st.integers(0, 1)), draw(st.integers(1, 2))),
        found=draw(st.sampled_from([(), ((1, 1),), ((3, 2), (40, 1))])),
        relevant=draw(st.sampled_from([(), (2, 1)])),
        exact=draw(st.none() | counts),
        partial=draw(st.none() | counts),
        conflicts=(claimed, draw(st.integers(0, claimed))),
        memory=float(draw(st.integers(0, 3))),
    )


RUNS = st.lists(any_row(), min_size=1, max_size=12)


def average(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def answerable(rows: list[Row]) -> list[Row]:
    return [r for r in rows if r.answerable]


def located(rows: list[Row]) -> list[Row]:
    return [r for r in rows if r.answerable and r.located]


def judged(rows: list[Row]) -> list[Row]:
    return [r for r in rows if r.judged]


def share_of(kind: str, rows: list[Row]) -> float | None:
    given = [one for r in rows if r.judged and (r.located or not r.answerable) for one in r.classes]
    return given.count(kind) / len(given) if given else None


def list_f1(counts: list[tuple[float, ...] | None]) -> float | None:
    right, given_, found, wanted = (sum(c[n] for c in counts if c is not None) for n in range(4))
    if all(c is None for c in counts):
        return None
    precision, recalled = right / given_, found / wanted
    return 2 * precision * recalled / (precision + recalled) if precision + recalled else 0.0


def conflict_precision(rows: list[Row]) -> float | None:
    claimed = sum(r.conflicts[0] for r in judged(rows))
    marked = any(r.type == "conflict" for r in judged(rows))
    return sum(r.conflicts[1] for r in judged(rows)) / claimed if claimed and marked else None


def verbatim(rows: list[Row]) -> float | None:
    claimed = sum(r.citations[0] for r in rows)
    return sum(r.citations[1] for r in rows) / claimed if claimed else None


def smallest_of(rows: list[Row], share: float) -> float:
    times = sorted(r.seconds for r in rows)
    return next(t for t in times if sum(other <= t for other in times) >= share * len(times) - 1e-9)


def risk_area(rows: list[Row]) -> float | None:
    confidences = [r.confidence if r.answered else -1.0 for r in judged(rows)]
    return area(risk_coverage(confidences, [r.right for r in judged(rows)]))


def calibrated(rows: list[Row]) -> float | None:
    given = [r for r in judged(rows) if r.answered]
    return calibration_error([r.confidence for r in given], [r.right for r in given])


def believed(rows: list[Row]) -> float | None:
    up, down = ([r.belief for r in judged(rows) if r.answerable is kind] for kind in (True, False))
    return average([(a > b) + (a == b) / 2 for a in up for b in down])


def within(top: int) -> Any:
    return lambda rows: average([float(r.rank is not None and r.rank <= top) for r in located(rows)])


def of_articles(top: int) -> Any:
    wanted = lambda r: sum(rank <= top for rank, _ in r.found) / len(r.relevant)  # noqa: E731
    return lambda rows: average([wanted(r) for r in rows if r.relevant])


REFERENCES = {
    "questions": lambda rows: float(len(rows)),
    "em": lambda rows: average([r.em for r in answerable(rows)]),
    "f1": lambda rows: average([r.f1 for r in answerable(rows)]),
    "squad_em": lambda rows: average([r.squad[0] for r in judged(rows)]),
    "squad_f1": lambda rows: average([r.squad[1] for r in judged(rows)]),
    "list_recall": lambda rows: average([r.list_recall for r in rows if r.list_recall is not None]),
    "list_precision": lambda rows: average([r.list_precision for r in rows if r.list_precision is not None]),
    "list_exact_f1": lambda rows: list_f1([r.exact for r in rows]),
    "list_partial_f1": lambda rows: list_f1([r.partial for r in rows]),
    "cited_right": lambda rows: average([r.cited for r in located(rows)]),
    "cited_right_of_answered": lambda rows: average([r.cited for r in located(rows) if r.answered]),
    "citation_precision": lambda rows: share_of("right", rows),
    "citation_recall": lambda rows: average([r.evidence for r in located(rows)]),
    "misattributed": lambda rows: share_of("misattributed", rows),
    "sources_recall": lambda rows: average([r.sources[0] / 2 for r in located(rows) if r.sources[1] == 2]),
    "verbatim": verbatim,
    "conflict_precision": conflict_precision,
    "conflict_recall": lambda rows: average([float(r.conflicts[1] > 0) for r in rows if r.type == "conflict"]),
    "recall@1": within(1),
    "recall@3": within(3),
    "recall@8": within(8),
    "mrr": lambda rows: average([1 / r.rank if r.rank else 0.0 for r in located(rows)]),
    "article_recall@1": of_articles(1),
    "article_recall@10": of_articles(10),
    "article_recall@100": of_articles(100),
    "article_mrr@10": lambda rows: average([1 / r.found[0][0] if r.found else 0.0 for r in rows if r.relevant]),
    "article_ndcg@10": lambda rows: average([ndcg(r.found, r.relevant, 10) for r in rows if r.relevant]),
    "coverage": lambda rows: average([float(r.answered) for r in answerable(rows)]),
    "abstained_right": lambda rows: average([float(not r.answered) for r in judged(rows) if not r.answerable]),
    "rejected_avoided": lambda rows: average([r.avoided for r in rows if r.avoided is not None]),
    "abstention_auroc": believed,
    "risk_coverage_area": risk_area,
    "calibration_error": calibrated,
    "seconds_p50": lambda rows: smallest_of(rows, 0.5),
    "seconds_p95": lambda rows: smallest_of(rows, 0.95),
    "seconds_p99": lambda rows: smallest_of(rows, 0.99),
    "questions_per_second": lambda rows: len(rows) / sum(r.seconds for r in rows),
    "peak_memory": lambda rows: max(r.memory for r in rows) or None,
}


@settings(max_examples=40)
@given(RUNS)
def test_the_table_agrees_with_simple_references(rows):
    assert list(REFERENCES) == list(METRICS)
    for name, reference in REFERENCES.items():
        assert METRICS[name].figure(rows) == pytest.approx(reference(rows), abs=2e-6), name


@settings(max_examples=40)
@given(RUNS, st.data())
def test_a_weight_counts_a_question_so_many_times(rows, data):
    """What the bootstrap rests on: a sample by weights is the run with these questions repeated."""
    weights = data.draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows)).filter(any))
    repeated = [one for one, times in zip(rows, weights, strict=True) for _ in range(times)]
    for name, metric in METRICS.items():
        (sample,) = metric.samples(rows, [np.array([weights], float)])
        wanted = metric.figure(repeated)
        assert (None if np.isnan(sample) else sample) == pytest.approx(wanted, abs=2e-6), name


@settings(max_examples=40)
@given(RUNS)
def test_abstention_auroc_knows_only_the_order_of_beliefs(rows):
    bent = [replace(r, belief=r.belief**3 / 2) for r in rows]
    turned = [replace(r, belief=1 - r.belief) for r in rows]
    metric = METRICS["abstention_auroc"]
    value = metric.figure(rows)
    assert metric.figure(bent) == value
    assert value is None or metric.figure(turned) == pytest.approx(1 - value, abs=2e-6)


# Intervals and pairs


def test_samples_are_drawn_the_same_way_each_time_and_draw_as_many_as_there_are():
    first, again = (np.concatenate(list(draws(7, samples=50))) for _ in range(2))
    assert (first == again).all() and first.shape == (50, 7) and set(first.sum(1)) == {7}
    assert (first != np.concatenate(list(draws(7, samples=50, seed=1)))).any()
    assert list(draws(0)) == []


@settings(max_examples=20)
@given(RUNS)
def test_an_interval_holds_no_figure_that_no_sample_can_have(rows):
    bounds = intervals(rows)
    assert not {"seconds_p50", "peak_memory"} & set(bounds)
    for name in ("em", "f1", "coverage", "citation_precision", "abstention_auroc"):
        if bounds[name]:
            assert 0 <= bounds[name][0] <= bounds[name][1] <= 1


def test_an_interval_holds_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(200):
        rows = [row(em=float(value)) for value in rng.random(60) < 0.6]
        low, high = between(METRICS["em"].samples(rows, draws(60)))
        held += low <= 0.6 <= high
    assert 0.88 <= held / 200 <= 0.99


def test_a_small_change_on_every_question_is_seen_pair_by_pair():
    rng = np.random.default_rng(1)
    before = [row(n, f1=value) for n, value in enumerate(rng.random(100) * 0.9)]
    now = [replace(one, f1=one.f1 + 0.02) for one in before]
    change = paired(now, before)["f1"]
    assert change.sure and change.low == pytest.approx(0.02, abs=1e-6) and change.high == pytest.approx(0.02, abs=1e-6)
    low, high = intervals(before)["f1"]
    assert high - low > 0.08  # too wide to see it by
    assert not paired(before, before)["f1"].sure and paired(before, before)["f1"].change == 0


@settings(max_examples=20)
@given(RUNS, RUNS)
def test_the_change_of_two_runs_is_that_of_the_questions_of_both(now, before):
    now, before = ({r.id: r for r in rows} for rows in (now, before))
    found = paired(list(now.values()), list(before.values()))["f1"]
    shared = [one for one in now if one in before]
    assert found.before == METRICS["f1"].figure([before[one] for one in shared])
    assert found.now == METRICS["f1"].figure([now[one] for one in shared])


@given(any_row())
def test_a_row_survives_json(one):
    assert row_of(json.loads(json.dumps(asdict(one))) | {"unknown": 1}) == one


def test_a_question_without_an_answer_that_gets_none_is_right():
    assert spans.exact([], []) == spans.partial([], []) == (1.0, 1.0, 1.0, 1.0)
    assert spans.exact(["Rome"], []) == (0.0, 1.0, 0.0, 1.0)

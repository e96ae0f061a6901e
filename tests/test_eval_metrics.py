"""The figures: golden pairs for the text metrics (SQuAD's official definitions), and each line of METRICS by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics import METRICS, Row, auroc, covers, exact_match, fold, normalize, summary, token_f1

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
    ("positive", "negative", "wanted"), [([2, 3], [0, 1], 1.0), ([0], [1], 0.0), ([1, 1], [1], 0.5)]
)
def test_auroc_of_easy_cases(positive, negative, wanted):
    assert auroc(positive, negative) == wanted


def row(n: int = 0, **facts: Any) -> Row:
    given_ = {"type": "factoid", "answerable": True, "answered": True, "text": "x", "confidence": 0.5} | facts
    return Row(id=str(n), question="q", **given_)


def no_gold(**facts: Any) -> Row:
    return row(**{"type": "unanswerable", "answerable": False, "answered": False, "text": None} | facts)


RIGHT = row(em=1.0, f1=1.0, cited=1.0, rank=1, citations=(2, 2), seconds=0.1)
HALF = row(em=0.0, f1=0.5, cited=0.0, rank=3, citations=(3, 2), seconds=0.2)
SILENT = row(answered=False, text=None, rank=8, seconds=0.3)
LOST = row(answered=False, text=None, rank=None, seconds=0.4)
LIST = row(f1=0.2, cited=1.0, list_recall=0.75, list_precision=0.6, rank=9, citations=(1, 1), seconds=0.5)
KEPT_QUIET, MADE_UP = no_gold(seconds=0.6), no_gold(answered=True, text="y", citations=(4, 4), seconds=10.0)
REPEATED, AVOIDED = (no_gold(type="rejected", answered=True, seconds=0.4, avoided=kept) for kept in (0.0, 1.0))
UNPLACED = row(em=0.4, f1=0.34, placed=False, seconds=0.4, avoided=1.0)
ROWS = [RIGHT, HALF, SILENT, LOST, LIST, KEPT_QUIET, MADE_UP, REPEATED, AVOIDED, UNPLACED]

FIGURES = {
    "questions": 10.0,
    "em": 1.4 / 6,  # answerable ones only; unanswered ones count 0
    "f1": 2.04 / 6,
    "list_recall": 0.75,
    "list_precision": 0.6,
    "cited_right": 2 / 5,  # where it is known what stands where
    "cited_right_of_answered": 2 / 3,
    "verbatim": 9 / 10,
    "recall@1": 1 / 5,
    "recall@3": 2 / 5,
    "recall@8": 3 / 5,
    "coverage": 4 / 6,
    "abstained_right": 1 / 2,
    "rejected_avoided": 2 / 3,
    "seconds_p50": 0.4,
    "seconds_p95": 10.0,
}


@pytest.mark.parametrize("name", METRICS)
def test_each_figure_of_a_hand_made_run(name):
    assert METRICS[name][1](ROWS) == pytest.approx(FIGURES[name])
    assert METRICS[name][0]


@pytest.mark.parametrize("name", METRICS)
def test_a_figure_that_no_row_bears_on_is_undefined_not_zero(name):
    assert METRICS[name][1]([]) == (0.0 if name == "questions" else None)
    of_unanswerable = METRICS[name][1]([KEPT_QUIET])
    told = {"questions", "abstained_right", "seconds_p50", "seconds_p95"}
    assert (of_unanswerable is not None) is (name in told)


def test_the_summary_has_every_figure():
    assert summary(ROWS) == pytest.approx(FIGURES)
    assert list(summary([])) == list(METRICS)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=50))
def test_percentiles_are_the_smallest_value_that_so_many_do_not_exceed(seconds):
    rows = [row(seconds=value) for value in seconds]
    for name, share in (("seconds_p50", 0.5), ("seconds_p95", 0.95)):
        needed = math.ceil(round(share * len(seconds), 9))
        wanted = min(v for v in seconds if sum(other <= v for other in seconds) >= needed)
        assert METRICS[name][1](rows) == wanted

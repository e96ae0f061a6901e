"""List scores against values worked out by hand from the definition, and a reader measured on a file."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval import lists
from eval.lists import scores
from eval.metrics.spans import exact, overlap, partial
from eval.metrics.texts import normalize
from qa.reader import Reading, Span

TEXTS = st.lists(st.sampled_from(["Italy", "the Italy", "Spain", "Hungary and Spain", "US"]), max_size=4)


def test_exact_counts_answers_over_all_questions_together():
    figures = scores([["Italy", "Spain"], ["US"]], [["Spain", "Hungary", "Italy"], ["France"]])
    assert figures["exact_precision"] == pytest.approx(2 / 3)
    assert figures["exact_recall"] == pytest.approx(2 / 4)
    assert figures["exact_f1"] == pytest.approx(2 * (2 / 3) * (1 / 2) / (2 / 3 + 1 / 2))


def test_partial_counts_the_longest_shared_run_of_characters():
    figures = scores([["north korea"]], [["korea"]])
    assert (figures["partial_precision"], figures["partial_recall"]) == (pytest.approx(5 / 11), 1.0)
    assert figures["exact_f1"] == 0


def test_each_answer_meets_its_best_partner():
    assert overlap({"spain", "italy"}, {"spain and italy"}) == (2.0, pytest.approx(5 / 15))


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [(set(), set(), (1.0, 1.0)), ({""}, set(), (1.0, 1.0)), ({"x"}, set(), (0.0, 0.0)), (set(), {"x"}, (0.0, 0.0))],
)
def test_an_empty_side(ours, theirs, expected):
    assert overlap(ours, theirs) == expected


def test_case_articles_and_punctuation_do_not_count_and_repeats_count_once():
    figures = scores([["The Italy.", "italy", "Spain"]], [["Italy", "spain"]])
    assert figures["exact_f1"] == figures["partial_f1"] == 1


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5))
def test_partial_is_never_below_exact_and_all_lie_between_0_and_1(pairs):
    figures = scores([g for g, _ in pairs], [a for _, a in pairs])
    assert all(-1e-9 <= value <= 1 + 1e-9 for value in figures.values())
    for side in ("precision", "recall", "f1"):
        assert figures[f"partial_{side}"] >= figures[f"exact_{side}"] - 1e-9


def longest_shared(one, other):
    runs = {one[a:b] for a in range(len(one)) for b in range(a + 1, len(one) + 1)}
    return max((len(run) for run in runs if run in other), default=0)


@given(st.lists(st.tuples(TEXTS, TEXTS.filter(bool)), min_size=1, max_size=4))
def test_scores_are_those_written_out_from_the_definition(pairs):
    """Li et al. 2022, section 4, with plain loops over sets of normalised answers."""
    sets = [({normalize(t) for t in given}, {normalize(t) for t in accepted}) for given, accepted in pairs]
    ours, theirs = sum(max(1, len(g)) for g, _ in sets), sum(len(a) for _, a in sets)
    right = sum(g in a for given, a in sets for g in given)
    part_right = sum(max(longest_shared(g, a) for a in accepted) / len(g) for given, accepted in sets for g in given)
    part_found = sum(
        max((longest_shared(g, a) for g in given), default=0) / len(a) for given, accepted in sets for a in accepted
    )
    figures = scores([g for g, _ in pairs], [a for _, a in pairs])
    assert figures["exact_precision"] == pytest.approx(right / ours)
    assert figures["exact_recall"] == pytest.approx(right / theirs)
    assert figures["partial_precision"] == pytest.approx(part_right / ours)
    assert figures["partial_recall"] == pytest.approx(part_found / theirs)


def test_of_several_variants_of_an_answer_one_is_enough_and_the_best_counts():
    assert exact(["US", "Spain"], [("the United States", "US"), ("Italy",)]) == (1, 2, 1, 2)
    right, given_, found, accepted = partial(["Kingdom of Spain"], [("Spain", "Kingdom of Spain"), ("Italy",)])
    assert (right, given_, accepted) == (1, 1, 2) and found == pytest.approx(1 + 1 / 5)


class Names:
    """A reader that names every capitalised word."""

    name = "names"

    def read(self, question, passages, top=10):
        text = passages[0]
        spans = [Span(w, 0, text.index(w), text.index(w) + len(w), 1.0) for w in text.split() if w[0].isupper()]
        return Reading(1.0, tuple(spans), listed=tuple(spans))


def test_a_reader_is_measured_on_a_file(tmp_path, monkeypatch, capsys):
    answers = [{"text": "Italy"}, {"text": "Spain"}]
    row = {"question": "Which?", "context": "Italy and Spain opposed France", "answers": answers}
    (tmp_path / "set.jsonl").write_text(json.dumps(row) + "\n")
    monkeypatch.setattr(lists, "load_reader", lambda name: Names())
    assert lists.main([str(tmp_path / "set.jsonl")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["questions"], told["exact_precision"], told["exact_recall"]) == (1, 66.67, 100.0)
    assert lists.main([str(tmp_path / "none.jsonl")]) == 2

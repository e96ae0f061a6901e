"""The rule by which further spans join a list: what it is fitted on, and that it learns what tells."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest

from eval import gather
from qa.reader import Reading, Span
from qa.reader.listing import FEATURES

TEXT = "Ann Lee, then Bo Ray wrote. Sweden was silent in 1990."


def asked(question, answers, multi):
    found = [{"text": answer, "start": TEXT.index(answer)} for answer in answers]
    return {"question": question, "context": TEXT, "answers": found, "multi": multi}


def spans(*found):
    return tuple(Span(w, 0, TEXT.index(w), TEXT.index(w) + len(w), -float(n), -0.1) for n, w in enumerate(found))


LIST = asked("Who wrote, and what are their names?", ["Ann Lee", "Bo Ray"], True)
ONE = asked("Who wrote first?", ["Ann Lee"], False)
FOUND = spans("Ann Lee", "Bo Ray", "Sweden", "1990")


def test_every_further_span_is_an_example_where_the_best_one_is_right():
    assert [right for _, right in gather.further(LIST, FOUND)] == [True, False, False]
    assert [right for _, right in gather.further(ONE, FOUND)] == [False, False, False]
    assert gather.further(LIST, FOUND[::-1]) == [] == gather.further(LIST | {"question": "Why?!"[:3] + " so"}, FOUND)
    assert all(len(values) == len(FEATURES) for values, _ in gather.further(LIST, FOUND))


def test_lists_take_the_right_spans_and_single_answers_stay_alone():
    rule = gather.fit([(LIST, FOUND), (ONE, FOUND)] * 30)
    assert set(rule) == {*FEATURES, "bias"} and gather.exact_f1([(LIST, FOUND), (ONE, FOUND)], rule) == 1.0
    never, always = (dict.fromkeys(FEATURES, 0.0) | {"bias": bias} for bias in (-1.0, 1.0))
    assert gather.exact_f1([(LIST, FOUND)], never) == pytest.approx(2 / 3)
    assert gather.exact_f1([(LIST, FOUND)], always) == pytest.approx(2 * 0.5 / 1.5)


def test_an_enumeration_as_the_one_answer_counts_as_its_items():
    text = "red and blue"
    row = {"question": "Which colours?", "context": text, "answers": [{"text": text, "start": 0}], "multi": False}
    best = (Span(text, 0, 0, len(text), 1.0),)
    assert gather.exact_f1([(row, best)], dict.fromkeys(FEATURES, 0.0) | {"bias": -1.0}) == 1.0


def test_what_single_answers_lose_counts_without_the_and_of_a_cut_enumeration():
    text = "red, green and blue or grey"
    row = {"question": "Which colours?", "context": text, "answers": [{"text": text, "start": 0}], "multi": False}
    never, always = (dict.fromkeys(FEATURES, 0.0) | {"bias": bias} for bias in (-1.0, 1.0))
    assert gather.lost([(row, (Span(text, 0, 0, len(text), 1.0),))], never) == 0
    assert gather.lost([(ONE, FOUND)], never) == gather.lost([(LIST, FOUND)], always) == gather.lost([], always) == 0
    assert gather.lost([(ONE, FOUND)], always) == pytest.approx(1 - 2 * 2 / (2 + 6))


@pytest.fixture
def data(tmp_path):
    def put(path, rows):
        path.parent.mkdir(exist_ok=True)
        with gzip.open(path, "wt", encoding="utf-8") as out:
            out.writelines(json.dumps(row) + "\n" for row in rows)

    listed = [LIST | {"id": f"q-{n}", "source": "s", "question": f"{n}?", "context": f"{n} {TEXT}"} for n in range(80)]
    for n, name in enumerate(gather.PEOPLE):
        rows = [row | {"impossible": False} for row in (listed if n == 0 else [])]
        put(tmp_path / "train" / f"{name}.jsonl.gz", [*rows, *(row | {"multi": False} for row in rows)])
    ones = [ONE | {"id": f"sqrec-{d}-0-{n}", "source": "s", "impossible": False} for d in (43, 44) for n in range(200)]
    put(tmp_path / "train" / "squad_rec_wiki.jsonl.gz", ones)
    put(tmp_path / "train" / "squad2_rec_impossible_wiki.jsonl.gz", [])
    put(tmp_path / "eval" / "some.jsonl.gz", [listed[5] | {"context": "Others."}])
    return tmp_path


def test_the_fit_sees_no_question_of_an_evaluation_set_and_as_many_single_ones_as_lists(data):
    rows = gather.questions(data)
    lists = [row for row in rows if row["multi"]]
    assert 70 < len(lists) < 80 and "5?" not in {row["question"] for row in lists}
    others = [row for row in rows if not row["multi"]]
    assert {row["id"].split("-")[1] for row in others} == {"43"} and len(lists) <= len(others) <= 2 * len(lists)


def test_the_rule_is_written_beside_the_other_numbers(data, tmp_path, monkeypatch):
    class Scripted:
        name = "scripted"

        def read(self, question, passages, top=10):
            shift = passages[0].index("Ann")
            moved = [Span(s.text, 0, s.start + shift, s.end + shift, s.score, s.share) for s in FOUND]
            return Reading(1.0, tuple(moved[:top]))

    (tmp_path / "reader.json").write_text('{"look": 1.5}')
    monkeypatch.setattr(gather, "WEIGHTS", tmp_path)
    monkeypatch.setattr(gather, "shipped", Scripted)
    assert gather.main(["--data", str(data)]) == 0
    assert json.loads((tmp_path / "reader.json").read_text()) == {"look": 1.5}
    assert gather.main(["--data", str(data), "--write"]) == 0
    kept = json.loads((tmp_path / "reader.json").read_text())
    assert kept["look"] == 1.5
    assert set(kept["gather"]) == {*FEATURES, "bias"} and all(np.isfinite(list(kept["gather"].values())))

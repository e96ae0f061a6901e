"""Passages that were found and are not worth reading."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.search import Hit
from qa.assistant import Assistant
from qa.worth import FAR, FEW, WEAK, worth_reading


@pytest.mark.parametrize(
    ("score", "cosine", "read"),
    [
        (WEAK - 0.01, 0.8 - FAR - 0.01, False),
        (WEAK + 0.01, 0.8 - FAR - 0.01, True),
        (WEAK - 0.01, 0.8 - FAR + 0.01, True),
    ],
)
def test_only_what_is_far_behind_the_best_in_both_is_left_out(score, cosine, read):
    found = [Hit(7, 2.0), Hit(3, 2.0 * score)]
    assert worth_reading(found, np.array([0.8, cosine]), FEW + 1) == [0, 1][: 1 + read]


def test_of_nothing_nothing_is_worth_reading():
    assert worth_reading([], np.zeros(0), FEW + 1) == []


@given(st.lists(st.tuples(st.floats(0, 3), st.floats(-1, 1)), min_size=1, max_size=16))
def test_the_first_one_and_the_most_similar_one_are_always_read_and_the_order_stays(pairs):
    ranked = sorted(pairs, reverse=True)
    found, cosines = [Hit(n, score) for n, (score, _) in enumerate(ranked)], np.array([cosine for _, cosine in ranked])
    rows = worth_reading(found, cosines, FEW + 1)
    assert rows[0] == 0 and int(cosines.argmax()) in rows and rows == sorted(set(rows))


def test_a_passage_of_something_else_is_read_in_a_small_library_only(tmp_path, monkeypatch):
    (tmp_path / "letters.txt").write_text("France sent letters to Spain. Spain answered the letters.", encoding="utf-8")
    (tmp_path / "spain.txt").write_text("Letters were sent to Spain by France in June.", encoding="utf-8")
    (tmp_path / "cake.txt").write_text("Beat eggs and sugar, then bake the sponge for an hour.", encoding="utf-8")
    assistant = Assistant.open(tmp_path, reader="overlap")

    def considered() -> set[str]:
        return {passage.source for passage in assistant.ask("Who sent letters to Spain?").considered}

    assert considered() == {"letters.txt", "spain.txt", "cake.txt"}
    monkeypatch.setattr("qa.worth.FEW", 2)
    assert considered() == {"letters.txt", "spain.txt"}

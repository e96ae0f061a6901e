"""Passages that were found and are not worth reading."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import build
from index.encoders import DEFAULT
from index.search import Hit
from qa.assistant import Assistant
from qa.worth import FAR, FEW, WEAK, worth_reading


@pytest.mark.parametrize(
    ("score", "near", "read"),
    [
        (WEAK - 0.01, 0.8 - FAR - 0.01, False),
        (WEAK + 0.01, 0.8 - FAR - 0.01, True),
        (WEAK - 0.01, 0.8 - FAR + 0.01, True),
    ],
)
def test_only_what_is_far_behind_the_best_in_both_is_left_out(score, near, read):
    found = [Hit(7, 2.0), Hit(3, 2.0 * score)]
    assert worth_reading(found, np.array([0.8, near]), FEW + 1) == [0, 1][: 1 + read]


def test_of_nothing_nothing_is_worth_reading():
    assert worth_reading([], np.zeros(0), FEW + 1) == []


@given(st.lists(st.tuples(st.floats(0, 3), st.floats(-1, 1)), min_size=1, max_size=16))
def test_the_first_one_and_the_nearest_one_are_always_read_and_the_order_stays(pairs):
    ranked = sorted(pairs, reverse=True)
    found, near = [Hit(n, score) for n, (score, _) in enumerate(ranked)], np.array([one for _, one in ranked])
    rows = worth_reading(found, near, FEW + 1)
    assert rows[0] == 0 and int(near.argmax()) in rows and rows == sorted(set(rows))


@pytest.mark.parametrize("encoder", [DEFAULT, "hashed"])  # with parts, and without
def test_a_passage_of_something_else_is_not_read_where_there_are_more(write, tmp_path, monkeypatch, encoder):
    told = {"letters.txt": "France sent letters to Spain. Spain answered the letters."}
    told |= {
        "spain.txt": "Letters were sent to Spain by France in June.",
        "cake.txt": "Beat eggs, then bake the sponge.",
    }
    build(write(told), tmp_path / "library", encoder)
    assistant = Assistant.open_library(tmp_path / "library", reader="overlap")

    def considered() -> set[str]:
        return {passage.source for passage in assistant.ask("Who sent letters to Spain?").considered}

    assert considered() == told.keys()
    monkeypatch.setattr("qa.worth.FEW", 2)
    assert considered() == {"letters.txt", "spain.txt"}

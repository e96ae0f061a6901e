"""A question's vector is begun early, computed once, and waited for where it is needed."""

from __future__ import annotations

from threading import Event

import numpy as np
import pytest

from index.ahead import KEPT, Ahead


def test_what_was_expected_is_computed_meanwhile_and_once():
    begun, go, done = Event(), Event(), []

    def encode(question):
        begun.set()
        assert go.wait(10)
        done.append(question)
        return np.full(3, len(question))

    ahead = Ahead(encode)
    ahead.expect("Who?")
    assert begun.wait(10) and not done
    go.set()
    assert ahead("Who?").tolist() == ahead("Who?").tolist() == [4, 4, 4] and done == ["Who?"]
    assert ahead("Why so?").tolist() == [7, 7, 7]
    for n in range(KEPT):
        ahead(str(n))
    assert done.count("Who?") == 1 and ahead("Who?").tolist() == [4, 4, 4] and done.count("Who?") == 2


def test_a_failure_is_told_where_the_vector_is_needed_and_not_kept():
    fails = [True, False]

    def encode(question):
        if fails.pop(0):
            raise ValueError("no memory")
        return np.ones(1)

    ahead = Ahead(encode)
    ahead.expect("Who?")
    with pytest.raises(ValueError, match="no memory"):
        ahead("Who?")
    assert ahead("Who?") == 1

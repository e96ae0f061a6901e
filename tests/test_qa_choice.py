"""Which candidates become answers does not depend on how many other articles there are."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from index.passages import Passage
from qa import lists
from qa.candidates import HOPE, Candidate, answerable, weigh
from qa.choice import AGREES, HEARD, RIVAL, choose
from qa.confidence import FEATURES, SMALL, Calibration, Linear, more_likely, sigmoid
from qa.lists import members
from qa.reader import Reading, Span

TOLD = {
    "north.txt": "The harbour bridge at Brennick will cost 40 million crowns, the council said.",
    "south.txt": "The harbour bridge at Brennick will cost 55 million crowns, its builder said.",
    "east.txt": "The harbour bridge at Brennick opens in May.",
}
ASKED = "How much will the harbour bridge at Brennick cost?"
SPANS = {"north.txt": "40 million crowns", "south.txt": "55 million crowns", "east.txt": "in May"}
FITTED = Calibration(Linear({"score": 1.0, "size": -0.4}, 0.5), Linear({}, 0.0), 0.4)

SHARES = (RIVAL, HEARD, AGREES, lists.RIVAL, lists.FURTHER, lists.BESIDE)


def clear(found):
    """Whether no share of the best one is met so nearly that rounding decides."""
    return all(abs(one - share * found[0]) > 1e-9 for one in found for share in SHARES)


likely = st.lists(st.floats(0.02, 0.95), min_size=3, max_size=3).map(lambda found: sorted(found, reverse=True))
likely = likely.filter(clear)


@given(likely, st.floats(0.0, 4.0))
def test_a_crowd_takes_no_answer_from_the_others(probabilities, lost):
    alone = candidates(probabilities)
    amid = [replace(one, probability=more_likely(one.probability, -lost), crowding=lost) for one in alone]
    for top in (None, 1):
        few, many = choose(ASKED, alone, top), choose(ASKED, amid, top)
        assert [item.citations for item in few.items] == [item.citations for item in many.items]
        assert few.conflicts == many.conflicts
        for one, other in zip(few.items, many.items, strict=True):
            assert other.confidence == pytest.approx(more_likely(one.confidence, -lost))


@given(likely, st.floats(0.0, 4.0))
def test_nor_a_member_from_a_list(probabilities, lost):
    alone = candidates(probabilities)
    amid = [replace(one, probability=more_likely(one.probability, -lost), crowding=lost) for one in alone]
    asked = "Which prices are told?"
    assert [one.span for one in members(asked, alone)] == [one.span for one in members(asked, amid)]


def test_a_second_account_is_still_heard_among_many():
    best, second = candidates([0.5, 0.07, 0.001])[:2]
    told = [item.text for item in choose(ASKED, [best, second], None).items]
    assert told == ["40 million crowns", "55 million crowns"]
    lost = [replace(one, probability=more_likely(one.probability, -2.0)) for one in (best, second)]
    assert len(choose(ASKED, lost, None).items) == 1  # if it is not known that the crowd took it
    amid = [replace(one, crowding=2.0) for one in lost]
    assert len(choose(ASKED, amid, None).items) == 2


@given(st.integers(1, 100_000), st.integers(1, 100_000))
def test_what_the_size_takes_is_what_is_known_as_taken(one, other):
    small, large = (weighed(size) for size in sorted((one, other)))
    assert large.probability <= small.probability
    freed = [more_likely(found.probability, found.crowding) for found in (small, large)]
    if one >= SMALL <= other:
        assert freed[0] == pytest.approx(freed[1])
    assert (large.crowding > 0) == (max(one, other) > SMALL)


def test_without_a_fit_nothing_is_taken():
    assert weighed(5000, None).crowding == 0


@given(st.floats(-8, 8), st.floats(-8, 8), st.integers(1, 100_000), st.floats(0.0, 3.0))
def test_what_is_hardly_ever_right_is_no_sign_of_an_answer(span, articles, size, lost):
    fitted = Calibration(Linear({"size": -0.4}, span), Linear({}, articles), 0.4)
    found = weighed(size, fitted)
    small = weighed(SMALL, fitted)
    likely = answerable(replace(found, probability=more_likely(found.probability, -lost)), fitted)
    assert likely <= sigmoid(articles - lost) + 1e-9
    assert likely <= HOPE * small.probability + 1e-9 or size < SMALL
    if HOPE * found.probability >= 1:
        assert likely == pytest.approx(sigmoid(articles - lost))


def weighed(size, fitted=FITTED):
    """The candidate of one span in a library of so many passages."""
    found = candidates([0.5, 0.1, 0.1])[0]
    reading = Reading(0.8, (Span(found.span.text, 0, found.span.start, found.span.end, 2.0),))
    return weigh(ASKED, [(found.article, found.passage)], reading, [0.5], size, fitted)[0]


def candidates(probabilities):
    """The span of each article, the passage being the whole article."""
    made = []
    features = dict.fromkeys(FEATURES, 0.0) | {"size": math.log(SMALL)}
    for n, (source, probability) in enumerate(zip(TOLD, probabilities, strict=True)):
        text, quote = TOLD[source], SPANS[source]
        start = text.index(quote)
        span = Span(quote, n, start, start + len(quote), 1.0)
        article = Article(source, text, None, None)
        made.append(Candidate(span, article, Passage(0, len(text)), features, probability))
    return made

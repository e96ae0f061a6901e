"""How spans of a passage become a list."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from qa.reader import Span
from qa.reader.listing import FEATURES, features, is_known, listed

SEVERAL = "Which countries sent letters?"
JOINS = dict.fromkeys(FEATURES, 0.0) | {"bias": 1.0}
STAYS = JOINS | {"bias": -1.0}


def spans(text, *found):
    """Spans of these words, each one point behind the one before."""
    return [Span(w, 3, text.index(w), text.index(w) + len(w), 5.0 - n, -0.1) for n, w in enumerate(found)]


def texts(items):
    return [item.text for item in items]


def test_the_best_span_is_cut_into_its_items_with_exact_offsets():
    text = "Letters came from Italy, the United States and Spain in May."
    (best,) = spans(text, "Italy, the United States and Spain")
    items = listed(SEVERAL, text, [best])
    assert texts(items) == ["Italy", "the United States", "Spain"]
    assert all(text[item.start : item.end] == item.text for item in items)
    assert {(item.passage, item.score, item.share) for item in items} == {(3, 5.0, -0.1)}


def test_further_spans_join_by_the_rule_in_order_of_place():
    text = "Letters came from Italy. Later Spain and Peru wrote, while Sweden did not."
    found = spans(text, "Spain and Peru", "Italy", "Sweden")
    assert texts(listed(SEVERAL, text, found, JOINS)) == ["Italy", "Spain", "Peru", "Sweden"]
    assert texts(listed(SEVERAL, text, found, STAYS)) == texts(listed(SEVERAL, text, found)) == ["Spain", "Peru"]
    near = JOINS | {"bias": 1.5, "behind": -1.0}
    assert texts(listed(SEVERAL, text, found, near)) == ["Italy", "Spain", "Peru"]


def test_one_answer_is_no_list():
    text = "Letters came from Italy. Sweden wrote none."
    assert listed(SEVERAL, text, spans(text, "Italy", "Sweden"), STAYS) == ()
    assert listed(SEVERAL, text, [], JOINS) == ()


def test_a_question_for_one_thing_takes_no_further_span():
    text = "Letters came from Italy. Later Spain and Peru wrote, while Sweden did not."
    assert listed("Which country wrote first?", text, spans(text, "Italy", "Sweden"), JOINS) == ()
    assert len(listed("Who wrote?", text, spans(text, "Italy", "Sweden"), JOINS)) == 2


def test_reasons_and_single_things_stay_whole():
    text = "It rained and the wind blew."
    for question in ("Why were the letters late?", "Was it the weather?", "What was bad?"):
        assert listed(question, text, spans(text, text[:-1]), JOINS) == ()


def test_neighbours_in_an_enumeration_are_cut_together():
    text = "It was Ann Lee, Bo Ray, and Cy Poe."
    found = spans(text, "Cy Poe", "Ann Lee, Bo Ray")
    assert texts(listed("who wrote it", text, found, JOINS)) == ["Ann Lee", "Bo Ray", "Cy Poe"]
    assert {item.score for item in listed("who wrote it", text, found, JOINS)} == {5.0}


def test_an_enumeration_is_completed_and_comes_once():
    text = "Letters came from Italy, the United States, Peru and Spain in May."
    assert texts(listed(SEVERAL, text, spans(text, "Italy", "Spain"), JOINS)) == [
        "Italy",
        "the United States",
        "Peru",
        "Spain",
    ]


def test_a_span_that_says_nothing_new_does_not_join():
    text = "The Cleveland Browns and the Chicago Bears; the Browns, while Max."
    found = spans(text, "Cleveland Browns and the Chicago Bears", "the Browns", "Max")
    assert is_known(found[1], found[:1]) and not is_known(found[2], found[:1])
    assert texts(listed("which teams", text, found, JOINS)) == ["The Cleveland Browns", "the Chicago Bears", "Max"]


def test_what_is_known_about_a_further_span():
    text = "In 1990 the letters of Richard Petty, Dale Earnhardt, and Jimmie Johnson came."
    found = spans(text, "Jimmie Johnson", "Richard Petty, Dale Earnhardt", "letters", "1990")
    names, asked, year = (
        dict(zip(FEATURES, features("Which three drivers sent letters?", text, span, found[:1]), strict=True))
        for span in found[1:]
    )
    assert (names["behind"], names["share"], names["list"], names["missing"]) == (1.0, -0.1, 1.0, 1.0)
    assert (names["beside"], names["alike"], names["asked"]) == (1.0, 1.0, 0.0) and names["longer"] > 0.4
    assert (asked["beside"], asked["alike"], asked["asked"], asked["behind"]) == (0.0, 0.0, 1.0, 2.0)
    assert (year["alike"], year["beside"]) == (0.0, 0.0)
    enough = features("Which two drivers?", text, found[2], found[:2])
    assert dict(zip(FEATURES, enough, strict=True))["missing"] == -1.0


@given(st.text(max_size=80), st.text(max_size=80), st.data())
def test_any_text_gives_items_that_read_as_their_passage(question, text, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = [(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False) if any(c.isalnum() for c in text[a:b])]
    items = listed(question, text, [Span(text[a:b], 0, a, b, 1.0) for a, b in pairs], JOINS)
    assert all(text[item.start : item.end] == item.text for item in items) and len(items) != 1
    assert all(one.end <= other.start for one, other in pairwise(items))

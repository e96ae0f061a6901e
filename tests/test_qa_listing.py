"""Enumerations and their items, what a question's wording asks for, and how spans of a passage become a list."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.reader import Span
from qa.reader.asked import how_many, one_name, several, where, whole
from qa.reader.enumerations import items_of
from qa.reader.listing import FEATURES, features, is_known, listed

SEVERAL = "Which countries sent letters?"
JOINS = dict.fromkeys(FEATURES, 0.0) | {"bias": 1.0}
STAYS = JOINS | {"bias": -1.0}


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("red, green and blue", ["red", "green", "blue"]),
        ("red, green, and blue", ["red", "green", "blue"]),
        ("Momo or Chowmein", ["Momo", "Chowmein"]),
        ("both the mouth and the anus", ["the mouth", "the anus"]),
        ("Germany, Italy, Spain", ["Germany", "Italy", "Spain"]),
        ("1973, 1974 and 1977", ["1973", "1974", "1977"]),
        ("May 3, 1920 and June 4, 1921", ["May 3, 1920", "June 4, 1921"]),
        ("1,000 men or 2,000 women", ["1,000 men", "2,000 women"]),
        ("Iran (the north, and the east) and Peru", ["Iran (the north, and the east)", "Peru"]),
        ('"The Lion, the Witch" and "Prince Caspian"', ['"The Lion, the Witch"', '"Prince Caspian"']),
        ("a tariff; a bank, and roads; and canals", ["a tariff", "a bank, and roads", "canals"]),
        ("- Kirill Alshevsky (2020)\n- Aleksandr Lisovskiy", ["Kirill Alshevsky (2020)", "Aleksandr Lisovskiy"]),
        ("tin,\ncopper and\nlead", ["tin", "copper", "lead"]),
        ("American cheese , Cheez Whiz , and provolone", ["American cheese", "Cheez Whiz", "provolone"]),
    ],
)
def test_the_items_of_an_enumeration(text, items):
    assert [text[start:end] for start, end in items_of(text)] == items


@pytest.mark.parametrize(
    "text",
    [
        "", "and", ", ", " and ", "Germany", "Rome, Italy", "3 May, 1920", "Acme, Inc.", "Sweden and ...",
        "a-and-b", "a long\nline",
        "in the spring of that year, as he had said it several times before to all of them, he went home",
    ],
)  # fmt: skip
def test_what_is_no_enumeration_has_no_items(text):
    assert items_of(text) == ()


@given(st.text(alphabet='ab ,;()"“”and1920.&\n', max_size=60))
def test_items_stand_in_order_apart_and_hold_words(text):
    extents = items_of(text)
    assert all(0 <= start < end <= len(text) for start, end in extents)
    assert all(before[1] < after[0] for before, after in pairwise(extents))
    assert all(any(c.isalnum() for c in text[start:end]) for start, end in extents)
    assert len(extents) != 1


def test_an_enumeration_without_end_takes_time_in_line_with_its_length():
    assert len(items_of("a, " * 100_000 + "and b")) == 100_001
    assert items_of("(" * 100_000 + "a and b") == ()


@pytest.mark.parametrize(
    ("question", "asks", "count"),
    [
        ("Which countries sent letters?", True, None),
        ("What are the 3 milks in tres leches cake?", True, 3),
        ("what two colours does it use", True, 2),
        ("Who were the founders?", True, None),
        ("Name some components of the brain.", True, None),
        ("Which bus does not go there?", False, None),
        ("Who sent the letters?", False, None),
        ("In which of 2 cases?", True, 2),
        ("", False, None),
    ],
)
def test_what_the_wording_asks_for(question, asks, count):
    assert several(question) is asks and how_many(question) == count


def test_kinds_of_questions():
    assert one_name("What is the title of the second book?") and not one_name("What are the names of the books?")
    assert all(whole(q) for q in ("Why did it rain?", "How is it defined?", "Is it so?", "What does pur mean?"))
    assert not any(whole(q) for q in ("Who sent letters?", "can't help falling in love who wrote it", "Island names?"))
    assert where(" Where was it filmed?") and not where("Who was where?")


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


def test_reasons_manners_and_meanings_stay_whole():
    text = "It rained and the wind blew."
    assert listed("Why were the letters late?", text, spans(text, text[:-1]), JOINS) == ()
    assert len(listed("What was bad?", text, spans(text, text[:-1]), JOINS)) == 2


def test_one_name_may_hold_an_and():
    text = "The second book is Harry Potter and the Chamber of Secrets."
    title = spans(text, "Harry Potter and the Chamber of Secrets")
    assert listed("What is the title of the second book?", text, title) == ()


def test_two_full_names_are_two_but_a_place_is_one():
    text = "It was Eric Edelstein, Bobby Moynihan."
    assert texts(listed("who voices the bears", text, spans(text, text[7:-1]))) == ["Eric Edelstein", "Bobby Moynihan"]
    assert listed("where was it filmed", text, spans(text, text[7:-1])) == ()
    assert listed("who voices it", "Rome, Italy", spans("Rome, Italy", "Rome, Italy")) == ()


def test_a_span_that_says_nothing_new_does_not_join():
    text = "The Cleveland Browns and the Chicago Bears; the Browns, and Max."
    found = spans(text, "Cleveland Browns and the Chicago Bears", "the Browns", "Max")
    assert is_known(found[1], found[:1]) and not is_known(found[2], found[:1])
    assert texts(listed("which teams", text, found, JOINS)) == ["Cleveland Browns", "the Chicago Bears", "Max"]


def test_what_is_known_about_a_further_span():
    text = "In 1990 the letters of Richard Petty, Dale Earnhardt, and Jimmie Johnson came."
    found = spans(text, "Jimmie Johnson", "Richard Petty, Dale Earnhardt", "letters", "1990")
    names, asked, year = (
        dict(zip(FEATURES, features("Which three drivers sent letters?", text, span, found[:1]), strict=True))
        for span in found[1:]
    )
    assert (names["behind"], names["share"], names["asks"], names["missing"]) == (1.0, -0.1, 1.0, 1.0)
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

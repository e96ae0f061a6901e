"""A reader's span grows into what it is a part of, and numbers in names are no amounts."""

import pytest

from qa.cut import fits, whole
from qa.reader import Span


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        ("He trained in France and other NATO countries.", "NATO countries", "France and other NATO countries"),
        ("Peru, the Congo, and other states left.", "states", "Peru, the Congo, and other states"),
        ("the United States or other allies", "allies", "the United States or other allies"),
        ("He trained in NATO countries.", "NATO countries", "NATO countries"),
        ("tents and other gear", "gear", "gear"),
        ("It rained. They met on 7 June 2024 in Lyon.", "June", "7 June 2024"),
        ("It rained. They met in Lyon.", "rained. They met", "rained."),
    ],
)
def test_a_span_becomes_what_a_person_would_underline(text, part, expected):
    start = text.index(part)
    span = Span(part, 3, start, start + len(part), 1.5)
    found = whole(span, text, when=False)
    assert found.text == expected == text[found.start : found.end]
    assert (found.passage, found.score) == (3, 1.5)


@pytest.mark.parametrize(
    ("question", "text", "part", "fit"),
    [
        ("How many jets will come?", "the Mirage 2000-5 jets", "2000", False),
        ("How many jets will come?", "the Mirage 2000-5 jets", "5", False),
        ("How many jets will come?", "the Mirage 2000-5 jets", "2000-5", False),
        ("By what time can they fly?", "the Mirage 2000 jets", "2000", False),
        ("What are the jets called?", "the Mirage 2000 jets", "2000", True),
        ("How many jets will come?", "Some 2000 jets came", "2000", True),
        ("How many came?", "In 2000 there were 12 jets", "12", True),
        ("When did they meet?", "It was in 1999.", "1999", True),
        ("When did they meet?", "Since 1999 they met on June 12.", "12", True),
        ("When did they meet?", "Since 1999 they met.", "1999", True),
        ("How many people came?", "Lyon 1,200 people", "1,200", True),
    ],
)
def test_a_number_in_a_name_is_no_amount_and_no_day(question, text, part, fit):
    start = text.index(part)
    assert fits(question, text, start, start + len(part)) is fit

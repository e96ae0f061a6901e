"""A reader's span grows into what it is a part of, and numbers in names are no amounts."""

import pytest

from qa.cut import whole
from qa.fitting import fits
from qa.reader import Span

GET = "He did not count the jets that Lyon will get, but announced a plan."
SEND = "It is to send the jets to Lyon and train new pilots."


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
        ("At least 16 people died.", "16 people", "At least 16 people"),
        ("It went to about ten states.", "ten", "about ten"),
        ("It cost no more than €5m.", "€5m", "no more than €5m"),
        ("It cost well over $5 million.", "$5 million", "well over $5 million"),
        ("Just under half of them left.", "half of them", "Just under half of them"),
        ("Some 900 people came.", "900 people", "Some 900 people"),
        ("Oil rose above $100.", "$100", "$100"),
        ("They came from about Lyon.", "Lyon", "Lyon"),
        ("They spoke about the 16 jets.", "the 16 jets", "the 16 jets"),
        ("The handover, 40 tons, was at least late.", "40 tons", "40 tons"),
        ("Whereabout 16 of them are is not known.", "16 of them", "16 of them"),
        ("He said “we are old and we are tired,” and left.", "we are tired,” and left", "we are tired"),
        ("He said “we left,” and shut all the doors.", "left,” and shut all the doors", "and shut all the doors"),
        ("It is “a danger” to us.", "a danger” to us", "“a danger” to us"),
        ('It is "a danger" to us.', 'a danger" to us', '"a danger" to us'),
        ("They call it “a grave danger.” It rained.", "it “a grave danger", "it “a grave danger.”"),
        ('They call it "a grave danger" now.', 'it "a grave danger', 'it "a grave danger"'),
        ("They call it “a grave danger to us.”", "it “a grave", "it “a grave"),
        ('the " weak bomb " of 5" length', 'weak bomb " of', 'weak bomb " of'),
    ],
)
def test_a_span_becomes_what_a_person_would_underline(text, part, expected):
    start = text.index(part)
    span = Span(part, 3, start, start + len(part), 1.5)
    found = whole("Who was it?", span, text)
    assert found.text == expected == text[found.start : found.end]
    assert (found.passage, found.score) == (3, 1.5)


@pytest.mark.parametrize(
    ("question", "text", "part", "expected"),
    [
        ("What did he announce?", GET, "jets that Lyon will get, but announced a plan", "a plan"),
        ("What did he give?", GET, "jets that Lyon will get, but announced a plan", None),
        ("What did he announce?", GET, "a plan", None),
        ("Whom is France going to train?", SEND, "Lyon and train new pilots", "new pilots"),
        ("Whom will France train?", SEND, "Lyon and train new pilots", "new pilots"),
        ("By train, where does it send them?", SEND, "Lyon and train new pilots", None),
    ],
)
def test_a_span_begins_behind_the_verb_that_was_asked_for(question, text, part, expected):
    start = text.index(part)
    found = whole(question, Span(part, 0, start, start + len(part), 1.0), text)
    assert found.text == (expected or part) == text[found.start : found.end]


@pytest.mark.parametrize(
    ("question", "text", "part", "fit"),
    [
        ("To whom did the French general write?", "the chief of the French General Staff, Ann Lee,", "Ann Lee", False),
        ("To whom did the French general write?", "Ann Lee, a general of the French army, wrote", "Ann Lee", False),
        ("To whom did the general write?", "the chief of the French General Staff, Ann Lee,", "Ann Lee", True),
        ("Who is the French general?", "the chief of the French General Staff, Ann Lee,", "Ann Lee", True),
        ("Who heads the French General Staff?", "the chief of the French General Staff, Ann Lee,", "Ann Lee", True),
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
        ("How many jets will come?", "He did not tell the number of jets", "number", False),
        ("How many jets came?", "a large number of jets", "a large number", True),
        ("How many people came?", "Lyon 1,200 people", "1,200", True),
        ("How many people came?", "The two made it known", "two", False),
        ("How many people came?", "but the two were late", "two", False),
        ("How many people came?", "It was the two.", "two", False),
        ("How many people came?", "The two guests", "two", True),
        ("How many people came?", "Of guests two made it", "two", True),
        ("How many jets exactly will come?", "A few fighter jets will come", "fighter jets", False),
        ("How many tents will come?", "allied tents", "tents", False),
        ("how many jets", "Forty-one jets", "Forty-one", True),
        ("And how many will come?", "none of them", "none", True),
        ("The jets numbered how many?", "the ninth jet", "ninth", True),
        ("Who told how many jets came?", "Ann Lee told it", "Ann Lee", True),
        ("Do they tell how many came?", "They are silent", "They are silent", True),
    ],
)
def test_a_number_in_a_name_is_no_amount_and_no_day(question, text, part, fit):
    start = text.index(part)
    assert fits(question, text, start, start + len(part)) is fit


@pytest.mark.parametrize(
    ("question", "text", "part", "fit"),
    [
        ("How many missiles came?", "More than two years into the war", "two", False),
        ("How many missiles came?", "More than two missiles came", "two", True),
        ("How many missiles came?", "Some 5 percent of them", "5 percent", False),
        ("How many people came?", "The 40 guests", "40", True),
        ("How many days did it last?", "It took two weeks", "two weeks", True),
        ("How many dollars was it?", "It cost 5 million euros", "5 million euros", True),
        ("How many did it cost?", "It cost 5 million euros", "5 million euros", True),
        ("How long did it last?", "It took two weeks", "two weeks", True),
        ("How many weeks did it last?", "It cost 2 euros", "2", False),
    ],
)
def test_what_is_counted_is_not_measured(question, text, part, fit):
    start = text.index(part)
    assert fits(question, text, start, start + len(part)) is fit


@pytest.mark.parametrize(
    ("question", "part", "fit"),
    [
        ("By when does he want it done?", "Thursday", False),
        ("By what time can they fly?", "Thursday", False),
        ("How soon will it start?", "Thursday", False),
        ("When will the jets come?", "Thursday", False),
        ("When are the jets expected to come?", "Thursday", False),
        ("When will the jets come?", "the end of next year", True),
        ("When did he announce the jets?", "Thursday", True),
        ("When will the jets come?", "jets", True),
        ("Who will send jets?", "Thursday", True),
    ],
)
def test_the_day_of_a_report_is_no_deadline(question, part, fit):
    text = "It rained. He announced on Thursday that the jets will arrive by the end of next year."
    start = text.index(part)
    assert fits(question, text, start, start + len(part)) is fit

"""What is called a conflict and what is not; which answers are shown for it; how it is rendered and checked.

The kinds are tried on our own pairs, marked by hand, and the rules that keep agreeing sources apart one by one.
"""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.pairs import claimed, expected, read
from qa.answer import Answer, Citation, Extract, Item
from qa.asked import asked
from qa.conflicts import KINDS, conflicts, disputed
from qa.meanings import signed
from qa.render import to_html, to_markdown, to_text
from qa.verify import problems

PAIRS = [row for row in read("conflicts.jsonl", False)]
KNOWN = {"con03"}  # a turnout, and voters who turned out: not recognised as one thing
QUESTION = "How many people were killed in the mine?"


def item(text: str, quote: str, source: str = "a.txt", published: str | None = None, confidence: float = 0.9) -> Item:
    start = text.index(quote)
    around = Extract(0, len(text), text)
    cited = Citation(source, None, published, "", start, start + len(quote), quote, (), around)
    return Item(quote, confidence, (cited,))


FIVE = item("The fire in the mine killed five people.", "five", "a.txt")
NINE = item("Nine people were killed in the mine.", "Nine people", "b.txt", confidence=0.4)


def test_there_are_enough_pairs_and_half_of_them_agree_or_are_complementary():
    rows = read("conflicts.jsonl", False) + read("conflicts.jsonl", True)
    assert len(rows) >= 60
    assert 0.4 < sum(expected(row) is None for row in rows) / len(rows) < 0.6
    assert {expected(row) for row in rows} - {None} == set(KINDS)
    for told in (told for row in rows for told in row["passages"]):
        assert told["text"][told["start"] :].startswith(told["answer"])


@pytest.mark.parametrize("row", [row for row in PAIRS if row["id"] not in KNOWN], ids=lambda row: row["id"])
def test_our_pairs(row):
    assert claimed(row) == expected(row)


def test_two_counts_of_one_thing_conflict_and_are_named_by_their_places():
    other = item("The fire in the harbour was put out.", "harbour", "c.txt")
    assert conflicts(QUESTION, [FIVE, other, NINE]) == ({"answers": [0, 2], "kind": "number"},)


MANY = item("The operator wants to put up 133 turbines off the coast.", "133")
FEWER = item("On Monday the ministry spoke of 121 turbines off the coast.", "121", "b.txt")


@pytest.mark.parametrize("question", ["How large will it be?", "wind park size", "How many rotors are planned?"])
def test_close_amounts_conflict_in_other_words_than_the_question(question):
    assert conflicts(question, [MANY, FEWER]) == ({"answers": [0, 1], "kind": "number"},)


@pytest.mark.parametrize(
    "other",
    [
        "On Monday the ministry spoke of 60 turbines off the coast.",  # a part, or another park
        "On Monday the ministry spoke of 121 posts for engineers.",
        "In 2019 the ministry spoke of 121 turbines off the coast.",
        "On Monday the ministry spoke of another 121 turbines off the coast.",
    ],
)
def test_amounts_far_apart_or_of_another_thing_are_no_conflict(other):
    first = item("In 2024 the operator wants to put up 133 turbines off the coast.", "133")
    assert conflicts("How large will it be?", [first, item(other, "60" if " 60 " in other else "121", "b.txt")]) == ()


def test_close_days_conflict_where_both_sentences_tell_what_happened():
    begins = item("The course begins on June 15, said the ministry.", "June 15", published="2024-05-01")
    later = item("The ministry now has the course begin on June 22.", "June 22", "b.txt", "2024-05-02")
    ends = item("The course ends on June 22, said the ministry.", "June 22", "b.txt", "2024-05-02")
    autumn = item("The ministry now has the course begin on October 1.", "October 1", "b.txt", "2024-05-02")
    question = "start of the pilots' course"
    assert [found["kind"] for found in conflicts(question, [begins, later])] == ["superseded"]
    assert conflicts("When does the course begin?", [begins, ends]) == ()
    assert conflicts("first day for the pilots", [begins, autumn]) == ()


def test_near_copies_and_one_article_do_not_contradict_themselves():
    assert conflicts(QUESTION, [FIVE, NINE], origin=lambda source: "one") == ()
    assert conflicts(QUESTION, [FIVE, replace(NINE, citations=(replace(NINE.citations[0], source="a.txt"),))]) == ()


def test_a_source_that_gives_both_answers_makes_them_no_conflict():
    both = replace(FIVE, citations=(*FIVE.citations, replace(FIVE.citations[0], source="b.txt")))
    assert conflicts(QUESTION, [both, NINE]) == ()


@pytest.mark.parametrize(
    "other",
    [
        "Nine people were hurt in the mine.",
        "Nine people were killed in the harbour.",
        "In 2019 nine people were killed in the mine.",
        "Nine people were killed in another mine.",
        "Nine people were killed in the mine, five of them miners.",
        "Nine percent of people were killed in the mine.",
    ],
)
def test_another_thing_is_no_conflict(other):
    first = item("In 2021 the fire in the mine killed five people.", "five")
    quote = next(quote for quote in ("Nine percent", "Nine people", "nine people") if quote in other)
    assert conflicts(QUESTION, [first, item(other, quote, "b.txt")]) == ()


def test_a_newer_figure_replaces_the_older_one_which_comes_first():
    new = item("The number of people killed in the mine rose to nine.", "nine", "b.txt", "2024-02-02")
    old = replace(FIVE, citations=(replace(FIVE.citations[0], published="2024-02-01"),))
    assert conflicts(QUESTION, [new, old]) == ({"answers": [1, 0], "kind": "superseded"},)
    unknown = replace(FIVE, citations=(replace(FIVE.citations[0], published=None),))
    assert conflicts(QUESTION, [new, unknown]) == ({"answers": [0, 1], "kind": "number"},)


def test_weekdays_of_weeks_far_apart_are_no_conflict():
    question, days = "When did the dam break?", ("2024-03-04", "2024-03-05", "2024-06-04")
    first, near, far = (
        item(f"The dam broke on {day}.", day, f"{n}.txt", days[n])
        for n, day in enumerate("Sunday Monday Friday".split())
    )
    assert conflicts(question, [first, near]) == ({"answers": [0, 1], "kind": "date"},)
    assert conflicts(question, [first, far]) == ()


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many people died?", "number"),
        ("what was the death toll", "number"),
        ("When does the trial begin?", "date"),
        ("In which year was it founded?", "date"),
        ("Did Hungary sign?", "polarity"),
        ("Who won the election?", "name"),
        ("Which countries opposed it?", ""),
        ("Why did they leave?", ""),
    ],
)
def test_what_a_question_asks_for(question, kind):
    assert asked(question).kind == kind


def test_denials_and_opposites_are_the_same_word_with_the_other_sign():
    assert signed("He did not support the plan")["support"] == -1
    assert signed("He opposed the plan")["support"] == -1
    assert signed("He did not oppose the plan")["support"] == 1
    assert signed("He doesn’t support the plan")["support"] == -1
    assert signed("Don Lee supported the plan")["support"] == 1
    assert signed("He did not say whether he supports the plan")["support"] == 1
    assert signed("He supports it and he does not support it")["support"] == 0


# Which answers are shown


def test_a_less_likely_answer_is_shown_only_if_it_disputes_the_best():
    weak = item("The mine is in the north.", "north", "c.txt", confidence=0.4)
    shown, found = disputed(QUESTION, [FIVE, NINE, weak], 0.5, 5)
    assert [one.text for one in shown] == ["five", "Nine people"]
    assert found == ({"answers": [0, 1], "kind": "number"},)


def test_a_dispute_comes_before_other_answers_but_never_exceeds_top():
    sure = [replace(FIVE, confidence=0.9), item("Miners work in the mine.", "Miners", "c.txt", confidence=0.8)]
    shown, found = disputed(QUESTION, [*sure, NINE], 0.5, 2)
    assert [one.text for one in shown] == ["five", "Nine people"] and found[0]["answers"] == [0, 1]
    shown, found = disputed(QUESTION, [*sure, NINE], 0.5, 1)
    assert [one.text for one in shown] == ["five"] and found == ()


def test_nothing_is_shown_where_nothing_is_likely():
    assert disputed(QUESTION, [NINE], 0.5, 5) == ((), ())


WORDS = st.sampled_from(
    "five Nine 9 people were killed not in the mine Norway 2021 June 7 , . said rose to again".split()
)
SENTENCES = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
QUESTIONS = st.sampled_from([QUESTION, "Was the mine closed?", "When was it?", "Who won?", "What did they do?", "?"])


@given(QUESTIONS, st.lists(st.tuples(SENTENCES, st.sampled_from("ab"), st.floats(0, 1)), max_size=5))
def test_places_are_valid_whatever_the_words(question, told):
    items = [item(f"x {text} y.", text, f"{source}.txt", "2024-01-01", p) for text, source, p in told]
    items.sort(key=lambda one: -one.confidence)
    shown, found = disputed(question, items, 0.5, 3)
    assert len(shown) <= 3 and [one.confidence for one in shown] == sorted((o.confidence for o in shown), reverse=True)
    for pair in found:
        assert set(pair) == {"answers", "kind"} and pair["kind"] in KINDS
        assert len(set(pair["answers"])) == 2 and all(0 <= n < len(shown) for n in pair["answers"])


# Rendering and checking


def disagreeing(kind: str = "number") -> Answer:
    return Answer(QUESTION, (FIVE, NINE), None, 0.0, ({"answers": [0, 1], "kind": kind},))


def test_both_quotes_are_rendered_side_by_side_with_source_and_day():
    expected_line = "Sources disagree (number): “five” (a.txt, date unknown); “Nine people” (b.txt, date unknown)"
    assert expected_line in to_text(disagreeing())
    assert "Sources disagree" in to_markdown(disagreeing())
    assert "<td>“five” (a.txt, date unknown)</td><td>“Nine people” (b.txt, date unknown)</td>" in to_html(disagreeing())
    assert "replaces" in to_text(disagreeing("superseded"))
    assert "disagree" not in to_text(replace(disagreeing(), conflicts=()))


def test_an_article_cannot_write_mark_up_through_a_conflict():
    bad = item("<b>five</b>\x1b[31m *people*", "<b>five</b>\x1b[31m *people*", "a<i>.txt")
    answer = replace(disagreeing(), answers=(bad, NINE))
    assert "<b>" not in to_html(answer) and "<i>" not in to_html(answer)
    assert "\x1b" not in to_text(answer) + to_html(answer) + to_markdown(answer)
    assert "<b>" not in to_markdown(answer)


@pytest.mark.parametrize(
    ("told", "bad"),
    [
        ([{"answers": [0, 1], "kind": "number"}], 0),
        ([], 0),
        ([{"answers": [0, 2], "kind": "number"}], 1),
        ([{"answers": [0, 0], "kind": "number"}], 1),
        ([{"answers": [True, 0], "kind": "date"}], 1),
        ([{"answers": [0], "kind": "date"}], 1),
        ([{"answers": [0, 1], "kind": "opinion"}], 1),
        ([{"answers": [0, 1], "kind": ["number"]}], 1),
        (["number"], 2),
        ("number", 2),
        (None, 2),
    ],
)
def test_conflicts_that_name_no_two_answers_or_no_kind_do_not_check(told, bad):
    answer = json.loads(json.dumps(disagreeing().to_dict())) | {"conflicts": told}
    assert len([line for line in problems(answer, lambda source: None) if line.startswith("conflict")]) == bad

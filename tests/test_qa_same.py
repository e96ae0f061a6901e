"""Spans that mean the same are one answer; near misses stay two; any text is taken, in any order, in linear time."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eval.pairs import read
from qa.names import core
from qa.quantities import Quantity, quantities, quantity
from qa.same import grouped, same
from qa.same_days import Day, agree, day, same_day
from qa.spelling import entity, sound

PAIRS = read("same.jsonl", False) + read("same.jsonl", True)


def test_the_set_is_large_and_half_of_it_near_misses():
    assert len(PAIRS) >= 120
    assert 0.4 < sum(pair["same"] for pair in PAIRS) / len(PAIRS) < 0.6
    assert 0.25 < sum(pair["held_out"] for pair in PAIRS) / len(PAIRS) < 0.4


@pytest.mark.parametrize("pair", [p for p in PAIRS if not p["held_out"]], ids=lambda p: f"{p['a']}={p['b']}")
def test_our_pairs(pair):
    assert same(pair["a"], pair["b"]) is pair["same"]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("200 million euros", Quantity(2e8, 2e8, "EUR")),
        ("€200m", Quantity(2e8, 2e8, "EUR")),
        ("$1.5bn", Quantity(1.5e9, 1.5e9, "USD")),
        ("one hundred and twenty-five tanks", Quantity(125, 125, "tank")),
        ("more than 40", Quantity(40, 40, None, 1)),
        ("up to 40 tanks", Quantity(40, 40, "tank", -1)),
        ("about 10,000", Quantity(1e4, 1e4, None, 0, True)),
        ("20 to 30 people", Quantity(20, 30, "people")),
        ("several hundred trainers", Quantity(200, 900, "trainer")),
        ("5 percentage points", Quantity(5, 5, "point")),
        ("half a million people", Quantity(5e5, 5e5, "people")),
        ("2024", None),
        ("9 p.m.", None),
        ("11 am", None),
        ("no one", None),
        ("A$200m", None),
        ("US$200m", Quantity(2e8, 2e8, "USD")),
        ("200 million US dollars", Quantity(2e8, 2e8, "USD")),
        ("200 million Canadian dollars", Quantity(2e8, 2e8, "canadian USD")),
        ("30,000 euros a month", None),
        ("2nd", None),
        ("the trainers", None),
        ("", None),
    ],
)
def test_amounts(text, amount):
    assert quantity(text) == amount


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("9 a.m.", "9 p.m."),
        ("No one", "one person"),
        ("A$200m", "$200m"),
        ("200 million Canadian dollars", "200 million US dollars"),
        ("30,000 euros a month", "30,000 euros a year"),
    ],
)
def test_times_currencies_and_rates_are_not_the_same_where_only_the_number_is(one, other):
    assert not same(one, other)


def test_an_amount_is_open_as_far_as_its_words_are():
    assert quantity("about 100").extent == (90, 110)
    assert quantity("more than 100").extent == (100, 200)
    assert quantity("97").extent == (97, 97)
    assert quantity("12 million people").extent == (11.5e6, 12.5e6)


def test_all_amounts_of_a_text():
    told = quantities("Paris gives 200 million euros, of which 60 million euros go to energy.")
    assert [(amount.low, amount.unit) for amount in told] == [(2e8, "EUR"), (6e7, "EUR")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("June 7, 2024", Day(2024, 6, 7)),
        ("on Friday, 7 June", Day(None, 6, 7, 4)),
        ("2024-06-07", Day(2024, 6, 7)),
        ("late May", Day(None, 5, None, None, "late")),
        ("in 2024", Day(2024)),
        ("may", None),
        ("7", None),
        ("2024-13-07", None),
        ("June 7 and June 8", None),
        ("", None),
    ],
)
def test_days(text, expected):
    assert day(text) == expected


def test_a_weekday_agrees_with_the_date_that_falls_on_it():
    assert agree(Day(weekday=4), Day(2024, 6, 7)) and not agree(Day(weekday=3), Day(2024, 6, 7))
    assert not same_day(Day(2024, 6), Day(2024, 6, 7))  # June is told less finely than June 7


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ukraine’s Commander-in-Chief Oleksandr Syrskyi", ("Oleksandr", "Syrskyi")),
        ("the chief of the French General Staff, Thierry Burkhardt", ("Thierry", "Burkhardt")),
        ("Prime Minister of Estonia Kaja Kallas", ("Kaja", "Kallas")),
        ("President Joe Biden and French President Emmanuel Macron", ()),
        ("Germany, Italy and Spain", ()),
        ("a spokesman for Lavrov", ()),
        ("the Foreign Ministry", ("Foreign", "Ministry")),
        ("the minister", ()),
        ("", ()),
    ],
)
def test_the_name_in_a_span(text, name):
    assert core(text) == name


def test_abbreviations_of_countries_keep_their_capitals():
    assert (entity("US"), entity("us"), entity("who"), entity("polish")) == ("United States", None, None, None)


@pytest.mark.parametrize(
    ("one", "other"), [("the Ministry of Defence", "Ministry of Defense"), ("the harbour master", "Harbor master")]
)
def test_british_and_american_spellings_are_the_same(one, other):
    assert same(one, other)


@pytest.mark.parametrize("names", ["Zelensky Zelenskyy Zelenskiy", "Kyiv Kiev", "Schröder Schroeder Schroder"])
def test_spellings_of_one_name(names):
    assert len({sound(name) for name in names.split()}) == 1


@pytest.mark.parametrize("around", ["the city of {}", "by {}", "{} news agency", "the publication {}"])
def test_small_words_around_a_name_do_not_make_another_answer(around):
    assert same(around.format("Welt"), "Welt")


def test_a_name_is_not_the_sentence_that_mentions_it():
    assert not same(
        "He will hold talks with French President Emmanuel Macron in Paris", "French President Emmanuel Macron"
    )


def test_groups_are_formed_in_order_and_all_of_a_group_are_the_same():
    texts = ["Macron", "Emmanuel Macron", "Brigitte Macron", "…", "French President Macron"]
    assert grouped(texts, str) == [["Macron", "Emmanuel Macron", "French President Macron"], ["Brigitte Macron"]]


PARTS = "the US and Germany's 200 million € % 7 June , . ' - – not Macron President of a ﬁ İ \x00 ½ ٣ ²".split(" ")
ALPHABET = st.sampled_from(PARTS)
TEXTS = st.one_of(st.text(max_size=60), st.lists(ALPHABET, max_size=8).map(" ".join))


@given(TEXTS, TEXTS)
@example("²", "٣")
def test_same_is_symmetric_and_never_raises(one, other):
    assert same(one, other) is same(other, one)


@given(TEXTS)
@example("A")
def test_a_text_with_words_is_the_same_as_itself(text):
    assert same(text, text) or not any(c.isalnum() for c in text)


@given(st.lists(TEXTS, max_size=6))
def test_grouping_keeps_each_text_with_words_once(texts):
    groups = grouped(list(enumerate(texts)), lambda pair: pair[1])
    kept = sorted(n for group in groups for n, _ in group)
    assert kept == [n for n, text in enumerate(texts) if same(text, text)]


@pytest.mark.parametrize("unit", ["a", "1,", "U.S.", "'s ", "one hundred and ", "$", "of President ", "ﬀ", "\u0301"])
def test_time_grows_with_the_length_of_the_text(unit, growth):
    def work(count):
        same(unit * count, "x" + unit * count)
        quantities(unit * count)

    assert growth(work, 2_000, 20_000, below=50) < 50  # quadratic would be 100

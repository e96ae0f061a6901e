"""Capitals that stand for governments, and those that are cities."""

import pytest

from qa.capitals import by_country, widened
from qa.followup import Meant, resolve


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("What worries Berlin, Rome and Madrid?", "What worries Germany, Italy and Spain?"),
        ("Did Paris agree with Moscow?", "Did France agree with Russia?"),
        ("Moscow's demands", "Russia's demands"),
        ("Who in Paris spoke for Washington?", "Who in Paris spoke for Washington?"),
        ("Which mayors of Berlin and Rome met Kyiv's envoy?", "Which mayors of Berlin and Rome met Ukraine's envoy?"),
        (
            "What does New Delhi want from Washington, Tokyo or Seoul?",
            "What does India want from Washington, Tokyo or Seoul?",
        ),
        ("How did Brussels answer Ankara's threat?", "How did the European Union answer Turkey's threat?"),
    ],
)
def test_governments_are_called_by_their_countries(question, read):
    assert (by_country(question) or question) == read


@pytest.mark.parametrize(
    "question",
    [
        "",
        "Who leads Germany?",
        "What happened in Berlin?",
        "Where is the capital Paris?",
        "What did the Washington Post report?",
        "Who won the Paris-Nice race?",
        "Who is George Washington?",
        "What did President Joe Biden visit near London?",
        "what did berlin say",
    ],
)
def test_cities_and_names_that_hold_one_are_left(question):
    assert by_country(question) is None
    assert widened(Meant((question,), (question,))) == Meant((question,), (question,))


def test_both_wordings_are_looked_for_and_read_the_typed_one_first():
    meant = widened(resolve("What does Budapest want?", []))
    assert meant.readings == meant.searches == ("What does Budapest want?", "What does Hungary want?")

"""What a question names, and whether an article names any of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from qa.subjects import names_it, subjects, unnamed

NEWS = Article(
    "a.txt",
    "Olaf Scholz, the German chancellor, met Zelenskyy of Ukraine and the U.S. envoy on Tuesday at the port.",
    "Talks in Oslo",
)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("What did Donald Trump say about NATO?", ("Donald", "Trump", "NATO")),
        ("Zelensky's words on the jets", ("Zelensky",)),
        ("Denmark and the bridge", ("Denmark",)),
        ("During what time did President Macron speak in June?", ("Macron",)),
        ("Besides heredity, what else counts?", ()),
        ("Are Western or Baltic trainers there?", ()),
        ("WHAT DID MACRON SAY", ()),
        ("who opposed it", ()),
        ("", ()),
    ],
)
def test_what_a_question_names(question, named):
    assert subjects(question) == named


@pytest.mark.parametrize("name", ["Germany", "Berlin", "Kiev", "US", "Washington", "Zelensky", "Scholz", "Norway"])
def test_a_country_is_named_by_any_of_its_names_and_a_person_as_it_sounds(name):
    assert names_it(NEWS, name)


@pytest.mark.parametrize("name", ["France", "Paris", "Macron", "Port"])
def test_what_is_not_there_is_not_named(name):
    assert not names_it(NEWS, name)


def test_an_article_is_strange_that_names_nothing_of_what_is_asked():
    assert unnamed("What did Macron say about Hungary?", NEWS)
    assert not unnamed("What did Macron say about Ukraine?", NEWS)
    assert not unnamed("What did the president say?", NEWS)


@given(st.text(), st.text())
def test_any_question_and_text_will_do(question, text):
    assert not unnamed(question, Article("a.txt", text)) or subjects(question)
    assert not unnamed(question, Article("a.txt", question))

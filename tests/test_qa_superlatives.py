"""Who did most, what came first: only words that compare answer it."""

from __future__ import annotations

import pytest

from qa.superlatives import unsupported

NEWS = (
    "Lithuania sends twelve trainers. Denmark sends thirty, more than any other country. Of the allies, Estonia gives "
    "the most money; the Baltic states, above all Latvia, give weapons. Norway agreed to join. Iceland was first to."
)


@pytest.mark.parametrize(
    ("question", "quote", "without"),
    [
        ("Which country sends the most trainers?", "Lithuania", True),
        ("Which country sends the most trainers?", "Denmark", False),
        ("Who sends more trainers than any other country?", "Lithuania", True),
        ("Who gives the largest sum?", "Estonia", False),
        ("Who gives the greatest number of weapons?", "Latvia", False),
        ("Which was the very first country to join?", "Norway", True),
        ("Which was the very first country to join?", "Iceland", False),
        ("Who joined?", "Norway", False),
        ("Who joined first?", "Norway", False),
        ("Which country sends at least ten trainers?", "Lithuania", False),
        ("Which country sends most of its trainers?", "Lithuania", False),
        ("What do most people say Lithuania sends?", "twelve trainers", False),
        ("What does the highest officer of Lithuania send?", "twelve trainers", False),
    ],
)
def test_a_superlative_is_answered_by_one_or_by_words_that_compare(question, quote, without):
    start = NEWS.index(quote)
    assert unsupported(question, NEWS, start, start + len(quote)) is without

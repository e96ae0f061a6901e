"""Who says what stands at a place, and that words of one are no answer to what another said."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from qa.attribution import attributed, of_another, unheard, whose_words
from qa.speakers import speaker

NEWS = """BRENNICK — Danish Finance Minister Mette Holm defended the bridge on Monday.

“It will pay for itself in ten years,” Holm said. “We have done the sums twice.”

“It is a gift to the builders,” said Arne Lund, the head of the opposition, adding that Holm had been warned.

The Swedish government said the tolls were too high. The bridge will open in May, the council said.

"Nobody asked us," a fisherman told the Gazette. Officials warned: “The tide is strong.”

“She left early,” Mr. Berg of the U.S. Navy said.

Orla Reed, who runs Teign Steel, shrugged. “Steel is dear,” Reed said. “We,” she added, “have no choice.”
"""


@pytest.mark.parametrize(
    ("quote", "who"),
    [
        ("It will pay for itself", "Holm"),
        ("ten years", "Holm"),
        ("done the sums twice", "Holm"),
        ("a gift to the builders", "Arne Lund"),
        ("too high", "The Swedish government"),
        ("in May", "the council"),
        ("The tide is strong", "Officials"),
        ("Steel is dear", "Reed"),
        ("have no choice", "she"),
        ("Nobody asked us", "a fisherman"),
        ("She left early", "Mr. Berg of the U.S. Navy"),
        ("defended the bridge", None),
        ("shrugged", None),
    ],
)
def test_who_speaks_is_told_beside_the_words(quote, who):
    assert speaker(NEWS, *place(quote)) == who


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("“HERE,” said Minister Mette Holm.", "Minister Mette Holm"),
        ("It ends HERE, a spokesman for Teign Steel said.", "a spokesman for Teign Steel"),
        ("BRENNICK, June 7 (Wire) - Holm said it ends HERE.", "Holm"),
        ("Brennick – But Holm has also said it ends HERE.", "Holm"),
        ("US officials have said it ends HERE.", "US officials"),
        ("Japan's Export Agency said it ends HERE.", "Japan's Export Agency"),
        ("A day after Holm said it ends HERE.", None),
        ("Analysts said it ends HERE; other analysts do not.", None),
        ("“It ends,” said Holm, who had come late. “It ends HERE.”", "Holm"),
        ("“It ends,” said Holm, who had come late. The builder called it “HERE and there”.", None),
        ("It would be “more practical” to end “HERE” in May, Holm said.", "Holm"),
        ("Holm said they want it to end in the open on the hill, “HERE”.", "Holm"),
        ("“HERE,” she said.", None),
        ("The company said it ends HERE.", None),
        ("It ends HERE.", None),
    ],
)
def test_who_is_named_for_the_words(text, who):
    start = text.index("HERE")
    assert attributed(text, start, start + 4) == who


def test_a_hard_wrapped_quotation_is_one():
    text = """    "We have signed nothing with the builders so far,
    and we shall sign nothing before the spring is over
    and the tolls are known to all of us," said Arne Lund
    of the opposition on Monday in a speech at Brennick.
"""
    for quote in ("signed nothing", "before the spring", "the tolls are known"):
        start = text.index(quote)
        assert speaker(text, start, start + len(quote)) == "Arne Lund\n    of the opposition"
    start = text.index("a speech")
    assert speaker(text, start, start + 8) is None


@pytest.mark.parametrize(
    ("question", "who"),
    [
        ("What did Arne Lund say about the bridge?", "Arne Lund"),
        ("How did the head of Denmark's armed forces comment on Lund's words?", "the head of Denmark's armed forces"),
        ("With which words did the Danish minister answer?", "the Danish minister"),
        ("What was Lund's reply to Holm?", "Lund"),
        ("What is the view of Arne Lund on the tolls?", "Arne Lund"),
        ("What is the bridge, according to Arne Lund?", "Arne Lund"),
        ("What did Lund build?", None),
        ("Which minister did Lund warn?", None),
        ("How much did Lund say it costs?", "Lund"),
        ("When did Lund say that?", None),
        ("Who said that?", None),
        ("At what time did they hear Lund's view?", None),
        ("lund bridge", None),
    ],
)
def test_whose_words_a_question_asks_for(question, who):
    assert whose_words(question) == who


@pytest.mark.parametrize(
    ("question", "quote", "another"),
    [
        ("What did Arne Lund say about the bridge?", "pay for itself", True),
        ("What did Arne Lund say about the bridge?", "a gift to the builders", False),
        ("What did Lund say about the bridge?", "done the sums twice", True),
        ("What did Holm say about the bridge?", "pay for itself", False),
        ("What did Mette Holm say?", "done the sums twice", False),
        ("What did the Danish minister say?", "pay for itself", False),  # who Holm is stands elsewhere in the article
        ("What did the Swedish minister say?", "pay for itself", True),
        ("What did Stockholm say?", "pay for itself", True),
        ("What did Copenhagen say?", "pay for itself", False),
        ("What did the Danish minister say?", "too high", True),
        ("What did Sweden say?", "too high", False),
        ("What did the US say?", "too high", True),
        ("What did Teign Steel say?", "Steel is dear", False),  # Reed speaks for it
        ("What did the Kremlin say?", "pay for itself", False),  # who may speak for it is not known
        ("What did Holm say?", "The tide is strong", False),  # officials have no name
        ("What did Holm say?", "have no choice", False),  # nor has "she"
        ("What did Holm say?", "too high", False),  # a person may speak for a government
        ("What did the mayor say?", "pay for itself", False),
        ("When does the bridge open?", "in May", False),
    ],
)
def test_what_another_said_is_no_answer(question, quote, another):
    assert of_another(question, NEWS, *place(quote)) is another


@pytest.mark.parametrize(
    ("question", "without"),
    [
        ("What did Olaf Scholz say about the bridge?", True),
        ("What did the Polish government say?", True),
        ("What did Warsaw say?", True),
        ("What did the Pole say?", False),
        ("What did the Kremlin say?", False),  # who may speak for it is not known
        ("What did Copenhagen say?", False),
        ("What did Mette Lund say?", False),
        ("What was said, according to Olaf Scholz?", False),  # who may have written it
        ("When does Olaf Scholz come?", False),
    ],
)
def test_of_whom_the_article_does_not_name_it_has_no_words(question, without):
    assert unheard(question, Article("a.txt", NEWS)) is without


@given(st.text(st.sampled_from('aA “”",.:;\n') | st.characters(), max_size=120), st.data())
def test_any_text_has_a_speaker_or_none(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    said = speaker(text, start, end)
    assert said is None or (said and said in text)
    assert (attributed(text, start, end) or "") in (said or "")
    of_another("What did Arne Lund say?", text, start, end)


@pytest.mark.parametrize("piece", ["a, ", "“a,” said A ", "A said ", '"', "Aa ", "A said, said A, "])
def test_long_lines_take_no_time(piece):
    text = piece * (200_000 // len(piece))
    began = time.perf_counter()
    for at in (0, len(text) // 2, len(text) - 3):
        of_another("What did Lund say?", text, at, at + 2)
    assert time.perf_counter() - began < 1.0


def place(quote):
    start = NEWS.index(quote)
    return start, start + len(quote)

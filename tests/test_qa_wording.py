"""Misspelt words, keywords, yes and no, and why there is no answer."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.build import build
from index.filter import Filter
from index.library import Library
from index.search.postings import SCHEMA
from index.vocabulary import Vocabulary, stems
from qa.answer import Citation, Considered, Extract
from qa.assistant import Assistant
from qa.keywords import as_question, asks_yes_or_no, deciding
from qa.polarity import polarity
from qa.render import to_html, to_text
from qa.repair import _ASKING, distance, repair
from qa.trace import explain, told, trace

TEXT = (
    "Harbour director Ingrid Solheim met Volodymyr Zelensky and Šimonytė in Varnby. The dockers of Cottbus wrote "
    "letters. The volcanologist sent 34 letters about measles."
)


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> Library:
    folder, place = tmp_path_factory.mktemp("articles"), tmp_path_factory.mktemp("library")
    (folder / "a.txt").write_text(TEXT, encoding="utf-8")
    (folder / "b.txt").write_text(" date 2024-06-07 France trained troops.", encoding="utf-8")
    build(folder, place, "hashed")
    return Library.open(place)


# Spelling


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Who is Zelenskiy?", "Who is Zelensky?"),
        ("Where are the dokers of Kottbus?", "Where are the dockers of Cottbus?"),
        ("Ingird Sollheim's port", "Ingrid Solheim's port"),
        ("vulcanologist", "volcanologist"),
        ("wich letters", "which letters"),
        ("what did Simonyte say", "what did Simonyte say"),  # known without its accents
        ("Who wrote the novel?", "Who wrote the novel?"),  # ordinary English that no article holds
        ("What did Burkhardt say?", "What did Burkhardt say?"),  # near to nothing
        ("Vrnb", "Vrnb"),
        ("What did Lettors say?", "What did Lettors say?"),  # a name that is near to a word, but to no name
        ("what did lettors say?", "what did letters say?"),
        ("", ""),
    ],
)
def test_words_are_repaired_against_the_library(library, typed, read):
    text, repairs = repair(typed, library.vocabulary)
    assert text == read
    assert bool(repairs) is (typed != read)


def test_the_repair_is_told_and_the_question_is_kept(library):
    answer = Assistant(library, _Nothing()).ask("Where are the dokers?")
    assert answer.question == "Where are the dokers?"
    assert answer.trace.repairs == (("dokers", "dockers"),) and answer.trace.read == "Where are the dockers?"
    assert "read as: Where are the dockers?" in answer.reason


def test_stems_are_those_of_the_index(library):
    assert stems(["letters", "Zelensky", "…", "Šimonytė"]) == ["letter", "zelenski", "", "simonyt"]
    assert library.vocabulary.known("letter") == 1 and library.vocabulary.known("lettre") == 0
    assert ("letter", 1) in library.vocabulary.starting("le")
    assert library.vocabulary.spelt("zelenski") == "Zelensky"


def test_an_empty_library_repairs_nothing():
    with sqlite3.connect(":memory:") as db:
        db.executescript(SCHEMA)
        assert repair("Who is Zelenski?", Vocabulary(db)) == ("Who is Zelenski?", ())


@given(st.text("abck", max_size=8), st.text("abck", max_size=8))
def test_distance_is_symmetric_enough_to_bound(one, other):
    steps = distance(one, other, 9.0)
    assert (steps == 0) == (one == other) and steps <= max(len(one), len(other))
    assert (distance(one, other, 1.0) <= 1.0) == (steps <= 1.0)


@given(st.text(max_size=80))
def test_any_text_can_be_looked_over(text):
    with sqlite3.connect(":memory:") as db:
        db.executescript(SCHEMA)
        read, repairs = repair(text, Vocabulary(db))
    assert {read_as for _, read_as in repairs} <= set(_ASKING) and (read == text or repairs)


# Keywords, yes and no


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("ostara founder", "What is the ostara founder?"),
        ("salmi reactor cost?", "What is the salmi reactor cost?"),
        ("kirby quote so far", "kirby quote so far"),
        ("who sent the letters", "who sent the letters"),
        ("list the countries", "list the countries"),
        ("letters", "letters"),
        ("According to Welt, the figure", "According to Welt, the figure"),
    ],
)
def test_keywords_become_a_question(typed, read):
    assert as_question(typed) == read


def test_the_clause_that_decides():
    text = "She came late. Mayor Berg said the town, as ever, had not been consulted, but Falk was. He left."
    start = text.index("not been")
    assert text[slice(*deciding(text, start, start + 8))] == "had not been consulted"
    text = "It rained. Berg named no towns, other than Lyon, that agreed. He left."
    start = text.index("other")
    assert text[slice(*deciding(text, start, start + 15))] == "Berg named no towns, other than Lyon, that agreed"


@pytest.mark.parametrize(
    ("question", "sentence", "wanted"),
    [
        ("Did Reuss concede defeat?", "Reuss conceded defeat at nine.", "yes"),
        ("Is Norway a member of the group?", "Norway is not a member of the group.", "no"),
        ("Was anybody killed?", "Nobody was killed, but two are missing.", "no"),
        ("Did Poland accept the plan?", "Poland refused to accept the plan.", "no"),
        ("Has the name been made public?", "The name has never been made public.", "no"),
        ("Did parliament approve the bill?", "Parliament approved the bill without amendments.", None),
        ("Did Spain sign the deal?", "Spain signed the deal with no delay.", None),
        ("Is the bridge open?", "The bridge is open no later than Friday.", None),
        ("Did any state approve the bill?", "No state approved the bill.", "no"),
        ("Did France send troops?", "France may send troops.", None),
        ("Did France send troops?", "France wants to send troops.", None),
        ("Did France send troops?", "France will send troops.", None),
        ("Did France send troops?", "France did not fail to send no troops.", None),
        ("Did France send troops?", "France closed its schools.", None),
        ("Was Etienne convicted?", "Etienne was acquitted.", None),
        ("Did Spain send troops?", "Portugal and Norway met; they send troops.", None),
        ("Is it open or closed?", "It is open.", None),
        ("Who sent troops?", "France sent troops.", None),
        ("Didn't France send troops?", "France sent troops.", None),
    ],
)
def test_yes_and_no_only_where_the_words_decide(question, sentence, wanted):
    cited = Citation("a.txt", None, None, "0", 0, len(sentence), sentence, (), Extract(0, len(sentence), sentence))
    assert polarity(question, cited) == wanted


@pytest.mark.parametrize(
    "question", ["Could you tell me who won?", "Can I see it?", "Who won?", "Is it yes or no?", ""]
)
def test_other_questions_ask_for_no_yes(question):
    assert not asks_yes_or_no(question)


# Why not


class _Nothing:
    """A reader that finds nothing."""

    name = "nothing"

    def read(self, question, passages, top=10):
        from qa.reader import Reading

        return Reading(0.0, ())


PASSAGE = (Considered("a.txt", 0, 40, 0.5, -3.0), "France sent letters to ten countries.")


def why(question, passages=(PASSAGE,), best: float | None = 0.05, chosen=Filter(), answered=False):  # noqa: B008
    return trace((question,), question, (), chosen, passages, best, 0.41, answered)


def test_each_stage_says_in_words_what_it_lacked():
    filtered = why("Who?", (), None, Filter(since="2024-06-01", sources=("a.txt",)))
    assert filtered.stage == "filter"
    assert explain(filtered) == "no article passes the filter (only “a.txt”, published since 2024-06-01)"
    retrieval = why("What is the weather in Lyon?")
    assert (retrieval.stage, retrieval.mentioned) == ("retrieval", ())
    assert explain(retrieval) == "no passage holds “weather” or “Lyon”"
    reader = why("How many letters did France send?", best=None)
    assert reader.stage == "reader"
    assert (
        explain(reader)
        == "the articles mention “letters” and “France” but not “send”, and no sentence gives the number"
    )
    threshold = why("When did France send stamps?")
    assert (threshold.stage, threshold.missing) == ("threshold", ("send", "stamps"))
    assert explain(threshold).endswith(": that they answer is 5% likely, below the threshold of 41%")


def test_what_the_articles_name_in_another_word_is_not_said_to_be_missing():
    done = why("What did the French and the Spanish burn?")
    assert (done.mentioned, done.missing) == (("French",), ("Spanish", "burn"))


def test_an_answered_question_has_no_stage_that_stopped_it():
    done = why("Who sent letters?", best=0.9, answered=True)
    assert done.stage is None and done.passages == (PASSAGE[0],) and done.threshold == 0.41


def test_an_empty_library_says_so():
    assert explain(why("Who?", (), None)) == "the articles hold no words"


def test_a_filter_in_words():
    assert told(Filter()) == ""
    assert told(Filter(until="2024-06-01")) == "published until 2024-06-01"


@given(st.text(max_size=60))
def test_a_reason_is_safe_to_show(question):
    from qa.answer import Answer

    answer = Answer(question, (), explain(why(question)), 0.1)
    assert "\x1b" not in to_text(answer) and "\n" not in to_text(answer)
    assert "<" not in to_html(answer).replace("<p>", "").replace("</p>", "")

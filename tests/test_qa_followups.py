"""Follow-ups rewritten to stand alone, and fresh questions left alone."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.build import build
from index.filter import Filter
from index.library import Library
from qa import Assistant
from qa.clause import parse
from qa.conversation import turn_of
from qa.followup import MOST, points_back, resolve
from qa.noun_phrases import phrases
from qa.reader import Reading, Span
from qa.referents import Turn


class Known:
    """A reader that finds these, each a little less surely than the one before."""

    name = "known"

    def __init__(self, *texts: str) -> None:
        self.texts = texts

    def read(self, question: str, passages: Sequence[str], top: int = 10) -> Reading:
        places = [(text, n, passage.find(text)) for n, passage in enumerate(passages) for text in self.texts]
        spans = [
            Span(text, n, at, at + len(text), 9.0 - rank / 9) for rank, (text, n, at) in enumerate(places) if at >= 0
        ]
        return Reading(0.6, tuple(spans))


KALLAS = Turn("What did Kaja Kallas say about NATO trainers?", "they were already operating", (("a.txt", 0),))
MAYOR = Turn("Who is the mayor of Lyon?", "Anna Berg")
CATCH = Turn("How much did Portugal propose to cut the catch?", "20 percent")
CLUB = Turn("Which club is Danilo Petrov moving to?", "Hansa Rostock")
REACTOR = Turn("How much did the reactor at Salmi cost?", "9 billion euros")
TRAM = Turn("What did Wolfgang Reuss oppose?", "the tram")
ALLIES = Turn("Which countries opposed training in Kyiv?", "Germany, Italy and Spain")
MEETING = Turn("Where did Hungary say that?", "at a meeting of EU defense ministers")


GIVERS = Turn("Which states help the island?", "the United States and the Netherlands")


@pytest.mark.parametrize(
    ("turn", "question", "wanted"),
    [
        (KALLAS, "When did she say that?", "When did Kaja Kallas say about NATO trainers they were already operating?"),
        (MAYOR, "How old is she?", "How old is Anna Berg?"),
        (MAYOR, "What is her profession?", "What is Anna Berg's profession?"),
        (MAYOR, "who elected her?", "who elected Anna Berg?"),
        (CATCH, "and Spain?", "How much did Spain propose to cut the catch?"),
        (CATCH, "What about the Netherlands?", "How much did the Netherlands propose to cut the catch?"),
        (CLUB, "How much does it pay for him?", "How much does Hansa Rostock pay for Danilo Petrov?"),
        (REACTOR, "Why was it so late?", "Why was the reactor at Salmi so late?"),
        (TRAM, "why?", "Why did Wolfgang Reuss oppose the tram?"),
        (TRAM, "For what reason?", "Why did Wolfgang Reuss oppose the tram?"),
        (TRAM, "And since when?", "Since when did Wolfgang Reuss oppose the tram?"),
        (MEETING, "And when did that meeting take place?", "when did a meeting of EU defense ministers take place?"),
        (ALLIES, "Which ones support it?", "Which countries support training in Kyiv?"),
        (ALLIES, "Which of them is the largest?", "Which of the countries is the largest?"),
        (ALLIES, "What do they fear?", "What do Germany, Italy and Spain fear?"),
        (ALLIES, "Is it dangerous?", "Is training in Kyiv dangerous?"),
        (
            KALLAS,
            "Would it lead to war, in her view?",
            "Would NATO trainers lead to war, in Kaja Kallas' view?",
        ),
        (Turn("Where did Falk and Berg meet?", "in Oslo"), "What did they sign?", "What did Falk and Berg sign?"),
        (Turn("How much money did Falk promise?"), "For what?", "For what did Falk promise money?"),
        (CLUB, "Where is it?", "Where is Hansa Rostock?"),
        (
            Turn("Which minister resigned?", "Anna Berg"),
            "Which one replaced her?",
            "Which minister replaced Anna Berg?",
        ),
        (Turn("Who sent the letters?", "France"), "When?", "When did France send the letters?"),
        (Turn("Who died in Oslo?", "Anna Berg"), "When?", "When did Anna Berg die in Oslo?"),
        (Turn("Who is planning a strike?", "the crew"), "When?", "When is the crew planning a strike?"),
        (Turn("When did Mount Karua erupt?"), "And before that?", "When did Mount Karua erupt before?"),
        (
            Turn("How many people work at the plant in Gdansk?"),
            "And in Dresden?",
            "How many people work at the plant in Dresden?",
        ),
        (
            Turn("How long must Ann Lee go to prison?"),
            "And her brother?",
            "How long must Ann Lee's brother go to prison?",
        ),
        (Turn("Who met the minister?"), "What did he say?", "What did the one who met the minister say?"),
        (Turn("Where did they meet?", "in Oslo"), "Who else was there?", "Who else was in Oslo?"),
        (GIVERS, "What does the latter contribute?", "What does the Netherlands contribute?"),
        (GIVERS, "How large is the former?", "How large is the United States?"),
        (
            Turn("How far is the road being moved?", "two miles"),
            "By how much does that delay the work?",
            "By how much does the road delay the work?",
        ),
        (Turn("Which bridge fell?", "the Sava bridge"), "Built when?", "when was the Sava bridge built?"),
        (Turn("Who leads the talks?", "Ann Lee"), "because?", "Why did Ann Lee lead the talks?"),
        (
            Turn("What did the spokesman in Oslo say about the box?"),
            "his name?",
            "what is the spokesman in Oslo's name?",
        ),
        (Turn("What is Ann Lee's profession?", "chemist"), "Where does she live?", "Where does Ann Lee live?"),
        (
            Turn("According to the governor, how many families will move?", "210"),
            "Who told them?",
            "Who told the families?",
        ),
        (
            Turn("How did the report end?", "with a warning"),
            "And the families of the dead, did they accept that?",
            "did the families of the dead accept the report?",
        ),
        (
            Turn("What does the bureau advise the Flemish government to do?"),
            "and the waterways agency",
            "What does the bureau advise the waterways agency to do?",
        ),
        (Turn("Who commands the team from Tartu?"), "Why are they here?", "Why are the team from Tartu here?"),
        (Turn("Who wants to stop the plan?", "the agency"), "why?", "Why did the agency want to stop the plan?"),
        (
            Turn("How much would the tunnel cost?", "a billion crowns"),
            "Who says so?",
            "Who says that the tunnel would cost a billion crowns?",
        ),
        (
            Turn("How many people stood on the quay?", "60 people"),
            "Does the mayor deny that?",
            "Does the mayor deny that 60 people stood on the quay?",
        ),
        (Turn("Does Varnia send soldiers?", "nobody"), "Why not?", "Why does Varnia not send soldiers?"),
        (
            Turn("Which countries send observers to the border road?", "Iceland and Malta"),
            "How many?",
            "How many observers did Iceland and Malta send to the border road?",
        ),
        (Turn("What did the law change?", "the fine"), "Is this dangerous?", "Is the law dangerous?"),
        (Turn("Who helps Judge Pons?", "two men"), "When were those shots fired?", "When were the shots fired?"),
        (Turn("Who buys the pictures?", "the state"), "at what cost?", "At what cost did the state buy the pictures?"),
        (Turn("Which stationmaster kept trains moving?", "Hedda Zolny"), "Her age?", "what is Hedda Zolny's age?"),
        (
            Turn("Where did Borum say so?", "at a meeting of the defence ministers of Alva and Borum in late May"),
            "When was that meeting?",
            "When was a meeting of the defence ministers of Alva?",
        ),
        (Turn("How long will Alva's stock last?"), "And Borum's?", "How long will Borum's stock last?"),
        (Turn("How many did Bulgaria expel?"), "What else did it do?", "What else did Bulgaria do?"),
    ],
)
def test_a_follow_up_is_read_standing_alone(turn, question, wanted):
    meant = resolve(question, [turn])
    assert meant.readings[0] == wanted
    assert meant.leans and meant.near == turn.cited


@pytest.mark.parametrize(
    "turn, question, wanted",
    [
        (Turn("Where is Captain Dorigo from?", "Tarvisio"), "How many boats in all?", "How many boats in all?"),
        (Turn("Who leads Aarhus?", "Ann Lee"), "How many towers are there?", "How many towers are there?"),
        (Turn("Was the mayor hurt?"), "any arrests?", "were there any arrests?"),
    ],
)
def test_something_new_is_asked_for_as_it_is_and_looked_for_beside_what_was_spoken_of(turn, question, wanted):
    meant = resolve(question, [turn])
    assert meant.readings[0] == wanted and turn.question in meant.searches[1]


@pytest.mark.parametrize(
    "question",
    [
        "Which countries opposed training inside Ukraine?",
        "Did Macron say he would send troops?",
        "What did Zielinski promise about his company's plant?",
        "Did Delorme deny the charges against him?",
        "Which minister in Berlin defended his decision?",
        "How many dockers will lose their jobs in Varnby?",
        "What did Shelby and Ithaca sign in Thessaloniki?",
        "How long does it take from Paris to Lyon?",
        "Is it true that France sent troops?",
        "Are there Germans among the trainers?",
        "Who said that France would send trainers?",
        "What happened in Paris this week?",
    ],
)
def test_a_fresh_question_is_not_bent(question):
    assert not points_back(question)
    meant = resolve(question, [KALLAS])
    assert (meant.readings, meant.searches, meant.near) == ((question,), (question,), ())


def test_a_question_that_names_nothing_is_read_as_it_is_and_looked_for_near_what_was_said():
    meant = resolve("How did the thieves get in?", [KALLAS])
    assert meant.readings == ("How did the thieves get in?",) and not meant.leans
    assert len(meant.searches) == 2 and meant.near == KALLAS.cited


def test_what_two_things_may_be_meant_both_are_asked():
    turn = Turn("Who did the mayor of Lyon meet?", "Jonas Falk")
    assert resolve("How much did she ask for?", [turn]).readings == (
        "How much did Jonas Falk ask for?",
        "How much did the mayor of Lyon ask for?",
    )


def test_who_speaks_next_may_speak_of_the_same_but_need_not_where_the_others_did():
    spoken = resolve("What did Hungary say?", [KALLAS])
    assert spoken.readings == ("What did Hungary say?", "What did Hungary say about NATO trainers?")
    assert (spoken.near, spoken.leans) == ((), False)
    assert resolve("And what does Hungary think?", [ALLIES]).readings == (
        "what does Hungary think about training in Kyiv?",
        "what does Hungary think?",
    )


def test_an_earlier_turn_serves_where_the_last_has_nobody():
    meant = resolve("What did she say?", [MAYOR, Turn("When was the bridge built?", "in 1990")])
    assert meant.readings[0] == "What did Anna Berg say?"


def test_what_else_does_not_want_the_same_again():
    assert resolve("What else did she say?", [KALLAS]).but == KALLAS.answer
    assert resolve("What did she say?", [KALLAS]).but is None


def test_where_something_else_is_asked_for_what_was_quoted_is_not_given_again(write, tmp_path):
    build(
        write({"a.txt": "Falk called the bridge a scandal and a shame, and the tunnel a waste."}),
        tmp_path / "library",
        "hashed",
    )
    assistant = Assistant(Library.open(tmp_path / "library"), Known("a scandal and a shame", "a shame", "a waste"))
    first = assistant.ask("What did Falk call the bridge?")
    assert first.text == "a scandal and a shame"
    assert assistant.ask("What else did Falk call it?", history=[first]).text == "a waste"
    assert assistant.ask("What else did Falk call it?", history=[first.question]).text == "a waste"
    meant = resolve("What else did she say?", [replace(KALLAS, said=(("a.txt", 0, 9),))])
    assert meant.said == (("a.txt", 0, 9),) and resolve("What did she say?", [KALLAS]).said == ()


def test_of_a_quote_that_goes_on_from_what_was_told_the_rest_is_new(write, tmp_path):
    build(
        write({"a.txt": "Falk called it “a scandal,” and Berg calls it “a waste of time.”"}), tmp_path / "l", "hashed"
    )
    assistant = Assistant(Library.open(tmp_path / "l"), Known("a scandal,” and Berg calls it “a waste of time"))
    first = assistant.ask("What did Falk call the bridge?")
    start = first.answers[0].citations[0].start
    said = replace(turn_of(first), said=(("a.txt", start, start + len("“a scandal")),))
    meant = resolve("What else did Falk call it?", [said])
    candidates = assistant.consider(meant, Filter()).candidates
    assert candidates[0].span.text == "Berg calls it “a waste of time.”"
    assert candidates[0].article.text[slice(*candidates[0].extent)] == candidates[0].span.text


def test_things_of_a_list_are_spoken_of_as_a_sentence_names_them(write, tmp_path):
    build(write({"a.txt": "Only Italy, Spain and Malta opposed the plan."}), tmp_path / "library", "hashed")
    assistant = Assistant(Library.open(tmp_path / "library"), Known("Italy, Spain and Malta"))
    first = assistant.ask("Which countries opposed the plan?")
    assert first.text == "Italy; Spain; Malta"
    assert resolve("Why?", [turn_of(first)]).readings == ("Why did Italy, Spain and Malta oppose the plan?",)


def test_a_turn_that_names_nothing_has_nobody():
    turn = Turn("Who is he?", "a chemist")
    assert resolve("When was he born?", [turn]).readings[0]


def test_without_history_nothing_changes():
    assert resolve("Why?", []).readings == ("Why?",)


def test_a_question_is_taken_apart():
    clause = parse("And what did the mayor of Varnby call the decision?")
    assert (clause.lead, clause.wh, clause.aux) == (("And",), ("what",), "did")
    assert (clause.subject, clause.rest) == (("the", "mayor", "of", "Varnby"), ("call", "the", "decision"))


def test_a_verb_before_the_auxiliary_ends_the_question_phrase():
    assert parse("Which minister said mercenaries were a target?").wh == ("Which", "minister")


def test_noun_phrases_keep_what_belongs_to_them():
    assert phrases("Who has to approve the merger of Veltron?") == ["the merger of Veltron"]
    assert phrases("When did the fishing talks take place?") == ["the fishing talks"]


TEXTS = st.text(st.sampled_from(list("aZé’'?,. \n\u202e北1-")), max_size=60) | st.lists(
    st.sampled_from(
        "and who when why did is he her that it there else what about Kallas the of in one 's ? , met".split()
    ),
    max_size=14,
).map(" ".join)


@given(TEXTS, st.lists(st.builds(Turn, TEXTS, st.none() | TEXTS), max_size=3))
def test_any_words_in_any_order_give_one_to_three_questions(question, turns):
    meant = resolve(question, turns)
    assert 1 <= len(meant.readings) <= MOST and len(meant.searches) in {1, 2}
    if not points_back(question):
        assert meant.searches == (question,)


@pytest.mark.parametrize("word", ["he ", "the ", "Macron ", "that ", "and ", "did ", "'", "what is "])
def test_the_time_grows_with_the_length(word):
    question = (word * 1000)[:1000]
    began = time.process_time()
    resolve(question, [Turn(question, question)] * 4)
    assert time.process_time() - began < 2

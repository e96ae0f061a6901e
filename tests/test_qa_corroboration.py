"""An answer is cited wherever it is given: in articles that were not read, or of which the reader named other words."""

import pytest

from index.article import Article
from index.build import build
from index.passages import Passage
from qa import Assistant
from qa.answer import Answer, Item
from qa.candidates import cited
from qa.corroboration import corroborated
from qa.page.evidence import answer_html
from qa.render import to_markdown, to_text
from qa.restated import mentions

NAMES = "Anna Berit Carl Dag Elsa Finn Greta Hans Ines Jens Karin Lars Maja Nils".split()
FIRST = "The mayor spoke. The storm on Friday killed twelve people in Lund."


def place(text, name="b.txt", published="2024-06-07", copy_of=None):
    return Article(name, text, published=published, copy_of=copy_of), Passage(0, len(text))


def said(answer, text=FIRST, question="How many people did the storm kill in Lund?", others=()):
    article, passage = place(text, "a.txt")
    start = text.index(answer)
    item = Item(answer, 0.9, (cited(article, passage, start, start + len(answer)),))
    return corroborated(question, item, others, {"a.txt": "a.txt"})


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("In Lund, twelve people were killed by the storm.", True),
        ("Lund is in mourning. The storm killed Twelve people.", True),  # the town in the sentence before
        ("In Lund, the storm killed no twelve people.", False),  # denied
        ("In Malmo, twelve people were killed by the storm.", False),  # elsewhere
        ("Lund has twelve schools.", False),  # of something else
        ("In Lund, twelvefold more people were killed by the storm.", False),  # not those words
        ("In Lund, nine people were killed by the storm.", False),
        ("", False),
    ],
)
def test_another_article_counts_where_its_sentence_says_the_same(text, counts):
    item = said("twelve", others=[place(text)])
    assert [c.source for c in item.citations] == ["a.txt", "b.txt"][: 1 + counts]
    assert item.n_sources == 1 + counts
    for citation in item.citations[1:]:
        assert text[citation.start : citation.end] == citation.quote and citation.quote.lower() == "twelve"


def test_relative_days_count_where_they_mean_the_same_day():
    question, text = "When did the storm hit Lund?", "The storm hit Lund on Friday."
    same, other = place(text, published="2024-06-08"), place(text, "c.txt", published="2024-06-15")
    item = said("Friday", text, question, [same, other])
    assert [c.source for c in item.citations] == ["a.txt", "b.txt"]


def test_a_day_counts_by_whatever_name_it_goes():
    question, text = "When did the storm hit Lund?", "The storm hit Lund on June 7."
    others = [place("The storm hit Lund on Friday.", "b.txt"), place("The storm hit Lund on Thursday.", "c.txt")]
    item = said("June 7", text, question, others)
    assert [(c.source, c.quote) for c in item.citations] == [("a.txt", "June 7"), ("b.txt", "Friday")]


@pytest.mark.parametrize(
    ("answer", "other", "quote"),
    [
        ("Mirage 2000-5 jets", "Paris gives Kyiv Mirage 2000 jets.", "Mirage 2000 jets"),
        ("Mirage 2000 jets", "Paris gives Kyiv Mirage 2000-5 jets.", "Mirage 2000-5 jets"),
        ("Mirage 2000 jets", "Paris gives Kyiv Mirage 4000 jets.", None),
        ("Polish pilots", "Paris gives Kyiv Polish cooks and pilots.", "Polish cooks and pilots"),
        ("Polish pilots", "Paris gives Kyiv Polish cooks, not pilots.", None),
        ("two jets that are very old", "It rained: two jets that are very old!", "two jets that are very old"),
        ("two jets that are old", "No, not two jets that are old.", None),
    ],
)
def test_makes_shared_adjectives_and_words_that_nobody_repeats_by_chance(answer, other, quote):
    item = said(answer, f"Paris gives Kyiv {answer}.", "What does Paris give Kyiv?", [place(other)])
    assert [citation.quote for citation in item.citations] == [answer, *([quote] if quote else [])]


def test_what_stands_right_beside_a_name_is_what_it_is():
    question, text = "What office does Anna Berg hold?", "In Lund, Mayor Anna Berg opened a school."
    others = [place("It rained on Mayor Anna Berg."), place("Mayor Dag Ek was away.", "c.txt")]
    assert [c.source for c in said("Mayor", text, question, others).citations] == ["a.txt", "b.txt"]
    asked = "Whom did Anna Berg fire?"  # here the words of the question tell which sentence answers
    assert len(said("Mayor", "Anna Berg fired Mayor Anna Berg.", asked, others).citations) == 1


def test_an_article_is_cited_once_and_its_near_copies_count_as_one():
    text = "In Lund, twelve people were killed by the storm. The storm killed twelve people in Lund."
    others = [place(text), place(text), place(text, "c.txt", copy_of="b.txt"), place(text, "d.txt", copy_of="a.txt")]
    item = said("twelve", others=others)
    assert [c.source for c in item.citations] == ["a.txt", "b.txt", "c.txt", "d.txt"]
    assert item.n_sources == 2


def test_an_answer_of_no_words_that_mean_anything_is_left_as_it_is():
    assert said("on", others=[place(FIRST)]).n_sources == 1


@pytest.mark.parametrize(
    ("other", "quote"),
    [
        ("In Lund it rained. We do not want a fight over this, Berg said.", "We do not want a fight over this"),
        ("In Lund it rained. We want a fight over this, Berg said.", None),
        ("In Lund it rained. Everybody will be helped.", None),
    ],
)
def test_a_part_of_a_long_quote_counts_where_nobody_repeats_it_by_chance(other, quote):
    answer = "we do not want a fight over this, but everybody in the town will be helped"
    item = said(answer, f"Berg said: {answer}.", "What did Berg say in Lund?", [place(other)])
    assert [citation.quote for citation in item.citations] == [answer, *([quote] if quote else [])]


@pytest.mark.parametrize(
    ("other", "quote"),
    [
        ("Ukraine's President Vladimir Zelensky came.", "Vladimir Zelensky"),
        ("The president of Ukraine, Zelenskiy, came.", "Zelenskiy"),
        ("The president of Ukraine, Olena Zelenska, came.", None),
        ("The president of Ukraine came.", None),
        ("Zelensky has a garden.", None),  # nothing of what is asked
    ],
)
def test_a_person_counts_by_whatever_spelling_and_without_the_first_name(other, quote):
    text, question = "Ukraine's president, Volodymyr Zelenskyy, spoke.", "Who is the president of Ukraine?"
    item = said("Volodymyr Zelenskyy", text, question, [place(other)])
    assert [c.quote for c in item.citations] == ["Volodymyr Zelenskyy", *([quote] if quote else [])]
    for citation in item.citations[1:]:
        assert other[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize("text", ["(a+)+$", "a.b", "*", "\\", "[", "Ünïcödé", "𝔘𝔫𝔦"])
def test_an_answer_is_no_pattern(text):
    article, passage = place(f"x {text} y")
    assert [c.quote for c in mentions(text, article, passage)] == [text]
    assert not list(mentions(text, *place("aaaa b axb")))


def test_the_assistant_cites_all_that_say_so(write, tmp_path):
    files = {
        f"{n:02d}.txt": f"The storm killed twelve people in Lund. {name} wrote this." for n, name in enumerate(NAMES)
    }
    build(write(files), tmp_path / "library", "hashed")
    assistant = Assistant.open(tmp_path / "library", reader="overlap", encoder="hashed")
    answer = assistant.ask("How many people did the storm kill in Lund?", top=1)
    assert len(answer.considered) == 8 and len(answer.answers[0].citations) > 8
    assert answer.verify() == []


def test_of_many_passages_a_terminal_and_the_page_show_a_few_and_markdown_all():
    others = [place(f"In Lund, twelve people were killed by the storm, {name} wrote.", name) for name in NAMES]
    answer = Answer("How many?", (said("twelve", others=others),), None, 0.1)
    assert to_markdown(answer).count("twelve\\*\\*") + to_markdown(answer).count("**twelve**") == 15
    assert to_text(answer).count(">>twelve<<") == 4 and "Also in Dag, 2024-06-07; Elsa, 2024-06-07; " in to_text(answer)
    folded = answer_html(answer)
    assert folded.count("<mark>") == 15 and folded.index("11 more passages") > folded.index("Carl")

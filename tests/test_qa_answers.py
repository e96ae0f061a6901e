"""From spans to an answer: merging, citing, withholding, the JSON form, checking, rendering, follow-ups, filters.

The assistant is asked with readers whose finds are known; how candidates are weighed is not tested here.
"""

from __future__ import annotations

import dataclasses
import hashlib
import html
import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from index.article import Article
from index.build import build
from index.errors import AttestError, LibraryMissing, NoArticles, QuestionError
from index.library import Library
from index.passages import Passage
from qa import Answer, Assistant, ask
from qa.answer import Citation, Extract, Item
from qa.candidates import Candidate, merge
from qa.page.desk import Desk
from qa.page.filters import Chosen
from qa.page.turns import answers
from qa.page.turns import ask as ask_page
from qa.question import MOST_QUESTION, check_question, make_filter
from qa.reader import Reading, Span
from qa.render import to_html, to_markdown, to_text, visible
from qa.verify import from_folder, problems

QUESTION = "Which countries opposed training inside Ukraine?"
FOR_ONE = "Which country opposed training inside Ukraine?"
SURE, UNSURE = 40.0, -40.0  # raw scores that no calibration turns round


class Finds:
    """A reader that finds each of these texts wherever a passage holds it; `lie` is put in front of every span's text.

    asked: the questions it was given. read_: the passages.
    """

    name = "finds"

    def __init__(self, *wanted: str, score: float = SURE, lie: str = "") -> None:
        self.wanted, self.score, self.lie = wanted, score, lie
        self.asked: list[str] = []
        self.passages: list[str] = []

    def read(self, question: str, passages: Sequence[str], top: int = 10) -> Reading:
        self.asked.append(question)
        self.passages += passages
        spans = [
            Span(self.lie + wanted, n, match.start(), match.end(), self.score - rank)
            for rank, wanted in enumerate(self.wanted)
            for n, passage in enumerate(passages)
            for match in re.finditer(re.escape(wanted), passage)
        ]
        best = max((span.score for span in spans), default=UNSURE)
        return Reading(float(best > 0), tuple(sorted(spans, key=lambda span: -span.score)[:top]))


@pytest.fixture
def assistant(write, tmp_path) -> Callable[..., Assistant]:
    """assistant({"a.txt": "..."}, "text to find") over a library of these articles."""

    def made(files: dict[str, str], *wanted: str, **options: Any) -> Assistant:
        build(write(files), tmp_path / "library", "hashed")
        return Assistant(Library.open(tmp_path / "library"), Finds(*wanted, **options))

    return made


def texts(answer: Answer) -> list[str]:
    return [item.text for item in answer.answers]


def check_quotes(answer: Answer, folder: Path) -> int:
    """Compares every citation with its file; how many there were."""
    citations = [citation for item in answer.answers for citation in item.citations]
    for c in citations:
        article = (folder / c.source).read_bytes().decode("utf-8")
        assert article[c.start : c.end] == c.quote != ""
        assert article[c.passage.start : c.passage.end] == c.passage.text
        assert c.passage.start <= c.start < c.end <= c.passage.end
    return len(citations)


LETTERS = "France has sent letters to the United States. However, Germany, Italy and Spain opposed the exercise."


# Merging


def test_the_same_words_in_two_articles_are_one_answer_with_two_citations(assistant, tmp_path):
    made = assistant({"a.txt": "First, Spain said no.", "b/c.txt": "In May, Spain agreed."}, "Spain")
    answer = made.ask(QUESTION)
    assert texts(answer) == ["Spain"]
    (item,) = answer.answers
    assert sorted(c.source for c in item.citations) == ["a.txt", "b/c.txt"]
    assert item.n_sources == 2
    assert check_quotes(answer, tmp_path / "articles") == 2


def test_near_copies_are_cited_each_and_counted_once(assistant):
    told = "In June the ministers of seven countries met in Tallinn, and after four hours Spain said no to the plan."
    made = assistant({"a.txt": told, "b.txt": "(Agency) " + told, "c.txt": "Much later Spain spoke again."}, "Spain")
    (item,) = made.ask(QUESTION).answers
    assert sorted(c.source for c in item.citations) == ["a.txt", "b.txt", "c.txt"] and item.n_sources == 2


def test_of_spans_that_share_words_of_an_article_the_first_counts():
    article = Article("a.txt", "He trained a motorized brigade. A brigade left.")
    found = [
        Candidate(Span(article.text[a:b], 0, a, b, 1.0), article, Passage(0, len(article.text)), {}, 0.9)
        for a, b in ((13, 30), (13, 22), (23, 30), (34, 41))
    ]
    assert [item.text for item in merge(found)] == ["motorized brigade", "brigade"]


def test_days_are_one_answer_where_their_articles_mean_the_same_day():
    told = [("June 7", None), ("Friday", "2024-06-08"), ("Friday", "2024-06-15"), ("on June 7, 2024", "2024-06-15")]
    found = []
    for n, (when, published) in enumerate(told):
        article = Article(f"{n}.txt", f"They met {when} in Paris.", published=published)
        span = Span(when, 0, 9, 9 + len(when), 1.0)
        found.append(Candidate(span, article, Passage(0, len(article.text)), {}, 0.9))
    assert [[c.source for c in item.citations] for item in merge(found)] == [["0.txt", "1.txt", "3.txt"], ["2.txt"]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the United States", "The United States"),
        ("the United States", "United States"),
        ("European allies", "european  allies"),
        ("“legitimate”", "legitimate"),
        ("F-16", "F 16"),
        ("ﬁnal", "final"),
    ],
)
def test_case_articles_quotes_and_spaces_do_not_make_another_answer(assistant, one, other):
    answer = assistant({"a.txt": f"Here it is {one}.", "b.txt": f"There it is {other}."}, one, other).ask(QUESTION)
    assert len(answer.answers) == 1
    assert answer.answers[0].citations[0].quote == answer.text
    assert {(c.source, c.quote) for c in answer.answers[0].citations} >= {("a.txt", one), ("b.txt", other)}


def test_other_words_are_another_answer(assistant):
    answer = assistant({"a.txt": LETTERS}, "Germany", "Spain").ask(FOR_ONE)
    assert texts(answer) == ["Germany", "Spain"]


# Lists

THREE = "Germany, Italy and Spain"


def test_a_list_question_gets_each_thing_by_itself_and_their_join_as_text(assistant, tmp_path):
    answer = assistant({"a.txt": LETTERS}, THREE).ask(QUESTION)
    assert texts(answer) == ["Germany", "Italy", "Spain"] and answer.text == "Germany; Italy; Spain"
    assert check_quotes(answer, tmp_path / "articles") == 3
    assert answer.verify() == [] and answer.to_dict()["text"] == answer.text


def test_members_are_gathered_from_several_articles_and_merged(assistant):
    made = assistant({"a.txt": LETTERS, "b.txt": "Hungary and Spain opposed it too."}, THREE, "Hungary and Spain")
    answer = made.ask(QUESTION)
    assert sorted(texts(answer)) == ["Germany", "Hungary", "Italy", "Spain"]
    (spain,) = (item for item in answer.answers if item.text == "Spain")
    assert [c.source for c in spain.citations] == ["a.txt", "b.txt"] and spain.n_sources == 2


def test_a_question_for_one_thing_gets_the_enumeration_as_it_stands(assistant):
    answer = assistant({"a.txt": LETTERS}, THREE).ask(FOR_ONE)
    assert texts(answer) == [THREE] and answer.text == THREE


def test_top_cuts_a_list_where_it_is_given_alone(assistant):
    countries = "Albania Belgium Chile Denmark Estonia France Germany Hungary India Japan Kenya Latvia Mexico Norway"
    letters = ", ".join(countries.split()) + " and Zambia"
    made = assistant({"a.txt": f"The letters went to {letters}."}, letters)
    assert len(made.ask(QUESTION).answers) == 15
    assert made.ask(QUESTION, top=2).text == "Albania; Belgium"


def test_an_answer_claims_its_first_entry_or_all_of_them(assistant):
    answer = assistant({"a.txt": LETTERS}, THREE).ask(QUESTION)
    for text, checks in (
        ("Germany; Italy; Spain", True),
        ("Germany", True),
        ("Germany; Italy", False),
        ("Germany; Spain; Italy", False),
        ("Germany, Italy, Spain", False),
        ("Spain", False),
        (None, False),
        ("", False),
    ):
        assert (problems(answer.to_dict() | {"text": text}, answer.find) == []) is checks


def test_the_members_of_a_list_are_marked_in_one_passage(assistant):
    answer = assistant({"a.txt": LETTERS}, THREE).ask(QUESTION)
    printed = " ".join(to_text(answer).replace("   | ", " ").split())
    assert printed.startswith("Germany; Italy; Spain each 1.00 by the reader’s own score a.txt")
    assert "However, >>Germany<<, >>Italy<< and >>Spain<< opposed the exercise." in printed
    assert "characters 55 to 62, 64 to 69, 74 to 79" in to_markdown(answer)
    assert to_html(answer).count("<mark>") == 3 and to_html(answer).count("<blockquote>") == 1


def test_two_places_in_one_article_are_two_citations_of_one_source(assistant):
    answer = assistant({"a.txt": "Spain said no. Later Spain agreed."}, "Spain").ask(QUESTION)
    (item,) = answer.answers
    assert [(c.start, c.end) for c in item.citations] == [(0, 5), (21, 26)]
    assert item.n_sources == 1


FILLER = "The minister spoke for a long time about roads and bridges in the north. "


def test_a_quote_that_two_overlapping_passages_hold_is_cited_once(assistant, tmp_path):
    text = FILLER * 12 + "Only Germany wrote back. " + FILLER * 12
    made = assistant({"a.txt": text}, "Germany")
    answer = made.ask(QUESTION)
    held = [passage for passage in made.reader.passages if "Germany" in passage]
    assert len(held) == 2  # the text is such that both passages hold the word
    assert check_quotes(answer, tmp_path / "articles") == 1  # D5


def test_no_two_citations_of_an_answer_stand_on_the_same_words(assistant):
    class EachItsOwn(Finds):
        """In one passage "the United States", in the next, which holds the same sentence, "United States"."""

        def read(self, question, passages, top=10):
            spans = []
            for passage in passages:
                n = passages.index(passage)
                wanted = ("the United States", "United States")[len(spans) % 2]
                if wanted in passage:
                    start = passage.index(wanted)
                    spans.append(Span(wanted, n, start, start + len(wanted), SURE))
            return Reading(1.0, tuple(spans))

    text = FILLER * 12 + "Only the United States wrote back. " + FILLER * 12
    made = assistant({"a.txt": text})
    made.reader = EachItsOwn()
    (item,) = made.ask(QUESTION).answers
    places = sorted((c.start, c.end) for c in item.citations)
    assert all(before[1] <= after[0] for before, after in pairwise(places)), places


def test_answers_come_best_first_and_their_confidence_is_a_probability(assistant):
    answer = assistant({"a.txt": LETTERS, "b.txt": "Spain wrote."}, "Spain", "Italy", "Germany").ask(QUESTION)
    confidences = [item.confidence for item in answer.answers]
    assert confidences == sorted(confidences, reverse=True)
    assert all(0 <= confidence <= 1 for confidence in confidences)
    assert answer.confidence == confidences[0]


@pytest.mark.parametrize("top", [1, 2, 3, 9])
def test_no_more_answers_than_asked_for(assistant, top):
    answer = assistant({"a.txt": LETTERS}, "Germany", "Italy", "Spain").ask(QUESTION, top=top)
    assert texts(answer) == ["Germany", "Italy", "Spain"][:top]


def test_as_many_answers_as_asked_for_where_there_are_so_many(assistant):
    names = "Oslo Paris Berlin Rome Madrid Lisbon Vienna Prague Warsaw Riga Tallinn Athens".split()
    answer = assistant({"a.txt": "Letters came from " + ", ".join(names) + "."}, *names).ask(FOR_ONE, top=12)
    assert texts(answer) == names


# Withholding


def test_a_span_that_does_not_read_so_in_its_article_is_withheld(assistant):
    answer = assistant({"a.txt": LETTERS}, "Spain", lie="not ").ask(QUESTION)
    assert not answer.answered
    assert answer.reason


def test_a_false_span_is_withheld_and_a_true_one_kept(assistant):
    class OneLie(Finds):
        def read(self, question, passages, top=10):
            assert (passages[0][55:62], passages[0][74:79]) == ("Germany", "Spain")
            return Reading(1.0, (Span("Germans", 0, 55, 62, SURE), Span("Spain", 0, 74, 79, SURE - 9)))

    made = assistant({"a.txt": LETTERS})
    made.reader = OneLie()
    assert texts(made.ask(FOR_ONE)) == ["Spain"]


@pytest.mark.parametrize("text", ["—", "…", "“”", " "])
def test_a_find_without_words_is_no_answer(assistant, text):
    assert not assistant({"a.txt": f"Spain {text} Italy “” wrote … letters — home."}, text).ask(QUESTION).answered


def test_an_unlikely_find_is_not_given_and_the_reason_is_said(assistant):
    answer = assistant({"a.txt": LETTERS}, "Spain", score=UNSURE).ask(QUESTION)
    assert (answer.answered, answer.text, answer.answers, answer.confidence) == (False, None, (), 0.0)
    assert "below the threshold" in answer.reason
    assert len(answer.considered) == 1


def test_a_reader_that_finds_nothing_gives_no_answer(assistant):
    assert not assistant({"a.txt": LETTERS}).ask(QUESTION).answered


def test_the_baseline_says_nothing_where_no_word_of_the_question_is_in_the_articles(write):
    opened = Assistant.open(write({"a.txt": "Spain wrote. The harbour opened."}), reader="overlap", encoder="hashed")
    assert opened.ask("Zebra xylophone quasar?").answered is False


# The JSON form

KEYS = ["question", "answered", "text", "confidence", "reason", "answers", "conflicts", "seconds"]
ITEM = ["text", "confidence", "n_sources", "citations"]
CITATION = ["source", "title", "published", "sha256", "start", "end", "quote", "dates", "passage"]


def test_the_json_has_the_promised_keys_in_their_order(assistant):
    answer = assistant({"a.txt": LETTERS}, "Spain").ask("  Who opposed it? ")
    out = answer.to_dict()
    assert list(out) == KEYS
    assert list(out["answers"][0]) == ITEM
    assert list(out["answers"][0]["citations"][0]) == CITATION
    assert list(out["answers"][0]["citations"][0]["passage"]) == ["start", "end", "text"]
    assert json.loads(json.dumps(out)) == out
    assert (out["question"], out["answered"], out["text"], out["reason"]) == ("  Who opposed it? ", True, "Spain", None)
    assert (out["conflicts"], out["answers"][0]["n_sources"]) == ([], 1)
    assert 0 <= out["seconds"] < 60


def test_a_citation_says_where_it_stands_in_the_file(assistant, tmp_path):
    text = "Coalition grows\n\nPARIS, June 7, 2024 (Agency) - Spain 😀 opposed the exercise, Italy said.\n"
    answer = assistant({"deep/a.txt": text}, "Italy").ask(QUESTION)
    citation = answer.to_dict()["answers"][0]["citations"][0]
    assert citation["source"] == "deep/a.txt"
    assert (citation["title"], citation["published"]) == ("Coalition grows", "2024-06-07")
    assert citation["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert text[citation["start"] : citation["end"]] == citation["quote"] == "Italy"
    passage = citation["passage"]
    assert text[passage["start"] : passage["end"]] == passage["text"]
    assert [(d["mention"], d["date"]) for d in citation["dates"]] == [("June 7, 2024", "2024-06-07")]


def test_an_undated_article_without_a_title_says_so_with_null(assistant):
    citation = assistant({"a.txt": LETTERS}, "Spain").ask(QUESTION).to_dict()["answers"][0]["citations"][0]
    assert (citation["title"], citation["published"]) == (None, None)


def test_no_answer_has_the_same_keys_and_a_reason(assistant):
    out = assistant({"a.txt": LETTERS}).ask(QUESTION).to_dict()
    assert list(out) == KEYS
    assert (out["answered"], out["text"], out["answers"], out["confidence"]) == (False, None, [], 0.0)
    assert isinstance(out["reason"], str) and out["reason"]


def test_changing_the_dictionary_does_not_change_the_answer(assistant):
    answer = assistant({"a.txt": LETTERS}, "Spain").ask(QUESTION)
    before = json.dumps(answer.to_dict())
    out = answer.to_dict()
    citation = out["answers"][0]["citations"][0]
    citation["passage"]["text"] = citation["quote"] = "forged"
    citation["dates"].append({})
    out["answers"].clear()
    assert json.dumps(answer.to_dict()) == before
    assert answer.verify() == []


def test_results_are_frozen(assistant):
    answer = assistant({"a.txt": LETTERS}, "Spain").ask(QUESTION)
    for part in (answer, answer.answers[0], answer.answers[0].citations[0], answer.answers[0].citations[0].passage):
        with pytest.raises(dataclasses.FrozenInstanceError):
            part.text = "forged"


# Checking


@pytest.fixture
def answered(assistant) -> dict[str, Any]:
    return assistant({"a.txt": LETTERS, "b.txt": "Spain wrote."}, "Spain", "Italy").ask(QUESTION).to_dict()


def test_a_true_answer_checks_against_library_and_folder(assistant, tmp_path):
    answer = assistant({"a.txt": LETTERS}, "Spain", "Italy").ask(QUESTION)
    assert answer.verify() == []
    assert problems(answer.to_dict(), from_folder(tmp_path / "articles")) == []


def test_a_tampered_answer_object_does_not_check(assistant):
    answer = assistant({"a.txt": LETTERS}, "Spain").ask(FOR_ONE)
    item = answer.answers[0]
    false = dataclasses.replace(item.citations[0], quote="Spaim")
    forged = dataclasses.replace(answer, answers=(dataclasses.replace(item, text="Spaim", citations=(false,)),))
    assert len(forged.verify()) == 1
    assert "'Spain'" in forged.verify()[0] and "'Spaim'" in forged.verify()[0]


def citation_of(answer: dict[str, Any], n: int = 0) -> dict[str, Any]:
    return answer["answers"][n]["citations"][0]


TAMPERINGS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "quote": lambda a: citation_of(a).update(quote="Spaim"),
    "quote of the second answer": lambda a: citation_of(a, 1).update(quote="Itali"),
    "quote of another case": lambda a: citation_of(a).update(quote="spain"),
    "no quote": lambda a: citation_of(a).pop("quote"),
    "start": lambda a: citation_of(a).update(start=citation_of(a)["start"] - 1),
    "end": lambda a: citation_of(a).update(end=citation_of(a)["end"] + 1),
    "negative extent": lambda a: citation_of(a).update(start=-5, end=-1),
    "extent beyond the end": lambda a: citation_of(a).update(end=10**9),
    "empty extent": lambda a: citation_of(a).update(start=5, end=5, quote=""),
    "start as text": lambda a: citation_of(a).update(start=str(citation_of(a)["start"])),
    "start as true": lambda a: citation_of(a).update(start=True),
    "start as float": lambda a: citation_of(a).update(start=float(citation_of(a)["start"])),
    "no start": lambda a: citation_of(a).pop("start"),
    "hash": lambda a: citation_of(a).update(sha256="0" * 64),
    "no hash": lambda a: citation_of(a).pop("sha256"),
    "source": lambda a: citation_of(a).update(source="c.txt"),
    "source as a list": lambda a: citation_of(a).update(source=["a.txt"]),
    "passage text": lambda a: citation_of(a)["passage"].update(text="France has sent nothing."),
    "passage extent": lambda a: citation_of(a)["passage"].update(start=1),
    "no passage": lambda a: citation_of(a).pop("passage"),
    "passage as text": lambda a: citation_of(a).update(passage="Spain"),
    "text of an answer": lambda a: a["answers"][0].update(text="Portugal"),
    "citations taken away": lambda a: a["answers"][0].update(citations=[]),
    "citations as an object": lambda a: a["answers"][0].update(citations={}),
    "citation as text": lambda a: a["answers"][0].update(citations=["Spain"]),
    "answer as text": lambda a: a["answers"].append("Portugal"),
    "an answer added": lambda a: a["answers"].append({"text": "Portugal", "citations": []}),
    "text on top": lambda a: a.update(text="Portugal"),
    "text on top of no answers": lambda a: a.update(text="Portugal", answers=[]),
    "answered with no answers": lambda a: a.update(answers=[], text=None),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_tampered_answer_does_not_check(answered, tmp_path, name):
    find = from_folder(tmp_path / "articles")
    assert problems(answered, find) == []
    TAMPERINGS[name](answered)
    assert problems(answered, find)


def test_an_answer_does_not_check_once_its_article_has_changed(answered, tmp_path):
    path = tmp_path / "articles" / "b.txt"
    path.write_text(path.read_text(encoding="utf-8") + " More.", encoding="utf-8")  # the quote stands where it stood
    found = problems(answered, from_folder(tmp_path / "articles"))
    assert len(found) == 1 and "b.txt" in found[0] and "changed" in found[0]


def test_an_answer_without_finds_checks(assistant, tmp_path):
    out = assistant({"a.txt": LETTERS}).ask(QUESTION).to_dict()
    assert problems(out, from_folder(tmp_path / "articles")) == []


SOURCES = {
    "empty": "",
    "folder": ".",
    "above": "..",
    "absolute": "/etc/passwd",
    "outside": "../../etc/passwd",
    "record of a text": "a.txt#1",
    "mark alone": "#",
    "nul": "a\0b.txt",
    "long": "x" * 5000,
    "long records": "y#" * 2000,
    "half surrogate": "\ud800",
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_a_hostile_source_is_no_article(answered, tmp_path, source):
    citation_of(answered)["source"] = source
    found = problems(answered, from_folder(tmp_path / "articles"))
    assert len(found) == 1 and "no article" in found[0]


def test_a_linked_file_outside_the_folder_is_no_article(answered, tmp_path):
    (tmp_path / "outside.txt").write_text("Spain wrote.", encoding="utf-8")
    (tmp_path / "articles" / "link.txt").symlink_to(tmp_path / "outside.txt")
    citation_of(answered)["source"] = "link.txt"
    assert any("no article" in problem for problem in problems(answered, from_folder(tmp_path / "articles")))


def test_records_of_a_json_lines_file_check_by_their_ids(assistant, tmp_path):
    lines = [{"id": "x", "text": "Spain wrote."}, {"text": "Italy wrote."}]
    made = assistant({"a.jsonl": "\n".join(map(json.dumps, lines))}, "Spain", "Italy")
    answer = made.ask(QUESTION)
    assert [item.citations[0].source for item in answer.answers] == ["a.jsonl#x", "a.jsonl#2"]
    assert problems(answer.to_dict(), from_folder(tmp_path / "articles")) == []


@pytest.mark.parametrize("name", ["a.txt", "gone"])
def test_only_a_folder_can_be_checked_against(write, name):
    with pytest.raises(NoArticles, match=name):
        from_folder(write({"a.txt": LETTERS}) / name)


# Rendering

HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> ![i](http://e.x/i.png) [l](javascript:alert(1)) "
    "</blockquote></mark> &lt;b&gt; "
    "\x1b[31mred\x1b[0m \x07 \x9b2J \u202eevil\u202c \u2066i\u2069 \u200b\u200d\ufeff\u00ad "
    "**bold** __b__ `code` $x$ ~~s~~ | t | # h\n# heading\n> quote\n- item\n<!-- c --> <a href='x'> \" ' "
)
INVISIBLE = (
    "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2064\u2066\u2067"
)
INVISIBLE += "\u2068\u2069\u206a\u206f\ufeff\ufff9\ufffb"
CONTROL = "\0\x01\x07\x08\x1b\x7f\x80\x9b\x9f"


def one_answer(before: str, quote: str, after: str, **facts: Any) -> Answer:
    """An answer whose citation reads before + quote + after, as if from an article of that text."""
    passage = Extract(10, 10 + len(before + quote + after), before + quote + after)
    start = 10 + len(before)
    told = {"source": "a.txt", "title": None, "published": None} | facts
    citation = Citation(
        sha256="0" * 64, start=start, end=start + len(quote), quote=quote, dates=(), passage=passage, **told
    )
    return Answer(facts.get("question", QUESTION), (Item(quote, 0.93, (citation,)),), None, 0.1)


def hostile_answer() -> Answer:
    answer = one_answer(HOSTILE, f"Spain {HOSTILE}", HOSTILE, title=HOSTILE, source=f"{HOSTILE}.txt")
    return dataclasses.replace(answer, question=HOSTILE)


class Page(HTMLParser):
    """Tags and attributes of a page, its whole text, and the texts inside <mark>."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[Any] = []
        self.text, self.marked = "", []
        self.open = False
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        if tag == "mark":
            self.marked.append("")
            self.open = True

    def handle_endtag(self, tag):
        self.open = self.open and tag != "mark"

    def handle_data(self, data):
        self.text += data
        if self.open:
            self.marked[-1] += data

    def handle_comment(self, data):
        self.tags.add("comment")

    handle_decl = handle_pi = unknown_decl = handle_comment


def test_no_tag_or_attribute_of_the_page_comes_from_an_article():
    page = Page(to_html(hostile_answer()))
    assert page.tags == {"h3", "strong", "small", "p", "blockquote", "mark"}
    assert page.attributes == []
    assert "<script>alert(1)</script>" in page.text and "<img src=x onerror=alert(1)>" in page.text


def test_a_notebook_shows_the_page_of_an_answer():
    assert hostile_answer()._repr_html_() == to_html(hostile_answer())


def test_the_page_marks_the_quote_and_nothing_else():
    page = Page(to_html(one_answer("However, ", "Germany & <b>Italy</b>", " opposed.")))
    assert page.marked == ["Germany & <b>Italy</b>"]
    assert "However, Germany & <b>Italy</b> opposed." in page.text


@pytest.mark.parametrize("reason", ["<b>because</b>", "no article passes the filter"])
def test_the_page_escapes_a_reason(reason):
    page = Page(to_html(Answer("q", (), reason, 0.1)))
    assert page.tags == {"p"} and reason in page.text


@pytest.mark.parametrize("form", [to_text, to_markdown, to_html], ids=["text", "markdown", "html"])
@pytest.mark.parametrize("part", ["before", "quote", "after", "title", "source"])
def test_invisible_and_control_characters_are_shown_as_code_points(form, part):
    def shown(character: str) -> bool:
        parts = {"before": "Then ", "quote": "Spain", "after": " agreed.", "title": "T", "source": "a.txt"}
        parts[part] += f"x{character}y"
        out = form(one_answer(**parts))
        return character not in out and f"<U+{ord(character):04X}>" in html.unescape(out).replace("\\", "")

    assert [f"U+{ord(c):04X}" for c in INVISIBLE + CONTROL if not shown(c)] == []


@pytest.mark.parametrize("color", [False, True])
def test_an_article_cannot_steer_the_terminal(color):
    out = to_text(hostile_answer(), color=color)
    ours = {"\x1b[1m", "\x1b[1;4m", "\x1b[0m"} if color else set()
    assert set(re.findall(r"\x1b\[[\d;]*m?", out)) == ours
    left = re.sub(r"\x1b\[[\d;]*m", "", out)
    assert [c for c in left if c != "\n" and unicodedata.category(c) in ("Cc", "Cf")] == []


def test_of_all_characters_only_control_invisible_and_half_ones_are_named():
    named = [c for c in map(chr, range(0x10000)) if visible(c) != c]
    assert all(visible(c) == f"<U+{ord(c):04X}>" for c in named)
    assert {chr(n) for n in (*range(32), *range(127, 160))} - {"\n"} <= set(named)
    assert {unicodedata.category(c) for c in named} == {"Cc", "Cf", "Cs"}


def test_invisible_tag_characters_are_named():
    assert visible("Spain\U000e0041") == "Spain<U+E0041>"


@pytest.mark.parametrize("text", ["Šimonytė’s “café” — €200 … 北京 שלום 😀 e\u0301", "a\u00a0b"])
def test_ordinary_text_is_shown_as_it_is(text):
    answer = one_answer("", text, " end")
    assert text in to_text(answer) and text in to_html(answer)
    assert text in to_markdown(answer).replace("\\", "").replace("a b", "a\u00a0b")


@pytest.mark.parametrize("form", [to_text, to_markdown, to_html], ids=["text", "markdown", "html"])
@pytest.mark.parametrize("gap", ["\n", "\r\n", "\t"], ids=repr)
@pytest.mark.parametrize("part", ["quote", "after"])
def test_line_breaks_and_tabs_are_white_space_not_code_points(form, gap, part):
    parts = {"quote": "Germany and Spain", "after": " agreed at last."}
    parts[part] = parts[part].replace(" ", gap)
    out = html.unescape(form(one_answer("Then ", **parts))).replace("\\", "")
    assert "<U+" not in out
    assert "Germany and Spain agreed at last." in re.sub(r"<[^<>]*>|[*<>|]", "", " ".join(out.split()))


def test_the_terminal_shows_quote_passage_source_and_day():
    answer = one_answer("However, ", "Germany and Spain", " opposed.", published="2024-06-09", title="Letters")
    assert to_text(answer) == (
        "Germany and Spain\n   93% confident, 1 source\n\n   “Letters”, a.txt, 2024-06-09\n"
        "   | However, >>Germany and Spain<< opposed."
    )
    assert "\x1b[1;4mGermany and Spain\x1b[0m" in to_text(answer, color=True)


def test_the_terminal_marks_one_place_per_citation_even_if_the_article_holds_our_marks():
    out = to_text(one_answer("a \0fake\x01 b ", "Spain", " c \0fake\x01"))
    assert re.findall(">>(.*?)<<", out) == ["Spain"]


def test_lines_in_the_terminal_are_short_and_lose_no_word():
    before = FILLER * 20
    out = to_text(one_answer(before, "Germany and Spain", f" {FILLER * 20}"))
    lines = [line.removeprefix("   | ") for line in out.split("\n") if line.startswith("   | ")]
    assert max(len(line) for line in out.split("\n")) <= 100
    assert " ".join(lines).split() == f"{before}>>Germany and Spain<< {FILLER * 20}".split()


def test_no_answer_is_one_line_in_the_terminal():
    assert to_text(Answer("q", (), "the articles hold no words", 0.1)) == "No answer: the articles hold no words."


def test_markdown_gives_question_quote_in_its_passage_and_where_it_stands():
    answer = one_answer("However, ", "Germany and Spain", " opposed.", published="2024-06-09")
    lines = to_markdown(answer).replace("\\", "").split("\n")
    assert lines[0] == f"**{QUESTION}**"
    assert "Germany and Spain (93% confident, 1 source)" in lines
    assert "> However, **Germany and Spain** opposed." in lines
    assert f"> a.txt, 2024-06-09, characters 19 to 36, SHA-256 {'0' * 12}" in lines


def test_markdown_of_no_answer_gives_the_reason():
    out = to_markdown(Answer("Who?", (), "the articles hold no words", 0.1))
    assert "No answer: the articles hold no words." in out


def test_every_mark_of_markdown_and_html_in_an_article_is_escaped():
    def marks(answer: Answer) -> list[str]:
        return [c for c in re.sub(r"\\.", "", to_markdown(answer)) if c in "\\`*_{}[]()#+!|<>~&$"]

    assert marks(hostile_answer()) == marks(one_answer("x ", "Spain", " y", title="T"))  # our own marks, no others


@pytest.mark.parametrize(
    "text", ["- Spain", "+ Spain", "1. Spain", "1986. Spain", "2) Spain", "> Spain", "# Spain", "---"]
)
def test_rendered_markdown_keeps_what_looks_like_a_list_or_heading_as_text(text):
    markdown_it = pytest.importorskip("markdown_it", reason="a Markdown renderer, where another package brings one")
    page = Page(markdown_it.MarkdownIt().render(to_markdown(one_answer(text, text, text))))
    assert page.tags == {"p", "strong", "blockquote"}
    assert page.text.count(text) == 4


def test_rendered_markdown_holds_no_link_image_or_raw_html_of_an_article():
    markdown_it = pytest.importorskip("markdown_it", reason="a Markdown renderer, where another package brings one")
    out = markdown_it.MarkdownIt("commonmark", {"html": True}).enable("table").render(to_markdown(hostile_answer()))
    page = Page(out)
    assert page.tags <= {"p", "strong", "blockquote"}
    assert page.attributes == []
    assert "<script>alert(1)</script>" in page.text


@pytest.mark.parametrize("color", [False, True])
def test_several_answers_are_numbered_from_the_second_on(color, assistant):
    out = to_text(assistant({"a.txt": LETTERS}, "Germany", "Spain").ask(FOR_ONE), color=color)
    assert re.sub(r"\x1b\[[\d;]*m", "", out).startswith("Germany\n")
    assert "2. Spain" in out


def test_how_many_articles_agree_is_told(assistant):
    answer = assistant({"a.txt": "Spain wrote.", "b.txt": "Spain agreed."}, "Spain").ask(QUESTION)
    for form in (to_text, to_markdown, to_html):
        assert "2 sources" in form(answer)


# Follow-ups (how a question is rewritten: test_qa_followups.py)


def test_an_earlier_answer_serves_as_history(assistant):
    made = assistant({"a.txt": LETTERS}, "Spain")
    first = made.ask("Who opposed the exercise?")
    second = made.ask("Why did they?", [first])
    assert made.reader.asked == ["Who opposed the exercise?", "Why did Spain oppose the exercise?"]
    assert second.question == "Why did they?" and second.trace.read == made.reader.asked[-1]


def test_a_question_that_comes_without_its_answer_is_answered_first(assistant):
    made = assistant({"a.txt": LETTERS}, "Spain")
    made.ask("Why did they?", ["Who opposed the exercise?"])
    assert made.reader.asked[:2] == ["Who opposed the exercise?", "Why did Spain oppose the exercise?"]


def test_a_fresh_question_is_asked_once_and_as_it_is(assistant):
    made = assistant({"a.txt": LETTERS}, "Spain")
    made.ask("Who opposed Macron?", ["Who is Kallas?", "Why?"])
    assert made.reader.asked == ["Who opposed Macron?"]


def test_the_passages_last_cited_are_read_again_unless_the_filter_forbids_it(assistant):
    texts = {"a.txt": "Spain wrote letters about training.", "b.txt": " date 2024-06-07 It rained in Lyon."}
    made = assistant(texts, "Spain", "Lyon")
    first = made.ask("Who wrote letters?")
    assert first.considered[0].source == "a.txt"
    assert "a.txt" in {p.source for p in made.ask("Why did they?", [first]).considered}
    assert {p.source for p in made.ask("Why did they?", [first], as_of="2024-06-08").considered} == {"b.txt"}


@pytest.mark.parametrize("history", [[""], ["?!"], ["\ud800 who"], ["who " * 5000], ["Why?", "And then?", "He?"] * 9])
def test_odd_histories_are_taken_as_they_come(assistant, history):
    assert assistant({"a.txt": LETTERS}, "Spain").ask("Why did they?", history).answered


def test_the_pages_conversation_grows_by_each_answer_but_not_by_bad_questions(assistant):
    made = assistant({"a.txt": LETTERS}, "Spain")
    turns = [ask_page(Desk(made), "Who opposed the exercise?", [], Chosen())]
    assert "<mark>Spain</mark>" in turns[0].shown[1].replace("&#32;", " ") and len(answers(turns)) == 1
    turns.append(ask_page(Desk(made), "When did they?", turns, Chosen()))
    assert "oppose the exercise" in made.reader.asked[-1] and len(answers(turns)) == 2
    bad = ask_page(Desk(made), "<b>?</b>" * 200, turns, Chosen())
    assert bad.answer is None and "<b>" not in bad.shown[1] and "1600 characters" in bad.shown[1]


# Questions


@pytest.mark.parametrize("question", ["", " ", "\n\t ", "?", "…!", "😀", "\u200b"])
def test_a_question_without_words_is_refused(assistant, question):
    with pytest.raises(QuestionError, match="no words"):
        assistant({"a.txt": LETTERS}, "Spain").ask(question)


@pytest.mark.parametrize("size", [MOST_QUESTION + 1, 100_000])
def test_an_overlong_question_is_refused_with_both_numbers(size):
    with pytest.raises(QuestionError, match=f"{size} characters, at most {MOST_QUESTION}") as caught:
        check_question("w" * size)
    assert len(str(caught.value)) < 200


def test_a_question_of_the_greatest_length_is_read(assistant):
    assert assistant({"a.txt": LETTERS}, "Spain").ask("who " * (MOST_QUESTION // 4) + "  ").answered


@pytest.mark.parametrize(
    "question",
    ["who\0 sent", 'who "sent" (NEAR', "who* OR who AND", "é\u0301 ﬁ 北京 \u202e?", "who'; drop table words"],
)
def test_odd_characters_in_a_question_are_just_characters(assistant, question):
    assert assistant({"a.txt": LETTERS}, "Spain").ask(question).answered


def test_half_a_surrogate_pair_in_a_question_is_refused():
    with pytest.raises(QuestionError):  # what a shell hands on for bytes that are not UTF-8; tokenizers cannot take it
        check_question("who sent caf\udce9 letters")


@pytest.mark.parametrize("top", [0, -1])
def test_asking_for_no_answers_is_refused(assistant, top):
    with pytest.raises(QuestionError, match=f"top is {top}"):
        assistant({"a.txt": LETTERS}, "Spain").ask(QUESTION, top=top)


DAYS = [
    "yesterday",
    "2024-6-7",
    "20240607",
    "2024-02-30",
    "2024-W23-5",
    "",
    " 2024-06-07",
    "2024-06-07T00:00",
    "07/06/2024",
]


@pytest.mark.parametrize("name", ["since", "until", "as_of"])
@pytest.mark.parametrize("day", DAYS)
def test_a_day_that_is_none_is_refused_by_name_and_value(name, day):
    with pytest.raises(QuestionError, match=name) as caught:
        make_filter(**{name: day})
    assert repr(day) in str(caught.value)


# Filters

DATED = {
    "may.txt": " date 2024-05-30 Spain wrote letters about training.",
    "june.txt": " date 2024-06-07 Spain wrote letters about training.",
    "later.txt": " date 2024-06-09 Spain wrote letters about training.",
    "undated.txt": "Spain wrote letters about training.",
    "sub/june.txt": " date 2024-06-07 Spain wrote letters about training too.",
    "subway.txt": " date 2024-06-08 Spain wrote letters about training.",
}


@pytest.fixture(scope="module")
def dated(tmp_path_factory) -> Assistant:
    """Over DATED, with the overlap reader and the hashed encoder."""
    folder, library = tmp_path_factory.mktemp("dated"), tmp_path_factory.mktemp("library")
    (folder / "sub").mkdir()
    for name, text in DATED.items():
        (folder / name).write_bytes(text.encode())
    build(folder, library, "hashed")
    return Assistant.open(library, reader="overlap", encoder="hashed")


def seen(answer: Answer) -> set[str]:
    """Every source that was read or cited."""
    assert {c.source for item in answer.answers for c in item.citations} <= {p.source for p in answer.considered}
    return {passage.source for passage in answer.considered}


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({}, set(DATED)),
        ({"since": "2024-06-08"}, {"later.txt", "subway.txt"}),
        ({"since": "2024-06-07", "until": "2024-06-07"}, {"june.txt", "sub/june.txt"}),
        ({"until": "2024-05-30"}, {"may.txt"}),
        ({"as_of": "2024-06-07"}, {"may.txt", "june.txt", "sub/june.txt"}),
        ({"as_of": "2024-06-07", "until": "2024-06-01"}, {"may.txt"}),
        ({"as_of": "2024-06-01", "until": "2024-06-30"}, {"may.txt"}),
        ({"as_of": "2024-06-08", "since": "2024-06-08"}, {"subway.txt"}),
        ({"as_of": "2024-05-29"}, set()),
        ({"since": "2024-06-09", "until": "2024-06-01"}, set()),
        ({"sources": ["may.txt"]}, {"may.txt"}),
        ({"sources": ["may.txt", "undated.txt"]}, {"may.txt", "undated.txt"}),
        ({"sources": ["sub"]}, {"sub/june.txt"}),
        ({"sources": ["sub/"]}, {"sub/june.txt"}),
        ({"sources": ["%"]}, set()),
        ({"sources": ["MAY.txt"]}, set()),
        ({"sources": ["sub", "may.txt"], "since": "2024-06-01"}, {"sub/june.txt"}),
    ],
)
def test_only_articles_that_pass_the_filter_are_read(dated, options, wanted):
    answer = dated.ask("Who wrote letters about training?", **options)
    assert seen(answer) == wanted
    assert answer.answered is bool(wanted)
    if not wanted:
        assert answer.reason.startswith("no article passes the filter (")


@pytest.mark.parametrize(
    "day", ["2024-05-29", "2024-05-30", "2024-06-06", "2024-06-07", "2024-06-08", "2024-06-09", "2030-01-01"]
)
def test_as_of_a_day_no_later_and_no_undated_article_is_read(dated, day):
    read = dated.ask("Who wrote letters about training?", as_of=day, top=20).considered
    days = [dated.library.article(passage.source).published for passage in read]
    assert all(published is not None and published <= day for published in days)
    assert len(days) == sum(d <= day for d in ("2024-05-30", "2024-06-07", "2024-06-07", "2024-06-08", "2024-06-09"))


def test_what_was_considered_is_told_in_order_of_retrieval(dated):
    considered = dated.ask("Who wrote letters?").considered
    assert [p.retrieval for p in considered] == sorted((p.retrieval for p in considered), reverse=True)
    for passage in considered:
        assert DATED[passage.source][passage.start : passage.end].startswith("Spain wrote letters about training")


# Opening


def test_one_call_answers_from_a_built_library_and_takes_the_options_of_asking(assistant, tmp_path, monkeypatch):
    made = assistant({"a.txt": LETTERS}, "Spain", "Italy")
    monkeypatch.setattr(Assistant, "open", classmethod(lambda cls, path: made if path == tmp_path else None))
    answer = ask("Why did they?", tmp_path, history=["Who opposed it?"], top=1, sources=["a.txt"])
    assert texts(answer) == ["Italy"]  # "Spain" was the answer before
    assert made.reader.asked[0] == "Who opposed it?" and len(made.reader.asked) > 1


def test_a_folder_is_brought_up_to_date_before_it_is_asked(write):
    folder = write({"a.txt": "Spain wrote letters."})
    first = Assistant.open(folder, reader="overlap", encoder="hashed")
    write({"b.txt": "Portugal received the parcels."})
    second = Assistant.open(folder, reader="overlap", encoder="hashed")
    assert (first.library.sources, second.library.sources) == (["a.txt"], ["a.txt", "b.txt"])
    assert second.ask("Who received the parcels?").text == "Portugal received the parcels."
    assert sorted(path.name for path in folder.iterdir()) == ["a.txt", "b.txt"]  # nothing is written there


def test_a_built_library_opens_without_its_folder(write, tmp_path):
    import shutil

    folder = write({"a.txt": LETTERS})
    build(folder, tmp_path / "library", "hashed")
    shutil.rmtree(folder)
    answer = Assistant.open(tmp_path / "library", reader="overlap").ask("Who has sent letters?")
    assert answer.answered and answer.verify() == []


def test_open_library_takes_nothing_but_a_library(write):
    with pytest.raises(LibraryMissing, match="attest index"):
        Assistant.open_library(write({"a.txt": LETTERS}), reader="overlap")


@pytest.mark.parametrize("name", ["gone", "articles/a.txt"])
def test_opening_what_is_no_folder_is_refused_by_name(write, tmp_path, name):
    write({"a.txt": LETTERS})
    with pytest.raises(AttestError, match=name):
        Assistant.open(tmp_path / name, reader="overlap", encoder="hashed")


def test_of_a_large_library_more_passages_are_read(write, tmp_path, monkeypatch):
    names = [chr(ord("a") + n) * 4 for n in range(26)]
    build(write({f"{name}.txt": f"Letters about training came from {name}." for name in names}), tmp_path, "hashed")
    assistant = Assistant.open(tmp_path, reader="overlap", encoder="hashed")
    assert len(assistant.ask("Who sent letters about training?").considered) == 8
    monkeypatch.setattr("qa.assistant.MANY", 25)
    assert len(assistant.ask("Who sent letters about training?").considered) == 16

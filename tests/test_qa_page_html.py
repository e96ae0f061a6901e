"""What the page shows, as HTML: nothing of an article, a name or a question is read as anything but text."""

from __future__ import annotations

import html
import re
import tomllib
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from index.errors import QuestionError
from qa.answer import Answer, Citation, Considered, Extract, Item, Mention
from qa.page.article import MOST_SHOWN, article_html
from qa.page.citation import marked
from qa.page.evidence import answer_html, message_html, question_html
from qa.page.examples import KINDS, examples
from qa.page.filters import Chosen, choices, chosen
from qa.page.markup import name, text
from qa.page.turns import MOST_TURNS, Turn, ask, messages
from qa.render import to_html, to_markdown, to_text, visible

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)> ![i](http://e.x/i.png) \"'><b> $$x$$ \x1b[31m \u202e `"
PAIR = {"answers": [0, 1], "kind": "number"}
OURS = set(
    "section h2 h3 h4 p small strong blockquote mark figure figcaption span bdi time a button ul li details summary "
    "div dl dt dd html head meta title style body main h1 progress".split()
)


class Tree(HTMLParser):
    """tags: all that open. attributes: (tag, name). said: the text outside of what is hidden."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.said, self.links = set[str](), set[str](), "", list[str]()
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {key for key, _ in attrs}
        self.links += [value for key, value in attrs if key == "href"]

    def handle_data(self, data):
        self.said += data


def cite(quote: str, before: str = "Only ", after: str = " opposed.", source: str = "a.txt", **more) -> Citation:
    words = f"{before}{quote}{after}"
    known = {"title": None, "published": "2024-06-09", "sha256": "0" * 64, "dates": ()} | more
    start = len(before)
    return Citation(
        source, start=start, end=start + len(quote), quote=quote, passage=Extract(0, len(words), words), **known
    )


def answer(*items: Item, question: str = "Who opposed?", **more) -> Answer:
    return Answer(question, items, None if items else "no passage holds “x”", 0.1, **more)


def item(quote: str, confidence: float = 0.9, n_sources: int = 1, **more) -> Item:
    return Item(quote, confidence, (cite(quote, **more),), n_sources)


@given(st.text())
def test_any_text_is_shown_as_it_is_on_one_line_without_marks_that_html_or_markdown_reads(words):
    shown = text(words)
    assert html.unescape(shown) == visible(words.replace("\r\n", "\n"), keep="\n\t")
    assert not set(re.sub(r"&(?:amp|lt|gt|#\d+);", "", shown)) & set("<>\"'&`*_[](){}#+-.!|~$^\\:=@/\n\r")


@pytest.mark.parametrize("place", ["text", "title", "source", "question", "answer"])
def test_hostile_words_stay_words_wherever_they_stand(place):
    words = {"before": f"{HOSTILE} "} if place == "text" else {place: HOSTILE} if place in {"title", "source"} else {}
    one = item(HOSTILE if place == "answer" else "Spain", **words)
    said = answer(one, question=HOSTILE if place == "question" else "Who?")
    shown = question_html(said.question) + answer_html(said)
    tree = Tree(shown)
    assert tree.tags <= OURS
    assert tree.attributes <= {"class", "href", "target", "type", "hidden", "dir", "datetime", "open", "role"}
    assert all(link.startswith("article?source=") for link in tree.links)
    assert visible(HOSTILE, keep="") in tree.said
    assert "\x1b" not in shown and "\u202e" not in shown and "\n" not in shown


def test_an_answer_is_followed_by_its_evidence_with_the_quote_marked_and_ways_on():
    shown = answer_html(answer(item("Spain", title="Letters", dates=(Mention("Friday", 0, 6, "2024-06-07"),))))
    assert shown.index("at-answer") < shown.index("at-cite")
    assert "<mark>Spain</mark>" in shown and "Only <mark>" in shown
    assert "9 June 2024" in shown and "Letters" in shown and "a&#46;txt" in shown
    assert "Friday = 2024-06-07" in Tree(shown).said
    assert "90% confident; one source" in shown
    assert Tree(shown).links == [f"article?source=a.txt&sha256={'0' * 64}&at=5-10#quote"]


def test_the_quote_to_copy_travels_unchanged():
    quote = "a\u202e “b”\r\n\x00 <i>\U0001f600"
    (held,) = re.findall(r'class="at-exact" hidden>([^<]*)<', answer_html(answer(item(quote))))
    assert unquote(held, errors="strict") == quote


@pytest.mark.parametrize(
    ("count", "told"), [(1, "one source"), (2, "2 independent sources agree"), (21, "21 independent sources agree")]
)
def test_agreeing_sources_are_counted(count, told):
    assert f"{told}<" in answer_html(answer(item("Spain", n_sources=count)))


def test_copies_are_not_taken_for_agreement():
    both = Item("Spain", 0.9, (cite("Spain"), cite("Spain", source="b.txt", sha256="1" * 64)), 1)
    assert "one source (2 articles)" in answer_html(answer(both))


def test_both_sides_of_a_conflict_stand_side_by_side_with_their_quotes():
    pair = item("12"), item("21", 0.4, source="b.txt")
    shown = answer_html(answer(*pair, conflicts=(PAIR,)))
    sides = re.findall(r'<div class="at-side">(.*?)</div>', shown)
    assert ["<mark>12</mark>" in sides[0], "<mark>21</mark>" in sides[1], len(sides)] == [True, True, 2]
    assert "disagree about the number" in shown and shown.index("at-conflict") < shown.index("at-cite")


def test_who_says_it_is_shown_beside_each_quote_in_every_form():
    lee, kim = (item(n, before="It costs ", after=f" pounds, {who} said.") for n, who in (("12", "Lee"), ("21", "Kim")))
    shown = answer(lee, kim, item("9", before="It costs ", after=", he said."), conflicts=(PAIR,))
    sides = re.findall(r'<div class="at-side">(.*?)</div>', answer_html(shown))
    assert ["according to Lee<" in sides[0], "according to Kim<" in sides[1]] == [True, True]
    for told in (answer_html(shown), to_html(shown), to_text(shown), to_markdown(shown)):
        assert told.count("according to Lee") == told.count("according to Kim") == 2
        assert told.count("according to") == 4
    assert "(according to Lee; a.txt, 2024-06-09); “21” (according to Kim; " in to_text(shown)


def test_quotes_of_several_in_one_passage_are_given_to_none_of_them():
    passage = "Lee said Spain opposed. Kim said Italy opposed."
    whole = Extract(0, len(passage), passage)
    cited = [
        replace(cite(word), start=(at := passage.index(word)), end=at + len(word), passage=whole)
        for word in ("Spain", "Italy")
    ]
    each = answer(*(Item(one.quote, 0.5, (one,)) for one in cited))
    listed = replace(each, listed=True)
    assert to_text(each).count("according to") == 2 and "according to" not in to_text(listed)


def test_a_list_is_shown_as_one_with_all_its_members_marked():
    words = "Spain and Italy opposed."
    cited = [
        replace(cite(w), start=words.index(w), end=words.index(w) + len(w), passage=Extract(0, len(words), words))
        for w in ("Spain", "Italy")
    ]
    shown = answer_html(answer(*(Item(c.quote, 0.5, (c,)) for c in cited), listed=True))
    assert "<li><bdi>Spain</bdi></li><li><bdi>Italy</bdi></li>" in shown
    assert "<mark>Spain</mark> and <mark>Italy</mark>" in shown and shown.count("at-cite") == 1


def test_no_answer_gives_its_reason_and_the_nearest_passages_as_what_they_are():
    article = Article("a.txt", "Lima has a harbour. " * 40)
    near = tuple(Considered("a.txt", 20 * n, 20 * n + 19, 1.0, None) for n in range(9))
    shown = answer_html(answer(considered=near, find={"a.txt": article}.get))
    assert "No passage holds “x”" in Tree(shown).said and "They do not answer it" in shown
    assert shown.count("at-cite") == 3 and "<mark>" not in shown and "at-copy" not in shown
    assert "at=0-19#quote" in shown


@given(st.lists(st.tuples(st.text(st.sampled_from("ab \n"), max_size=900), st.booleans()), max_size=6))
def test_a_long_passage_is_cut_but_every_quote_is_in_what_is_shown(parts):
    shown = marked(parts, around=50)
    quotes = [part for part, quote in parts if quote]
    assert shown.count("<mark>") == len(quotes)
    for quote, inside in zip(quotes, re.findall(r"<mark>(.*?)</mark>", shown), strict=True):
        said, wanted = html.unescape(inside), re.sub(r"\n\s*\n", "\n", quote)
        assert said == wanted if len(quote) <= 100 else len(said) <= 104
    assert len(html.unescape(re.sub("</?mark>", "", shown))) <= 104 * max(len(parts), 1)


def test_a_stretch_of_blanks_is_cut_too():
    assert "…" in marked((("Ann Lee", True), (f"\n{' ' * 900}The letters were sent.", False)))


def test_a_long_question_is_cut_and_a_message_is_escaped():
    assert "(100000 characters)" in question_html("x" * 100_000) and len(question_html("x" * 100_000)) < 600
    assert Tree(message_html(HOSTILE)).tags == {"section", "p"}


# The whole article

ARTICLE = Article(
    "deep/a.txt", "One. Two three. Four.", title=HOSTILE, published="2024-06-09", url="javascript:alert(1)"
)


def test_an_article_is_shown_whole_with_its_quotes_marked_and_without_links_or_scripts():
    shown = article_html(ARTICLE, ARTICLE.sha256, "5-8,9-14")
    assert 'One&#46; <mark id="quote" tabindex="-1">Two</mark> <mark>three</mark>&#46; Four' in shown
    tree = Tree(shown)
    assert tree.tags <= OURS and tree.links == [] and "javascript:alert(1)" in tree.said


@pytest.mark.parametrize("at", ["", "8-5", "5-500", "x", "5-8" + ",5-8" * 9999, "--5", "9" * 5000, "5-8,6-9"])
def test_marks_that_make_no_sense_are_left_out(at):
    shown = article_html(ARTICLE, "", at)
    assert shown.count("<mark") == ("5-8" in at) and "Four" in shown


def test_an_article_that_changed_since_it_was_cited_says_so_and_marks_nothing():
    shown = article_html(ARTICLE, "f" * 64, "5-8")
    assert "has changed since" in shown and "<mark" not in shown


@pytest.mark.parametrize("start", [0, 10, 1_499_000, 2_999_990])
def test_of_a_huge_article_a_part_is_shown_that_has_the_quote_and_says_so(start):
    huge = Article("a.txt", "word " * 600_000)
    shown = article_html(huge, "", f"{start}-{start + 5}")
    assert '<mark id="quote"' in shown and "of 3000000 are shown" in shown
    assert len(html.unescape(shown)) < MOST_SHOWN + 5000


def test_invisible_characters_of_an_article_are_shown_and_told_of():
    shown = Tree(article_html(Article("a.txt", "a\u202eb\u200bc"))).said
    assert "a<U+202E>b<U+200B>c" in shown and "cannot be seen" in shown


def test_looks_and_script_of_the_page_are_installed_with_it():
    root = Path(__file__).resolve().parent.parent
    told = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]
    there = {path.name for path in (root / "qa" / "page").iterdir() if path.suffix in {".css", ".js"}}
    assert set(told["qa.page"]) == there == {"chat.css", "chat.js"}


# Filters, names, turns


def test_filters_are_options_and_words():
    one = chosen(["a.txt", "reuters"], "2024-06-01", " ", "2024-06-09", "3")
    assert one.options() == {
        "sources": ["a.txt", "reuters"],
        "since": "2024-06-01",
        "until": None,
        "as_of": "2024-06-09",
        "top": 3,
    }
    words = "Asked of: only “a.txt” and “reuters”; published since 2024-06-01; as of 2024-06-09; at most 3 answers"
    assert one.told() == words
    assert chosen([], "", "", "", "as many as are likely") == Chosen() and Chosen().told() == ""


def test_folders_can_be_picked_and_hidden_characters_of_names_are_shown():
    assert choices(["a/b/c.txt", "a/d\u202e.txt"]) == [
        ("a", "a"),
        ("a/b", "a/b"),
        ("a/b/c.txt", "a/b/c.txt"),
        ("a/d<U+202E>.txt", "a/d\u202e.txt"),
    ]


def test_long_names_are_cut_in_the_middle():
    assert len(html.unescape(name("x" * 9000))) < 200 and name("a\nb") == "<bdi>a b</bdi>"


class Desk:
    def __init__(self):
        self.asked = []

    def ask(self, question, history=(), **options):
        self.asked.append((question, [one.question for one in history], options))
        if "refuse" in question:
            raise QuestionError(f"question {question!r} is refused")
        return answer(item("Spain"), question=question)


def test_a_follow_up_passes_what_was_answered_before_and_the_filter():
    desk = Desk()
    first = ask(desk, "Who opposed?", [], Chosen())
    second = ask(desk, "<b>refuse</b>", [first], Chosen())
    ask(desk, "And when?", [first, second], Chosen(since="2024-06-01"))
    assert [(q, before) for q, before, _ in desk.asked][2] == ("And when?", ["Who opposed?"])
    assert desk.asked[2][2]["since"] == "2024-06-01"
    assert second.answer is None and Tree(second.shown[1]).tags == {"section", "p"} and "refused" in second.shown[1]


def test_the_filter_stands_beside_the_answer_it_applied_to():
    turn = ask(Desk(), "Who?", [], Chosen(since="2024-06-01"))
    assert "published since 2024-06-01" in Tree(turn.shown[1]).said
    assert [row["role"] for row in messages([turn], "And?")] == ["user", "assistant"] * 2
    assert isinstance(turn, Turn) and MOST_TURNS > 1


# Example questions


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("France has sent letters to the United States and ten others.", "Who has sent letters to the United States?"),
        ("French forces have trained around 10,000 new troops.", "How many new troops have French forces trained?"),
        ("The Mayor is due in the Old Harbour on 6 June, officials say.", "When is the Mayor due in the Old Harbour?"),
        ("Police Chief Jane Doe warned that the river would rise.", "What did Jane Doe warn?"),
        ("This will require a change in the mission's mandate.", None),
        ("It was a quiet day.", None),
    ],
)  # fmt: skip
def test_example_questions_are_made_from_sentences(sentence, question):
    made = [idea.question for make in KINDS if (idea := make(sentence))]
    assert made == ([question] if question else [])


def test_only_questions_that_are_answered_as_the_article_says_are_shown():
    body = "France has sent letters to the United States and ten others. Jane Doe said that she would never leave."
    right = {"Who has sent letters to the United States?": "France"}
    asked = []

    def reply(question):
        asked.append(question)
        said = right.get(question, "Peru")
        return answer(item(said), question=question)

    assert examples([Article("a.txt", body)], reply) == list(right)
    assert "What did Jane Doe say?" in asked


@given(st.text())
def test_making_examples_survives_any_text(words):
    examples([Article("a.txt", words)], lambda question: answer(question=question))

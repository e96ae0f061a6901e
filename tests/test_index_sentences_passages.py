"""Sentences and passages: where they begin and end, and what holds for any Unicode text."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.article import Article, Extent
from index.boilerplate import merge
from index.formats import read_file
from index.formats.text import plain_article
from index.passages import Passage, PassageSettings, split, stretches, word_pieces
from index.sentences import sentences

MOST, OVERLAP, LEAST = 220, 60, 120


def cut(text: str) -> list[str]:
    return [text[a:b] for a, b in sentences(text)]


# Sentences, case by case: the parts joined by what stands between them are the text


@pytest.mark.parametrize(
    "parts",
    [
        ["He came.", "She left!", "Why?", "Nobody knows."],
        ["Mr. Smith met Dr. Jones.", "They talked."],
        ["Sen. John McCain and Gov. Ron DeSantis spoke to Gen. Syrskyi.", "He listened."],
        ["J. R. Smith spoke.", "He left."],
        ["The letter names John F. Kennedy and C. S. Lewis.", "Both died in 1963."],
        ["The U.S. Army came.", "It left."],
        ["U.S. President Joe Biden attended.", "So did Zelensky."],
        ["He lives in the U.S.", "The army came."],
        ["They met at 5 p.m. Friday in Paris.", "He left at 6 p.m.", "She stayed."],
        ["He has a Ph.D. in physics.", "She does not."],
        ["It cost 3.5 million euros.", "Then it cost $4.25."],
        ["See No. 5, fig. 3 and vol. 2.", "They agree."],
        ["On Jan. 5 he came.", "On Dec. 6 he left."],
        ["The talks ended in 2024.", "Peace did not come."],
        ["“Why?” she asked.", "“No.”", "He left."],
        ["“We are not at war with Russia,” Macron said.", "“We do not want an escalation.”"],
        ['He said "Go."', "Then he left."],
        ['"Is it an escalation?', 'No," he said.', "Then he sat."],
        ["He waited...", "Then he left."],
        ["Wait… and see.", "He left…", "She stayed."],
        ["This is not deploying … European soldiers on the front line.", "It is help."],
        ["Is it?!", "Yes."],
        ["He spoke.", "(They left.)", "She stayed."],
        ["He spoke (at length).", "They left."],
        ["Some allies, e.g. France, agree.", "Others do not."],
        ["Prices rose by 3 percent", "No period here"],
        ["Visit example.org for more.", "It is free."],
        ["Version 2.0.1 is out.", "Try it."],
        ["The answer was no.", "Macron left."],
        ["Kyiv said it had asked for ten and got none.", "Macron left."],
    ],
    ids=lambda parts: parts[0][:40],
)
def test_english_sentences(parts):
    if parts[0][-1] in ".!?…”\"'":
        assert cut(" ".join(parts)) == parts
    for between in ("\n", "\r\n", "\n\n", "\r\n \r\n", "\u00a0\n"):
        assert cut(between.join(parts)) == parts


@pytest.mark.parametrize(
    "parts",
    [
        ["他来了。", "她走了！", "真的？", "是。"],
        ["马克龙访问基辅。", "泽连斯基欢迎他"],
        ["彼は来た。", "彼女は去った。"],
        ["他说：“你好。”", "然后走了。"],
        ["「はい。」", "彼は去った。"],
    ],
    ids=lambda parts: parts[0],
)
def test_chinese_and_japanese_sentences_need_no_space(parts):
    assert cut("".join(parts)) == parts


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_line_breaks_inside_a_hard_wrapped_paragraph_do_not_end_sentences(newline):
    text = newline.join(
        [
            "France wants to finalize a coalition of countries to",
            "send military instructors to Ukraine, the President",
            "said on Friday in Paris. He added that the plan was",
            "ready, and that he",
            "was glad.",
        ]
    ).replace(newline + "was glad", " was glad")
    assert cut(text) == [text[: text.index(" He added")], text[text.index("He added") :]]


def test_lines_that_are_not_hard_wrapped_are_sentences_of_their_own():
    lines = ["Sports", "Weather today in the whole of the country", "Macron builds coalition", "It is a long day"]
    assert cut("\n".join(lines)) == lines


def test_a_paragraph_never_shares_a_sentence_with_the_next():
    assert cut("one without an end\n\nand another one\n \t \nthird") == [
        "one without an end",
        "and another one",
        "third",
    ]


def test_only_the_asked_extent_is_looked_at():
    text = "One here. Two here. Three here."
    assert [text[a:b] for a, b in sentences(text, 4, 24)] == ["here.", "Two here.", "Thre"]


@pytest.mark.parametrize("text", ["", " ", "\n\r\n\t", "\ufeff", "\ufeff \n\ufeff", "\u00a0\u3000\u2028"])
def test_blank_text_has_no_sentences(text):
    assert sentences(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Hello there.\n" + " " * 10_000 + "\nBye.",
        " " * 10_000 + "Hello there.",
        "Contents " + "." * 10_000 + " 5",
        "Contents" + "." * 10_000 + "5",
        "Mr. Smith and " * 1_500,
        "See (" + "/" * 10_000 + " there",
    ],
    ids=["blank line", "indented line", "dot leaders", "glued dot leaders", "abbreviations", "slashes"],
)
def test_odd_texts_of_ten_thousand_characters_are_split_in_no_time(text):
    def seconds() -> float:
        before = time.process_time()
        split(plain_article(text, "a.txt"), pieces=spaced_words)
        return time.process_time() - before

    tries = (seconds() for _ in range(5))  # all are a few milliseconds where the work grows with the length
    assert any(spent < 0.25 for spent in tries)


# Any text: short blocks, repeated, so that the texts are long enough for many passages and still shrink well

NASTY = [
    "\u0301",
    "e\u0301",
    "😀",
    "𝔘𝔫𝔦",
    "👩‍👩‍👧",
    "שלום עליכם",
    "مرحبا",
    "\u202e",
    "\r\n",
    "\r",
    "\n",
    "\n\n",
    "\u2028",
    "\x85",
    "\x0b",
]
NASTY += [
    "\ufeff",
    "\u00a0",
    "\u200b",
    "한국어",
    "马克龙。",
    "「はい。」",
    "ﷺ",
    "ǆ",
    "İ",
    "ß",
    "…",
    "U.S. ",
    "Mr. ",
    '." ',
    "?” ",
    ") ",
    "—",
]
NASTY += [
    "Subscribe\n",
    "\nSign up now\n",
    "\n7 June 2024\n",
    "antidisestablishmentarianism ",
    "x" * 101,
    "a.b.c",
    "3.14 ",
    ". ",
]
characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
NASTY += ["Macron said on Friday that the United States and Germany opposed it. ", "He left. Why? ", "and so on, "]
NASTY += [
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen " * 4,
    " end. ",
]
chunk = st.one_of(st.sampled_from(NASTY), st.text(characters, max_size=12))
block = st.tuples(st.lists(chunk, min_size=1, max_size=5).map("".join), st.integers(1, 40))
texts = st.lists(block, max_size=5).map(lambda blocks: "".join(text * times for text, times in blocks))


@st.composite
def articles(draw: st.DrawFn) -> Article:
    """A text with the boilerplate that is found in it, and some extents of boilerplate anywhere."""
    text = draw(texts)
    marks = draw(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=3))
    extents = [(int(min(pair) * len(text)), int(max(pair) * len(text))) for pair in marks]
    found = plain_article(text, "a.txt", skip=[(a, b) for a, b in extents if a < b])
    return Article("a.txt", text, boilerplate=found.boilerplate)


def inked(text: str, extent: Extent) -> set[int]:
    """Offsets of the visible characters of an extent; U+FEFF counts as white space."""
    return {n for n in range(*extent) if not text[n].isspace() and text[n] != "\ufeff"}


def stretch_sentences(article: Article) -> list[list[Extent]]:
    return [sentences(article.text, start, end) for start, end in stretches(article)]


def check_sentences(text: str) -> None:
    found = sentences(text)
    assert all(a < b for a, b in found)
    assert all(first[1] <= second[0] for first, second in pairwise(found))
    for a, b in found:
        assert {a, b - 1} <= inked(text, (a, b)), "not trimmed"
    assert set().union(*(inked(text, extent) for extent in found)) == inked(text, (0, len(text)))


def check_extents(article: Article) -> None:
    """Passages lie in the text, are ordered, slice back, touch no boilerplate, and show all that is not boilerplate."""
    text, found = article.text, split(article)
    assert all(0 <= p.start < p.end <= len(text) for p in found)
    assert all(p.start < q.start and p.end < q.end for p, q in pairwise(found))
    as_utf32 = text.encode("utf-32-le")  # four bytes a code point: a slice that does not go through str
    for p in found:
        assert as_utf32[4 * p.start : 4 * p.end].decode("utf-32-le") == text[p.start : p.end]
        assert text[p.start : p.end] == text[p.start : p.end].strip().strip("\ufeff")
        assert not any(p.start < b and a < p.end for a, b in article.boilerplate)
    hidden = set().union(*(range(a, b) for a, b in article.boilerplate))
    shown = set().union(*(range(p.start, p.end) for p in found))
    assert inked(text, (0, len(text))) - hidden == inked(text, (0, len(text))) & shown


def check_sentence_edges(article: Article) -> None:
    """Each sentence lies whole in some passage, and passages begin and end with sentences; only inside of a sentence
    that is longer than a passage may they be cut, and such cuts do not overlap. What neighbours share is whole
    sentences of 60 word pieces at most, except where the last passage of a stretch reaches back."""
    text, found = article.text, split(article)
    for units in stretch_sentences(article):
        here = [p for p in found if units and units[0][0] <= p.start < units[-1][1]]
        sizes = {unit: len(word_pieces(text[unit[0] : unit[1]])) for unit in units}
        inside_long = [(a, b) for (a, b), size in sizes.items() if size > MOST]
        for (a, b), size in sizes.items():
            assert size > MOST or any(p.start <= a and b <= p.end for p in here)
        starts, ends = {a for a, _ in units}, {b for _, b in units}
        for p in here:
            assert p.start in starts or any(a < p.start < b for a, b in inside_long)
            assert p.end in ends or any(a < p.end < b for a, b in inside_long)
        for p, q in pairwise(here):
            if q.start < p.end:
                assert q.start in starts and p.end in ends
                shared = sum(size for (a, b), size in sizes.items() if q.start <= a and b <= p.end)
                assert shared <= OVERLAP or q == here[-1]


def check_sizes(article: Article) -> None:
    for p in split(article):
        assert len(word_pieces(article.text[p.start : p.end])) <= MOST


@given(texts)
@settings(max_examples=500)
def test_sentences_of_any_text_are_ordered_disjoint_trimmed_and_leave_out_only_white_space(text):
    check_sentences(text)


@given(articles())
@settings(max_examples=500)
@example(Article("a.txt", "Subscribe\n", boilerplate=((0, 9),)))
def test_passages_of_any_text_slice_back_in_order_and_show_all_but_boilerplate(article):
    check_extents(article)


@given(articles())
@settings(max_examples=500)
def test_passages_of_any_text_are_runs_of_whole_sentences(article):
    check_sentence_edges(article)


@given(articles())
@settings(max_examples=500)
@example(Article("a.txt", "antidisestablishmentarianism " * 60))  # a cut inside a word gives more pieces than the whole
@example(Article("a.txt", "한국어 문장은 매우 길다 " * 60))  # several pieces begin at one character
def test_passages_of_any_text_have_at_most_220_word_pieces(article):
    check_sizes(article)


@pytest.mark.parametrize("number", range(5))
def test_all_of_this_holds_for_every_seed(seeds, number):
    path = sorted(seeds.iterdir())[number]
    (article,) = read_file(path, path.name)
    check_sentences(article.text)
    check_extents(article)
    check_sentence_edges(article)
    check_sizes(article)
    for start, end in stretches(article):
        if len(word_pieces(article.text[start:end])) >= LEAST:
            inside = [p for p in split(article) if start <= p.start < end]
            assert min(len(word_pieces(article.text[p.start : p.end])) for p in inside) >= LEAST


# Passages, by hand


def spaced_words(text: str) -> list[Extent]:
    return [m.span() for m in re.finditer(r"\S+", text)]


def passages(text: str, least: int, most: int, overlap: int) -> list[str]:
    found = split(Article("a.txt", text), PassageSettings(least, most, overlap), spaced_words)
    return [text[p.start : p.end] for p in found]


def test_sentences_are_taken_while_they_fit_and_the_next_passage_repeats_the_last_ones():
    one, two, three, four, five = "Aa bb.", "Cc dd.", "Ee.", "Ff gg hh.", "Ii."
    text = " ".join([one, two, three, four, five])  # 2, 2, 1, 3, 1 words
    assert passages(text, least=1, most=5, overlap=2) == [f"{one} {two} {three}", f"{three} {four} {five}"]
    assert passages(text, least=1, most=5, overlap=0) == [f"{one} {two} {three}", f"{four} {five}"]
    assert passages(text, least=1, most=9, overlap=2) == [text]


def test_the_last_passage_reaches_back_until_it_is_long_enough():
    text = "Aa bb. Cc dd. Ee ff. Gg."  # 2, 2, 2, 1 words
    assert passages(text, least=1, most=6, overlap=0) == ["Aa bb. Cc dd. Ee ff.", "Gg."]
    assert passages(text, least=4, most=6, overlap=0) == ["Aa bb. Cc dd. Ee ff.", "Cc dd. Ee ff. Gg."]
    assert passages(text, least=4, most=4, overlap=0) == ["Aa bb. Cc dd.", "Ee ff. Gg."]


def test_a_passage_never_repeats_only_what_the_one_before_has_shown():
    text = "Aa bb. Cc. Dd. Ee ff gg hh ii."  # 2, 1, 1, 5 words: the last sentence leaves no room for any overlap
    assert passages(text, least=1, most=5, overlap=2) == ["Aa bb. Cc. Dd.", "Ee ff gg hh ii."]


def test_a_sentence_longer_than_a_passage_is_cut_between_words_and_its_rest_is_joined_to_what_follows():
    text = "aa bb cc dd ee ff gg. Hh ii. Jj."
    assert passages(text, least=1, most=5, overlap=0) == ["aa bb cc dd ee", "ff gg. Hh ii. Jj."]


def test_passages_do_not_reach_over_boilerplate():
    text = "Aa bb. Subscribe Cc dd."
    article = Article("a.txt", text, boilerplate=merge([(7, 16)]))
    assert split(article, PassageSettings(1, 9, 2), spaced_words) == [Passage(0, 6), Passage(17, 23)]


@pytest.mark.parametrize("text", ["", " \n", "\ufeff", "Subscribe\n\nSign up now\n"])
def test_blank_text_and_boilerplate_alone_give_no_passages(text):
    assert split(plain_article(text, "a.txt")) == []


def test_word_pieces_are_extents_in_code_points():
    text = "😀 Šimonytė trains 𝔘𝔫𝔦"
    assert "".join(text[a:b] for a, b in word_pieces(text)) == text.replace(" ", "")
    assert word_pieces("😀 trains") == [(0, 1), (2, 8)]

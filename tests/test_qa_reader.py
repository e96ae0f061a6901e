"""Readers: from logits to spans of the passages. The forward pass is scripted here, so that every score is known.

Models (the shipped one but for its contract, and foreign ones by folder) are behind `slow`.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qa.reader
from index.errors import ModelError
from qa.reader import READERS, Reader, Reading, load_reader
from qa.reader.extractive import Extractive
from qa.reader.heads import ANSWER
from qa.reader.listing import FEATURES
from qa.reader.logits import Forward, in_batches, side_by_side
from qa.reader.tidy import tidy
from qa.reader.windows import Window, load_tokenizer, make_windows, to_cut

WEIGHTS = Path(qa.reader.__file__).parent / "weights"
QUESTION = "Which countries opposed training inside Ukraine?"
FILLER = "The minister spoke for a long time about roads and bridges in the north. "


class Patient(str):
    """A text that can be looked at only so often, so that a loop without an end fails instead of hanging."""

    looks = 0

    def __getitem__(self, place):
        self.looks += 1
        assert self.looks < 20_000, "endless loop"
        return str.__getitem__(self, place)


@pytest.fixture(scope="module")
def tokenizer():
    return load_tokenizer(WEIGHTS)


def finds(tokenizer, passages: Sequence[str], wanted: dict[str, float], null: float = 0.0, **options) -> Extractive:
    """A reader of just these passages: each wanted text gets its score, half on its first and half on its last token
    (of two that share a token, the higher counts); all others get -50, and "no answer" gets `null`."""

    def forward(windows: list[Window]) -> np.ndarray:
        out = np.full((len(windows), max(map(len, windows)), 2), -50.0, np.float32)
        for rows, window in zip(out, windows, strict=True):
            rows[0] = null / 2
            for token in np.flatnonzero(window.context):
                begin, end = (int(edge) for edge in window.offsets[token])
                for text, score in wanted.items():
                    if passages[window.passage].startswith(text, begin):
                        rows[token, 0] = max(rows[token, 0], score / 2)
                    if passages[window.passage][:end].endswith(text):
                        rows[token, 1] = max(rows[token, 1], score / 2)
        return out

    return Extractive("scripted", tokenizer, in_batches(forward), **options)


def noise(windows: list[Window]) -> np.ndarray:
    """Logits that look random, but are the same for the same window."""
    out = np.zeros((len(windows), max(map(len, windows)), 2), np.float32)
    for rows, window in zip(out, windows, strict=True):
        rng = np.random.default_rng(zlib.crc32(window.ids.tobytes()))
        rows[: len(window)] = rng.normal(0, 4, (len(window), 2))
    return out


def texts(reading: Reading) -> list[str]:
    return [span.text for span in reading.spans]


def check_contract(reading: Reading, passages: Sequence[str], top: int) -> None:
    """What the docstrings of Reading and Span promise of every reader."""
    assert 0.0 <= reading.answerable <= 1.0
    assert len(reading.spans) <= top
    assert reading.items == (reading.listed or reading.spans[:1]) and len(reading.listed) != 1
    assert all(passages[item.passage][item.start : item.end] == item.text for item in reading.items)
    assert {item.passage for item in reading.listed} <= {span.passage for span in reading.spans[:1]}
    scores = [span.score for span in reading.spans]
    assert scores == sorted(scores, reverse=True)
    for n, span in enumerate(reading.spans):
        assert 0 <= span.start < span.end <= len(passages[span.passage])
        assert passages[span.passage][span.start : span.end] == span.text
        assert math.isfinite(span.score) and span.share <= 1e-9
        for other in reading.spans[:n]:
            assert other.passage != span.passage or other.end <= span.start or other.start >= span.end


# Where answers are found


def test_an_answer_in_the_second_window_of_a_long_passage_is_found_at_its_place(tokenizer):
    passage = FILLER * 60 + "Germany and Spain said no. " + FILLER * 60  # D2: everything is read, not one window
    reading = finds(tokenizer, [passage], {"Germany and Spain": 8.0}).read(QUESTION, [passage])
    best = reading.spans[0]
    assert (best.text, best.start, best.passage) == ("Germany and Spain", passage.index("Germany"), 0)
    assert best.score == pytest.approx(8.0, abs=1e-5)


def test_the_best_span_of_all_passages_comes_first(tokenizer):
    passages = ["France sent letters.", FILLER * 40 + "Berlin objected.", "Spain wrote back."]
    reading = finds(tokenizer, passages, {"France": 2.0, "Berlin": 6.0, "Spain": 4.0}).read(QUESTION, passages)
    assert [(s.text, s.passage) for s in reading.spans[:3]] == [("Berlin", 1), ("Spain", 2), ("France", 0)]


def test_passages_compare_by_the_span_against_their_own_vote_for_no_answer(tokenizer):
    passages = ["France sent letters.", "Spain wrote back."]

    def forward(windows: list[Window]) -> np.ndarray:
        out = np.full((len(windows), max(map(len, windows)), 2), -9.0, np.float32)
        for rows, window in zip(out, windows, strict=True):
            first = int(np.flatnonzero(window.context)[0])
            rows[0], rows[first] = ((4.5, 5.0), (0.0, 3.0))[window.passage]  # raw sums 10 and 6, differences 1 and 6
        return out

    reading = Extractive("scripted", tokenizer, in_batches(forward)).read(QUESTION, passages)
    assert [(s.text, s.score) for s in reading.spans[:2]] == [("Spain", 6.0), ("France", 1.0)]


def test_a_passage_given_twice_gives_its_answer_twice(tokenizer):
    passages = ["France sent letters to Spain."] * 2
    reading = finds(tokenizer, passages, {"France": 5.0}).read(QUESTION, passages)
    assert [(s.text, s.passage, s.start) for s in reading.spans[:2]] == [("France", 0, 0), ("France", 1, 0)]


def test_an_answer_in_the_overlap_of_two_windows_is_given_once_with_its_better_score(tokenizer):
    passage = FILLER * 22 + "Germany said no. " + FILLER * 22
    seen = []

    def forward(windows: list[Window]) -> np.ndarray:
        out = np.full((len(windows), max(map(len, windows)), 2), -50.0, np.float32)
        for rows, window in zip(out, windows, strict=True):
            rows[0] = 0.0
            for token in np.flatnonzero(window.context):
                if passage.startswith("Germany", int(window.offsets[token, 0])):
                    seen.append(token)
                    rows[token] = 1.0 if token > 250 else 2.0
        return out

    reading = Extractive("scripted", tokenizer, in_batches(forward)).read(QUESTION, [passage])
    assert len(seen) == 2 and max(seen) > 250 > min(seen)  # the passage is such that two windows hold the word
    assert [(s.text, s.score) for s in reading.spans if s.score > 0] == [("Germany", 4.0)]


def test_of_overlapping_spans_only_the_best_stays(tokenizer):
    passages = ["However, Germany, Italy and Spain opposed."]
    wanted = {"Germany, Italy and Spain": 9.0, "Italy and Spain": 8.0, "Germany": 7.0, "opposed": 1.0}
    reading = finds(tokenizer, passages, wanted).read(QUESTION, passages)
    assert texts(reading)[:2] == ["Germany, Italy and Spain", "opposed"]


def test_a_second_answer_of_one_passage_is_not_crowded_out_by_variants_of_the_first(tokenizer):
    passages = ["The four are Germany, Italy, Spain and Hungary. Earlier the letter came from Paris."]
    wanted = {"Germany, Italy, Spain and Hungary": 9.0, "Italy": 8.8, "Spain": 8.6, "Hungary": 8.4, "Paris": 8.0}
    reading = finds(tokenizer, passages, wanted).read(QUESTION, passages, top=2)
    assert texts(reading) == ["Germany, Italy, Spain and Hungary", "Paris"]


@given(st.lists(st.sampled_from(["France", "Spain", "and", "“", "”", "(no)", ",", "Kyiv’s"]), max_size=25))
def test_asking_for_fewer_spans_changes_neither_the_best_nor_answerable(tokenizer, words):
    reader = Extractive("scripted", tokenizer, in_batches(noise))
    three, twelve = (
        reader.read(QUESTION, [Patient(" ".join(words)), "Paris sent letters."], top=top) for top in (3, 12)
    )
    assert three.items == twelve.items
    assert three.answerable == twelve.answerable


@pytest.mark.parametrize("score", [-3.0, 0.0, 3.0])
def test_answerable_is_the_fitted_sigmoid_of_the_best_score_whatever_top_is(tokenizer, score):
    passages = ["France sent letters.", "Spain wrote back."]
    reader = finds(tokenizer, passages, {"France": score, "Spain": score - 1}, scale=0.5, shift=-0.25)
    for top in (1, 5, 20):  # D4
        wanted = 1 / (1 + math.exp(-(0.5 * score - 0.25)))
        assert reader.read(QUESTION, passages, top=top).answerable == pytest.approx(wanted)


def test_a_vote_for_no_answer_makes_it_unlikely_but_still_gives_spans_of_the_passage(tokenizer):
    passages = ["France sent letters."]
    reading = finds(tokenizer, passages, {"France": 1.0}, null=9.0).read(QUESTION, passages)  # D1
    assert reading.spans[0].text == "France"
    assert reading.spans[0].score == pytest.approx(-8.0)
    assert reading.answerable < 0.001


def test_no_passages_give_no_spans_and_no_hope(tokenizer):
    assert Extractive("scripted", tokenizer, in_batches(noise)).read(QUESTION, []) == Reading(0.0, ())


NO_WORDS = ["", " \r\n\t ", "\u200b", "?!", "… — …", "“ ”"]


@pytest.mark.parametrize("passage", NO_WORDS)
@pytest.mark.parametrize("make", ["scripted", "overlap"])
def test_passages_without_words_give_no_spans(tokenizer, make, passage):
    reader = Extractive("scripted", tokenizer, in_batches(noise)) if make == "scripted" else load_reader(make)
    assert reader.read(QUESTION, [passage, passage]).spans == ()


def test_a_passage_without_words_does_not_disturb_the_others(tokenizer):
    passages = ["", "France sent letters.", "   "]
    reading = finds(tokenizer, passages, {"France": 5.0}).read(QUESTION, passages)
    assert (reading.spans[0].text, reading.spans[0].passage) == ("France", 1)


def logits_of(forward: Forward, windows: list[Window]) -> list[np.ndarray]:
    return list(forward([lambda: windows], lambda window, logits: logits))


def test_logits_come_back_in_the_order_of_the_windows_and_without_padding(tokenizer):
    batches = []

    def forward(windows: list[Window]) -> np.ndarray:
        batches.append([len(window) for window in windows])
        out = np.full((len(windows), max(map(len, windows)), 2), -1.0)
        for rows, window in zip(out, windows, strict=True):
            rows[: len(window), 0] = window.ids
        return out

    rng = np.random.default_rng(0)
    windows = [
        Window(n, rng.integers(0, 999, size), *[np.zeros(size, np.int64)] * 2, np.ones(size, bool))
        for n, size in enumerate(rng.integers(3, 384, 60))
    ]
    found = logits_of(in_batches(forward), windows)
    assert [rows[:, 0].tolist() for rows in found] == [window.ids.tolist() for window in windows]
    assert sorted(size for batch in batches for size in batch) == sorted(len(window) for window in windows)
    assert all(max(batch) * len(batch) <= 2048 for batch in batches)  # bounded work at a time
    assert len(batches) < 15


def tagger(tokenizer, passages, marked, verdicts=(0.0,), **options):
    """A reader with all heads: its best span is the first marked word, its tags mark them all."""

    def forward(windows: list[Window]) -> list[np.ndarray]:
        rows = []
        for window in windows:
            out = np.full((len(window), 6), -9.0)
            out[0, :2] = 0.0
            out[:, 2] = 9.0  # outside
            out[0, ANSWER] = verdicts[window.passage % len(verdicts)]
            text = passages[window.passage]
            for word in marked:
                at = text.find(word)
                inside = [
                    n
                    for n in np.flatnonzero(window.context)
                    if at >= 0 and window.offsets[n, 0] < at + len(word) and window.offsets[n, 1] > at
                ]
                for n in inside:
                    out[n, 2:5] = (-9.0, 9.0, 0.0) if n == inside[0] else (-9.0, 0.0, 9.0)
                if inside and word == marked[0]:
                    out[inside[0], 0] = out[inside[-1], 1] = 3.0
            rows.append(out)
        return rows

    return Extractive("tagger", tokenizer, in_batches(forward), **options)


def test_a_list_comes_as_its_items_in_order_of_place_with_exact_offsets(tokenizer):
    passages = ["Nothing here.", "They were Italy, the United States and Spain, not Sweden."]
    reading = tagger(tokenizer, passages, ["the United States", "Spain", "Italy"]).read(QUESTION, passages)
    assert [item.text for item in reading.items] == ["Italy", "the United States", "Spain"]
    assert all(passages[1][item.start : item.end] == item.text and item.passage == 1 for item in reading.items)
    assert reading.spans[0].text == "the United States"


JOINS = dict.fromkeys(FEATURES, 0.0) | {"bias": 5.0, "behind": -1.0}


@pytest.mark.parametrize("top", [1, 2, 10])
def test_without_tags_a_list_is_made_of_spans_of_the_passage_of_the_best_one(tokenizer, top):
    passages = ["Hungary wrote.", "They were Italy, the United States and Spain. Peru wrote too, Sweden not."]
    wanted = {"Italy, the United States and Spain": 9.0, "Peru": 6.0, "Sweden": 2.0, "Hungary": 8.0}
    for rule, expected in ((None, 3), (JOINS, 4)):
        reading = finds(tokenizer, passages, wanted, gather=rule).read(QUESTION, passages, top=top)
        names = ["Italy", "the United States", "Spain", "Peru"]
        assert [item.text for item in reading.items] == names[:expected]
        assert all(passages[1][item.start : item.end] == item.text for item in reading.items)
        assert len(reading.spans) <= top and reading.spans[0].text == "Italy, the United States and Spain"


def test_the_best_spans_are_the_first_of_more(tokenizer):
    passages = [FILLER * 3, "France and Italy sent 30 letters, and Peru none; Sweden wrote to Spain. " * 2]
    reader = Extractive("scripted", tokenizer, in_batches(noise))
    more = reader.read(QUESTION, passages, top=20)
    for top in (1, 3, 8, 10):
        few = reader.read(QUESTION, passages, top=top)
        assert few.spans == more.spans[:top] and few.score == more.score and few.listed == more.listed


def test_a_list_of_one_is_the_best_span(tokenizer):
    passages = ["They were Italy and Spain."]
    reading = tagger(tokenizer, passages, ["Italy"]).read(QUESTION, passages)
    assert reading.listed == () and reading.items == reading.spans[:1]


def test_items_of_other_passages_stay_out_of_a_list(tokenizer):
    passages = ["It was Italy and Spain.", "It was Hungary."]
    reading = tagger(tokenizer, passages, ["Italy", "Spain", "Hungary"]).read(QUESTION, passages)
    assert [item.text for item in reading.items] == ["Italy", "Spain"]


def test_the_verdict_on_a_passage_moves_all_its_spans(tokenizer):
    passages = ["It was Italy.", "It was Italy."]
    marked, verdicts = ["Italy"], (-1.0, 2.0)
    plain, judged = (
        tagger(tokenizer, passages, marked, verdicts, verdict=weight).read(QUESTION, passages) for weight in (0.0, 0.5)
    )
    assert [(s.passage, s.score) for s in plain.spans[:2]] == [(0, 6.0), (1, 6.0)]
    assert [(s.passage, s.score) for s in judged.spans[:2]] == [(1, 7.0), (0, 5.5)]


def looker(tokenizer, seen, **options):
    """A reader that finds Italy wherever it stands, and is surer of it where it rains."""
    italy = tokenizer.encode("Italy", add_special_tokens=False).ids[0]

    def forward(windows: list[Window]) -> list[np.ndarray]:
        rows = []
        for window in windows:
            text = tokenizer.decode(window.ids[window.context].tolist())
            seen.append(text)
            out = np.full((len(window), 2), -9.0)
            out[0] = 0.0
            out[window.ids == italy] = 5.0 if "rain" in text else 1.0
            rows.append(out)
        return rows

    return Extractive("looker", tokenizer, in_batches(forward), **options)


def test_the_sentence_of_a_passages_best_span_is_read_again_and_moves_its_spans(tokenizer):
    passages = ["It was rainy. It was Italy. It was Italy too.", "In the rain it was Italy. It was dry.", "It was dry."]
    first, again = [], []
    plain = looker(tokenizer, first).read(QUESTION, passages, top=99)
    looked = looker(tokenizer, again, look=0.5).read(QUESTION, passages, top=99)
    assert len(first) == 3 and again[:3] == first
    assert sorted(again[3:]) == ["in the rain it was italy.", "it was italy."], "a hopeless passage is not read again"
    assert [(s.passage, s.start) for s in plain.spans[:2]] == [(0, 21), (0, 35)]
    moved = {(s.passage, s.start): s.score - 10 for s in looked.spans if s.score > 0}
    assert moved == pytest.approx({(1, 19): 5, (0, 21): 1, (0, 35): 1}, abs=0.01)
    assert looked.spans[0].passage == 1 and looked.score == pytest.approx(15, abs=0.1)
    assert plain.score > 10 and looked.answerable > plain.answerable
    dry = [max(s.score for s in reading.spans if s.passage == 2) for reading in (plain, looked)]
    assert dry[0] < -8 and dry[1] == pytest.approx(1.5 * dry[0]), "its own score stands in for its sentence's"


def test_reading_again_adds_the_same_to_a_passage_whatever_stands_beside_it(tokenizer):
    passages = ["It was rainy. It was Italy.", "In the rain it was Italy.", "", " ", "Nothing. At all"]
    reader = looker(tokenizer, [], look=1.0)
    together = {(s.passage, s.start): s.score for s in reader.read(QUESTION, passages, top=99).spans}
    for n, passage in enumerate(passages[:4]):
        by_itself = {(n, s.start): s.score for s in reader.read(QUESTION, [passage], top=99).spans}
        assert by_itself == {key: score for key, score in together.items() if key[0] == n}
    hopeless = [score for (n, _), score in together.items() if n == 4]
    assert hopeless and max(hopeless) < min(score for (n, _), score in together.items() if n < 2)
    assert reader.read(QUESTION, ["", " "]).spans == () and reader.read(QUESTION, []).score == -np.inf


# The contract, over the table of readers


LOADED = cache(load_reader)


@pytest.fixture(params=[*READERS, "scripted"])
def reader(request, tokenizer) -> Reader:
    return (
        Extractive("scripted", tokenizer, in_batches(noise)) if request.param == "scripted" else LOADED(request.param)
    )


PASSAGE_SETS = {
    "none": [],
    "empty": ["", "  "],
    "one": ["France has sent letters to the United States. However, Germany, Italy and Spain opposed the exercise."],
    "twice": ["France has sent letters."] * 2,
    "long": [FILLER * 70 + "Berlin sent letters. " + FILLER],
    "unicode": [
        "\ufeff𝔘𝔫𝔦 sent e\u0301te\u0301 letters — “Šimonytė’s”.\r\n\r\nשלום (ﬁne) 😀 letters İ.",
        "北京 letters 東京",
    ],
    "brackets": ["((letters (and] “words [sent” (by France))", '"', "”“ letters », letters"],
}


@pytest.mark.parametrize("name", PASSAGE_SETS)
@pytest.mark.parametrize("top", [1, 4, 10])
def test_every_reader_gives_exact_spans_best_first_and_at_most_so_many(reader, name, top):
    passages = [Patient(passage) for passage in PASSAGE_SETS[name]]
    check_contract(reader.read("Who sent the letters?", passages, top=top), passages, top)


def test_every_reader_says_the_same_twice(reader):
    first, second = (reader.read("Who sent the letters?", PASSAGE_SETS["one"]) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("question", ["?", "letters", "who " * 400, "𝔘 “İ” \u202e ?", "\0 who"])
def test_every_reader_bears_any_question(reader, question):
    check_contract(reader.read(question, PASSAGE_SETS["one"]), PASSAGE_SETS["one"], 10)


def test_every_reader_finds_words_where_there_are_any(reader):
    assert reader.read("Who sent the letters?", PASSAGE_SETS["one"]).spans


@given(
    st.lists(
        st.one_of(
            st.text(st.sampled_from("ab1 .,\n\r“”\"'’«»!?éİ北😀\u0301\u200b"), max_size=40),
            st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
        ),
        max_size=3,
    )
)
def test_the_neural_reader_keeps_the_contract_on_any_text(tokenizer, passages):
    passages = [Patient(passage) for passage in passages]
    reading = Extractive("scripted", tokenizer, in_batches(noise)).read(QUESTION, passages, top=6)
    check_contract(reading, passages, 6)


def test_the_overlap_reader_scores_sentences_by_the_rare_words_they_share():
    passages = ["Spain wrote. The harbour opened.", "Spain sent letters.", "Spain sent books."]
    reading = load_reader("overlap").read("Who sent letters to Spain?", passages)
    assert [s.text for s in reading.spans[:2]] == ["Spain sent letters.", "Spain sent books."]
    # words: sent in 2 of 3 passages, letters in 1, Spain in 3
    sent, letters, spain = math.log(1 + 3 / 2), math.log(1 + 3 / 1), math.log(1 + 3 / 3)
    whole = sent + letters + spain
    assert [s.score for s in reading.spans[:3]] == pytest.approx([1.0, (sent + spain) / whole, spain / whole])
    assert reading.answerable == pytest.approx(1.0)


def test_the_overlap_reader_is_unsure_where_no_word_is_shared():
    assert load_reader("overlap").read("Who sent letters?", ["The harbour opened."]).answerable == 0.0


def test_the_shipped_reader_sees_who_opposed(seeds):
    passage = (seeds / "004_404871ae4e9fadb6.txt").read_text(encoding="utf-8")[:400]
    reading = LOADED("attest").read(QUESTION, ["France has sent letters to ten countries.", passage])
    assert reading.spans[0].passage == 1
    assert "Germany, Italy and Spain" in reading.spans[0].text


# Tidy ends


def tidied(text: str, start: int, end: int) -> tuple[int, int]:
    return tidy(Patient(text), start, end)


@pytest.mark.parametrize(
    ("text", "span", "wanted"),
    [
        ("the coalition of", "coalition", "coalition"),
        ("the coalition of", "coal", "coalition"),
        ("the coalition of", "lition", "coalition"),
        ("the coalition of", "alit", "coalition"),
        ("Šimonytė said", "imonyt", "Šimonytė"),
        ("the  coalition  of", "  coalition  ", "coalition"),
        ("a coalition, then", "coalition,", "coalition"),
        ("then, a coalition", ", a coalition", "a coalition"),
        ("opposed. Spain agreed", ". Spain", "Spain"),
        ("in the U.S. Army", "U.S.", "U.S."),
        ("the “coalition of applicants”.", "“coalition of applicants", "coalition of applicants"),
        ("the “coalition of applicants”.", "coalition of applicants”", "coalition of applicants"),
        ("the “coalition of applicants”.", "“coalition of applicants”", "“coalition of applicants”"),
        ('a "coalition of comers".', '"coalition of comers', "coalition of comers"),
        ('a "coalition of comers".', 'coalition of comers"', "coalition of comers"),
        ('a "coalition of comers".', '"coalition of comers"', '"coalition of comers"'),
        ("200 million euros ($216 million) to", "200 million euros ($216 million", "200 million euros ($216 million)"),
        ("200 million euros ($216 million) to", "($216 million", "$216 million"),
        ("200 million euros ($216 million) to", "$216 million)", "$216 million"),
        ("mission (EUMAM).", "(EUMAM)", "(EUMAM)"),
        ("he said: «oui», then", "«oui", "oui"),
        ("list [a, b] end", "list [a, b", "list [a, b]"),
        ("Kyiv’s request", "Kyiv", "Kyiv"),
        ("10,000 troops", "10,000", "10,000"),
        ("2000-5 jets", "2000-5", "2000-5"),
    ],
)
def test_a_span_loses_half_words_and_half_pairs_at_its_ends(text, span, wanted):
    start = text.index(span)
    a, b = tidied(text, start, start + len(span))
    assert text[a:b] == wanted


@pytest.mark.parametrize("span", [" ", ",", " , ", "“", '"', "(", "; ", ""])
def test_a_span_of_nothing_but_white_space_and_marks_becomes_empty(span):
    text = f"a{span} b"
    start, end = tidied(text, 1, 1 + len(span))
    assert start >= end


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("x ((a) b", "x ((a"),
        ("he (the (former) president", "he (the (former"),
        ("so ““a” b", "so ““a"),
        ("n [[1] m", "n [[1"),
    ],
)
def test_nested_brackets_of_which_one_stays_open_come_to_an_end(text, span):
    start, end = tidied(text, 0, len(span))
    assert text[start:end] in (span, span + text[len(span)])


EDGES = st.text(st.sampled_from('ab ,.;"“”()[]«»é\n'), min_size=1, max_size=14).flatmap(
    lambda text: st.tuples(st.just(text), st.integers(0, len(text) - 1), st.integers(1, len(text)))
)


@settings(max_examples=400)
@given(EDGES)
def test_tidying_twice_is_tidying_once_and_goes_outside_only_to_complete(edges):
    text, start, end = edges
    if start >= end:
        return
    a, b = tidied(text, start, end)
    assert 0 <= a <= len(text) and b <= len(text)
    if a >= b:
        return
    assert tidied(text, a, b) == (a, b)
    assert text[a:start].isalnum() or a >= start  # the rest of a word
    assert b <= end or text[end:b].rstrip("”)]»").isalnum() or text[end:b].strip("”)]»") == ""
    assert not text[a].isspace() and not text[b - 1].isspace()
    assert text[a] not in ",;:" and text[b - 1] not in ",;:"
    for opening, closing in ("“”", "()", "[]", "«»"):
        lonely = text.count(opening, a, b) != text.count(closing, a, b)
        assert not (lonely and (text[a] == opening or text[b - 1] == closing))


def test_an_answer_that_is_only_punctuation_is_not_given(tokenizer):
    passages = ["France , Spain"]
    reading = finds(tokenizer, passages, {",": 9.0, "Spain": 1.0}).read(QUESTION, passages)
    assert reading.spans[0].text == "Spain"


def test_half_a_word_chosen_by_the_model_is_completed(tokenizer):
    passages = ["They met Šimonytė in Vilnius."]  # several word pieces
    reading = finds(tokenizer, passages, {"Šimon": 9.0, "monytė": 9.0}).read(QUESTION, passages)
    assert reading.spans[0].text == "Šimonytė"


# Loading


def test_the_table_has_the_shipped_reader_and_the_baseline():
    assert list(READERS) == ["attest", "overlap"]
    assert [load_reader(name).name for name in ("overlap",)] == ["overlap"]


# Foreign models


@pytest.fixture(scope="module")
def words() -> list[str]:
    return sorted(
        set((FILLER + " ".join(PASSAGE_SETS["one"]) + QUESTION + " who sent").lower().replace(".", " . ").split())
    )


@pytest.fixture(scope="module")
def bert_folder(tmp_path_factory, words) -> Path:
    """A BERT with random weights, as save_pretrained writes it, with a WordPiece tokenizer of the test's own words."""
    import torch
    from transformers import BertConfig, BertForQuestionAnswering, BertTokenizerFast

    folder = tmp_path_factory.mktemp("bert")
    letters = [chr(n) for n in range(33, 127)]
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{c}" for c in letters), *words]
    (folder / "vocab.txt").write_text("\n".join(dict.fromkeys(vocabulary)), encoding="utf-8")
    BertTokenizerFast.from_pretrained(folder).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(dict.fromkeys(vocabulary)),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=512,
        initializer_range=0.5,
    )
    BertForQuestionAnswering(config).eval().save_pretrained(folder)
    assert (folder / "model.safetensors").exists() and (folder / "tokenizer.json").exists()
    return folder


@pytest.fixture(scope="module")
def roberta_folder(tmp_path_factory, words) -> Path:
    import torch
    from tokenizers import ByteLevelBPETokenizer
    from tokenizers.processors import RobertaProcessing
    from transformers import PreTrainedTokenizerFast, RobertaConfig, RobertaForQuestionAnswering

    folder = tmp_path_factory.mktemp("roberta")
    marks = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    bpe = ByteLevelBPETokenizer(add_prefix_space=False, trim_offsets=True)
    bpe.train_from_iterator([" ".join(words)] * 3, vocab_size=500, special_tokens=marks, show_progress=False)
    bpe._tokenizer.post_processor = RobertaProcessing(
        ("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False
    )
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=bpe._tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        mask_token="<mask>",
        model_input_names=["input_ids", "attention_mask"],
    )
    wrapped.save_pretrained(folder)
    torch.manual_seed(1)
    config = RobertaConfig(
        vocab_size=bpe.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=514,
        type_vocab_size=1,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
        initializer_range=0.5,
    )
    RobertaForQuestionAnswering(config).eval().save_pretrained(folder)
    return folder


FOREIGN = [FILLER * 40 + PASSAGE_SETS["one"][0], PASSAGE_SETS["one"][0], "France sent letters — “Šimonytė”.", ""]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bert_folder", "roberta_folder"])
def test_any_span_model_of_transformers_keeps_the_contract(request, kind):
    reader = load_reader(str(request.getfixturevalue(kind)))
    reading = reader.read(QUESTION, FOREIGN, top=6)
    check_contract(reading, FOREIGN, 6)
    assert reading == reader.read(QUESTION, FOREIGN, top=6)
    assert reading.spans


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bert_folder", "roberta_folder"])
def test_a_foreign_models_logits_are_those_of_its_own_forward_pass(request, kind):
    import torch
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    folder = request.getfixturevalue(kind)
    reader = load_reader(str(folder))
    tokenizer, model = (
        AutoTokenizer.from_pretrained(folder),
        AutoModelForQuestionAnswering.from_pretrained(folder).eval(),
    )
    windows = make_windows(reader._tokenizer, QUESTION, FOREIGN[1:3])
    for passage, logits in zip(
        FOREIGN[1:3], logits_of(reader._forward, windows), strict=True
    ):  # one by one: no padding here
        with torch.inference_mode():
            out = model(**tokenizer(QUESTION, passage, return_tensors="pt"))
        wanted = torch.stack([out.start_logits[0], out.end_logits[0]], dim=-1).numpy()
        np.testing.assert_allclose(logits, wanted, atol=1e-4)


@pytest.mark.slow
def test_a_bert_model_reads_the_same_with_and_without_transformers(bert_folder):
    from qa.reader.extractive import from_bert_folder

    ours, theirs = from_bert_folder("ours", bert_folder, "float32"), load_reader(str(bert_folder))
    windows = make_windows(load_tokenizer(bert_folder), QUESTION, FOREIGN)
    assert len(windows) > 4
    for a, b in zip(*(logits_of(reader._forward, windows) for reader in (ours, theirs)), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-4)
    one, two = ours.read(QUESTION, FOREIGN, top=5), theirs.read(QUESTION, FOREIGN, top=5)
    assert [(s.text, s.passage, s.start) for s in one.spans] == [(s.text, s.passage, s.start) for s in two.spans]
    assert [s.score for s in one.spans] == pytest.approx([s.score for s in two.spans], abs=1e-3)


@pytest.mark.slow
def test_a_reader_folder_may_carry_the_fit_of_its_answerable(bert_folder, tmp_path):
    import shutil

    from qa.reader.extractive import from_bert_folder

    folder = tmp_path / "fitted"
    shutil.copytree(bert_folder, folder)
    (folder / "reader.json").write_text(json.dumps({"scale": 0.5, "shift": 1.5}), encoding="utf-8")
    plain, fitted = from_bert_folder("a", bert_folder), from_bert_folder("b", folder)
    best = plain.read(QUESTION, FOREIGN[1:2]).score
    assert fitted.read(QUESTION, FOREIGN[1:2]).answerable == pytest.approx(1 / (1 + math.exp(-(0.5 * best + 1.5))))


@pytest.mark.slow
def test_pickled_weights_are_refused(bert_folder, tmp_path):
    import shutil

    import torch
    from transformers import BertForQuestionAnswering

    folder = tmp_path / "pickled"
    shutil.copytree(bert_folder, folder)
    torch.save(BertForQuestionAnswering.from_pretrained(bert_folder).state_dict(), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="pickled") as caught:
        load_reader(str(folder))
    assert "\n" not in str(caught.value)


@pytest.mark.slow
@pytest.mark.parametrize(
    "break_it",
    [
        lambda folder: (folder / "model.safetensors").write_bytes(b"not weights"),
        lambda folder: (folder / "config.json").write_text("{", encoding="utf-8"),
        lambda folder: [path.unlink() for path in folder.iterdir()],
    ],
    ids=["weights", "config", "empty"],
)
def test_a_broken_model_folder_is_refused_in_one_line(bert_folder, tmp_path, break_it: Callable[[Path], object]):
    import shutil

    folder = tmp_path / "broken"
    shutil.copytree(bert_folder, folder)
    break_it(folder)
    with pytest.raises(ModelError, match="broken") as caught:
        load_reader(str(folder))
    assert "\n" not in str(caught.value)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["no/such/folder/here", "./gone", ""])
def test_a_missing_model_is_refused_by_name_without_a_network(name, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError) as caught:
        load_reader(name)
    assert repr(name) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_a_model_with_few_positions_reads_in_windows_that_fit_or_is_refused(bert_folder, tmp_path):
    import torch
    from transformers import BertConfig, BertForQuestionAnswering, BertTokenizerFast

    folder = tmp_path / "short"
    BertTokenizerFast.from_pretrained(bert_folder).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig.from_pretrained(bert_folder)
    config.max_position_embeddings = 128
    BertForQuestionAnswering(config).save_pretrained(folder)
    try:
        reader = load_reader(str(folder))
    except ModelError:
        return
    check_contract(reader.read(QUESTION, FOREIGN), FOREIGN, 10)


def test_side_by_side_or_in_batches_every_window_is_computed_once_and_in_order(tokenizer):
    def logits(window: Window) -> np.ndarray:
        return np.stack([window.ids, window.type_ids], 1).astype(np.float32)

    passages = [FILLER * n + "Spain wrote back." for n in (30, 0, 7, 1)]
    pieces = to_cut(tokenizer, QUESTION, enumerate(passages))
    expected = make_windows(tokenizer, QUESTION, passages)
    with ThreadPoolExecutor(3) as pool:
        for forward in (side_by_side(logits, pool), in_batches(lambda windows: map(logits, windows))):
            found = list(forward(pieces, lambda window, rows: (window.passage, window.ids.tolist(), rows.tolist())))
            assert found == [(w.passage, w.ids.tolist(), logits(w).tolist()) for w in expected]
            assert list(forward([], lambda window, rows: window)) == []

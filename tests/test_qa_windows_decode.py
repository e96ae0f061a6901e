"""Token windows (what the model sees, and where each token came from) and decoding (scores -> spans).

Decoding is compared with a decoder that looks at every pair of tokens, one after the other.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import qa.reader
from qa.reader.decode import MAX_TOKENS, TokenSpan, best_spans, odds
from qa.reader.heads import tagged_spans
from qa.reader.windows import MAX_LENGTH, MAX_QUESTION, STRIDE, load_tokenizer, make_windows, shorten

WEIGHTS = Path(qa.reader.__file__).parent / "weights"
QUESTION = "Which countries opposed training inside Ukraine?"


@pytest.fixture(scope="module")
def tokenizer():
    return load_tokenizer(WEIGHTS)


# Decoding


def reference(start, end, context, top, max_tokens) -> list[tuple[int, int, float]]:
    """Every allowed pair, best first, ties to the earlier, then the shorter."""
    null = float(start[0]) + float(end[0])
    inside = [n for n, inside in enumerate(context) if inside]
    pairs = [
        (first, last, float(start[first]) + float(end[last]) - null)
        for first in inside
        for last in inside
        if first <= last < first + max_tokens
    ]
    return sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1]))[:top]


def logits(n: int, start: dict[int, float], end: dict[int, float]) -> tuple[np.ndarray, np.ndarray]:
    """Zero but for what is given."""
    out = np.zeros((2, n), np.float32)
    for row, given_ in zip(out, (start, end), strict=True):
        for place, value in given_.items():
            row[place] = value
    return out[0], out[1]


def inside(n: int, first: int, last: int) -> np.ndarray:
    return np.array([first <= k <= last for k in range(n)])


NUMBERS = st.one_of(st.integers(-3, 3).map(float), st.floats(-20, 20, width=32, allow_subnormal=False))


@given(st.data())
def test_decoding_gives_what_an_exhaustive_search_gives(data):
    n = data.draw(st.integers(1, 10))
    start, end = (np.array(data.draw(st.lists(NUMBERS, min_size=n, max_size=n)), np.float32) for _ in range(2))
    low, high = data.draw(st.integers(0, n)), data.draw(st.integers(0, n))
    top, most = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 11))
    context = inside(n, low, high - 1)
    wanted = reference(start, end, context, top, most)
    found = best_spans(start, end, context, top=top, max_tokens=most)
    assert [(s.first, s.last) for s in found] == [pair[:2] for pair in wanted]
    assert [s.score for s in found] == pytest.approx([pair[2] for pair in wanted], abs=1e-9)


@given(st.data())
def test_spans_apart_are_the_best_then_the_best_that_shares_no_token_with_it_and_so_on(data):
    n = data.draw(st.integers(2, 9))
    start, end = (np.array(data.draw(st.lists(NUMBERS, min_size=n, max_size=n)), np.float32) for _ in range(2))
    words = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    top, most = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 9))
    wanted: list[tuple[int, int]] = []
    for first, last, _ in reference(start, end, inside(n, 1, n - 1), n * n, most):
        if words[first : last + 1].any() and all(last < a or first > b for a, b in wanted):
            wanted.append((first, last))
    found = best_spans(start, end, inside(n, 1, n - 1), top=top, max_tokens=most, words=words, apart=True)
    assert [(s.first, s.last) for s in found] == wanted[:top]


@given(st.data())
def test_shares_are_logs_of_parts_of_one_whole(data):
    n = data.draw(st.integers(1, 8))
    start, end = (np.array(data.draw(st.lists(NUMBERS, min_size=n, max_size=n)), np.float32) for _ in range(2))
    most = data.draw(st.integers(1, 8))
    found = best_spans(start, end, np.ones(n, bool), top=n * n, max_tokens=most)
    assert len(found) == sum(min(most, n - first) for first in range(n))
    assert all(span.share <= 1e-9 for span in found)
    assert sum(math.exp(span.share) for span in found) == pytest.approx(1.0)
    for span in found:  # shares differ as scores do
        assert span.share - found[0].share == pytest.approx(span.score - found[0].score, abs=1e-6)


def test_the_share_counts_spans_that_are_not_among_the_best():
    start, end = logits(3, {1: 0.0, 2: 0.0}, {})
    (span,) = best_spans(start, end, inside(3, 1, 2), top=1)
    assert span.share == pytest.approx(math.log(1 / 3))  # three spans, all alike


@pytest.mark.parametrize("size", [1e4, -1e4])
def test_huge_logits_overflow_nothing(size):
    start, end = logits(4, {0: size, 2: size}, {0: -size, 3: size})
    found = best_spans(start, end, inside(4, 1, 3), top=6)
    assert all(math.isfinite(span.score) and math.isfinite(span.share) for span in found)
    assert len(found) == 6


def test_the_best_span_comes_first_and_ties_go_to_the_earlier_then_the_shorter():
    start, end = logits(5, {2: 1.0, 3: 1.0}, {3: 1.0, 4: 1.0})
    found = [(span.first, span.last) for span in best_spans(start, end, inside(5, 1, 4), top=4)]
    assert found == [(2, 3), (2, 4), (3, 3), (3, 4)]


def test_a_window_where_no_answer_wins_gives_a_span_of_the_context_with_a_score_below_zero():
    start, end = logits(6, {0: 9.0, 4: 2.0}, {0: 9.0, 5: 1.0})  # D1: position 0 has both maxima
    best = best_spans(start, end, inside(6, 3, 5), top=1)[0]
    assert (best.first, best.last, best.score) == (4, 5, 3.0 - 18.0)


def test_tokens_of_the_question_are_never_chosen_however_high_they_score():
    start, end = logits(8, {1: 50.0, 2: 50.0, 5: 1.0}, {2: 50.0, 6: 1.0})
    found = best_spans(start, end, inside(8, 4, 6), top=99)
    assert (found[0].first, found[0].last) == (5, 6)
    assert {token for span in found for token in range(span.first, span.last + 1)} == {4, 5, 6}


def test_the_closing_special_token_is_never_chosen():
    start, end = logits(6, {3: 1.0}, {5: 50.0, 4: 1.0})
    assert all(span.last <= 4 for span in best_spans(start, end, inside(6, 3, 4), top=99))


def test_an_end_before_its_start_is_passed_over_for_the_best_pair_in_order():
    start, end = logits(6, {4: 5.0, 1: 1.0}, {2: 5.0, 5: 0.5})
    best = best_spans(start, end, inside(6, 1, 5), top=1)[0]
    assert (best.first, best.last, best.score) == (1, 2, 6.0)


@pytest.mark.parametrize("most", [1, 2, 3, 40])
def test_no_span_is_longer_than_the_bound(most):
    start, end = logits(60, {5: 9.0}, {59: 9.0})
    found = best_spans(start, end, inside(60, 1, 59), top=500, max_tokens=most)
    assert max(span.last - span.first + 1 for span in found) == most


def test_the_bound_is_forty_tokens_unless_told():
    start, end = logits(60, {1: 9.0}, {40: 5.0, 41: 9.0})
    best = best_spans(start, end, inside(60, 1, 59), top=1)[0]
    assert MAX_TOKENS == 40
    assert (best.first, best.last) == (1, 40)


@pytest.mark.parametrize("n", [1, 5])
def test_an_empty_context_gives_no_span(n):
    assert best_spans(np.ones(n), np.ones(n), np.zeros(n, bool)) == []


def test_top_of_nought_gives_no_span():
    assert best_spans(np.ones(4), np.ones(4), inside(4, 1, 3), top=0) == []


def test_a_context_of_one_token_gives_that_token():
    start, end = logits(4, {0: 2.0, 2: 3.0}, {0: 1.0, 2: 5.0})
    assert best_spans(start, end, inside(4, 2, 2)) == [TokenSpan(2, 2, 5.0, 0.0)]


def test_the_score_is_the_span_minus_the_vote_for_no_answer():
    start, end = logits(4, {0: 0.5, 2: 3.0}, {0: 0.25, 3: 4.0})
    assert best_spans(start, end, inside(4, 1, 3), top=1)[0].score == 7.0 - 0.75


def test_spans_of_windows_with_different_votes_for_no_answer_compare_by_the_difference():
    sure = best_spans(*logits(4, {0: 0.0, 2: 3.0}, {0: 0.0, 2: 3.0}), inside(4, 1, 3), top=1)[0]
    loud = best_spans(*logits(4, {0: 4.5, 2: 5.0}, {0: 4.5, 2: 5.0}), inside(4, 1, 3), top=1)[0]
    assert (sure.score, loud.score) == (6.0, 1.0)  # raw sums 6 and 10 would rank them the other way


@given(st.data())
def test_how_many_are_asked_for_changes_neither_the_best_nor_its_numbers(data):
    n = data.draw(st.integers(2, 8))
    start, end = (np.array(data.draw(st.lists(NUMBERS, min_size=n, max_size=n)), np.float32) for _ in range(2))
    context = inside(n, 1, n - 1)
    everything = best_spans(start, end, context, top=n * n)
    for top in range(1, 6):  # D4: no-answer must not depend on how many candidates are kept
        assert best_spans(start, end, context, top=top) == everything[:top]


@given(st.data())
def test_odds_are_those_of_the_marginals_for_start_and_end(data):
    n = data.draw(st.integers(2, 8))
    start, end = (np.array(data.draw(st.lists(NUMBERS, min_size=n, max_size=n)), np.float32) for _ in range(2))
    wanted = 0.0
    for side in (start, end):
        whole = [math.exp(float(value) - float(max(side))) for value in side]
        wanted += math.log(sum(whole[1:])) - math.log(whole[0])
    assert odds(start, end, inside(n, 1, n - 1)) == pytest.approx(wanted, abs=1e-6)


def test_odds_of_one_place_are_its_score_and_of_two_like_places_more():
    one, two = logits(6, {2: 5.0}, {2: 5.0}), logits(6, {2: 5.0, 4: 5.0}, {2: 5.0, 4: 5.0})
    for part in (*one, *two):
        part[1:][part[1:] < 5.0] = -40.0
    context = inside(6, 1, 5)
    assert odds(*one, context) == pytest.approx(best_spans(*one, context)[0].score)
    assert odds(*two, context) == pytest.approx(odds(*one, context) + 2 * math.log(2))
    assert odds(*one, np.zeros(6, bool)) == -math.inf


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_logits_of_any_float_type_give_plain_numbers(kind):
    start, end = (part.astype(kind) for part in logits(4, {1: 2.0}, {2: 1.0}))
    span = best_spans(start, end, inside(4, 1, 3), top=1)[0]
    assert [type(value) for value in vars(span).values()] == [int, int, float, float]
    assert span.score == 3.0


# Tags


def tags(marks: str, certain: float = 9.0) -> np.ndarray:
    """'OBIO' -> (4, 3) logits that say so."""
    return np.eye(3)[["OBI".index(mark) for mark in marks]] * certain


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ("OBIOB", [(1, 2), (4, 4)]),
        ("OBBIO", [(1, 1), (2, 3)]),
        ("OIIO", [(1, 2)]),  # a list may start without a beginning: nothing is lost
        ("OOOO", []),
        ("BIII", [(1, 3)]),  # position 0 is no token of the context
    ],
)
def test_tags_give_spans(marks, expected):
    found = tagged_spans(tags(marks), inside(len(marks), 1, len(marks) - 1))
    assert [span[:2] for span in found] == expected
    assert all(probability > 0.99 for *_, probability in found)


def test_doubtful_tags_need_a_lower_bound():
    doubtful = tags("OBI", 0.2)
    doubtful[1:, 0] = 1.0  # outside 0.55
    context = inside(3, 1, 2)
    assert tagged_spans(doubtful, context) == []
    ((first, last, probability),) = tagged_spans(doubtful, context, least=0.4)
    assert (first, last) == (1, 2) and 0.4 < probability < 0.5


# Windows

WORDS = (
    "Paris Ukraine coalition trainers legitimate €200 F-16 Šimonytė Müller naïve Ελλάδα Россия שלום مرحبا 北京 東京都 "
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐍈𐍉 e\u0301te\u0301 n\u0303 ש\u05c1\u05b8 İstanbul ﬁne ½ 10,000 “quoted” (x) don’t U.S. 서울 2000-5 Ⅷ ʼn "
    "https://a.b/c?d=e 😀 counter-offensive"
).split()
GAPS = (
    " ",
    "  ",
    "\n",
    "\r\n",
    "\r\n\r\n",
    "\t",
    "\u00a0",
    "\u2028",
    " \u200f",
    " — ",
    " 😀 ",
    "\u200b ",
    ", ",
    "… ",
    "\ufeff ",
)
PASSAGES = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(GAPS)), max_size=60).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


def covered(passage: str, windows) -> set[int]:
    """The code points that some token of some window came from."""
    return {
        place
        for window in windows
        for start, end in window.offsets[window.context]
        for place in range(int(start), int(end))
    }


@given(st.lists(st.one_of(PASSAGES, ANY_TEXT), max_size=4), st.integers(24, 60), st.integers(0, 8))
def test_every_offset_of_any_text_slices_inside_its_passage(tokenizer, passages, length, stride):
    windows = make_windows(tokenizer, QUESTION, passages, max_length=length, stride=stride)
    for window in windows:
        offsets = window.offsets[window.context]
        assert len(window) <= length
        assert ((offsets >= 0) & (offsets <= len(passages[window.passage]))).all()
        assert (offsets[:, 0] <= offsets[:, 1]).all()
        assert (np.diff(offsets[:, 0]) >= 0).all()
    assert [w.passage for w in windows] == sorted(w.passage for w in windows)
    assert {w.passage for w in windows} == set(range(len(passages)))


@given(PASSAGES, st.integers(24, 60), st.integers(0, 8))
def test_every_letter_and_digit_of_a_passage_is_in_some_window(tokenizer, passage, length, stride):
    windows = make_windows(tokenizer, QUESTION, [passage], max_length=length, stride=stride)
    seen = covered(passage, windows)
    assert [c for place, c in enumerate(passage) if c.isalnum() and place not in seen] == []


@given(PASSAGES)
def test_every_word_of_a_passage_can_be_cut_out_exactly(tokenizer, passage):
    windows = make_windows(tokenizer, QUESTION, [passage], max_length=40, stride=10)
    starts = {int(a) for w in windows for a, _ in w.offsets[w.context]}
    ends = {int(b) for w in windows for _, b in w.offsets[w.context]}
    place = 0
    for word in passage.split():
        place = passage.index(word, place)
        if word.isascii() and word.isalnum():
            assert place in starts and place + len(word) in ends
        place += len(word)


@given(st.lists(st.sampled_from(WORDS), min_size=30, max_size=120).map(" ".join), st.integers(0, 16))
def test_neighbouring_windows_share_stride_tokens(tokenizer, passage, stride):
    windows = make_windows(tokenizer, QUESTION, [passage], max_length=48, stride=stride)
    context = [w.offsets[w.context].tolist() for w in windows]
    whole = make_windows(tokenizer, QUESTION, [passage], max_length=10_000)
    assert len(whole) == 1
    for before, after in pairwise(context):
        assert before[len(before) - stride :] == after[:stride]
    joined = context[0] + [pair for part in context[1:] for pair in part[stride:]]
    assert joined == whole[0].offsets[whole[0].context].tolist()


def test_by_default_windows_have_384_tokens_and_share_128(tokenizer):
    passage = "word " * 1000
    windows = make_windows(tokenizer, QUESTION, [passage])
    assert (MAX_LENGTH, STRIDE, MAX_QUESTION) == (384, 128, 64)
    assert [len(w) for w in windows[:-1]] == [384] * (len(windows) - 1)
    room = int(windows[0].context.sum())
    assert int(windows[1].offsets[windows[1].context][0, 0]) == 5 * (room - 128)
    assert len(windows) == 1 + math.ceil((1000 - room) / (room - 128))


def test_a_window_is_laid_out_as_the_model_was_trained(tokenizer):
    (window,) = make_windows(tokenizer, "Who sent letters?", ["France sent letters."])
    assert tokenizer.decode(window.ids.tolist(), skip_special_tokens=False) == (
        "[CLS] who sent letters? [SEP] france sent letters. [SEP]"
    )
    assert window.type_ids.tolist() == [0] * 6 + [1] * 5
    assert window.context.tolist() == [False] * 6 + [True] * 4 + [False]
    assert window.ids.dtype == window.type_ids.dtype == window.offsets.dtype == np.int64
    assert [window.passage, len(window)] == [0, 11]
    cut = ["France sent letters."[a:b] for a, b in window.offsets[window.context]]
    assert cut == ["France", "sent", "letters", "."]


@pytest.mark.parametrize(
    ("word", "passage"),
    [
        ("Kyiv", "𝔘𝔫𝔦 😀😀 Kyiv"),
        ("Kyiv", "e\u0301e\u0301e\u0301 n\u0303 Kyiv stands"),
        ("Kyiv", "İİİ Kyiv"),  # İ is two code points in lower case (D7)
        ("Kyiv", "\r\n\r\nline\r\nKyiv\r\n"),
        ("Kyiv", "שָׁלוֹם \u200f Kyiv \u202e"),
        ("Kyiv", "ﬁﬁﬁ ½½ Kyiv"),
        ("Kyiv", "\ufeffKyiv"),
        ("Šimonytė", "PM Ingrida Šimonytė said"),
        ("Kyiv", "zero\u200bwidth\u200b Kyiv"),
    ],
)
def test_offsets_count_code_points_of_the_text_as_it_was_given(tokenizer, word, passage):
    (window,) = make_windows(tokenizer, "where?", [passage])
    place = passage.index(word)
    inside_ = [(int(a), int(b)) for a, b in window.offsets[window.context] if place <= a < place + len(word)]
    assert passage[inside_[0][0] : inside_[-1][1]] == word


def test_no_passage_gives_no_window_and_an_empty_one_a_window_without_context(tokenizer):
    assert make_windows(tokenizer, QUESTION, []) == []
    (window,) = make_windows(tokenizer, QUESTION, [""])
    assert not window.context.any()


def test_windows_do_not_depend_on_the_company_they_are_made_in(tokenizer):
    passages = ["France sent letters. " * 80, "", "Spain opposed."]
    together = make_windows(tokenizer, QUESTION, passages)
    apart = [(n, w) for n, p in enumerate(passages) for w in make_windows(tokenizer, QUESTION, [p])]
    assert [(w.passage, w.ids.tolist(), w.offsets.tolist()) for w in together] == [
        (n, w.ids.tolist(), w.offsets.tolist()) for n, w in apart
    ]


def test_making_windows_leaves_the_tokenizer_as_it_was(tokenizer):
    make_windows(tokenizer, QUESTION, ["word " * 1000])
    assert len(tokenizer.encode("word " * 1000).ids) == 1002


@pytest.mark.parametrize(
    "question", ["why " * 1000, "x" * 10_000, "é" * 5000, "?" * 1000, "𝔘" * 1000, "wordpieces" * 90]
)
def test_a_long_question_is_cut_so_that_the_passage_keeps_its_room(tokenizer, question):
    windows = make_windows(tokenizer, question, ["France sent letters to Spain."])
    assert len(windows) == 1
    before_passage = int(np.flatnonzero(windows[0].context)[0])
    assert before_passage <= MAX_QUESTION + 2
    assert covered("", windows) == set(range(29)) - {6, 11, 19, 22}


@given(st.one_of(PASSAGES, ANY_TEXT), st.integers(1, 20))
@example("Paris 서울", 2)  # one letter, several tokens
def test_a_shortened_text_is_a_beginning_with_at_most_so_many_tokens(tokenizer, text, most):
    def tokens(text: str) -> list[int]:
        return tokenizer.encode(text, add_special_tokens=False).ids

    short = shorten(tokenizer, text, most)
    kept = tokens(short)
    assert text.startswith(short)
    assert len(kept) <= most
    assert kept == tokens(text)[: len(kept)]
    assert short == text or len(kept) >= most - 3  # at most one character, of several tokens, is given up


def test_windows_made_in_several_threads_at_once_keep_their_length(tokenizer):
    def longest(_: int) -> int:
        return max(len(window) for window in make_windows(tokenizer, QUESTION, ["word " * 1500]))

    with ThreadPoolExecutor(3) as pool:  # one tokenizer serves a whole process
        assert set(pool.map(longest, range(150))) == {MAX_LENGTH}


def test_a_short_question_is_not_touched(tokenizer):
    assert shorten(tokenizer, " Who,  when ? ", 64) == " Who,  when ? "

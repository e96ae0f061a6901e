"""Searchers against brute force, and their fusion. A new line in SEARCHERS needs a reference here."""

from __future__ import annotations

import hashlib
import math
import random
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index import Library, build
from index.encoders import ENCODERS
from index.filter import Filter
from index.library import DEPTH, SEARCHERS, WEIGHTS
from index.search import Hit
from index.search.approximate import Approximate
from index.search.codes import NAME, write
from index.search.dense import Dense
from index.search.diversity import spread
from index.search.fusion import fuse
from index.search.lexical import content_words
from index.search.whole import MIXED

WORDS = (
    "kyiv paris berlin rome madrid vilnius riga tallinn oslo warsaw prague vienna london dublin athens sofia".split()
)
N = 60


class Halves:
    """Each of a text's (four) words adds a half in its own place: unit vectors whose products are exact, with ties."""

    name = runtime = "hashed"

    def encode(self, texts, progress=None):
        vectors = np.zeros((len(texts), len(WORDS)), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in set(re.findall(r"\w+", text.lower())) & set(WORDS):
                row[WORDS.index(word)] = 0.5
        return vectors

    def encode_question(self, question):
        return self.encode([question])[0]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """60 articles of one passage and four words each; every fourth one has the words of another one."""
    draw = random.Random(3)
    texts = [" ".join(draw.sample(WORDS, 4)) for _ in range(N)]
    texts[::4] = [" ".join(reversed(text.split())) for text in texts[1::4]]
    folder, place = tmp_path_factory.mktemp("articles"), tmp_path_factory.mktemp("library")
    for n, text in enumerate(texts):
        (folder / f"{n:02d}.txt").write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ENCODERS, "hashed", Halves)
        build(folder, place, "hashed")
        library = Library.open(place)
    assert [library.passage(n)[0].text for n in range(N)] == texts
    return library


def by_inner_product(library: Library, question: str) -> dict[int, float]:
    return dict(enumerate((library.vectors.astype(float) @ Halves().encode_question(question)).tolist()))


def by_bm25(library: Library, question: str) -> dict[int, float]:
    """As SQLite documents bm25(): k1 1.2, b 0.75, no inverse document frequency below 1e-6."""
    texts = [library.passage(row)[0].text.split() for row in range(N)]
    average = sum(map(len, texts)) / N
    scores: dict[int, float] = {}
    for term in dict.fromkeys(re.findall(r"\w+", question.lower())):
        holding = [row for row, text in enumerate(texts) if term in text]
        rarity = max(1e-6, math.log((N - len(holding) + 0.5) / (len(holding) + 0.5)))
        for row in holding:
            often = texts[row].count(term)
            long = 1.2 * (0.25 + 0.75 * len(texts[row]) / average)
            scores[row] = scores.get(row, 0.0) + rarity * often * 2.2 / (often + long)
    return scores


def approximately(library: Library) -> Approximate:
    """As SEARCHERS gives it for a library of many passages. Without a filter: tests/test_index_approximate.py."""
    path = library.folder / NAME
    write(library.vectors, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Approximate(np.fromfile(path, np.uint8), digest, library.vectors, library.encode_question)


REFERENCES: dict[str, Callable[[Library, str], dict[int, float]]] = {
    "dense": by_inner_product,
    "lexical": by_bm25,
    "whole": lambda library, question: {  # every article has one passage
        row: (1 + MIXED) * score for row, score in by_bm25(library, question).items()
    },
    "approximate": by_inner_product,
}
ALL = {**SEARCHERS, "approximate": approximately}
QUESTIONS = ["Kyiv", "Paris Rome", "sofia athens"]


def rounded(hits) -> list[tuple[int, float]]:
    return [(hit.row, round(hit.score, 9)) for hit in hits]


def best(scores: dict[int, float], top: int, allowed: list[int] | None = None) -> list[tuple[int, float]]:
    """Brute force: highest score first, ties to the lower row."""
    rows = [(row, round(score, 9)) for row, score in scores.items() if allowed is None or row in allowed]
    return sorted(rows, key=lambda pair: (-pair[1], pair[0]))[:top]


def test_every_searcher_has_a_reference():
    assert set(REFERENCES) == set(ALL)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("name", SEARCHERS)
def test_a_searcher_ranks_as_brute_force_does(name, question, library):
    scores = REFERENCES[name](library, question)
    assert len(set(scores.values())) < len(scores), "no ties, the test would not see their order"
    searcher = SEARCHERS[name](library)
    for top in (1, 2, 7, N - 1, N, N + 50):
        assert rounded(searcher.search(question, top)) == best(scores, top)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("name", ALL)
def test_a_filtered_search_is_brute_force_over_the_allowed_rows(name, question, library):
    scores, searcher, draw = REFERENCES[name](library, question), ALL[name](library), random.Random(5)
    worst = min(scores, key=lambda row: scores[row])
    subsets = [[worst], list(range(N)), *(sorted(draw.sample(range(N), size)) for size in (1, 2, 5, 20, 40))]
    for allowed in subsets:
        for top in (1, 3, 10, N + 50):
            found = rounded(searcher.search(question, top, np.array(allowed, np.int64)))
            assert found == best(scores, top, allowed)
    assert [hit.row for hit in searcher.search(question, 1, np.array([worst]))] == [worst]


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_found_where_nothing_is_allowed_or_asked_for(name, library):
    searcher = ALL[name](library)
    assert searcher.search("Kyiv", 5, np.array([], np.int64)) == []
    assert searcher.search("Kyiv", 0) == []
    assert searcher.search("Kyiv", 0, np.array([1, 2])) == []


ODD = ['" OR NEAR(', '"', '""', "'", "Kyiv'", "'; drop table words; --", "NEAR(kyiv paris, 2)", "kyiv AND NOT", "OR"]
ODD += [
    "text: kyiv",
    "kyiv*",
    "^kyiv",
    "(kyiv",
    "kyiv)",
    "-kyiv",
    "+",
    "{a b}: c",
    "_",
    "__",
    "²",
    "½",
    "\0",
    "a\0b",
    "",
]
ODD += [
    "the of and",
    "Who did what to whom?",
    "Šimonytė",
    "马克龙",
    "שלום",
    "😀",
    "𝔘𝔫𝔦",
    "e\u0301",
    "İ",
    "ß",
    "\ufeff",
    "\u202e",
    "%_\\",
]
ODD += ["kyiv " * 20_000, "x" * 100_000, " ".join(f"word{n}" for n in range(5_000)), "\n\t "]


@pytest.mark.parametrize("question", ODD, ids=lambda question: ascii(question[:20]))
@pytest.mark.parametrize("name", ALL)
def test_no_question_is_taken_for_query_syntax(name, question, library):
    hits = ALL[name](library).search(question, 5)
    allowed = ALL[name](library).search(question, 5, np.arange(N))
    assert hits == allowed
    assert all(0 <= hit.row < N and math.isfinite(hit.score) for hit in hits)


# Dense


@pytest.mark.parametrize("top", [1, 3, 10, 150])
def test_equal_vectors_tie_to_the_lower_row_also_where_the_list_is_cut(top):
    vectors = np.random.default_rng(0).normal(size=(400, 8)).astype(np.float32)
    vectors[::2] = vectors[0]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    dense = Dense(vectors, lambda _: vectors[0])
    assert [hit.row for hit in dense.search("", top)] == list(range(0, 2 * top, 2))
    assert [hit.row for hit in dense.search("", top, np.arange(50, 400))] == list(range(50, 50 + 2 * top, 2))


@pytest.mark.parametrize("allowed", [None, np.arange(3)], ids=["all", "filtered"])
def test_of_two_equal_vectors_the_lower_row_is_kept_though_a_better_one_comes_later(allowed):
    vectors = np.array([[0.5, 0.5, 0.5, 0.5], [0.5, -0.5, 0.5, 0.5], [1, 0, 0, 0]], np.float32)
    dense = Dense(vectors, lambda _: vectors[2])
    assert dense.search("", 2, allowed) == [Hit(2, 1.0), Hit(0, 0.5)]


# Lexical


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Library:
    texts = ["Ingrida Šimonytė spoke.", "Germany opposed it.", "The coalition trains soldiers.", "U.S. troops left."]
    folder, place = tmp_path_factory.mktemp("articles"), tmp_path_factory.mktemp("library")
    for n, text in enumerate([*texts, *(f"Filling number {n}." for n in range(6))]):
        (folder / f"{n}.txt").write_text(text, encoding="utf-8")
    build(folder, place, "hashed")
    return Library.open(place)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Simonyte", [0]),
        ("ŠIMONYTĖ", [0]),
        ("opposing", [1]),
        ("oppose training", [1, 2]),
        ("the U.S.", [3]),
        ("Coalitions?", [2]),
        ("nobody", []),
        ("NEAR", []),
    ],
)
def test_words_are_found_without_accents_in_any_case_and_by_their_stem(question, found, news):
    assert sorted(hit.row for hit in SEARCHERS["lexical"](news).search(question, 10)) == found


def test_stop_words_are_left_out_unless_there_are_no_others():
    assert content_words("Which countries opposed the training?") == ["countries", "opposed", "training"]
    assert content_words("What was it? What?") == ["what", "was", "it"]
    assert content_words("?!") == []


def test_the_rest_of_an_article_speaks_for_its_passages(write, tmp_path):
    """By hand: passages of 40 sentences, articles of several passages."""
    draw = random.Random(7)
    talk = [f"{word} is named here by nobody else but one of us." for word in WORDS]
    files = {f"{n}.txt": " ".join(draw.choices(talk, k=120)) for n in range(6)} | {"short.txt": "Kyiv and Oslo."}
    build(write(files), tmp_path / "library", "hashed")
    library = Library.open(tmp_path / "library")
    rows = range(library.manifest["passages"])
    places = [library.passage(row) for row in rows]
    texts = [re.findall(r"\w+", a.text[p.start : p.end].lower()) for a, p in places]
    whole = {a.source: [w for (b, _), t in zip(places, texts, strict=True) if b is a or b.source == a.source for w in t]
             for a, _ in places}  # fmt: skip
    average = sum(map(len, whole.values())) / len(whole)
    lexical = {hit.row: hit.score for hit in SEARCHERS["lexical"](library).search("Kyiv Oslo", len(rows))}
    expected = {}
    for row in rows:
        words, score = whole[places[row][0].source], MIXED * lexical.get(row, 0.0)
        for term in ("kyiv", "oslo"):
            n, often = sum(term in other for other in whole.values()), words.count(term)
            rarity = max(1e-6, math.log((len(whole) - n + 0.5) / (n + 0.5)))
            score += rarity * often * 2.2 / (often + 1.2 * (0.25 + 0.75 * len(words) / average))
        if score > 0:
            expected[row] = score
    assert len(places) > 12 and len(expected) > len(lexical)
    assert rounded(SEARCHERS["whole"](library).search("Kyiv Oslo", 9)) == best(expected, 9)


# Fusion


def hits(*rows: int) -> list[Hit]:
    return [Hit(row, 100.0 - n) for n, row in enumerate(rows)]


def test_scores_on_one_scale_are_added_by_hand():
    one, other = [Hit(7, 9.0), Hit(2, 5.0), Hit(3, 1.0)], [Hit(2, 2.0), Hit(1, 1.0)]
    assert fuse([one, other]) == [Hit(2, 1.5), Hit(7, 1.0), Hit(1, 0.0), Hit(3, 0.0)]
    assert fuse([one, other], weights=[4.0, 1.0]) == [Hit(7, 4.0), Hit(2, 3.0), Hit(1, 0.0), Hit(3, 0.0)]
    assert fuse([[Hit(5, -3.0)], []]) == [Hit(5, 1.0)]  # all that one searcher found, however low its score


def test_ties_in_the_fusion_go_to_the_lower_row():
    assert [hit.row for hit in fuse([[Hit(5, 1.0)], [Hit(2, 8.0)]])] == [2, 5]
    assert [hit.row for hit in fuse([hits(9, 4), hits(4, 9)])] == [4, 9]


def test_nothing_fused_is_nothing():
    assert fuse([]) == [] == fuse([[], []])


def test_a_weight_for_each_ranking_is_needed():
    with pytest.raises(ValueError):
        fuse([hits(1), hits(2)], weights=[1.0])


@pytest.mark.parametrize("top", [1, 5, DEPTH, N + 50])
@pytest.mark.parametrize("weights", [None, (1.0, 3.0, 0.5), (0.5, 0.0, 0.0)])
def test_a_library_fuses_what_its_searchers_find(top, weights, library):
    question, chosen = "Paris Rome", Filter(sources=tuple(f"{n:02d}.txt" for n in range(10, N)))
    for choice, allowed in ((None, None), (chosen, np.arange(10, N))):
        rankings = [make(library).search(question, max(DEPTH, top), allowed) for make in SEARCHERS.values()]
        fused = fuse(rankings, weights or WEIGHTS)
        assert library.search(question, top, choice, weights) == fused[:top]


OWNERS = {0: (1, 1), 1: (1, 1), 2: (2, 1), 3: (3, 3), 4: (1, 1), 5: (2, 1), 6: (3, 3)}
TOLD = {0: {"Kyiv", "7"}, 1: {"Paris"}, 2: {"Kyiv"}, 3: {"Kyiv"}, 4: {"Oslo"}, 5: {"Kyiv", "9"}, 6: {"Riga"}}


@pytest.mark.parametrize(
    ("given", "most", "expected"),
    [
        ((0, 1, 4, 3), 2, (0, 1, 3, 4)),  # the third of one article waits for another
        ((0, 1, 4), 2, (0, 1, 4)),  # and is not lost where there is none
        ((0, 2, 3), 9, (0, 3, 2)),  # a copy that tells nothing more waits
        ((2, 0, 3), 9, (2, 0, 3)),  # one that tells more does not
        ((0, 5, 2, 3), 9, (0, 5, 3, 2)),
        ((3, 6), 1, (3, 6)),
        ((), 1, ()),
    ],
)
def test_hits_are_spread_over_articles_that_add_something(given, most, expected):
    found = spread(hits(*given), OWNERS, TOLD.__getitem__, most)
    assert tuple(hit.row for hit in found) == expected


def test_copies_of_one_text_do_not_fill_the_places(write, tmp_path):
    text = "Ministers met in Kyiv on Friday to speak about the letters that Burkhardt had sent to all of them. "
    files = {f"copy{n}.txt": text * 3 + f"And {WORDS[n]}." for n in range(len(WORDS))}
    files["update.txt"] = text * 3 + "There were 12 letters."
    files["other.txt"] = "In Oslo nobody had heard of letters from Kyiv."
    build(write(files), tmp_path / "library", "hashed")
    library = Library.open(tmp_path / "library")
    found = [library.passage(hit.row)[0].source for hit in library.search("letters sent by Burkhardt in Kyiv", 3)]
    assert len({source[:4] for source in found}) == 3


def test_cosines_are_the_inner_products_of_the_rows_asked_for(library):
    scores = by_inner_product(library, "Paris Rome")
    assert library.cosines("Paris Rome", [7, 3, 3]).tolist() == pytest.approx([scores[7], scores[3], scores[3]])
    assert library.cosines("Paris Rome", []).shape == (0,)


def test_a_library_of_the_seeds_finds_the_right_article_first(seeds: Path, tmp_path):
    build(seeds, tmp_path / "library", "hashed")
    library = Library.open(tmp_path / "library")
    article, passage = library.passage(library.search("Which letters were sent to ten European countries?", 1)[0].row)
    assert article.source == "004_404871ae4e9fadb6.txt"
    assert "letter" in article.text[passage.start : passage.end]

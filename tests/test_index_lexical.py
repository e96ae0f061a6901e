"""The lexical index: terms, the tables it is kept in, updates against a new index, BM25 against a plain reference."""

from __future__ import annotations

import math
import random
import sqlite3
from collections.abc import Iterable, Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.search import writer
from index.search.kin import kin
from index.search.lexical import Lexical, best
from index.search.porter import LONGEST, stem
from index.search.postings import BLOCK, SCHEMA, lengths, postings
from index.search.terms import chunks, terms
from index.search.writer import Writer, update

Passages = Mapping[int, str]


def made(passages: Passages | Iterable[str]) -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.executescript(SCHEMA)
    update(db, (), passages.items() if isinstance(passages, Mapping) else enumerate(passages))
    return db


def tables(db: sqlite3.Connection) -> list[list[tuple[object, ...]]]:
    return [db.execute(f"select * from {table} order by 1, 2").fetchall() for table in ("words", "lengths")]


# Terms

STEMS = [start + end for start in ("hop", "fall", "tr", "sky", "yt", "relat", "oper") for end in ("", "e", "y")]
ENDINGS = (
    "s es ies sses ed eed ing bl at iz ational tional enci anci izer bli alli entli eli ousli ization ation ator alism "
    "iveness fulness ousness aliti iviti biliti logi icate ative alize iciti ical ful ness al ance ence er ic able "
    "ible ant ement ment ent ion sion tion ou ism ate iti ous ive ize e ll y".split()
)


def fts5(words: Iterable[str]) -> list[str]:
    """The stems by SQLite's own Porter stemmer."""
    db = sqlite3.connect(":memory:")
    db.execute("create virtual table f using fts5(t, tokenize='porter unicode61 remove_diacritics 2')")
    db.execute("create virtual table v using fts5vocab(f, instance)")
    db.executemany("insert into f(rowid, t) values (?, ?)", enumerate(words))
    return [term for (term,) in db.execute("select term from v order by doc")]


def test_stems_are_those_of_sqlite():
    draw = random.Random(4)
    words = [start + one + two for start in STEMS for one in ("", *ENDINGS) for two in ("", *draw.sample(ENDINGS, 9))]
    assert [(word, stem(word)) for word in words] == list(zip(words, fts5(words), strict=True))


MADE_UP = st.builds(str.__add__, st.sampled_from(["bo", "st", "y"]), st.text("abcdeilnosty", max_size=10)).filter(
    lambda word: "yy" not in word
)


@given(st.lists(MADE_UP, min_size=1))
def test_stems_of_any_letters_are_those_of_sqlite(words):
    """Of words that are more than an ending ("ies", "sses"), which SQLite leaves longer, and without "yy"."""
    assert [stem(word) for word in words] == fts5(words)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The coalition's letters", ["the", "coalit", "s", "letter"]),
        ("Šimonytė ŠIMONYTĖ simonyte", ["simonyt"] * 3),
        ("e\u0301te\u0301 İstanbul Straße STRASSE ﬁnal", ["et", "istanbul", "strass", "strass", "final"]),
        ("state-of-the-art 1,000 B52 2024-06-07", "state of the art 1 000 b52 2024 06 07".split()),
        ("“quoted”—dash…end\u00a0next snake_case", "quot dash end next snake case".split()),
        ("马克龙 in 東京", ["马", "克", "龙", "in", "東", "京"]),
        ("Київ ΑΘΗΝΑ שלום", ["киів", "αθηνα", "שלום"]),
        ("😀 \0 \ud800 ?!", []),
        ("", []),
    ],
)
def test_words_become_terms(text, found):
    assert terms(text) == found


@given(st.text())
def test_terms_of_any_text_are_found_again_in_any_case_and_form(text):
    found = terms(text)
    assert all(term and len(term) <= LONGEST and not term.isspace() for term in found)
    assert terms(" ".join(chunk.decode() for chunk in chunks(text))) == found


# The tables


def test_the_tables_hold_what_they_say():
    db = made({0: "Spain wrote, and wrote", BLOCK - 1: "", BLOCK + 2: "Spain"})
    found = [(block, places.tolist(), counts.tolist()) for block, places, counts in postings(db, "spain")]
    assert found == [(0, [0], [1]), (1, [2], [1])]
    assert [(places.tolist(), counts.tolist()) for _, places, counts in postings(db, "wrote")] == [([0], [2])]
    held = lengths(db)
    assert len(held) == 2 * BLOCK
    assert {row: held[row] for row in np.flatnonzero(held >= 0).tolist()} == {0: 4, BLOCK - 1: 0, BLOCK + 2: 1}


def test_counts_are_cut():
    db = made(["spain " * 1000])
    assert [counts.tolist() for _, _, counts in postings(db, "spain")] == [[255]]
    assert lengths(db)[0] == 1000


ROWS = st.sampled_from([0, 1, 2, 3, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK])
TEXTS = st.lists(st.sampled_from("spain spain italy rome oslo letters é the".split()), max_size=6).map(" ".join)
COLLECTIONS = st.dictionaries(ROWS, TEXTS)


@settings(max_examples=40)
@given(st.lists(COLLECTIONS, min_size=2, max_size=5), st.sampled_from([0, 3, 2**24]))
def test_updates_leave_what_a_new_index_would_be(collections, held):
    """Byte for byte, however few terms the writer may hold."""
    db, old = made({}), dict[int, str]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "HELD", held)
        for new in collections:
            removed = {row: text for row, text in old.items() if new.get(row) != text}
            added = {row: text for row, text in new.items() if old.get(row) != text}
            update(db, removed.items(), added.items())
            old = new
            assert tables(db) == tables(made(new))
    assert Lexical(db).search("Spain letters", 9) == Lexical(made(old)).search("Spain letters", 9)


@settings(max_examples=40)
@given(COLLECTIONS)
def test_a_text_that_is_removed_and_added_again_changes_nothing(passages):
    db = made(passages)
    changes = db.total_changes
    writer = Writer(db)
    for row, text in passages.items():
        writer.remove(row, text)
        writer.add(row, text)
    writer.write()
    assert tables(db) == tables(made(passages))
    assert db.total_changes - changes <= len({row // BLOCK for row in passages})  # the lengths


def test_the_last_row_moves_to_a_free_place():
    passages = ["Spain wrote", "Italy wrote", "Oslo wrote", "Rome answered"]
    db = made(passages)
    update(db, [(1, passages[1]), (3, passages[3])], [(1, passages[3])])
    assert tables(db) == tables(made([passages[0], passages[3], passages[2]]))
    assert "itali" not in {term for (term,) in db.execute("select term from words")}


# BM25


def reference(passages: Passages, question: Iterable[str]) -> dict[int, float]:
    """As in the module's docstring, one word at a time."""
    texts = {row: text.split() for row, text in passages.items()}
    mean = sum(map(len, texts.values())) / len(texts)
    scores = dict[int, float]()
    for word in question:
        holding = [row for row, text in texts.items() if word in text]
        rarity = max(1e-6, math.log((len(texts) - len(holding) + 0.5) / (len(holding) + 0.5)))
        for row in holding:
            often, size = texts[row].count(word), len(texts[row])
            scores[row] = scores.get(row, 0.0) + rarity * often * 2.2 / (often + 1.2 * (0.25 + 0.75 * size / mean))
    return scores


def ranked(scores: dict[int, float], allowed: Iterable[int] | None = None) -> list[tuple[int, float]]:
    chosen = scores.keys() if allowed is None else scores.keys() & set(allowed)
    return sorted(((row, round(scores[row], 9)) for row in chosen), key=lambda pair: (-pair[1], pair[0]))


VOCABULARY = [f"{one}{two}" for one in "bcfgklmnpv" for two in ("a", "o", "u")]  # no stems to find, no stop words


def collection(count: int, seed: int, start: int = 0) -> dict[int, str]:
    draw = random.Random(seed)
    weights = [1 / (n + 1) for n in range(len(VOCABULARY))]
    sizes = (draw.choice((0, 3, 8, 20)) for _ in range(count))
    return {start + n: " ".join(draw.choices(VOCABULARY, weights, k=size)) for n, size in enumerate(sizes)}


@pytest.fixture(scope="module", params=[0, BLOCK - 700], ids=["one block", "two blocks"])
def many(request: pytest.FixtureRequest) -> dict[int, str]:
    return collection(3000, 1, request.param)


QUESTIONS = [["ba"], ["pu"], ["ba", "pu", "ko"], ["no", "ma", "lu", "ga", "fo"], VOCABULARY]


@pytest.mark.parametrize("question", QUESTIONS, ids=len)
@pytest.mark.parametrize("share", [None, 0.001, 0.01, 0.1, 0.5, 1.0])
def test_search_is_brute_force_at_every_selectivity(question, share, many):
    lexical, draw = Lexical(made(many)), random.Random(2)
    allowed = None if share is None else sorted(draw.sample(list(many), math.ceil(share * len(many))))
    want = ranked(reference(many, question), allowed)
    for top in (1, 10, 50, 5000):
        hits = lexical.search(" ".join(question), top, None if allowed is None else np.array(allowed, np.int64))
        assert [(hit.row, round(hit.score, 9)) for hit in hits] == want[:top]


def test_allowed_rows_may_come_in_any_order_and_twice(many):
    lexical, rows = Lexical(made(many)), list(many)[:400]
    ordered = lexical.search("ba ko", 20, np.array(rows))
    assert ordered and lexical.search("ba ko", 20, np.array(rows[::-1] + rows)) == ordered


def test_scores_are_those_of_sqlite():
    texts = [text for text in collection(500, 7).values() if text]
    db = sqlite3.connect(":memory:")
    db.execute("create virtual table f using fts5(t, tokenize='porter unicode61')")
    db.executemany("insert into f(rowid, t) values (?, ?)", enumerate(texts))
    found = db.execute("select rowid, -bm25(f) from f where f match 'ba OR ko OR pu' order by 2 desc, 1").fetchall()
    hits = Lexical(made(texts)).search("ba ko pu", 500)
    assert [hit.score for hit in hits] == pytest.approx([score for _, score in found])
    assert {hit.row for hit in hits} == {row for row, _ in found}


def test_a_country_is_found_by_its_adjective_and_its_people_and_they_count_as_one_term():
    texts = ["Estonia fell silent.", "The Estonian premier, of Estonia.", "Estonians and others", "Latvia", "Kiev"] * 3
    lexical = Lexical(made(texts))
    assert {hit.row % 5 for hit in lexical.search("Who leads the Estonian government?", 99)} == {0, 1, 2}
    plain = ["x fell silent.", "The x premier, of x.", "x and others", "Latvia", "Kiev"] * 3
    assert lexical.search("Estonia", 99) == Lexical(made(plain)).search("x", 99)
    assert {hit.row % 5 for hit in lexical.search("Kyiv", 99)} == {4}
    assert {hit.row % 5 for hit in Lexical(made(texts), lambda term: (term,)).search("Estonian", 99)} == {1, 2}
    assert kin("letter") == ("letter",) and kin("car") == ("car",) and "ukrain" in kin("ukrainian")


def test_british_and_american_spellings_count_as_one_term():
    lexical = Lexical(made(["The Ministry of Defence", "the defense programs", "a program"]))
    assert lexical.search("defense programme", 9)[0].row == 1
    assert {hit.row for hit in lexical.search("defence", 9)} == {0, 1}


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0, 1.5, 9.0]), max_size=60), st.integers(1, 70), st.integers(1, 8))
def test_the_best_are_those_of_a_sort(scores, top, width):
    hits = best(np.array(scores), top, width)
    want = sorted(((-score, row) for row, score in enumerate(scores) if score > 0))[:top]
    assert [(-hit.score, hit.row) for hit in hits] == want


# Hostile texts


def test_one_endless_word_is_a_term():
    db = made(["x" * 1_000_000, "aé" * 500_000, "马" * 50_000])
    assert [hit.row for hit in Lexical(db).search("x" * 1_000_000, 3)] == [0]
    assert {hit.row for hit in Lexical(db).search("马", 3)} == {2}


def test_time_is_linear_in_different_words(growth):
    def work(count: int) -> None:
        made([" ".join(f"w{n}x" for n in range(count))])

    assert growth(work, 3_000, 12_000, below=10) < 10  # quadratic would be 16

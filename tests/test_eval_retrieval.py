"""Recall of the right article: whose it is, where it stands, and what the interval says."""

import gzip
import json

import numpy as np
import pytest

from eval import retrieval
from index.build import build
from index.library import Library


def test_a_context_is_an_article_and_questions_without_an_answer_are_left_out():
    rows = [
        {"question": "Who?", "context": "Spain said no.", "answers": [{"text": "Spain"}]},
        {"question": "What?", "context": "Spain said no.", "answers": []},
        {"question": "Where?", "context": "Kyiv welcomed it.", "answers": [{"text": "Kyiv"}]},
    ]
    articles, asked = retrieval.collection(rows, None)
    assert [article["text"] for article in articles] == ["Spain said no.", "Kyiv welcomed it."]
    assert asked == [("Who?", {"0"}), ("Where?", {"1"})]


def test_with_a_collection_the_rows_name_their_right_articles(tmp_path):
    path = tmp_path / "all.jsonl.gz"
    with gzip.open(path, "wt") as out:
        out.write(json.dumps({"id": "a", "title": None, "date": "2024-06-07", "text": "One.", "more": 1}) + "\n\n")
    rows = [{"question": "Who?", "gold_docs": ["a"]}, {"question": "What?", "gold_docs": []}]
    articles, asked = retrieval.collection(rows, path)
    assert articles == [{"id": "a", "title": None, "date": "2024-06-07", "text": "One."}]
    assert asked == [("Who?", {"a"})]


def test_the_rank_is_that_of_the_first_right_article(write, tmp_path):
    texts = ["Spain said no.", "Kyiv welcomed it.", "Spain and Kyiv."]
    lines = "".join(json.dumps({"id": str(n), "text": text}) + "\n" for n, text in enumerate(texts))
    build(write({"all.jsonl": lines}), tmp_path / "library", "hashed")
    library = Library.open(tmp_path / "library")
    asked = [("Spain", {"0"}), ("Spain", {"2", "1"}), ("Kyiv", {"none"})]
    for weights in (None, (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)):
        assert retrieval.ranks(library, asked, weights).tolist() == [1, 2, np.inf]


def test_the_summary_counts_what_is_not_found_and_gives_an_interval():
    figures = retrieval.summary(np.array([1.0, 2.0, 30.0, np.inf] * 50))
    assert [figures[name][0] for name in ("recall@1", "recall@5", "recall@20")] == [0.25, 0.5, 0.5]
    assert figures["mrr"][0] == pytest.approx((1 + 0.5 + 1 / 30) / 4, abs=1e-4)
    assert all(low < mean < high for mean, low, high in figures.values())

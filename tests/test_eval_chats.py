"""Our sets of follow-ups and of wording, and how they are counted."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from eval import events
from eval.chat_sets import FRESH, SETS, event_chats, read_chats
from eval.chats import followups, main, wording
from index.formats import read_file
from qa.answer import Answer, Citation, Extract, Item


@pytest.fixture(scope="module")
def known(seeds) -> dict[str, Any]:
    """source -> article, of the seeds and of the articles of the sets."""
    paths = [*seeds.glob("*.txt"), SETS / "chat_articles.jsonl"]
    return {article.source: article for path in paths for article in read_file(path, path.name)}


@pytest.fixture
def library(known):
    return SimpleNamespace(library=SimpleNamespace(article=known.get))


@pytest.mark.parametrize(("name", "least"), [("followups", 60), ("wording", 40)])
def test_every_gold_answer_stands_in_its_article(library, name, least):
    chats = read_chats(name, library)
    assert len(chats) >= least
    assert 0.3 < sum(chat.held_out for chat in chats) / len(chats) < 0.35


def test_follow_ups_have_a_history_and_enough_are_fresh(library):
    chats = read_chats("followups", library)
    assert all(chat.history and chat.full for chat in chats)
    assert sum(chat.question.type == FRESH for chat in chats) >= 15
    assert sum(len(chat.history) > 1 for chat in chats) >= 8
    assert all(chat.full == chat.question.question for chat in chats if chat.question.type == FRESH)


def test_only_yes_no_questions_have_a_polarity(library):
    for line in (SETS / "wording.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        assert ("polarity" in row) is (row["type"] == "yes_no")
        assert row.get("polarity") in {None, "yes", "no"}


def test_bent_questions_and_each_way_of_asking_are_counted(library, known):
    """An assistant that gives the gold answer without a history and nothing with one."""
    chats = [chat for chat in read_chats("followups", library) if chat.question.type in {FRESH, "pronoun"}]
    golds = {chat.full: chat.question.answers[0] for chat in chats}

    def ask(question: str, history: Sequence[Any] = ()) -> Answer:
        gold = None if history else golds.get(question)
        if gold is None:
            return Answer(question, (), "none", 0.0)
        extract = Extract(gold.start, gold.start + len(gold.text), gold.text)
        cited = Citation(gold.doc, None, None, "0", extract.start, extract.end, gold.text, (), extract)
        return Answer(question, (Item(gold.text, 0.9, (cited,), polarity="yes"),), None, 0.0, find=known.get)

    figures = followups([(SimpleNamespace(ask=ask), chats)])
    assert figures["bent"] == figures["fresh"]["n"] > 0
    assert (figures["fresh"]["chat"], figures["fresh"]["no_history"], figures["followup"]["oracle"]) == (0.0, 1.0, 1.0)
    asked = [chat for chat in read_chats("wording", library) if chat.question.type == "yes_no"]
    golds |= {chat.full: chat.question.answers[0] for chat in asked}
    counted = wording(SimpleNamespace(ask=ask), asked)
    assert counted["yes_no"]["typed"] == 1.0
    assert counted["polarity"]["right"] == sum(chat.polarity == "yes" for chat in asked)


def test_the_chats_of_an_event_are_follow_ups_fresh_questions_and_ones_without_an_answer(monkeypatch, tmp_path):
    text = "Anna Berg leads the port of Riga. The port has 900 workers."

    def turn(question: str, full: str, answer: str | None) -> dict[str, Any]:
        found = [{"text": answer, "doc": "a1.txt", "start": text.index(answer)}] if answer else []
        return {"question": question, "full": full, "answers": found, "all_of": None}

    chat = [
        turn("Who leads the port?", "Who leads the port?", "Anna Berg"),
        turn("of which town", "Of which town does Anna Berg lead the port?", "Riga"),
        turn("How many workers are there?", "How many workers are there?", "900"),
        turn("how old is she?", "How old is Anna Berg?", None),
    ]
    event = {"event": "e1", "split": "test", "articles": {"a1.txt": text}, "questions": [], "chats": [chat]}
    path = tmp_path / "events.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(event).encode()))
    monkeypatch.setattr(events, "FILE", path)
    ((_, chats),) = events.opened(tmp_path, "test", event_chats, reader="overlap")
    assert [one.question.type for one in chats] == ["followup", FRESH, "unanswerable"]
    assert chats[1].history == ("Who leads the port?", "of which town") and chats[2].full == "How old is Anna Berg?"
    assert main(["--events", "test", "--reader", "overlap"]) == 0

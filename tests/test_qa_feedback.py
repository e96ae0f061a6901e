"""Feedback: what each kind becomes in a question file, that `attest eval` reads it, and that it judges by it fairly."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from eval.metrics import summary
from eval.questions import read_questions
from eval.run import judge
from index.errors import AttestError, QuestionError
from qa import Assistant, cli
from qa.answer import Answer, Citation, Extract, Item
from qa.feedback import KINDS, feedback_file, kinds, record

TEXTS = {
    "a.txt": "Spain wrote the letters on Monday. Spain sent them to Peru.",
    "b.txt": "The harvest of olives was poor this year.",
}
QUESTION = "Who wrote the letters?"


@pytest.fixture
def assistant(write) -> Assistant:
    return Assistant.open(write(TEXTS), reader="overlap", encoder="hashed")


def citation(quote: str, source: str = "a.txt", nth: int = 0) -> Citation:
    text = TEXTS[source]
    start = [n for n in range(len(text)) if text.startswith(quote, n)][nth]
    return Citation(source, None, None, "0" * 64, start, start + len(quote), quote, (), Extract(0, len(text), text))


def said(*quotes: str, listed: bool = False, nth: int = 0, question: str = QUESTION) -> Answer:
    items = tuple(Item(quote, 0.9, (citation(quote, nth=nth),)) for quote in quotes)
    return Answer(question, items, None if items else "nothing found", 0.1, listed=listed)


def figures(path: Path, *answers: Answer) -> dict[str, float | None]:
    return summary([judge(q, answer) for q, answer in zip(read_questions(path), answers, strict=True)])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_a_row_that_eval_reads_and_compares_with_the_articles(assistant, tmp_path, kind):
    answer = assistant.ask(QUESTION)
    assert answer.answered
    row = record(tmp_path / "mine.jsonl", answer, kind)
    (question,) = read_questions(tmp_path / "mine.jsonl", assistant.library.article)
    assert (question.id, question.question) == (row["id"], QUESTION)


def test_a_right_answer_is_gold_with_its_place(tmp_path):
    row = record(tmp_path / "f.jsonl", said("Spain"), "right")
    assert row["answers"] == [{"text": "Spain", "doc": "a.txt", "start": 0}]
    assert (row["type"], row["evidence_docs"], "rejected" in row) == ("factoid", ["a.txt"], False)
    told = figures(tmp_path / "f.jsonl", said("Spain"))
    assert (told["em"], told["cited_right"], told["rejected_avoided"]) == (1.0, 1.0, None)


def test_of_several_answers_the_first_is_meant_and_of_a_list_every_member(tmp_path):
    row = record(tmp_path / "f.jsonl", said("Spain", "Peru"), "right")
    assert [gold["text"] for gold in row["answers"]] == ["Spain"] and row["all_of"] is None
    row = record(tmp_path / "f.jsonl", said("Spain", "Peru", listed=True), "right")
    assert (row["type"], row["all_of"]) == ("list", [["Spain"], ["Peru"]])
    assert figures(tmp_path / "f.jsonl", said("Spain", listed=True))["list_recall"] == 0.5


def test_a_wrong_answer_counts_for_nothing_but_whether_it_is_given_again(tmp_path):
    row = record(tmp_path / "f.jsonl", said("Monday"), "wrong answer")
    assert (row["answers"], row["type"]) == ([], "rejected")
    for answer, avoided in ((said("Monday"), 0.0), (said("Spain", "Monday"), 1.0), (said("Spain"), 1.0), (said(), 1.0)):
        told = figures(tmp_path / "f.jsonl", answer)
        assert told["rejected_avoided"] == avoided
        assert [told[name] for name in ("em", "f1", "coverage", "abstained_right", "recall@8")] == [None] * 5


def test_a_wrong_list_is_given_again_only_with_all_its_members(tmp_path):
    record(tmp_path / "f.jsonl", said("Spain", "Monday", listed=True), "wrong answer")
    assert figures(tmp_path / "f.jsonl", said("Monday", "Spain", listed=True))["rejected_avoided"] == 0.0
    assert figures(tmp_path / "f.jsonl", said("Spain", listed=True))["rejected_avoided"] == 1.0


def test_wrong_evidence_keeps_the_text_as_gold_and_claims_nothing_of_its_place(tmp_path):
    row = record(tmp_path / "f.jsonl", said("Spain"), "wrong evidence")
    assert row["answers"] == [{"text": "Spain", "doc": None, "start": None}]
    assert row["rejected"] == [{"text": "Spain", "doc": "a.txt", "start": 0}]
    for answer, avoided in ((said("Spain"), 0.0), (said("Spain", nth=1), 1.0)):
        told = figures(tmp_path / "f.jsonl", answer)
        assert (told["em"], told["rejected_avoided"]) == (1.0, avoided)
        assert (told["cited_right"], told["recall@8"]) == (None, None)


@pytest.mark.parametrize(("answer", "kind"), [(said("Spain"), "should have abstained"), (said(), "right")])
def test_what_has_no_answer_is_unanswerable(tmp_path, answer, kind):
    row = record(tmp_path / "f.jsonl", answer, kind)
    assert (row["type"], row["answers"], "rejected" in row) == ("unanswerable", [], False)
    assert figures(tmp_path / "f.jsonl", said())["abstained_right"] == 1.0
    assert figures(tmp_path / "f.jsonl", said("Spain"))["abstained_right"] == 0.0


@pytest.mark.parametrize("kind", [*KINDS[1:], "wonderful", ""])
def test_what_cannot_be_said_of_an_answer_is_refused_and_nothing_written(tmp_path, kind):
    assert kinds(said()) == ("right",) and kinds(said("Spain")) == KINDS
    with pytest.raises(QuestionError, match="say right"):
        record(tmp_path / "f.jsonl", said(), kind)
    assert list(tmp_path.iterdir()) == []


def test_a_later_word_on_the_same_question_replaces_the_earlier_and_no_other_line(tmp_path):
    path = tmp_path / "f.jsonl"
    path.write_bytes(b'not JSON\r\n\n[1]\n{"id": 7}')
    record(path, said("Spain"), "right")
    record(path, said("Peru", question="Who read them?"), "right")
    record(path, said("Spain"), "should have abstained")
    lines = path.read_bytes().split(b"\n")
    assert lines[:3] == [b"not JSON\r", b"[1]", b'{"id": 7}'] and lines[-1] == b""
    assert [json.loads(line)["type"] for line in lines[3:-1]] == ["factoid", "unanswerable"]


def test_a_follow_up_has_the_question_before_it_as_context_and_a_fresh_one_has_none(assistant, tmp_path):
    first = assistant.ask(QUESTION)
    second = assistant.ask("When did they do that?", [first])
    row = record(tmp_path / "f.jsonl", second, kinds(second)[0], [first])
    assert row["context"] == first.trace.read
    fresh = assistant.ask("Who sent the letters to Peru?", [first])
    assert record(tmp_path / "f.jsonl", fresh, "right", [first])["context"] is None


def test_the_filter_is_part_of_the_question_and_eval_asks_with_it(assistant, tmp_path, capsys):
    path = tmp_path / "f.jsonl"
    row = record(path, assistant.ask(QUESTION, sources=["b.txt"]), "right")
    other = record(path, assistant.ask(QUESTION), "right")
    assert row["sources"] == ["b.txt"] and "sources" not in other and row["id"] != other["id"]
    assert [question.limits for question in read_questions(path)] == [{"sources": ["b.txt"]}, {}]
    place = str(assistant.library.folder)
    assert cli.main(["eval", str(path), "--library", place, "--reader", "overlap", "--json"]) == 0
    given = [row["text"] for row in json.loads(capsys.readouterr().out)["rows"]]
    assert given == [assistant.ask(QUESTION, sources=["b.txt"]).text, assistant.ask(QUESTION).text]


@pytest.mark.parametrize(
    "fields", [{"since": "yesterday"}, {"since": 5}, {"sources": "a.txt"}, {"sources": [1]}, {"rejected": "no"}]
)
def test_a_row_with_a_filter_that_is_none_is_refused_by_line(tmp_path, fields):
    row = {"id": "1", "question": QUESTION, "type": "unanswerable", "answers": []} | fields
    (tmp_path / "q.jsonl").write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(AttestError, match="line 1"):
        read_questions(tmp_path / "q.jsonl")


@pytest.mark.skipif(os.name == "nt", reason="rights of files are those of POSIX")
def test_only_its_owner_may_read_it(tmp_path):
    record(tmp_path / "deep" / "f.jsonl", said("Spain"), "right")
    assert stat.S_IMODE((tmp_path / "deep" / "f.jsonl").stat().st_mode) == 0o600


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(AttestError, match="feedback cannot be written"):
        record(tmp_path / "file" / "f.jsonl", said("Spain"), "right")


def test_every_folder_of_articles_has_a_file_of_its_own(tmp_path):
    one, other = feedback_file(tmp_path / "one"), feedback_file(tmp_path / "other")
    assert one != other and one.parent == other.parent and one.suffix == ".jsonl"

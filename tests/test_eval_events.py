"""Questions about events: as rows for training, as questions to the whole assistant, and the shipped file itself."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval import events
from index.errors import QuestionSetError
from qa.reader import extractive, misread
from qa.reader.alone import alone
from qa.reader.dialogue import in_dialogue
from qa.reader.events import event_rows, trained_on
from qa.reader.mix import MIX, read_rows, training_rows, validation_events
from qa.reader.overlap import Overlap

LONG = " ".join(f"Sentence number {n} tells of something else that nobody has asked about." for n in range(40))
FIRST = f"Anna Berg leads the port of Riga. {LONG} The port has 900 workers."
OTHER = "The port of Riga, which Anna Berg leads, was shut on Friday because of ice, smoke and a strike."


def gold(doc: str, text: str) -> dict[str, Any]:
    return {"doc": doc, "text": text, "start": {"a1.txt": FIRST, "a2.txt": OTHER}[doc].index(text)}


def asked(number: str, kind: str, *wordings: str, answers: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    row = {"id": number, "type": kind, "question": wordings[0], "also": list(wordings[1:]), "note": ""}
    return row | {"answers": answers or [], "all_of": [["ice"], ["smoke"]] if kind == "list" else None}


WHO = asked(
    "q1", "person", "Who leads it?", "port chief", answers=[gold("a1.txt", "Anna Berg"), gold("a2.txt", "Anna Berg")]
)
WHY = asked("q2", "list", "Why was it shut?", answers=[gold("a2.txt", "ice, smoke and a strike")])
APART = asked("q3", "list", "What shut it?", answers=[gold("a2.txt", "ice"), gold("a2.txt", "smoke")])
NONE = asked("q4", "unanswerable", "When does it open?", "opening date")


def event(name: str, split: str, *questions: dict[str, Any]) -> dict[str, Any]:
    return {"event": name, "split": split, "articles": {"a1.txt": FIRST, "a2.txt": OTHER}, "questions": list(questions)}


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    def written(*rows: dict[str, Any]) -> Path:
        path = tmp_path / "events.jsonl.gz"
        path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))
        return path

    return written


def test_every_wording_comes_with_a_passage_that_answers_and_one_that_does_not() -> None:
    rows = list(event_rows(event("e1", "train", WHO, WHY, APART, NONE), random.Random(0), beside=1.0))
    for row in rows:
        assert all(row["context"].startswith(a["text"], a["start"]) for a in row["answers"])
        assert row["impossible"] is (not row["answers"]) and row["judged"] and not row["multi"]
    of = {number: [row for row in rows if f"-{number}-" in row["id"]] for number in ("q1", "q2", "q3", "q4")}
    assert [row["impossible"] for row in of["q1"]] == [False, True] * 2
    assert [row["question"] for row in of["q1"]] == ["Who leads it?"] * 2 + ["port chief"] * 2
    assert all("Anna Berg" not in row["context"] for row in of["q1"] if row["impossible"])
    assert [row["impossible"] for row in of["q2"]] == [False, True]
    assert of["q3"] == []  # its things stand apart: no one span is right
    assert [row["impossible"] for row in of["q4"]] == [True, True]


def test_a_passage_that_reaches_into_an_answer_is_neither_right_nor_wrong() -> None:
    long = asked("q5", "quote", "What is told?", answers=[{"doc": "a1.txt", "text": FIRST, "start": 0}])
    rows = list(event_rows(event("e1", "train", long), random.Random(0), beside=1.0))
    assert [row["context"] for row in rows] == [OTHER] and rows[0]["impossible"]


def test_passages_that_a_reader_misread_take_the_place_of_most_others(
    put: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extractive, "from_bert_folder", lambda *_: Overlap())
    path = put(event("e1", "train", WHO, WHY, NONE), event("e2", "validation", NONE), event("x3", "train", WHO))
    misread.main(["--events", str(path), "--out", str(tmp_path / "misread.jsonl.gz"), "--only", "e"])
    found = misread.read_misread(tmp_path / "misread.jsonl.gz")
    assert set(found) == {"q1", "q2", "q4"}  # by ids; those of the events asked for, for training
    for text, start, end in (place for places in found.values() for place in places):
        assert text in FIRST or text in OTHER
        assert 0 <= start < end <= len(text)
    assert all("Anna Berg" not in text for text, *_ in found["q1"])  # names an answer
    assert all(text in FIRST for text, *_ in found["q2"])
    told = {"q1": [("Read so by a reader.", 0, 4)], "q4": [("Misread. And so on.", 0, 7)]}
    rows = [
        row
        for seed in range(40)
        for row in event_rows(event("e1", "train", WHO, NONE), random.Random(seed), 1.0, told)
        if row["impossible"]
    ]
    taken = [row for row in rows if "misread" in row]
    assert 0.55 < len(taken) / len(rows) < 0.85
    assert {(row["context"], *row["misread"]) for row in taken} == {place for (place,) in told.values()}
    assert {alone(row)["context"] for row in taken if row["context"][0] == "M"} == {"Misread."}


def test_only_events_for_training_are_trained_on_and_name_the_file(put: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    for name in dict.fromkeys(name.partition(":")[0] for name in MIX):
        (tmp_path / "train" / f"{name}.jsonl.gz").write_bytes(gzip.compress(b""))
    taken, aside, last = event("e1", "train", WHO), event("e2", "validation", NONE), event("e3", "test", WHY)
    path = put(taken, aside, last)
    rows = list(training_rows(tmp_path / "train", set(), 1, events=path))
    assert {row["event"] for row in rows} == {"e1"} and len(rows) >= 4  # two wordings, twice
    assert {row["event"] for row in validation_events(path)} == {"e2"}
    told = trained_on(path)
    assert told["told"] == ["e1"]
    assert trained_on(put(taken)) == told and trained_on(put(taken | {"event": "e4"})) != told


def test_the_questions_of_a_split_are_asked_over_their_event_or_over_all(
    put: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(event("e1", "test", WHO, NONE), event("e2", "test", WHY), event("e3", "train", WHO))
    monkeypatch.setattr(events, "FILE", path)
    alone = list(events.opened(tmp_path, "test", events.event_questions, reader="overlap"))
    assert [assistant.library.manifest["articles"] for assistant, _ in alone] == [2, 2]
    assert [[one.id for one in questions] for _, questions in alone] == [["q1/0", "q1/1", "q4/0", "q4/1"], ["q2/0"]]
    ((assistant, questions),) = events.opened(tmp_path, "test", events.event_questions, together=True, reader="overlap")
    assert assistant.library.manifest["articles"] == 6
    assert questions[0].answers[0].doc == "e1/a1.txt" and questions[-1].all_of == (("ice",), ("smoke",))
    wrong = WHO | {"answers": [gold("a1.txt", "Anna Berg") | {"start": 1}]}
    monkeypatch.setattr(events, "FILE", put(event("e1", "test", wrong)))
    with pytest.raises(QuestionSetError, match="reads 'nna Berg ', not 'Anna Berg'"):
        list(events.opened(tmp_path / "again", "test", events.event_questions, reader="overlap"))


def test_the_command_prints_what_is_measured(
    put: Callable[..., Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "FILE", put(event("e1", "test", WHO, NONE)))
    assert events.main(["--reader", "overlap", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["settings"]["split"] == "test" and {row["id"] for row in told["rows"]} == {
        "q1/0",
        "q1/1",
        "q4/0",
        "q4/1",
    }
    assert events.main(["--reader", "overlap", "--together"]) == 0
    assert "token F1 of the first answer" in capsys.readouterr().out
    monkeypatch.setattr(events, "FILE", put(event("e1", "test", WHO), event("e2", "test", WHO | {"id": "q5"})))
    assert events.main(["--reader", "overlap"]) == 0
    assert "2/2 questions" in (drawn := capsys.readouterr().err) and "3/2" not in drawn


def test_the_shipped_file_is_whole_and_its_splits_are_of_different_events() -> None:
    rows = list(read_rows(events.FILE))
    assert {row["split"] for row in rows} == {"train", "validation", "test"}
    assert len({row["event"] for row in rows}) == len(rows) >= 20
    for row in rows:
        assert 3 <= len(row["articles"]) <= 4 and len(row["questions"]) >= 50
        for one in row["questions"]:
            assert len({one["question"], *one["also"]}) == 3, one["id"]
            assert bool(one["answers"]) is (one["type"] != "unanswerable"), one["id"]
        chats = row.get("chats", ())
        assert all(len(chat) > 1 and all(turn["full"] for turn in chat) for chat in chats)
        for one in [*row["questions"], *(turn for chat in chats for turn in chat)]:
            for told in one["answers"]:
                assert row["articles"][told["doc"]].startswith(told["text"], told["start"]), one["question"]


def test_no_event_tells_of_the_seeds_or_asks_a_question_of_another_set() -> None:
    sets = Path(events.FILE).parent
    known = {row["question"] for name in ("seeds", "lists", "wording") for row in _lines(sets / f"{name}.jsonl")}
    told = list(read_rows(events.FILE))
    asked = {wording for one in told for row in one["questions"] for wording in (row["question"], *row["also"])}
    asked |= {turn["full"] for one in told for chat in one.get("chats", ()) for turn in chat if turn is not chat[0]}
    assert len(asked) > 90_000 and not asked & known
    texts = [text for one in told for text in one["articles"].values()]
    assert not any(name in text for text in texts for name in ("Macron", "Zelensky", "Burkhardt", "Kallas"))


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    "name, count", [("seeds_other", 130), ("seeds_checker", 273), ("seeds_desk", 273), ("seeds_near", 489)]
)
def test_the_questions_of_other_hands_stand_in_the_seeds_and_are_none_of_the_first(
    seeds: Path, name: str, count: int
) -> None:
    sets = Path(events.FILE).parent
    first, other = (_lines(sets / f"{name}.jsonl") for name in ("seeds", name))
    texts = {path.name: path.read_bytes().decode() for path in seeds.glob("*.txt")}
    assert len({row["id"] for row in other}) == count
    assert not {row["question"] for row in other} & {row["question"] for row in first}
    for row in other:
        assert all(texts[gold["doc"]].startswith(gold["text"], gold["start"]) for gold in row["answers"]), row["id"]


def test_follow_ups_are_trained_on_behind_what_was_said_before_and_standing_alone() -> None:
    who = {
        "question": "Who leads it?",
        "full": "Who leads it?",
        "answers": [gold("a1.txt", "Anna Berg")],
        "all_of": None,
    }
    why = {
        "question": "and why was it shut",
        "full": "Why was the port shut?",
        "answers": [gold("a2.txt", "ice, smoke and a strike")],
        "all_of": [["ice"], ["smoke"]],
    }
    since = {"question": "since when?", "full": "Since when is it shut?", "answers": [], "all_of": None}
    told = event("e1", "train") | {"chats": [[who, why, since]]}
    asked = {row["question"] for seed in range(20) for row in event_rows(told, random.Random(seed))}
    assert {"Who leads it?", "Why was the port shut?", "Since when is it shut?"} <= asked  # standing alone
    assert {"Who leads it? Anna Berg. and why was it shut", "Who leads it? and why was it shut"} <= asked
    assert "Why was the port shut? ice, smoke and a strike. since when?" in asked
    assert "Who leads it? Anna Berg. and why was it shut? ice, smoke and a strike. since when?" in asked


def test_what_was_said_long_before_gives_way_to_the_question() -> None:
    said = in_dialogue([("who " + "word " * 50 + "one?", "answer " * 20)], "when was that?")
    assert said.endswith(f"word one? {'answer ' * 7}answer. when was that?") and len(said.split()) == 36

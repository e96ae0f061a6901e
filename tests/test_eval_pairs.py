"""Pairs of accounts are judged by what is expected of them; the figures are worked out by hand."""

import json

from eval import pairs
from eval.pairs import answered, claimed, disagreements, expected, opened, share

ROW = {
    "id": "x",
    "relation": "conflict",
    "kind": "number",
    "question": "How many people were killed in the mine?",
    "passages": [
        {"published": "2024-02-01", "text": "The fire in the mine killed five people.", "answer": "five", "start": 28},
        {
            "published": "2024-02-01",
            "text": "Nine people were killed in the mine.",
            "answer": "Nine people",
            "start": 0,
        },
    ],
    "held_out": False,
}
OTHER = [
    passage | {"text": f"It was said that day. {passage['text']}", "start": passage["start"] + 22}
    for passage in ROW["passages"]
]
AGREE = ROW | {"relation": "agree"}
NEWER = ROW | {"relation": "superseded"}


def test_what_is_expected_of_a_pair():
    assert [expected(row) for row in (ROW, AGREE, NEWER)] == ["number", None, "superseded"]


def test_precision_recall_and_false_conflicts():
    told = [(ROW, "number"), (ROW, None), (NEWER, "number"), (AGREE, "number"), (AGREE, None), (AGREE, None)]
    assert disagreements(told) == {
        "pairs": 6,
        "precision": 0.333,
        "recall": 0.333,
        "agreeing": 3,
        "false_conflicts": 0.333,
        "found": {"number": "1 of 2", "superseded": "0 of 1"},
    }
    assert share([(True, True), (True, False), (False, True)]) == {"pairs": 3, "precision": 0.5, "recall": 0.5}


def test_marked_answers_and_an_assistant_are_judged_alike(tmp_path):
    assert claimed(ROW) == "number"
    assistant = opened(tmp_path, [ROW, ROW | {"id": "y"} | {"passages": OTHER}], "overlap", "hashed")
    assert answered(assistant, ROW) in {None, "number"}
    assert {found.source for found in assistant.ask(ROW["question"]).considered} >= {
        "pairs.jsonl#x-0",
        "pairs.jsonl#y-1",
    }


def test_the_command_prints_its_figures(monkeypatch, capsys):
    rows = {"same.jsonl": [{"a": "Kyiv", "b": "Kiev", "same": True}], "conflicts.jsonl": [ROW]}
    monkeypatch.setattr(pairs, "read", lambda name, held_out: rows[name])
    assert pairs.main(["--reader", "overlap", "--encoder", "hashed"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["same"]["recall"], told["gold"]["recall"]) == (1.0, 1.0)

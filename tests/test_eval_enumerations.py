"""The set of list questions is sound, and its figures are what they say."""

import json

import pytest

from eval import enumerations
from eval.enumerations import FILE, figures, members, read

ROWS = read(FILE)


def test_every_item_and_extent_of_the_set_stands_where_it_says():
    assert len(ROWS) >= 80 and len({row["id"] for row in ROWS}) == len(ROWS)
    for row in ROWS:
        for item in row["items"]:
            assert row["passages"][item["passage"]][item["start"] : item["end"]] == item["accepted"][0]
        for span in row["spans"]:
            assert 0 <= span["start"] < span["end"] <= len(row["passages"][span["passage"]])


def test_a_third_is_held_out_and_shares_no_passage_with_the_rest():
    out, used = ({p for r in ROWS if r["held_out"] is held for p in r["passages"]} for held in (True, False))
    assert not out & used and 0.3 < sum(r["held_out"] for r in ROWS) / len(ROWS) < 0.4


def test_the_enumerations_that_rules_were_chosen_on_are_cut_right():
    for row in ROWS:
        if row["kind"] == "list" and not row["held_out"]:
            texts = [row["passages"][p][a:b] for p, a, b in members(row)]
            assert len(texts) == len(row["items"])
            assert all(text in item["accepted"] for text, item in zip(texts, row["items"], strict=True))


def row(kind, *accepted):
    return {"kind": kind, "items": [{"accepted": list(variants)} for variants in accepted]}


def test_figures_of_hand_made_answers():
    rows = [
        row("list", ["Italy"], ["the brewer Tuborgson", "Tuborgson"]),
        row("list", ["a"]),
        row("one", ["x"]),
        row("one", ["y"]),
    ]
    told = figures(
        rows, [(["italy", "Tuborgson", "Sparbank"], True), ([], False), (["x", "z"], True), (["y", "z"], False)]
    )
    assert told["exact_precision"] == told["exact_recall"] == pytest.approx(2 / 3, abs=1e-4)
    assert (told["complete"], told["single"], told["list_questions"], told["single_questions"]) == (0, 0.5, 2, 2)
    near = figures(rows[:1], [(["the brewer Tuborgson of Aarhus"], True)])
    assert (near["exact_precision"], near["near_precision"], near["near_recall"]) == (0, 1, 0.5)


def test_the_command_prints_both_readings(monkeypatch, capsys):
    monkeypatch.setattr(enumerations, "ask_all", lambda rows, reader: [(["x"], False) for _ in rows])
    assert enumerations.main(["--rows"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert json.loads(lines[0])[3] == ["x"]
    assert set(json.loads("".join(lines[lines.index("{") :]))) == {"given", "asked"}

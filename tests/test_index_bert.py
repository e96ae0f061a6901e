"""The BERT graph against a forward pass in NumPy, and (slow) against transformers; encoders by their contract."""

from __future__ import annotations

import json
import math
import threading
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from index.bert import Bert, build_graph, pad, quantize
from index.encoders import ENCODERS, MiniLM, SentenceTransformers, load_encoder
from index.errors import ModelError

WIDTH, HEADS, INNER, LAYERS, VOCABULARY, LONGEST = 24, 3, 40, 2, 50, 16
CONFIG = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "hidden_size": WIDTH,
    "num_attention_heads": HEADS,
    "num_hidden_layers": LAYERS,
    "intermediate_size": INNER,
    "vocab_size": VOCABULARY,
    "max_position_embeddings": LONGEST,
    "type_vocab_size": 2,
    "layer_norm_eps": 1e-12,
}


def tiny_weights() -> dict[str, np.ndarray]:
    draw = np.random.default_rng(7)
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (VOCABULARY, WIDTH),
        "embeddings.position_embeddings.weight": (LONGEST, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        "embeddings.LayerNorm.weight": (WIDTH,),
        "embeddings.LayerNorm.bias": (WIDTH,),
        "qa_outputs.weight": (2, WIDTH),
        "qa_outputs.bias": (2,),
    }
    for n in range(LAYERS):
        layer = f"encoder.layer.{n}"
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            shapes |= {f"{layer}.attention.{part}.weight": (WIDTH, WIDTH), f"{layer}.attention.{part}.bias": (WIDTH,)}
        for part in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes |= {f"{layer}.{part}.weight": (WIDTH,), f"{layer}.{part}.bias": (WIDTH,)}
        shapes |= {f"{layer}.intermediate.dense.weight": (INNER, WIDTH), f"{layer}.intermediate.dense.bias": (INNER,)}
        shapes |= {f"{layer}.output.dense.weight": (WIDTH, INNER), f"{layer}.output.dense.bias": (WIDTH,)}
    return {name: draw.normal(0, 0.5, shape).astype(np.float32) for name, shape in shapes.items()}


def save(folder: Path, weights: dict[str, np.ndarray] | None = None, **config: object) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(CONFIG | config))
    if weights is not None:
        save_file(weights, folder / "model.safetensors")
    return folder


def forward(weights: dict[str, np.ndarray], ids: np.ndarray, types: np.ndarray) -> np.ndarray:
    """The last hidden states, (n, width), in float64, written as the paper has it: head by head."""
    w = {name: array.astype(float) for name, array in weights.items()}

    def linear(name: str, x: np.ndarray) -> np.ndarray:
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    def norm(name: str, x: np.ndarray) -> np.ndarray:
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
        return x * w[f"{name}.weight"] + w[f"{name}.bias"]

    gelu = np.vectorize(lambda x: x * 0.5 * (1 + math.erf(x / math.sqrt(2))))
    x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.token_type_embeddings.weight"][types]
    x = norm("embeddings.LayerNorm", x + w["embeddings.position_embeddings.weight"][: len(ids)])
    for layer in (f"encoder.layer.{n}" for n in range(LAYERS)):
        q, k, v = (linear(f"{layer}.attention.self.{part}", x) for part in ("query", "key", "value"))
        heads = []
        for part in np.split(np.arange(WIDTH), HEADS):
            scores = np.exp(q[:, part] @ k[:, part].T / math.sqrt(WIDTH / HEADS))
            heads.append(scores / scores.sum(-1, keepdims=True) @ v[:, part])
        attended = linear(f"{layer}.attention.output.dense", np.concatenate(heads, -1))
        x = norm(f"{layer}.attention.output.LayerNorm", x + attended)
        inner = gelu(linear(f"{layer}.intermediate.dense", x))
        x = norm(f"{layer}.output.LayerNorm", x + linear(f"{layer}.output.dense", inner))
    return x


def some_rows() -> list[tuple[np.ndarray, np.ndarray]]:
    """Three rows of different lengths; the second half of each is of the other type."""
    draw = np.random.default_rng(11)
    return [(draw.integers(1, VOCABULARY, n), np.arange(n) * 2 // n) for n in (LONGEST, 9, 2)]


def furthest(found: list[np.ndarray], expected: list[np.ndarray]) -> float:
    """The greatest difference of any entry."""
    assert [rows.shape for rows in found] == [rows.shape for rows in expected]
    return max(float(np.abs(a - b).max()) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize("large", [1, 1 << 16], ids=["tables beside the graph", "tables in the graph"])
@pytest.mark.parametrize("prefix", ["", "bert."])
def test_hidden_states_and_logits_are_those_of_a_plain_forward_pass(tmp_path, prefix, large, monkeypatch):
    monkeypatch.setattr("index.bert._LARGE", large)
    weights = tiny_weights()
    save(tmp_path, {name if name.startswith("qa_") else prefix + name: array for name, array in weights.items()})
    expected = [forward(weights, *row) for row in some_rows()]
    states = list(Bert(tmp_path, threads=2).each(some_rows()))
    assert all(rows.dtype == np.float32 for rows in states) and furthest(states, expected) < 1e-4
    logits = list(Bert(tmp_path, heads=["qa_outputs"], threads=1).each(some_rows()))
    heads = [rows @ weights["qa_outputs.weight"].T + weights["qa_outputs.bias"] for rows in expected]
    assert furthest(logits, heads) < 1e-4
    assert all(np.ptp(head) > 1 for head in heads[:2]), "a test of constants would show nothing"


def test_the_logits_of_several_heads_stand_side_by_side(tmp_path):
    weights = tiny_weights() | {"more.weight": np.ones((1, WIDTH), np.float32), "more.bias": np.ones(1, np.float32)}
    both = list(Bert(save(tmp_path, weights), heads=["qa_outputs", "more"]).each(some_rows()))
    assert furthest([rows[:, :2] for rows in both], list(Bert(tmp_path, heads=["qa_outputs"]).each(some_rows()))) < 1e-5
    sums = [rows.sum(-1) + 1 for rows in Bert(tmp_path).each(some_rows())]
    assert furthest([rows[:, 2] for rows in both], sums) < 1e-4


def test_half_precision_weights_are_read(tmp_path):
    weights = {name: array.astype(np.float16) for name, array in tiny_weights().items()}
    states = list(Bert(save(tmp_path, weights), threads=1).each(some_rows()))
    assert furthest(states, [forward(weights, *row) for row in some_rows()]) < 1e-4


def test_quantized_weights_are_the_weights_to_half_a_step_of_their_column():
    weight = np.random.default_rng(1).normal(0, [1, 100, 0.001], (50, 3)).astype(np.float32)
    whole, scale = quantize(weight)
    assert whole.dtype == np.int8 and np.abs(whole).max() == 63
    assert (np.abs(whole * scale - weight) <= scale / 2 * 1.001).all()
    assert not quantize(np.zeros((4, 2), np.float32))[0].any()


def test_products_in_int8_come_close_and_do_not_depend_on_the_other_rows(tmp_path):
    folder = save(tmp_path, {name: array * 0.3 for name, array in tiny_weights().items()})
    first, second, third = some_rows()
    exact = Bert(folder, heads=["qa_outputs"]).run(first)
    rough = Bert(folder, heads=["qa_outputs"], precision="int8")
    alone = rough.run(first)
    assert 0 < np.abs(alone - exact).max() < 0.1 * np.ptp(exact)
    among = list(rough.each([second, first, third]))[1]
    np.testing.assert_array_equal(among, alone)


def test_padded_rows_have_zeros_behind():
    assert pad([np.array([1, 2]), np.array([3])]).tolist() == [[1, 2], [3, 0]]
    assert pad([np.array([1, 2]), np.array([3])], 4).tolist() == [[1, 2, 0, 0], [3, 0, 0, 0]]
    assert pad([np.array([], np.int64), np.array([5])]).tolist() == [[0], [5]]
    assert pad([np.array([1])]).dtype == np.int64


# Models that cannot be loaded


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ModelError, match="gone: no readable BERT model"):
        build_graph(tmp_path / "gone")


def test_a_model_without_its_weights_file_is_refused(tmp_path):
    with pytest.raises(ModelError, match="no readable BERT model"):
        build_graph(save(tmp_path))


@pytest.mark.parametrize(
    "config", [b"", b"{", b"\xff", b"[]", b"null", b'"bert"', b"{}"], ids=lambda config: ascii(config)
)
def test_a_config_of_nonsense_is_refused(tmp_path, config):
    save(tmp_path, tiny_weights())
    (tmp_path / "config.json").write_bytes(config)
    with pytest.raises(ModelError, match=str(tmp_path)):
        build_graph(tmp_path)


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({"model_type": "roberta"}, "a roberta model with gelu, not BERT"),
        ({"hidden_act": "gelu_new"}, "a bert model with gelu_new, not BERT"),
    ],
)
def test_another_architecture_is_refused_by_name(tmp_path, config, named):
    with pytest.raises(ModelError, match=named):
        build_graph(save(tmp_path, tiny_weights(), **config))


@pytest.mark.parametrize(
    "name",
    [
        "embeddings.word_embeddings.weight",
        "encoder.layer.1.attention.self.key.bias",
        "encoder.layer.0.output.LayerNorm.bias",
    ],
)
def test_missing_weights_are_named(tmp_path, name):
    weights = tiny_weights()
    del weights[name]
    with pytest.raises(ModelError, match=f"weights lack '{name}'"):
        build_graph(save(tmp_path, weights))


def test_a_head_that_the_weights_lack_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"weights lack 'classifier\.weight'"):
        build_graph(save(tmp_path, tiny_weights()), ["classifier"])


@pytest.mark.parametrize("key", ["num_hidden_layers", "num_attention_heads", "layer_norm_eps"])
def test_a_config_that_lacks_a_size_is_refused(tmp_path, key):
    save(tmp_path, tiny_weights())
    (tmp_path / "config.json").write_text(json.dumps({name: value for name, value in CONFIG.items() if name != key}))
    with pytest.raises(ModelError, match=key):
        build_graph(tmp_path)


@pytest.mark.parametrize(
    "data",
    [b"", b"version https://git-lfs.github.com/spec/v1\n", b"\0" * 100],
    ids=["empty", "a pointer of git lfs", "zeros"],
)
def test_a_weights_file_of_nonsense_is_refused(tmp_path, data):
    save(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(data)
    with pytest.raises(ModelError, match=str(tmp_path)):
        build_graph(tmp_path)


def test_a_cut_weights_file_is_refused(tmp_path):
    path = save(tmp_path, tiny_weights()) / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ModelError, match=str(tmp_path)):
        build_graph(tmp_path)


def test_without_int8_operators_float32_takes_their_place_and_says_so(tmp_path, monkeypatch, caplog):
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as errors

    folder, session = save(tmp_path, tiny_weights()), onnxruntime.InferenceSession

    def old(graph, *rest, **options):
        if b"DynamicQuantizeMatMul" in graph:
            raise errors.NotImplemented(
                "[ONNXRuntimeError] : 9 : NOT_IMPLEMENTED : Could not find an implementation\nmore"
            )
        return session(graph, *rest, **options)

    monkeypatch.setattr(onnxruntime, "InferenceSession", old)
    model = Bert(folder, heads=["qa_outputs"], precision="int8")
    assert model.precision == "float32" and "NOT_IMPLEMENTED" in caplog.text and "slow" in caplog.text
    assert furthest(list(model.each(some_rows())), list(Bert(folder, heads=["qa_outputs"]).each(some_rows()))) == 0
    monkeypatch.setattr(onnxruntime, "InferenceSession", lambda *_, **__: (_ for _ in ()).throw(RuntimeError("none")))
    with pytest.raises(RuntimeError, match="none"):
        Bert(folder, precision="int8")


# Encoders


def test_the_hashed_encoder_counts_words_in_unit_vectors():
    encoder = load_encoder("hashed")
    one, two, both, none = encoder.encode(["Kyiv", "kyiv KYIV", "Kyiv and Paris", "?!"])
    assert np.array_equal(one, two) and sorted(one)[-2:] == [0, 1]
    assert sorted(both)[-4:] == pytest.approx([0, 3**-0.5, 3**-0.5, 3**-0.5])
    assert both @ one == pytest.approx(3**-0.5)
    assert not none.any()
    assert np.array_equal(encoder.encode_question("Kyiv"), one)


def test_encoders_of_the_table_bear_their_names_and_others_their_hub_names():
    assert [load_encoder(name).name for name in ENCODERS] == ["all-MiniLM-L6-v2 int8", "hashed"]
    assert MiniLM("float32").name == "all-MiniLM-L6-v2 float32"
    assert load_encoder("someone/some-model").name == "someone/some-model"


@pytest.mark.parametrize("name", ["", "  "])
def test_an_encoder_without_a_name_is_refused(name):
    with pytest.raises(ModelError, match="all-MiniLM-L6-v2, hashed"):
        load_encoder(name)


def test_a_folder_that_was_trained_further_is_another_encoder(tmp_path):
    folder = save(tmp_path / "model", {"x": np.zeros(2, np.float32)})
    before = load_encoder(str(folder)).name
    assert before.startswith("model@") and load_encoder(str(folder)).name == before
    save(folder, {"x": np.ones(2, np.float32)})
    assert load_encoder(str(folder)).name != before


def test_the_rows_of_an_encoder_keep_the_order_of_the_texts(monkeypatch):
    """Texts are embedded longest first; a stand-in for the model says which text it was given."""

    class Lengths:
        def encode(self, texts, batch_size, normalize_embeddings, show_progress_bar):
            assert [len(text) for text in texts] == sorted(map(len, texts), reverse=True)
            return np.array([[len(text), ord(text[0])] for text in texts], np.float32)

    encoder, told = SentenceTransformers("any/model", batch=2), []
    encoder.__dict__["model"] = Lengths()
    texts = [chr(65 + n % 26) * (n * 7 % 50 + 1) for n in range(50)]
    vectors = encoder.encode(texts, progress=lambda done, of: told.append((done, of)))
    assert vectors.tolist() == [[len(text), ord(text[0])] for text in texts]
    assert told == [(16, 50), (32, 50), (48, 50), (50, 50)]
    assert encoder.encode([]).size == 0


# Against torch


@pytest.mark.slow
@pytest.mark.parametrize("head", ["qa_outputs", None])
def test_logits_and_hidden_states_are_those_of_transformers(tmp_path, head):
    import torch
    from transformers import BertConfig, BertForQuestionAnswering

    torch.manual_seed(5)
    config = BertConfig(**{key: value for key, value in CONFIG.items() if key != "model_type"}, initializer_range=0.5)
    model = BertForQuestionAnswering(config).eval()
    model.save_pretrained(tmp_path)
    found = list(Bert(tmp_path, heads=[head] if head else []).each(some_rows()))
    for (ids, types), rows in zip(some_rows(), found, strict=True):
        with torch.no_grad():
            inputs = {"input_ids": torch.from_numpy(ids[None]), "token_type_ids": torch.from_numpy(types[None])}
            out = model(**inputs, output_hidden_states=True)
        logits = torch.stack([out.start_logits, out.end_logits], -1)
        expected = (out.hidden_states[-1] if head is None else logits)[0].numpy()
        assert furthest([rows], [expected]) < 1e-4


TEXTS = ["Which countries opposed training inside Ukraine?", "macron", "Šimonytė — “quoted” 😀", "word " * 400]


def test_a_text_is_embedded_the_same_alone_among_others_and_as_a_question():
    encoder, told = MiniLM(), []
    vectors = encoder.encode(TEXTS * 80, progress=lambda done, of: told.append((done, of)))
    assert vectors.shape == (320, 384) and vectors.dtype == np.float32 and told == [(256, 320), (320, 320)]
    assert np.array_equal(vectors[:4], vectors[-4:]) and np.array_equal(encoder.encode_question(TEXTS[2]), vectors[2])
    assert np.abs(np.linalg.norm(vectors, axis=1) - 1).max() < 1e-5
    assert encoder.encode([]).shape == (0, 384)


@pytest.mark.slow
def test_vectors_are_those_of_sentence_transformers():
    expected = SentenceTransformers(str(MiniLM()._folder)).encode(TEXTS)
    assert np.abs(MiniLM("float32").encode(TEXTS) - expected).max() < 1e-5
    assert (MiniLM().encode(TEXTS) * expected).sum(1).min() > 0.98


def test_the_first_rows_are_computed_while_others_are_still_being_made(tmp_path):
    bert = Bert(save(tmp_path, tiny_weights()), threads=1)
    run, done, first = bert.run, [], threading.Event()

    def counted(row):
        done.append(len(row[0]))
        first.set()
        return run(row)

    def slowly():
        longest, *others = some_rows()
        yield longest
        assert first.wait(60), "nothing is computed before the last row is there"
        yield from others

    bert.run = counted
    assert [len(rows) for rows in bert.each(slowly())] == done == [LONGEST, 9, 2]

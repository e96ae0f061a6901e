"""Runs a BERT encoder from its `config.json` and `model.safetensors` in ONNX Runtime, without torch.

The graph is written out here, node by node, so that a new process answers in a fraction of the time that importing
torch and transformers takes. It serves the shipped encoder and reader; every other model goes through those libraries.
Tests compare it with transformers' own forward pass.
(Architecture: Devlin et al. 2018. Operators: ONNX opset 20, and ONNX Runtime's own for attention and int8 products.)
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import numpy as np

from index.errors import ModelError

INPUTS = ("input_ids", "token_type_ids")
Precision = Literal["float32", "int8"]
_TOLD = os.environ.get("OMP_NUM_THREADS", "")  # as other libraries read it (OpenMP 5.2, 21.1.2)
THREADS = max(1, min(4, int(_TOLD) if _TOLD.isdecimal() else os.cpu_count() or 1))
_OPSET = 20
_LARGE = 1 << 16  # bytes
_CONTRIB = "com.microsoft"  # ONNX Runtime's own operators
_WORDS = "embeddings.word_embeddings.weight"
_STEPS = 63  # of a weight to each side of 0: with 7 bits two products fit 16 bits, in which older processors add them


class Bert:
    """A loaded model: the last hidden states, or the logits of `heads`.

    heads: names of linear layers in the weights file (`qa_outputs`), applied to every token, their logits side by side;
    none for hidden states.
    precision: of the products with weights. int8: weights per column, activations per call, at the time of the call
    (Jacob et al. 2018, with dynamic activations); attention, norms, and the heads stay in float32.
    Where ONNX Runtime lacks the operators for int8, float32 takes its place, with a warning; `precision` tells.
    threads: rows that run at once. pool: these threads.
    Raises ModelError where the folder holds no such BERT model.
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        heads: Sequence[str] = (),
        precision: Precision = "float32",
        threads: int = THREADS,
    ) -> None:
        self.precision: Precision = precision
        try:
            self._load(Path(folder), heads)
        except Exception as error:  # ONNX Runtime's errors have no base of their own
            if isinstance(error, ModelError) or precision == "float32":
                raise
            why = str(error).strip().split("\n")[0]
            logging.getLogger("attest").warning(
                "%s: this ONNX Runtime has no int8 products (%s); float32 is used, about three times as slow",
                folder,
                why,
            )
            self.precision = "float32"
            self._load(Path(folder), heads)
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="bert")

    def _load(self, folder: Path, heads: Sequence[str]) -> None:
        import onnxruntime

        onnxruntime.set_default_logger_severity(3)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # rows side by side beat threads within a row: nobody waits for anybody
        graph, self._tables = build_graph(folder, heads, self.precision)  # the session reads the tables where they are
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(table) for table in self._tables.values()]
        options.add_external_initializers(list(self._tables), values)
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def each(self, rows: Iterable[tuple[np.ndarray, np.ndarray]]) -> Iterator[np.ndarray]:
        """(ids, types) of each row, (n,) int64 -> (n, width of the model or of the heads) float32 of each, in order;
        the first are computed while others are still being made. Nothing is padded, so there is no mask: no row's
        result depends on the others, and attention takes its fastest way."""
        return self.pool.map(self.run, rows)

    def run(self, row: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        """One row, in this thread."""
        return self._session.run(None, {name: part[None] for name, part in zip(INPUTS, row, strict=True)})[0][0]  # type: ignore[no-any-return]


def pad(rows: Iterable[np.ndarray], length: int | None = None) -> np.ndarray:
    """Rows of ids as one (b, n) int64 array, zeros behind: [[1, 2], [3]] -> [[1, 2], [3, 0]]."""
    rows = list(rows)
    out = np.zeros((len(rows), length or max(map(len, rows))), np.int64)
    for n, row in enumerate(rows):
        out[n, : len(row)] = row
    return out


def build_graph(
    folder: Path, heads: Sequence[str] = (), precision: Precision = "float32"
) -> tuple[bytes, dict[str, np.ndarray]]:
    """The model as a serialised ONNX graph, where batch and length stay free, and its large tables by name. They stay
    out of the graph, which would be copied several times: a third of a second for each model."""
    from safetensors import SafetensorError

    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        weights = _weights(folder / "model.safetensors")
    except (OSError, ValueError, SafetensorError) as error:
        raise ModelError(f"{folder}: no readable BERT model (config.json, model.safetensors): {error}") from None
    if not isinstance(config, dict):
        raise ModelError(f"{folder}: config.json holds no settings; is it the configuration of a BERT model?")
    if config.get("model_type") != "bert" or config.get("hidden_act") != "gelu":
        raise ModelError(
            f"{folder}: a {config.get('model_type')} model with {config.get('hidden_act')}, not BERT with gelu"
        )
    try:
        return _Graph(config, weights, precision).build(heads)
    except KeyError as error:
        raise ModelError(f"{folder}: weights lack {error}; is it the whole model?") from None


def _weights(path: Path) -> dict[str, np.ndarray]:
    """In float32; the table of word pieces as it is stored, since few of its rows are used at a time."""
    from safetensors.numpy import load_file

    loaded = {name.removeprefix("bert."): array for name, array in load_file(path).items()}
    return {name: array if name == _WORDS else array.astype(np.float32, copy=False) for name, array in loaded.items()}


def quantize(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(k, n) float -> (k, n) int8 and (n,) float32 scales: `weight` is about `quantized * scales`."""
    scale = np.maximum(np.abs(weight).max(0), 1e-12).astype(np.float32) / _STEPS
    return np.rint(weight / scale).astype(np.int8), scale


class _Graph:
    def __init__(self, config: dict[str, Any], weights: dict[str, np.ndarray], precision: Precision) -> None:
        self.config, self.weights, self.precision = config, weights, precision
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.tables: dict[str, np.ndarray] = {}

    def build(self, heads: Sequence[str]) -> tuple[bytes, dict[str, np.ndarray]]:
        from onnx import TensorProto, helper

        hidden = self._embed()
        for layer in range(self.config["num_hidden_layers"]):
            hidden = self._layer(f"encoder.layer.{layer}", hidden)
        if heads:
            for part in ("weight", "bias"):
                self.weights[f"heads.{part}"] = np.concatenate([self.weights[f"{head}.{part}"] for head in heads])
            hidden = self._linear("heads", hidden, "float32")
        out = self._op("Identity", hidden, output="output")
        free = ["batch", "length"]
        graph = helper.make_graph(
            self.nodes,
            "bert",
            [helper.make_tensor_value_info(name, TensorProto.INT64, free) for name in INPUTS],
            [helper.make_tensor_value_info(out, TensorProto.FLOAT, [*free, None])],
            self.constants,
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_CONTRIB, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
        return bytes(model.SerializeToString()), self.tables

    def _embed(self) -> str:
        from onnx import TensorProto

        length = self._op("Shape", "input_ids", start=1, end=2)
        table = self._op(
            "Slice", self._weight("embeddings.position_embeddings.weight"), self._ints(0), length, self._ints(0)
        )
        words = self._op("Cast", self._op("Gather", self._weight(_WORDS), "input_ids"), to=TensorProto.FLOAT)
        types = self._op("Gather", self._weight("embeddings.token_type_embeddings.weight"), "token_type_ids")
        return self._norm("embeddings.LayerNorm", self._op("Add", self._op("Add", words, types), table))

    def _layer(self, name: str, hidden: str) -> str:
        parts = [self._linear(f"{name}.attention.self.{part}", hidden) for part in ("query", "key", "value")]
        heads = self.config["num_attention_heads"]
        mixed = self._op("MultiHeadAttention", *parts, num_heads=heads, domain=_CONTRIB)
        attended = self._linear(f"{name}.attention.output.dense", mixed)
        hidden = self._norm(f"{name}.attention.output.LayerNorm", self._op("Add", attended, hidden))
        wide = self._op("Gelu", self._linear(f"{name}.intermediate.dense", hidden))
        narrow = self._linear(f"{name}.output.dense", wide)
        return self._norm(f"{name}.output.LayerNorm", self._op("Add", narrow, hidden))

    def _linear(self, name: str, value: str, precision: Precision | None = None) -> str:
        weight, bias = np.ascontiguousarray(self.weights[f"{name}.weight"].T), self._weight(f"{name}.bias")
        if (precision or self.precision) == "float32":
            return self._op("Add", self._op("MatMul", value, self._constant(f"{name}.weight", weight)), bias)
        whole, scale = quantize(weight)
        parts = (f"{name}.int8", whole), (f"{name}.scale", scale), (f"{name}.zero", np.zeros_like(scale, np.int8))
        return self._op(
            "DynamicQuantizeMatMul", value, *(self._constant(*part) for part in parts), bias, domain=_CONTRIB
        )

    def _norm(self, name: str, value: str) -> str:
        scale, shift = self._weight(f"{name}.weight"), self._weight(f"{name}.bias")
        return self._op("LayerNormalization", value, scale, shift, epsilon=self.config["layer_norm_eps"])

    def _op(self, kind: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        from onnx import helper

        output = output or f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def _weight(self, name: str) -> str:
        return self._constant(name, self.weights[name])

    def _ints(self, *values: int) -> str:
        return self._constant(f"ints_{len(self.constants)}", np.array(values, np.int64))

    def _constant(self, name: str, array: np.ndarray) -> str:
        from onnx import TensorProto, helper, numpy_helper

        if array.nbytes < _LARGE:
            self.constants.append(numpy_helper.from_array(array, name))
            return name
        kind = helper.np_dtype_to_tensor_dtype(array.dtype)
        table = TensorProto(name=name, dims=array.shape, data_type=kind, data_location=TensorProto.EXTERNAL)
        table.external_data.add(key="location", value="memory")
        self.constants.append(table)
        self.tables[name] = np.ascontiguousarray(array)
        return name

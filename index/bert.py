"""Runs a BERT encoder from its `config.json` and `model.safetensors` in ONNX Runtime, without torch.

The graph is written out here, node by node, so that a new process answers in a fraction of the time that importing
torch and transformers takes. It serves the shipped encoder and reader; every other model goes through those libraries.
Tests compare it with transformers' own forward pass.
(Architecture: Devlin et al. 2018. Operators: ONNX opset 20.)
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from index.errors import ModelError

INPUTS = ("input_ids", "token_type_ids", "attention_mask")
_OPSET = 20


class Bert:
    """A loaded model: `run(batch)` gives the last hidden states, or a head's logits where `head` names a linear layer.

    head: name of a linear layer in the weights file (`qa_outputs`), applied to every token; None for hidden states.
    threads: of one forward pass.
    Raises ModelError where the folder holds no such BERT model.
    """

    def __init__(self, folder: str | Path, *, head: str | None = None, threads: int = 2) -> None:
        import onnxruntime

        onnxruntime.set_default_logger_severity(3)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        graph = build_graph(Path(folder), head)
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def run(self, ids: np.ndarray, types: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """ids, types, mask: (b, n) int64. Returns (b, n, width of the model or of the head) float32."""
        result: np.ndarray = self._session.run(None, dict(zip(INPUTS, (ids, types, mask), strict=True)))[0]
        return result


def pad(rows: Iterable[np.ndarray], length: int | None = None) -> np.ndarray:
    """Rows of ids as one (b, n) int64 array, zeros behind: [[1, 2], [3]] -> [[1, 2], [3, 0]]."""
    rows = list(rows)
    out = np.zeros((len(rows), length or max(map(len, rows))), np.int64)
    for n, row in enumerate(rows):
        out[n, : len(row)] = row
    return out


def build_graph(folder: Path, head: str | None) -> bytes:
    """The model as a serialised ONNX graph; batch and length stay free."""
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
        return _Graph(config, weights).build(head)
    except KeyError as error:
        raise ModelError(f"{folder}: weights lack {error}; is it the whole model?") from None


def _weights(path: Path) -> dict[str, np.ndarray]:
    from safetensors.numpy import load_file

    return {name.removeprefix("bert."): array.astype(np.float32) for name, array in load_file(path).items()}


class _Graph:
    def __init__(self, config: dict[str, Any], weights: dict[str, np.ndarray]) -> None:
        self.config, self.weights = config, weights
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def build(self, head: str | None) -> bytes:
        from onnx import TensorProto, helper

        hidden = self._embed()
        mask = self._mask()
        for layer in range(self.config["num_hidden_layers"]):
            hidden = self._layer(f"encoder.layer.{layer}", hidden, mask)
        if head is not None:
            hidden = self._linear(head, hidden)
        out = self._op("Identity", hidden, output="output")
        free = ["batch", "length"]
        graph = helper.make_graph(
            self.nodes,
            "bert",
            [helper.make_tensor_value_info(name, TensorProto.INT64, free) for name in INPUTS],
            [helper.make_tensor_value_info(out, TensorProto.FLOAT, [*free, None])],
            self.constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=10)
        return bytes(model.SerializeToString())

    def _embed(self) -> str:
        length = self._op("Shape", "input_ids", start=1, end=2)
        table = self._op(
            "Slice", self._weight("embeddings.position_embeddings.weight"), self._ints(0), length, self._ints(0)
        )
        words = self._op("Gather", self._weight("embeddings.word_embeddings.weight"), "input_ids")
        types = self._op("Gather", self._weight("embeddings.token_type_embeddings.weight"), "token_type_ids")
        return self._norm("embeddings.LayerNorm", self._op("Add", self._op("Add", words, types), table))

    def _mask(self) -> str:
        """(b, n) of 1 and 0 -> (b, 1, 1, n) of 0 and a number so low that softmax gives nothing."""
        from onnx import TensorProto

        mask = self._op("Cast", "attention_mask", to=TensorProto.FLOAT)
        low = self._op("Mul", self._op("Sub", self._floats(1.0), mask), self._floats(-1e9))
        return self._op("Unsqueeze", low, self._ints(1, 2))

    def _layer(self, name: str, hidden: str, mask: str) -> str:
        heads = self.config["num_attention_heads"]
        width = self.config["hidden_size"] // heads
        shape = self._ints(0, 0, heads, width)
        query, key, value = (
            self._op(
                "Transpose",
                self._op("Reshape", self._linear(f"{name}.attention.self.{part}", hidden), shape),
                perm=perm,
            )
            for part, perm in (("query", (0, 2, 1, 3)), ("key", (0, 2, 3, 1)), ("value", (0, 2, 1, 3)))
        )
        scores = self._op("Mul", self._op("MatMul", query, key), self._floats(width**-0.5))
        shares = self._op("Softmax", self._op("Add", scores, mask), axis=-1)
        mixed = self._op("Transpose", self._op("MatMul", shares, value), perm=(0, 2, 1, 3))
        joined = self._op("Reshape", mixed, self._ints(0, 0, heads * width))
        attended = self._linear(f"{name}.attention.output.dense", joined)
        hidden = self._norm(f"{name}.attention.output.LayerNorm", self._op("Add", attended, hidden))
        wide = self._op("Gelu", self._linear(f"{name}.intermediate.dense", hidden))
        narrow = self._linear(f"{name}.output.dense", wide)
        return self._norm(f"{name}.output.LayerNorm", self._op("Add", narrow, hidden))

    def _linear(self, name: str, value: str) -> str:
        weight = self._constant(f"{name}.weight", np.ascontiguousarray(self.weights[f"{name}.weight"].T))
        return self._op("Add", self._op("MatMul", value, weight), self._weight(f"{name}.bias"))

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

    def _floats(self, value: float) -> str:
        return self._constant(f"floats_{len(self.constants)}", np.array(value, np.float32))

    def _constant(self, name: str, array: np.ndarray) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(array, name))
        return name

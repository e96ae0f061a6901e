"""What measurements of search at any size share: vectors, questions, clocks (`eval.scale`, `eval.neighbours`)."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval.retrieval import read
from index.search import Hit

WARM, TOP = 20, 50  # questions that are not counted; passages asked for, as `attest ask` does
_BLOCK = 50_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--library", type=Path, help="whose passages to take")
    parser.add_argument("--vectors", type=Path, help="or a file .npy, (n, dim) float32 of length 1")
    parser.add_argument("--questions", type=Path, help="lines of JSON with a question each, .gz or .xz")
    parser.add_argument("--most", type=int, default=300, help="questions, spread over the file")
    parser.add_argument("--noise", type=float, default=0.8, help="length of what is added to a copy")
    parser.add_argument("--dim", type=int, default=384, help="of vectors that are drawn")


def fill(args: argparse.Namespace, path: Path, size: int) -> dict[str, Any]:
    """Writes `size` vectors: given ones (args.library, args.vectors) in random order, then copies with noise; without
    any given, points around random centres."""
    rng = np.random.default_rng(0)
    if args.library:
        from index.library import Library

        given = Library.open(args.library).vectors
    else:
        given = np.load(args.vectors, mmap_mode="r") if args.vectors else np.empty((0, args.dim), np.float32)
    real, dim = min(size, len(given)), given.shape[1]
    centres = unit(rng.normal(size=(max(1, size // 300), dim)))
    order = rng.permutation(len(given))
    with path.open("wb") as out:
        for at in range(0, real, _BLOCK):
            out.write(np.ascontiguousarray(given[order[at : min(real, at + _BLOCK)]], "<f4").tobytes())
        for at in range(real, size, _BLOCK):
            count = min(size, at + _BLOCK) - at
            of = given[order[rng.integers(0, real, count)]] if real else centres[rng.integers(0, len(centres), count)]
            out.write(disturb(of, args.noise, rng).tobytes())
    return {"real": real, "filled": size - real, "noise": args.noise, "dim": dim}


def ask(path: Path | None, count: int, vectors: np.ndarray, noise: float) -> np.ndarray:
    """(count, dim) embedded questions of a file, spread over it, or disturbed passages."""
    if path is None:
        rng = np.random.default_rng(1)
        return disturb(vectors[rng.integers(0, len(vectors), count)], noise, rng)
    from index.encoders import load_encoder

    texts = sorted({str(row.get("question") or row.get("question_sentence")) for row in read(path)})
    if len(texts) < count:
        raise SystemExit(f"{path}: {len(texts)} questions, {count} are needed; ask for fewer with --most")
    return load_encoder().encode([texts[n * len(texts) // count] for n in range(count)])


def disturb(vectors: np.ndarray, noise: float, rng: np.random.Generator) -> np.ndarray:
    """Each plus Gaussian noise of expected length `noise`, scaled to length 1."""
    return unit(vectors + rng.normal(size=vectors.shape) * (noise / vectors.shape[1] ** 0.5))


def unit(vectors: np.ndarray) -> np.ndarray:
    scaled: np.ndarray = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return scaled


def nearest(vectors: np.ndarray, real: int, sample: int = 200) -> dict[str, float]:
    """Median cosine of a passage and the passage nearest to it: among the real ones, and in all after filling."""
    from index.search.dense import exact

    found = {}
    for name, among in (("real", vectors[:real]), ("all", vectors)):
        if len(among) > 1:
            rows = np.random.default_rng(2).integers(0, len(among), sample)
            found[name] = round(float(np.median([exact(among, among[row], 2)[1].score for row in rows])), 3)
    return found


def timed(searches: Sequence[Callable[[], list[Hit]]]) -> tuple[list[list[int]], dict[str, float]]:
    """The rows that each found and the times in milliseconds, without the first WARM. CPU: of all threads."""
    times, busy, found = [], [], []
    for search in searches:
        began, working = time.perf_counter(), time.process_time()
        found.append([hit.row for hit in search()])
        times.append(1000 * (time.perf_counter() - began))
        busy.append(1000 * (time.process_time() - working))
    p50, p95 = np.percentile(times[WARM:], (50, 95)).round(2).tolist()
    return found[WARM:], {"p50_ms": p50, "p95_ms": p95, "p50_cpu_ms": round(float(np.median(busy[WARM:])), 2)}


def recall(exact: list[list[int]], found: list[list[int]], k: int) -> float:
    pairs = zip(exact, found, strict=True)
    return round(float(np.mean([len(set(one[:k]) & set(other[:k])) / len(one[:k]) for one, other in pairs])), 4)

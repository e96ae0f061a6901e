"""Which approximate index? `python -m eval.neighbours --library DIR --questions FILE`: kinds of FAISS index compared.

Vectors and questions as in `eval.scale`. Each kind is built once and searched at several settings, a question at a time
by one thread; its first passages (`--deeper` for each of 50) are ranked again by the exact vectors. The inverted files
share one set of centroids, whose time is in the build time of each. Parameters are chosen by these questions, and what
was chosen is reported by others (`eval.scale`).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from eval.provenance import keep, provenance
from eval.vectors import TOP, WARM, add_arguments, ask, fill, recall, timed
from index.search import Hit
from index.search.dense import exact, load_faiss, ranked

PROBES, BREADTHS = (64, 128, 256, 512, 1024), (128, 512, 1024)
KINDS = {
    "PQ fast scan": ("PQ{half}x4fs", (None,)),
    "PQ fast scan, fewer parts": ("PQ{third}x4fs", (None,)),
    "IVF, SQ8": ("IVF{lists},SQ8", PROBES),
    "IVF, SQ4": ("IVF{lists},SQ4", PROBES),
    "IVF, PQ fast scan": ("IVF{lists},PQ{half}x4fs", PROBES),
    "RaBitQ": ("RaBitQ", (None,)),
    "SQ8": ("SQ8", (None,)),
    "flat": ("Flat", (None,)),
    "HNSW 32, SQ8": ("HNSW32_SQ8", BREADTHS),
    "HNSW 32, float32": ("HNSW32", BREADTHS),
}
"""name -> FAISS factory string, and its settings: lists probed or breadth of the search"""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.neighbours", description=__doc__.splitlines()[0])
    add_arguments(parser)
    parser.add_argument("--size", type=int, default=1_000_000)
    parser.add_argument("--deeper", type=int, nargs="+", default=(4, 10))
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--out", type=Path, default=Path("eval/results/scale/neighbours.json"))
    args = parser.parse_args(argv)
    result = provenance("eval.neighbours", argv) | {"passages": args.size}
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "vectors.f32"
        result["vectors"] = fill(args, path, args.size)
        vectors = np.memmap(path, np.float32, "r", shape=(args.size, result["vectors"]["dim"]))
        questions = ask(args.questions, args.most + WARM, vectors, args.noise)
        result |= {"questions": args.most, "rows": []}
        for row in compare(np.asarray(vectors), questions, args.kinds, args.deeper):
            print(json.dumps(row), file=sys.stderr, flush=True)
            result["rows"].append(row)
            keep(result, args.out)
    return 0


def compare(
    vectors: np.ndarray, questions: np.ndarray, kinds: Sequence[str], deeper: Sequence[int]
) -> Iterator[dict[str, Any]]:
    """A row for each kind, setting and depth."""
    faiss, (count, dim) = load_faiss(), vectors.shape
    gold = [[hit.row for hit in exact(vectors, question, TOP)] for question in questions[WARM:]]
    shape = {"lists": max(1, int(4 * count**0.5)), "half": dim // 2, "third": dim // 3}
    began = time.perf_counter()
    coarse = _centroids(vectors, shape["lists"]) if any("IVF" in KINDS[kind][0] for kind in kinds) else None
    learnt = time.perf_counter() - began
    for kind in kinds:
        factory, settings = KINDS[kind]
        began = time.perf_counter()
        index = faiss.index_factory(dim, factory.format(**shape), faiss.METRIC_INNER_PRODUCT)
        if isinstance(index, faiss.IndexIVF):
            index.quantizer.add(coarse)
        index.train(vectors[:: max(1, count // 100_000)])
        for at in range(0, count, 50_000):
            index.add(vectors[at : at + 50_000])
        built = time.perf_counter() - began + (learnt if isinstance(index, faiss.IndexIVF) else 0)
        facts = {"kind": kind, "build_s": round(built, 1), "bytes": len(faiss.serialize_index(index))}
        for setting in settings:
            for depth in deeper:
                yield (
                    facts
                    | {"setting": setting, "deeper": depth}
                    | _timed(index, setting, depth, vectors, questions, gold)
                )
        del index


def _timed(
    index: Any, setting: int | None, depth: int, vectors: np.ndarray, questions: np.ndarray, gold: list[list[int]]
) -> dict[str, float]:
    options = {"params": _options(index, setting)} if setting is not None else {}

    def search(question: np.ndarray) -> list[Hit]:
        _, rows = index.search(question[None], depth * TOP, **options)
        return ranked(vectors, question, np.sort(rows[0, rows[0] >= 0]), TOP)

    found, times = timed([partial(search, question) for question in questions])
    return times | {f"recall@{k}": recall(gold, found, k) for k in (10, TOP)}


def _options(index: Any, setting: int) -> Any:
    faiss = load_faiss()
    if isinstance(index, faiss.IndexIVF):
        return faiss.SearchParametersIVF(nprobe=setting)
    return faiss.SearchParametersHNSW(efSearch=setting)


def _centroids(vectors: np.ndarray, lists: int) -> np.ndarray:
    faiss = load_faiss()
    some = np.random.default_rng(0).choice(len(vectors), min(len(vectors), lists * 50), replace=False)
    means = faiss.Kmeans(vectors.shape[1], lists, niter=10, spherical=True, min_points_per_centroid=1)
    means.train(vectors[np.sort(some)])
    learnt: np.ndarray = means.centroids
    return learnt


if __name__ == "__main__":
    sys.exit(main())

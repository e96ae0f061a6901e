"""Dense search from 1,000 passages to 1,000,000: `python -m eval.scale --library DIR --questions FILE`.

Vectors: of a library (--library) or a file (--vectors), in random order; beyond them perturbed copies, a copy being its
original plus Gaussian noise of length --noise, scaled to length 1 (0.8 puts it as far off as the passages of news
articles are from the nearest to them, `nearest_cosine`). Without either: clusters drawn at random. Questions
are embedded with the default encoder; without a file of them, more perturbed copies ask. Flat and approximate search
are each built and each opened in a process of its own. Open: from an empty process to ready, with the import of FAISS
and the check of the hash. Search: one question at a time, 50 passages as `attest ask` takes, after 20 that are not
counted; nothing is said about a cold disk. Recall@k: the share of the exact first k that are among the first k.
Filtered: the same over a random share of the rows. CPU: what the threads worked, which other load on the machine
lengthens less than the wait. Resident: of the whole process after the last question without a filter; `file` of it are
mapped pages, which the system may take back.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from eval.chart import line_chart
from eval.provenance import keep, provenance
from eval.vectors import TOP, WARM, add_arguments, ask, fill, nearest, recall, timed

SHARES = (0.001, 0.01, 0.1, 0.5, 1.0)
SIZES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
CURVES = {
    "build": ("Building the index", "seconds", "build_s"),
    "open": ("Opening", "seconds", "open_s"),
    "latency": ("Searching, median", "milliseconds", "p50_ms"),
    "memory": ("Memory of the process, mapped pages included", "MB", "resident_mb"),
}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.scale", description=__doc__.splitlines()[0])
    add_arguments(parser)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--out", type=Path, default=Path("eval/results/scale"))
    args = parser.parse_args(argv)
    result = provenance("eval.scale", argv)
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        result |= {"vectors": fill(args, place / "vectors.f32", max(args.sizes))}
        dim = result["vectors"]["dim"]
        whole = np.memmap(place / "vectors.f32", np.float32, "r", shape=(max(args.sizes), dim))
        questions = ask(args.questions, args.most + WARM, whole, args.noise)
        np.save(place / "questions.npy", questions)
        result |= {"questions": len(questions) - WARM, "nearest_cosine": nearest(whole, result["vectors"]["real"])}
        result["rows"] = [row for size in args.sizes for row in both(place, size, dim)]
    keep(result, args.out / "scale.json")
    for name, chart in charts(result["rows"]).items():
        (args.out / f"{name}.svg").write_text(chart, encoding="utf-8")
    return 0


def both(place: Path, size: int, dim: int) -> list[dict[str, Any]]:
    """The two rows of a size."""
    flat = _alone(search, place, size, dim, False)
    near = _alone(build, place, size, dim) | _alone(search, place, size, dim, True)
    rows, exact = [], flat.pop("found")
    for way, row in (("flat", flat), ("approximate", near)):
        found = row.pop("found", exact)
        shares = {f"recall@{k}": recall(exact, found, k) for k in (10, TOP)}
        rows.append({"passages": size, "search": way} | row | shares)
        print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    return rows


def build(place: Path, size: int, dim: int) -> dict[str, Any]:
    from index.search.codes import NAME, write

    began = time.perf_counter()
    write(np.memmap(place / "vectors.f32", np.float32, "r", shape=(size, dim)), place / NAME)
    taken = time.perf_counter() - began
    return {"build_s": round(taken, 3), "build_peak_mb": _status("VmHWM"), "bytes": (place / NAME).stat().st_size}


def search(place: Path, size: int, dim: int, approximate: bool) -> dict[str, Any]:
    from index.search.approximate import Approximate
    from index.search.codes import NAME
    from index.search.dense import Dense, load_faiss

    questions = np.load(place / "questions.npy")
    sha256 = hashlib.sha256((place / NAME).read_bytes()).hexdigest() if approximate else ""  # the manifest has it

    def encode(number: str) -> np.ndarray:
        vector: np.ndarray = questions[int(number)]
        return vector

    began = time.perf_counter()
    load_faiss()
    vectors = np.memmap(place / "vectors.f32", np.float32, "r", shape=(size, dim))
    if approximate:
        searcher: Any = Approximate(np.memmap(place / NAME, np.uint8, "r"), sha256, vectors, encode)
        searcher.load()
    else:
        searcher = Dense(vectors, encode)
    opened = time.perf_counter() - began
    asked = [str(number) for number in range(len(questions))]
    found, times = timed([partial(searcher.search, question, TOP) for question in asked])
    memory = {"resident_mb": _status("VmRSS"), "of_it_file_mb": _status("RssFile"), "peak_mb": _status("VmHWM")}
    draw, filtered = np.random.default_rng(3), {}
    for share in SHARES if approximate else ():
        allowed = np.flatnonzero(draw.random(size) < share)
        _, within = timed([partial(searcher.search, question, TOP, allowed) for question in asked[: 2 * WARM]])
        filtered[f"{100 * share:g} %"] = within["p50_ms"]
    more = {"filtered_p50_ms": filtered} if filtered else {}
    return {"open_s": round(opened, 4), **times, **memory, **more, "found": found}


def charts(rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Name of a curve -> SVG."""
    drawn = {}
    for name, (title, unit, key) in CURVES.items():
        series = {
            way: [(row["passages"], row[key]) for row in rows if row["search"] == way and row.get(key)]
            for way in ("flat", "approximate")
        }
        drawn[name] = line_chart(title, "passages", unit, {way: line for way, line in series.items() if line}, True)
    return drawn


def _alone(function: Any, *values: Any) -> dict[str, Any]:
    """The function's result, from a new process."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        result: dict[str, Any] = pool.submit(function, *values).result()
    return result


def _status(name: str) -> float | None:
    """A size in MB from /proc/self/status (Linux)."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    found = [line.split()[1] for line in lines if line.startswith(name + ":")]
    return round(int(found[0]) / 1024, 1) if found else None


if __name__ == "__main__":
    sys.exit(main())

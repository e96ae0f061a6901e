"""Lexical indexes side by side: `python -m eval.lexical squad.jsonl.gz --articles news.jsonl.xz reuters.jsonl.gz`.

A collection of passages (the contexts of the questions and the passages of the articles), of several sizes; beyond
what there is, passages of the same words dealt out anew among 64 neighbours. Asked: questions, whose passage is the one
right answer, and titles of articles, where any of the article's passages is. Each index is built in a process of its
own, and opened in another, which tells the memory; then all take turns at every question in one process, so that a slow
moment of the machine meets them all. p50 and p95: milliseconds for the first 50 passages, those with `cpu` of the
processor, which other programs disturb less; `filtered`: where a random tenth of the rows is allowed; `update_cpu_s`:
50 passages get other texts. recall@k and MRR with 95 % intervals.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from eval.lexical_engines import ENGINES
from eval.lexical_passages import collection, prepare
from eval.provenance import keep, provenance
from eval.retrieval import summary

TOP = 50
CHANGED = 50


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.lexical", description=__doc__.splitlines()[0])
    parser.add_argument(
        "questions", type=Path, nargs="?", help="rows with question and context, for training or choice"
    )
    parser.add_argument("--articles", type=Path, nargs="*", default=[], help='rows with "text", and perhaps "title"')
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000, 350_000, 1_000_000])
    parser.add_argument("--engines", nargs="+", default=list(ENGINES))
    parser.add_argument("--most", type=int, default=300, help="questions and half as many titles; of each size")
    parser.add_argument("--work", type=Path, required=True, help="folder for the collection and the indexes")
    parser.add_argument("--out", type=Path, default=Path("eval/results/lexical.json"))
    parser.add_argument("--child", choices=CHILDREN, help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.child:
        print(json.dumps(CHILDREN[args.child](args.work, args.engines[0], args.sizes[0])))
        return 0
    if not (args.work / "asked.json").exists():
        prepare(args.work, args.questions, args.articles, args.most)
    result = provenance("eval.lexical", argv) | {"rows": []}
    for size in args.sizes:
        result["rows"].append({"passages": size, "engines": measure(args.work, args.engines, size, args.most)})
        print(json.dumps(result["rows"][-1]), flush=True)
        keep(result, args.out)
    return 0


def measure(work: Path, names: Sequence[str], size: int, most: int = 10**9) -> dict[str, dict[str, Any]]:
    figures: dict[str, dict[str, Any]] = {name: {} for name in names}
    for name in names:
        for child in ("build", "open"):
            command = [sys.executable, "-m", "eval.lexical", "--work", str(work), "--child", child]
            done = subprocess.run([*command, "--engines", name, "--sizes", str(size)], capture_output=True, text=True)
            if done.returncode:
                figures[name]["failed"] = (done.stderr.strip().splitlines() or [f"signal {-done.returncode}"])[-1]
                break
            figures[name] |= json.loads(done.stdout.splitlines()[-1])
    able = {name: ENGINES[name](place(work, name, size)) for name in names if "failed" not in figures[name]}
    asked = [row for row in json.loads((work / "asked.json").read_text("utf-8")) if row[2] <= size]
    random.Random(2).shuffle(asked)
    asked = asked[: most + most // 2]
    allowed = np.flatnonzero(np.random.default_rng(3).random(size) < 0.1)
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in able}
    filtered: dict[str, list[tuple[float, float]]] = {name: [] for name in able}
    places: dict[str, list[float]] = {name: [] for name in able}
    for number, (question, start, end, _) in enumerate(asked):
        for name, engine in able.items() if number % 2 else reversed(able.items()):
            with timed(times[name]):
                hits = engine.search(question, TOP)
            places[name].append(next((n for n, hit in enumerate(hits, 1) if start <= hit.row < end), np.inf))
            if number % 5 == 0:
                with timed(filtered[name]):
                    engine.search(question, TOP, allowed)
    kinds = np.array([row[3] for row in asked])
    for name, engine in able.items():
        figures[name] |= {f"{way}p{p}": ms(times[name], n, p) for n, way in enumerate(("", "cpu_")) for p in (50, 95)}
        figures[name]["cpu_p50_filtered"] = ms(filtered[name], 1, 50)
        figures[name] |= {kind: summary(np.array(places[name])[kinds == kind]) for kind in sorted(set(kinds.tolist()))}
        if hasattr(engine, "update"):
            figures[name]["update_cpu_s"] = [update_once(work, engine, size, turn) for turn in range(4)]
    return figures


@contextmanager
def timed(times: list[tuple[float, float]]) -> Iterator[None]:
    """Adds seconds passed, and seconds of the processor."""
    began = time.perf_counter(), time.process_time()
    yield
    times.append((time.perf_counter() - began[0], time.process_time() - began[1]))


def update_once(work: Path, engine: Any, size: int, turn: int) -> float:
    """Gives passages of the middle other texts, and back the second time."""
    start = max(0, size // 2 - CHANGED)
    texts = list(islice(collection(work, size), start, start + 2 * CHANGED))
    one, other = (list(enumerate(texts[at : at + CHANGED], start)) for at in (0, CHANGED))
    began = time.process_time()
    engine.update(*((one, other) if turn % 2 == 0 else (other, one)))
    return round(time.process_time() - began, 4)


def build(work: Path, name: str, size: int) -> dict[str, float]:
    """In a process of its own."""
    folder = place(work, name, size)
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    engine = ENGINES[name](folder)
    times: list[tuple[float, float]] = []
    with timed(times):
        engine.build(collection(work, size))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size_mb = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    return {
        "build_s": round(times[0][0], 2),
        "build_cpu_s": round(times[0][1], 2),
        "build_peak_mb": round(peak),
        "disk_mb": round(size_mb, 1),
    }


def opened(work: Path, name: str, size: int) -> dict[str, float]:
    """In a process of its own: the time to open and answer a first question; memory after 50."""
    asked = json.loads((work / "asked.json").read_text("utf-8"))[:50]
    before = resident()
    times: list[tuple[float, float]] = []
    with timed(times):
        engine = ENGINES[name](place(work, name, size))
        engine.search(asked[0][0], TOP)
    for question, *_ in asked:
        engine.search(question, TOP)
    return {"open_and_first_cpu_ms": ms(times, 1, 50), "memory_mb": round(resident() - before, 1)}


CHILDREN = {"build": build, "open": opened}


def resident() -> float:
    """Megabytes that the process holds and cannot give back (Linux: RssAnon)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon"))


def place(work: Path, name: str, size: int) -> Path:
    return work / str(size) / name


def ms(times: Sequence[tuple[float, float]], which: int, percent: int) -> float:
    return round(1000 * float(np.percentile([pair[which] for pair in times], percent)), 2)


if __name__ == "__main__":
    sys.exit(main())

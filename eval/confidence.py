"""Is the confidence worth its name, on questions that nothing was fitted to? `python -m eval.confidence --data FOLDER`.

The contexts of squad_dev_v2.0, qed_dev and realtimeqa_evidence become one collection; of each set the same number of
questions is drawn and asked of the whole assistant, which has to find the passage first. A right answer shares at least
half of its words (token F1) with an accepted one; to a question without an answer none is right. Beside the confidence
stand the reader's own score (as log odds), and the product rule of Haystack's reader over the same scores.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eval.metrics import auroc, fold, token_f1
from eval.provenance import keep, provenance
from eval.reliability import area, calibration_error, charts, risk_coverage
from eval.retrieval import read
from eval.scratch import assistant_over
from index.filter import Filter
from qa.assistant import Assistant
from qa.confidence import sigmoid
from qa.progress import bar

SETS = ("squad_dev_v2.0", "qed_dev", "realtimeqa_evidence")
ERRORS = (0.1, 0.2, 0.3)


@dataclass(frozen=True)
class Outcome:
    """Of one question: whether the best answer is right, and what each way says of it. scores: of all candidates."""

    group: str
    right: bool
    confidence: float
    scores: tuple[float, ...]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.confidence", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with eval/*.jsonl.gz")
    parser.add_argument("--reader", default="attest")
    parser.add_argument("--questions", type=int, default=400, help="of each set")
    parser.add_argument("--out", type=Path, default=Path("eval/results/confidence"))
    args = parser.parse_args(argv)
    rows = {name: list(read(args.data / "eval" / f"{name}.jsonl.gz")) for name in SETS}
    outcomes = list(asked(rows, args.questions, args.reader))
    ways = {name: rule(outcomes) for name, rule in WAYS.items()}
    right = [one.right for one in outcomes]
    result = provenance("eval.confidence", argv) | {"questions": len(outcomes), "right": sum(right)}
    result |= {name: figures(p, outcomes) for name, p in ways.items()}
    keep(result, args.out / "confidence.json")
    for name, chart in charts({way: (p, right) for way, p in ways.items()}).items():
        (args.out / f"{name}.svg").write_text(chart, encoding="utf-8")
    print(json.dumps(result, indent=1))
    return 0


def asked(rows: dict[str, list[dict[str, Any]]], most: int, reader: str) -> list[Outcome]:
    contexts = dict.fromkeys(row["context"] for part in rows.values() for row in part)
    picked = [(name, row) for name, part in rows.items() for row in random.Random(1).sample(part, min(most, len(part)))]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "articles"
        folder.mkdir()
        lines = (json.dumps({"id": str(n), "text": context}) + "\n" for n, context in enumerate(contexts))
        (folder / "all.jsonl").write_text("".join(lines), encoding="utf-8")
        assistant = assistant_over(folder, reader, bar("embedding", "passages"))
        tell, outcomes = bar("asking", "questions"), []
        for done, (name, row) in enumerate(picked, 1):
            outcomes.append(outcome(assistant, name, row))
            tell(done, len(picked))
    return outcomes


def outcome(assistant: Assistant, group: str, row: dict[str, Any]) -> Outcome:
    meant, _ = assistant.understand(row["question"], [], Filter())
    candidates = assistant.consider(meant, Filter()).candidates
    best = fold(candidates[0].span.text) if candidates else ""
    right = any(token_f1(best, fold(gold["text"])) >= 0.5 for gold in row["answers"])
    scores = tuple(candidate.span.score for candidate in candidates)
    return Outcome(group, right, candidates[0].probability if candidates else 0.0, scores)


def _odds(outcomes: Sequence[Outcome]) -> list[float]:
    return [sigmoid(one.scores[0]) if one.scores else 0.0 for one in outcomes]


def _product(outcomes: Sequence[Outcome]) -> list[float]:
    """1 - product of (1 - sigmoid(score / 10)): the rule by which Haystack 2's ExtractiveReader weighs "no answer"."""
    return [1 - math.prod(1 - sigmoid(score / 10) for score in one.scores) for one in outcomes]


WAYS = {
    "confidence": lambda outcomes: [one.confidence for one in outcomes],
    "reader's score": _odds,
    "product rule": _product,
}


def figures(p: Sequence[float], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Of all questions, and of each set."""
    sets = {"all": [True] * len(outcomes)} | {name: [one.group == name for one in outcomes] for name in SETS}
    return {name: _figures(np.asarray(p)[inside], outcomes, np.asarray(inside)) for name, inside in sets.items()}


def _figures(p: np.ndarray, outcomes: Sequence[Outcome], inside: np.ndarray) -> dict[str, Any]:
    right = [one.right for one, taken in zip(outcomes, inside, strict=True) if taken]
    pairs = list(zip(p.tolist(), right, strict=True))
    curve = risk_coverage(p.tolist(), right)
    found = {
        "right": float(np.mean(right)) if right else None,
        "auroc": auroc([c for c, ok in pairs if ok], [c for c, ok in pairs if not ok]),
        "calibration_error": calibration_error(p.tolist(), right),
        "brier": float(np.mean([(c - ok) ** 2 for c, ok in pairs])) if pairs else None,
        "area_under_risk": area(curve),
    } | {f"coverage_at_{error:.0%}_wrong": max((c for c, r in curve if r <= error), default=0.0) for error in ERRORS}
    return {name: round(value, 4) if value is not None else None for name, value in found.items()}


if __name__ == "__main__":
    sys.exit(main())

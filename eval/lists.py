"""Lists of answers against lists of answers, as MultiSpanQA counts them (Li et al. 2022, section 4), and the reader on
such a set: `python -m eval.lists FILE.jsonl.gz`.

Answers are normalised like SQuAD's and counted over all questions together (micro). Exact: an answer is right if it is
one of the accepted ones. Partial: each given answer scores the longest run of characters that it shares with an
accepted one, as a share of its own length (precision), and each accepted one likewise (recall). A question without
answers on one side counts as one answer there.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from eval.metrics import normalize
from eval.squad import read_rows, two_at_a_time
from index.errors import AttestError
from qa.reader import Reader, load_reader


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.lists", description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--reader", default="attest")
    args = parser.parse_args(argv)
    try:
        figures = measure(load_reader(args.reader), read_rows(args.file))
    except AttestError as error:
        print(f"eval.lists: {error}", file=sys.stderr)
        return 2
    print(json.dumps({"file": args.file.name, "reader": args.reader, **figures}, indent=1))
    return 0


def measure(reader: Reader, rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """What the reader's items score, in per cent; each question is read beside its own context alone."""
    readings = two_at_a_time(lambda row: reader.read(row["question"], [row["context"]]), rows)
    given = [[item.text for item in reading.items] for reading in readings]
    accepted = [[answer["text"] for answer in row["answers"]] for row in rows]
    return {"questions": len(rows), **{name: round(100 * value, 2) for name, value in scores(given, accepted).items()}}


def scores(given: Sequence[Collection[str]], accepted: Sequence[Collection[str]]) -> dict[str, float]:
    """exact_precision, exact_recall, exact_f1, partial_precision, partial_recall, partial_f1, each 0 to 1."""
    pairs = [({normalize(t) for t in g}, {normalize(t) for t in a}) for g, a in zip(given, accepted, strict=True)]
    ours, theirs = (sum(max(1, len(pair[side])) for pair in pairs) for side in (0, 1))
    same = sum(len(g & a) for g, a in pairs)
    overlaps = [overlap(g, a) for g, a in pairs]
    counts = {"exact": (same, same), "partial": (sum(p for p, _ in overlaps), sum(r for _, r in overlaps))}
    figures: dict[str, float] = {}
    for name, (right, found) in counts.items():
        precision, recall = right / max(1, ours), found / max(1, theirs)
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        figures |= {f"{name}_precision": precision, f"{name}_recall": recall, f"{name}_f1": f1}
    return figures


def overlap(given: set[str], accepted: set[str]) -> tuple[float, float]:
    """(sum of precision over the given, sum of recall over the accepted) of one question."""
    if not accepted:
        return (1.0, 1.0) if given <= {""} else (0.0, 0.0)
    if given <= {""}:
        return 0.0, 0.0
    common = {(g, a): SequenceMatcher(None, a, g).find_longest_match().size for g in given for a in accepted}
    precision = sum(max(common[g, a] for a in accepted) / max(1, len(g)) for g in given)
    recall = sum(max(common[g, a] for g in given) / max(1, len(a)) for a in accepted)
    return precision, recall


if __name__ == "__main__":
    sys.exit(main())

"""The reader on a set of list questions: `python -m eval.lists FILE.jsonl.gz`. Lists are counted as MultiSpanQA does;
see `eval.metrics.spans`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from eval.metrics.spans import exact, f1, partial
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
    figures: dict[str, float] = {}
    for name, count in (("exact", exact), ("partial", partial)):
        counts = [count(g, [(text,) for text in a]) for g, a in zip(given, accepted, strict=True)]
        right, ours, found, theirs = (sum(column) for column in zip(*counts, strict=True)) if counts else (0,) * 4
        figures[f"{name}_precision"], figures[f"{name}_recall"] = right / max(1, ours), found / max(1, theirs)
        figures[f"{name}_f1"] = f1(right, ours, found, theirs)
    return figures


if __name__ == "__main__":
    sys.exit(main())

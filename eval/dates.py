"""Dates of mentions, counted over sentences of our own: `python -m eval.dates`.

questions/dates.jsonl was written by hand before the rules were tuned: news sentences with the day they are published
on, and every mention in them with its date in EDTF (`qa.edtf`), tricky ones without any included. One third is held
out: no rule was changed after it was first measured. The hand that wrote the sentences also wrote the rules, so both
parts say that the rules do what they were meant to, not how they fare on any news. A mention is found if its extent is
right to the character; its date is right if it is the same text.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qa.dates import resolve

SENTENCES = Path(__file__).parent / "questions" / "dates.jsonl"


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.dates", description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=["development", "held_out"], help="one part alone")
    parser.add_argument("--misses", action="store_true", help="print every sentence that is not all right")
    args = parser.parse_args(argv)
    rows = [json.loads(line) for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    parts = [args.part] if args.part else ["development", "held_out"]
    print(json.dumps({part: measure([r for r in rows if r["part"] == part]) for part in parts}, indent=1))
    for row in rows if args.misses else []:
        if row["part"] in parts and (got := found(row)) != expected(row):
            print(f"{row['id']} {row['published']} {row['text']}\n   got {got}\n   not {expected(row)}")
    return 0


def measure(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """precision, recall: of mentions by extent. accuracy: of the dates of those found. right: sentences all right."""
    wanted, got = [expected(row) for row in rows], [found(row) for row in rows]
    both = [(g[extent], w[extent]) for g, w in zip(got, wanted, strict=True) for extent in g.keys() & w.keys()]
    return {
        "sentences": len(rows),
        "mentions": sum(map(len, wanted)),
        "precision": round(len(both) / max(1, sum(map(len, got))), 3),
        "recall": round(len(both) / max(1, sum(map(len, wanted))), 3),
        "accuracy": round(sum(g == w for g, w in both) / max(1, len(both)), 3),
        "right": round(sum(g == w for g, w in zip(got, wanted, strict=True)) / max(1, len(rows)), 3),
    }


def found(row: dict[str, Any]) -> dict[tuple[int, int], str]:
    text = row["text"]
    mentions = resolve(text, 0, len(text), row["published"], caption=row["dated_by"] == "caption")
    return {(mention.start, mention.end): mention.date for mention in mentions}


def expected(row: dict[str, Any]) -> dict[tuple[int, int], str]:
    return {(mention["start"], mention["end"]): mention["date"] for mention in row["dates"]}


if __name__ == "__main__":
    sys.exit(main())

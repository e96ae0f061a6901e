"""List questions over short passages of our own: `python -m eval.enumerations [--held-out] [--reader attest]`.

Two readings of eval/questions/lists.jsonl. Given: the extent of each enumeration is given, and is cut into its
members. Asked: the passages are articles of one library, and the whole assistant answers. A member is right where it
reads as one of the accepted texts (exact), or shares half of its words with one (near, token F1 0.5). Shares are over
all members together; `single` is the share of questions for one thing, of those answered, that got no list.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.metrics import exact_match, fold, token_f1
from eval.scratch import assistant_over
from index.errors import AttestError
from qa.enumeration import split

FILE = Path(__file__).parent / "questions" / "lists.jsonl"
NEAR = 0.5


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.enumerations", description=__doc__.splitlines()[0])
    parser.add_argument("--held-out", action="store_true", help="the third of the topics that no rule was chosen on")
    parser.add_argument("--reader", default="attest")
    parser.add_argument("--rows", action="store_true", help="prints every question with what it got")
    args = parser.parse_args(argv)
    rows = [row for row in read(FILE) if row["held_out"] is args.held_out]
    try:
        asked = ask_all(rows, args.reader)
    except AttestError as error:
        print(f"eval.enumerations: {error}", file=sys.stderr)
        return 2
    if args.rows:
        for row, (texts, listed) in zip(rows, asked, strict=True):
            wanted = [item["accepted"][0] for item in row["items"]]
            print(json.dumps([row["kind"], row["question"], listed, texts, wanted], ensure_ascii=False))
    cut = [([row["passages"][p][a:b] for p, a, b in members(row)], True) for row in rows]
    print(json.dumps({"given": figures(rows, cut), "asked": figures(rows, asked)}, indent=1))
    return 0


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def members(row: dict[str, Any]) -> list[tuple[int, int, int]]:
    """(passage, start, end) of what the given extents enumerate."""
    return [
        (span["passage"], *extent)
        for span in row["spans"]
        for extent in split(row["passages"][span["passage"]], span["start"], span["end"])
    ]


def ask_all(rows: Sequence[dict[str, Any]], reader: str) -> list[tuple[list[str], bool]]:
    """(texts of the answers, whether they are a list) for each question, asked over all passages together."""
    with tempfile.TemporaryDirectory() as folder:
        articles = Path(folder, "articles")
        articles.mkdir()
        for row in rows:
            for n, text in enumerate(row["passages"]):
                (articles / f"{row['topic']}-{n}.txt").write_text(text, encoding="utf-8")
        assistant = assistant_over(articles, reader)
        answers = [assistant.ask(row["question"]) for row in rows]
    return [([item.text for item in answer.answers], answer.listed) for answer in answers]


def figures(rows: Sequence[dict[str, Any]], given: Sequence[tuple[list[str], bool]]) -> dict[str, float]:
    """Precision and recall of members over the list questions, and how many of the others stayed single."""
    counts = dict.fromkeys(("given", "wanted", "exact_given", "near_given", "exact_wanted", "near_wanted"), 0)
    single, answered, whole = 0, 0, 0
    for row, (texts, listed) in zip(rows, given, strict=True):
        if row["kind"] == "one":
            answered += bool(texts)
            single += bool(texts) and not (listed and len(texts) > 1)
            continue
        groups = [item["accepted"] for item in row["items"]]
        counts["given"] += len(texts)
        counts["wanted"] += len(groups)
        right = [[_match(text, group) for group in groups] for text in texts]
        for name, least in (("exact", 1.0), ("near", NEAR)):
            counts[f"{name}_given"] += sum(max(row_, default=0.0) >= least for row_ in right)
            counts[f"{name}_wanted"] += sum(max(column, default=0.0) >= least for column in zip(*right, strict=True))
        whole += len(texts) == len(groups) and all(max(column) == 1 for column in zip(*right, strict=True))
    shares: dict[str, float] = {"list_questions": sum(row["kind"] == "list" for row in rows)}
    for name in ("exact", "near"):
        shares[f"{name}_precision"] = counts[f"{name}_given"] / max(1, counts["given"])
        shares[f"{name}_recall"] = counts[f"{name}_wanted"] / max(1, counts["wanted"])
    shares |= {"complete": whole / max(1, shares["list_questions"])}
    shares |= {"single_questions": sum(row["kind"] == "one" for row in rows), "single": single / max(1, answered)}
    return {name: round(value, 4) for name, value in shares.items()}


def _match(text: str, accepted: Sequence[str]) -> float:
    """1 for the same words as one of the accepted texts, else the best token F1, below 1."""
    if any(exact_match(fold(text), fold(variant)) for variant in accepted):
        return 1.0
    return min(0.99, max(token_f1(fold(text), fold(variant)) for variant in accepted))


if __name__ == "__main__":
    sys.exit(main())

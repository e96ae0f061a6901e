"""Our own pairs: spans that mean the same or do not, and accounts that agree, complete each other, or disagree.

    python -m eval.pairs [--held-out] [--rows]

Prints precision and recall of `qa.same`, and of `qa.conflicts` on the marked answers ("gold") and on what is answered
from the two articles ("asked"), with the false-conflict rate: the share of the pairs that agree or complete each other
that are shown as conflicting or superseded. What conflicts but is called superseded, or the reverse, counts as wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from eval.scratch import assistant_over
from index.errors import AttestError
from qa.answer import Citation, Extract, Item
from qa.assistant import Assistant
from qa.conflicts import conflicts
from qa.same import same

QUESTIONS = Path(__file__).parent / "questions"
Row = dict[str, Any]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.pairs", description=__doc__.splitlines()[0])
    parser.add_argument("--reader", default="attest")
    parser.add_argument("--encoder")
    parser.add_argument("--held-out", action="store_true", help="the third on which nothing was chosen, not the rest")
    parser.add_argument("--rows", action="store_true", help="first what is judged wrong, a line each")
    args = parser.parse_args(argv)
    spans, accounts = read("same.jsonl", args.held_out), read("conflicts.jsonl", args.held_out)
    judged = [(row, same(row["a"], row["b"])) for row in spans]
    try:
        with tempfile.TemporaryDirectory() as folder:
            assistant = opened(Path(folder), accounts, args.reader, args.encoder)
            told = {
                "gold": [(row, claimed(row)) for row in accounts],
                "asked": [(row, answered(assistant, row)) for row in accounts],
            }
    except AttestError as error:
        print(f"eval.pairs: {error}", file=sys.stderr)
        return 2
    wrong = [row for row, said in judged if said is not row["same"]]
    wrong += [
        {"by": by, "said": kind} | row for by, rows in told.items() for row, kind in rows if kind != expected(row)
    ]
    for row in wrong if args.rows else ():
        print(json.dumps(row, ensure_ascii=False))
    figures = {"same": share((said, row["same"]) for row, said in judged)}
    print(json.dumps(figures | {by: disagreements(rows) for by, rows in told.items()}, indent=1))
    return 0


def read(name: str, held_out: bool) -> list[Row]:
    lines = (QUESTIONS / name).read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["held_out"] is held_out]


def expected(row: Row) -> str | None:
    """The kind of conflict that a pair of accounts is, None if they agree or complete each other."""
    return {"conflict": row["kind"], "superseded": "superseded"}.get(row["relation"])


def claimed(row: Row) -> str | None:
    """What the marked answers are called, each cited from its own source."""
    items = []
    for n, told in enumerate(row["passages"]):
        start, text = told["start"], told["text"]
        quote, around = told["answer"], Extract(0, len(text), text)
        cited = Citation(f"{n}.txt", None, told["published"], "", start, start + len(quote), quote, (), around)
        items.append(Item(quote, 1.0, (cited,)))
    return _kind([] if same(items[0].text, items[1].text) else conflicts(row["question"], items))


def answered(assistant: Assistant, row: Row) -> str | None:
    """What is said to a user who asks the question over the two articles."""
    sources = [f"pairs.jsonl#{row['id']}-{n}" for n in range(len(row["passages"]))]
    return _kind(assistant.ask(row["question"], sources=sources).conflicts)


def opened(folder: Path, rows: Sequence[Row], reader: str, encoder: str | None) -> Assistant:
    """An assistant over the articles of all pairs."""
    records = (
        {"id": f"{row['id']}-{n}", "text": told["text"], "published": told["published"]}
        for row in rows
        for n, told in enumerate(row["passages"])
    )
    (folder / "articles").mkdir()
    (folder / "articles" / "pairs.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    return assistant_over(folder / "articles", reader, encoder=encoder)


def _kind(found: Sequence[dict[str, Any]]) -> str | None:
    return str(found[0]["kind"]) if found else None


def share(pairs: Iterable[tuple[bool, bool]]) -> Row:
    """Of (said, true) pairs: precision and recall of what is said."""
    counted = list(pairs)
    right = sum(said and true for said, true in counted)
    said, true = (sum(pair[side] for pair in counted) for side in (0, 1))
    return {
        "pairs": len(counted),
        "precision": round(right / max(1, said), 3),
        "recall": round(right / max(1, true), 3),
    }


def disagreements(told: Sequence[tuple[Row, str | None]]) -> Row:
    """Precision and recall over all kinds, recall of each, and the share of the other pairs that are called either."""
    right = [kind for row, kind in told if kind and kind == expected(row)]
    true = [kind for row, _ in told if (kind := expected(row))]
    said = [row for row, kind in told if kind]
    quiet = [kind for row, kind in told if not expected(row)]
    return {
        "pairs": len(told),
        "precision": round(len(right) / max(1, len(said)), 3),
        "recall": round(len(right) / max(1, len(true)), 3),
        "agreeing": len(quiet),
        "false_conflicts": round(sum(kind is not None for kind in quiet) / max(1, len(quiet)), 3),
        "found": {kind: f"{right.count(kind)} of {true.count(kind)}" for kind in sorted(set(true))},
    }


if __name__ == "__main__":
    sys.exit(main())

"""The reader alone on SQuAD-like data: `python -m eval.squad FILE [--reader NAME]`.

FILE: JSON lines (may be .gz) with `question`, `context`, `answers` [{"text"}]. EM and F1 are those of the official
SQuAD 2.0 script: a question without answers counts 1 if nothing is answered. The threshold on the score is the
reader's own (answerable >= 0.5), fitted on validation data; the best threshold for this very file is shown beside it,
as the official script does, and must not be used to choose one.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from eval.metrics import auroc, exact_match, token_f1
from index.errors import AttestError, QuestionSetError
from qa.reader import Reader, load_reader

T = TypeVar("T")
Scored = tuple[float, float, float, float, bool]
"""See `score`."""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.squad", description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--reader", default="attest")
    parser.add_argument("--most", type=int, help="only every n-th question, so that about this many remain")
    args = parser.parse_args(argv)
    try:
        rows = read_rows(args.file)
        step = max(1, len(rows) // args.most) if args.most else 1
        figures = measure(load_reader(args.reader), rows[::step], show=sys.stderr.isatty())
    except AttestError as error:
        print(f"eval.squad: {error}", file=sys.stderr)
        return 2
    print(json.dumps({"file": args.file.name, "reader": args.reader, **figures}, indent=1))
    return 0


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Raises QuestionSetError where the file cannot be read as such rows."""
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
        rows = [json.loads(line) for line in text.split("\n") if line.strip()]
        for row in rows:
            row["question"], row["context"], [answer["text"] for answer in row["answers"]]
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise QuestionSetError(f"{path}: not question-answering rows ({error}); see --help") from None
    return rows


def measure(reader: Reader, rows: Sequence[dict[str, Any]], show: bool = False) -> dict[str, Any]:
    """Figures over all rows, in per cent but for counts and AUROC."""
    return figures(read_all(reader, rows, show))


def read_all(reader: Reader, rows: Sequence[dict[str, Any]], show: bool = False) -> list[Scored]:
    """Every row's `score`, with a progress bar if asked for."""
    from qa.progress import bar

    tell = bar("reading", "questions") if show else None
    scored = []
    for done, one in enumerate(two_at_a_time(lambda row: score(reader, row), rows), 1):
        scored.append(one)
        if tell and (done % 20 == 0 or done == len(rows)):
            tell(done, len(rows))
    return scored


def two_at_a_time(function: Callable[[dict[str, Any]], T], rows: Sequence[dict[str, Any]]) -> Iterator[T]:
    """function(row) of every row, in order: a reader with a single passage keeps one thread busy."""
    with ThreadPoolExecutor(2) as pool:
        yield from pool.map(function, rows)


def score(reader: Reader, row: dict[str, Any]) -> Scored:
    """(answerable, the score it is made of, EM and F1 of the best span, whether the question has an answer)."""
    reading = reader.read(row["question"], [row["context"]], top=1)
    text = reading.spans[0].text if reading.spans else ""
    golds = [answer["text"] for answer in row["answers"]]
    em = max((exact_match(text, gold) for gold in golds), default=0.0)
    f1 = max((token_f1(text, gold) for gold in golds), default=0.0)
    return reading.answerable, reading.score if reading.spans else -1e9, em, f1, bool(golds)


def figures(scored: Sequence[Scored]) -> dict[str, Any]:
    has = [s for s in scored if s[4]]
    out: dict[str, Any] = {"questions": len(scored), "unanswerable": len(scored) - len(has)}
    if has:
        out["forced_em"] = _percent([s[2] for s in has])
        out["forced_f1"] = _percent([s[3] for s in has])
    if len(has) < len(scored):
        for name, column in (("em", 2), ("f1", 3)):
            gains = [s[column] if s[4] else 0.0 for s in scored]
            out[name] = _percent([_outcome(s, gain) for s, gain in zip(scored, gains, strict=True)])
            out[f"best_{name}"] = _best(scored, gains)
        ups, downs = [s[1] for s in has], [s[1] for s in scored if not s[4]]
        area = auroc(ups, downs)
        out["auroc"] = round(area, 4) if area is not None else None
    return out


def _outcome(row: Scored, gain: float) -> float:
    return gain if row[0] >= 0.5 else float(not row[4])


def _best(scored: Sequence[Scored], gains: Sequence[float]) -> float:
    """The best mean over all thresholds on the score: the official script's best_f1."""
    total = best = sum(float(not s[4]) for s in scored)
    for s, gain in sorted(zip(scored, gains, strict=True), key=lambda pair: -pair[0][1]):
        total += gain if s[4] else -1.0
        best = max(best, total)
    return round(100 * best / len(scored), 2)


def _percent(values: Sequence[float]) -> float:
    return round(100 * sum(values) / len(values), 2)


if __name__ == "__main__":
    sys.exit(main())

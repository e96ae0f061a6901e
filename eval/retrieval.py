"""How often the right article is among the first: `python -m eval.retrieval squad_dev_v1.1.jsonl.gz`.

Dense alone, BM25 alone, and both fused as `attest ask` does. Question-answering rows (SQuAD and our JSONL): every
context is an article, and the right one is the question's own. With `--articles FILE` those of the file are the
collection, and the rows name the right ones by id in `gold_docs`. Recall@k: the share of questions with a right article
among the first k. Intervals: 95 %, from bootstrap samples of the questions.
"""

from __future__ import annotations

import argparse
import gzip
import json
import lzma
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval.provenance import keep, provenance
from index.build import build
from index.library import Library
from index.store import exists
from qa.progress import bar

DEEP = 20
WAYS = {"dense": (1.0, 0.0, 0.0), "bm25": (0.0, 1.0, 0.0), "hybrid": None}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.retrieval", description=__doc__.splitlines()[0])
    parser.add_argument("questions", type=Path, help=".jsonl, .jsonl.gz or .jsonl.xz")
    parser.add_argument("--articles", type=Path, help="the collection, the same kinds of file")
    parser.add_argument("--library", type=Path, help="where the library is kept (else it is made and thrown away)")
    parser.add_argument("--most", type=int, default=2000, help="questions, spread over the file")
    parser.add_argument("--weights", type=float, nargs=3, metavar=("DENSE", "BM25", "ARTICLE"), help="of the fusion")
    parser.add_argument("--out", type=Path, help="keeps the result in this file")
    args = parser.parse_args(argv)
    articles, asked = collection(list(read(args.questions)), args.articles)
    asked = asked[:: max(1, len(asked) // args.most)]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "articles"
        folder.mkdir()
        with (folder / "all.jsonl").open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(article) + "\n" for article in articles)
        place = args.library or Path(scratch) / "library"
        if not exists(place):
            build(folder, place, progress=bar("embedding", "passages"))
        library = Library.open(place)
        ways = {**WAYS, "hybrid": args.weights}
        found = {way: ranks(library, asked, weights) for way, weights in ways.items()}
    figures = {way: summary(values) for way, values in found.items()}
    counts = {"articles": library.manifest["articles"], "passages": library.manifest["passages"]}
    result = provenance("eval.retrieval", argv) | counts | {"questions": len(asked), **figures}
    if args.out:
        keep(result, args.out)
    print(json.dumps(result, indent=1))
    return 0


def read(path: Path) -> Iterator[dict[str, Any]]:
    opened: Any = {".gz": gzip.open, ".xz": lzma.open}.get(path.suffix, open)
    with opened(path, "rt", encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def collection(
    rows: Sequence[dict[str, Any]], file: Path | None
) -> tuple[list[dict[str, Any]], list[tuple[str, set[str]]]]:
    """The articles, and (question, ids of the right ones) for every question that has any."""
    if file:
        keys = ("id", "title", "date", "text")
        articles = [{key: row.get(key) for key in keys} for row in read(file)]
        return articles, [(row["question"], set(row["gold_docs"])) for row in rows if row["gold_docs"]]
    numbers = {context: str(n) for n, context in enumerate(dict.fromkeys(row["context"] for row in rows))}
    articles = [{"id": number, "text": context} for context, number in numbers.items()]
    return articles, [(row["question"], {numbers[row["context"]]}) for row in rows if row["answers"]]


def ranks(library: Library, asked: Sequence[tuple[str, set[str]]], weights: Sequence[float] | None) -> np.ndarray:
    """(n,) the place of the first right article, 1-based; infinity where none is among the first."""
    places = []
    for question, right in asked:
        found = dict.fromkeys(
            library.passage(hit.row)[0].source for hit in library.search(question, 5 * DEEP, weights=weights)
        )
        places.append(next((n for n, source in enumerate(found, 1) if right & printed(library, source)), np.inf))
    return np.array(places)


def printed(library: Library, source: str) -> set[str]:
    """The ids of the articles that have the text of this one."""
    return {one.partition("#")[2] for one in (source, *(article.source for article in library.reprints(source)))}


def summary(places: np.ndarray, tries: int = 1000) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    figures = {f"recall@{k}": places <= k for k in (1, 5, 20)} | {"mrr": 1 / places}
    out = {}
    for name, values in figures.items():
        means = values[rng.integers(0, len(values), (tries, len(values)))].mean(1)
        low, high = np.quantile(means, (0.025, 0.975))
        out[name] = [round(float(values.mean()), 4), round(float(low), 4), round(float(high), 4)]
    return out


if __name__ == "__main__":
    sys.exit(main())

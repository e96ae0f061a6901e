"""Passages that our own retriever finds for training questions and that do not answer them:
`python -m qa.reader.retrieved --data FOLDER --out FILE.jsonl.gz`. Read by `qa.reader.train --retrieved`.

A reader that has only seen a question's own paragraph gives passages of other articles scores that mean little (Clark
and Gardner 2018); beside these it learns which passage answers at all. A passage that names an answer of its question
is left out. No validation document and nothing of an evaluation set is among the questions or the passages.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from qa.progress import bar
from qa.reader.mix import is_validation, plain, read_rows, traces, traces_of

SOURCES = {
    "squad_rec_wiki": 0.5,
    "squad_rec_valctx": 1.0,
    "qed_train_nq": 1.0,
    "nq_oracle": 1.0,
    "squadshifts_new_wiki": 1.0,
    "timeqa_human": 1.0,
}
"""Share of each file's questions that passages are looked for; all their paragraphs are searched."""
DEEP, MOST = 12, 4  # passages that are looked at for a question, and kept


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m qa.reader.retrieved", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with train/ and eval/ (*.jsonl.gz)")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(argv)
    from index.build import build
    from index.library import Library

    rows, rng = list(usable(args.data)), random.Random(args.seed)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "articles")
        folder.mkdir()
        contexts = dict.fromkeys(row["context"] for _, row in rows)
        lines = (json.dumps({"id": n, "text": context}) + "\n" for n, context in enumerate(contexts))
        (folder / "paragraphs.jsonl").write_text("".join(lines), encoding="utf-8")
        build(folder, Path(scratch, "library"), progress=bar("embedding", "passages"))
        library = Library.open(Path(scratch, "library"))
        asked = [row for name, row in rows if rng.random() < SOURCES[name]]
        tell = bar("searching", "questions")
        with gzip.open(args.out, "wt", encoding="utf-8") as out:
            for done, row in enumerate(asked, 1):
                found = (library.passage(hit.row) for hit in library.search(row["question"], DEEP))
                texts = [article.text[passage.start : passage.end] for article, passage in found]
                kept = [text for text in texts if not answers(text, row)][:MOST]
                out.write(json.dumps({"id": row["id"], "contexts": kept}) + "\n")
                tell(done, len(asked))


def usable(data: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(file, row) of every question of SOURCES that may be trained on and has one answer."""
    held_out = traces_of(data / "eval")
    for name in SOURCES:
        for row in read_rows(data / "train" / f"{name}.jsonl.gz"):
            if row["answers"] and not row["multi"] and not is_validation(row) and held_out.isdisjoint(traces(row)):
                yield name, row


def answers(text: str, row: Mapping[str, Any]) -> bool:
    """Whether a passage is of the row's own paragraph, or names one of its answers."""
    return names(text, row["answers"]) or text in row["context"]


def names(text: str, answers: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the text holds one of the answers, word for word."""
    folded = f" {plain(text)} "
    return any(f" {plain(answer['text'])} " in folded for answer in answers)


def read_retrieved(path: Path) -> dict[str, list[str]]:
    """id of a question -> passages that do not answer it."""
    return {row["id"]: row["contexts"] for row in read_rows(path) if row["contexts"]}


if __name__ == "__main__":
    main()

"""The collection of `eval.lexical`: passages of any number, questions and titles that are asked of them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from eval.retrieval import read
from index.article import Article
from index.passages import split

DEALT = 64


def prepare(work: Path, questions: Path, articles: Sequence[Path], most: int) -> None:
    """Writes passages.jsonl, the right ones first, and asked.json: [question, first row, last row + 1, kind]."""
    rows = [row for row in read(questions) if row["answers"]]
    rng = random.Random(0)
    chosen = {row["context"]: row["question"] for row in rng.sample(rows, len(rows))}
    passages, asked = list(chosen), list[list[Any]]()
    asked += [[question, n, n + 1, "questions"] for n, question in enumerate(islice(chosen.values(), most))]
    others, titled = passages[most:], passages[:most]
    for file in articles:
        for number, row in enumerate(read(file)):
            text = row.get("text") or ""
            found = [text[p.start : p.end] for p in split(Article("", text))]
            if row.get("title") and number % 50 == 0 and len(asked) < most + most // 2:
                asked.append([row["title"], len(titled), len(titled) + len(found), "titles"])
                titled += found
            else:
                others += found
    rng.shuffle(others)
    work.mkdir(parents=True, exist_ok=True)
    with (work / "passages.jsonl").open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(text) + "\n" for text in titled + others)
    (work / "asked.json").write_text(json.dumps(asked), "utf-8")


def collection(work: Path, size: int) -> Iterator[str]:
    def once() -> Iterator[str]:
        with (work / "passages.jsonl").open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)

    def dealt() -> Iterator[str]:
        rng = random.Random(1)
        while True:
            texts = once()
            while group := [text.split() for text in islice(texts, DEALT)]:
                words = [word for text in group for word in text]
                rng.shuffle(words)
                pool = iter(words)
                yield from (" ".join(islice(pool, len(text))) for text in group)

    count = 0
    for source in (once(), dealt()):
        for text in islice(source, size - count):
            count += 1
            yield text

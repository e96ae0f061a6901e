"""A folder of BEIR (Thakur et al. 2021): corpus.jsonl, queries.jsonl and qrels/*.tsv (query, article, grade). Only the
relevant articles of a query are known, no answers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from eval.lines import Record, read_text, records, text_in
from eval.questions import RETRIEVAL, Question
from eval.sets.kind import QuestionSet, source, unique
from index.errors import QuestionSetError

SPLITS = ("test", "dev", "train")
PACKED = ("", ".gz", ".xz")


def read(path: Path) -> QuestionSet:
    """path: the folder (its test split, else dev, else train), or one of its files of qrels."""
    folder = path if path.is_dir() else path.parent.parent
    judged = _qrels(path if path.is_file() else _first(folder / "qrels", SPLITS, ".tsv"))
    queries = _first(folder, ("queries",), ".jsonl")
    asked = {text_in(row, "_id", place): (place, row) for place, row in records(queries)}
    for query, (place, _) in judged.items():
        if query not in asked:
            raise QuestionSetError(f"{place}: query {query!r} is not in {queries}; give the qrels of these queries")
    found = [(asked[query][0], _question(query, *asked[query], grades)) for query, (_, grades) in judged.items()]
    corpus = _first(folder, ("corpus",), ".jsonl")
    return QuestionSet("beir", unique(found, folder), lambda: _articles(corpus))


def _first(folder: Path, names: tuple[str, ...], suffix: str) -> Path:
    for name in names:
        for packed in PACKED:
            if (path := folder / f"{name}{suffix}{packed}").is_file():
                return path
    wanted = " or ".join(f"{name}{suffix}" for name in names)
    raise QuestionSetError(f"{folder}: no {wanted} in it; a BEIR folder has corpus.jsonl, queries.jsonl and qrels/")


def _qrels(path: Path) -> dict[str, tuple[str, dict[str, int]]]:
    """query -> (place of its first line, grades by source of article)."""
    found: dict[str, tuple[str, dict[str, int]]] = {}
    lines = [(n, line.split("\t")) for n, line in enumerate(read_text(path).split("\n"), 1) if line.strip()]
    for number, cells in lines:
        place = f"{path}, line {number}"
        grade = cells[2].strip() if len(cells) == 3 else ""
        whole = re.fullmatch(r"-?[0-9]+", grade)
        if number == 1 and not whole:
            continue  # the header
        if not whole:
            raise QuestionSetError(f"{place}: reads {cells!r}; query, article and a whole grade are expected, by tabs")
        found.setdefault(cells[0], (place, defaultdict(int)))[1][source(cells[1])] = int(grade)
    return found


def _question(query: str, place: str, row: Record, grades: dict[str, int]) -> Question:
    relevant = tuple((doc, grade) for doc, grade in grades.items() if grade > 0)
    return Question(query, text_in(row, "text", place), RETRIEVAL, (), relevant=relevant)


def _articles(path: Path) -> Iterator[Record]:
    """An article without a text is its title; one without either is left out."""
    for place, row in records(path):
        title, text = row.get("title"), row.get("text")
        told = [part for part in (text, title) if isinstance(part, str) and part.strip()]
        if told:
            named = {"title": title} if isinstance(title, str) and title.strip() else {}
            yield {"id": text_in(row, "_id", place), "text": told[0]} | named

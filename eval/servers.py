"""A library on PostgreSQL beside a local one of the same articles: `python -m eval.servers --library DIR --server URL`.

For each of --sizes passages (`eval.server_parts`) both are written and asked the same questions, in turn, one at a
time, in one process: those of eval/questions/seeds.jsonl, and runs of words of the articles, 200 in all.
Equal: the first ten passages and their scores are the same, but for the order of equal ones; shared: how many of these
ten are the same. Answers: `Assistant.ask` with our reader,
everything in them compared but the time. Recall@10: of pgvector's graph against exact products, where there is a graph.
Bytes: of the files, and of each table with its indexes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from eval.chart import line_chart
from eval.provenance import keep, provenance
from eval.questions import read_questions
from eval.server_parts import Part, to_folder, to_server
from eval.vectors import recall
from index.library import Library
from index.postgres import build
from index.postgres.connection import Database
from index.search import Hit
from index.search.dense import Dense
from index.transfer import FACTS
from qa.assistant import Assistant
from qa.reader import DEFAULT, load_reader

SIZES = (1_000, 10_000, 100_000, 200_000, 1_000_000)
QUESTIONS = Path(__file__).parent / "questions" / "seeds.jsonl"
TOP, WARM = 10, 10


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.servers", description=__doc__.splitlines()[0])
    parser.add_argument("--library", required=True, help="a local library that the articles are taken from")
    parser.add_argument("--server", required=True, help="postgresql://user@host/database, for schemas bench_N")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--answers", type=int, default=60, help="questions that are answered, too")
    parser.add_argument(
        "--again", action="store_true", help="take the server's libraries of the last run, whose times of writing stay"
    )
    parser.add_argument("--scratch", help="a folder with room for the local libraries")
    parser.add_argument("--out", type=Path, default=Path("eval/results/servers/servers.json"))
    args = parser.parse_args(argv)
    library = Library.open(args.library)
    asked = questions(library, args.questions)
    version = Database(args.server).execute("select version()")[0][0].split(" on ")[0]
    before = json.loads(args.out.read_text(encoding="utf-8"))["sizes"] if args.out.exists() else {}
    for size in args.sizes:
        with tempfile.TemporaryDirectory(dir=args.scratch) as folder:
            place, last = f"{args.server}#bench_{size}", before.get(str(size)) if args.again else None
            before[str(size)] = measure(library, size, Path(folder), place, asked, args.answers, last)
        print(size, json.dumps(before[str(size)]), flush=True)
        keep(provenance("eval.servers", argv) | {"server": version, "sizes": before}, args.out)
    draw(before, args.out.parent)
    return 0


def measure(
    library: Library,
    size: int,
    folder: Path,
    place: str,
    asked: Sequence[str],
    answers: int,
    last: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """last: what was measured when the server's library was written, where it is there already."""
    facts = {name: library.manifest[name] for name in FACTS}
    written = {"local": to_folder(Part(library, size), facts, folder)}
    written["server"] = last["write_s"]["server"] if last else to_server(Part(library, size), facts, place)
    db, began = Database(place), time.perf_counter()
    build.graph(db)
    graph = last["graph_s"] if last else time.perf_counter() - began
    db.execute("analyze")
    reader = load_reader(DEFAULT)
    both = {"local": Assistant(Library.open(folder), reader), "server": Assistant(Library.open(place), reader)}
    here, there = (one.library for one in both.values())
    found, searched = in_turn({name: one.library.search for name, one in both.items()}, asked, TOP)
    given, answered = in_turn({name: _answer(one) for name, one in both.items()}, asked[:answers])
    dense = here._searchers["dense"], there._searchers["dense"]
    exact = [Dense(here.vectors, here.encode_question).search(question, TOP) for question in asked]
    hits = [[one.search(question, TOP) for question in asked] for one in dense]
    return {
        "passages": here.manifest["passages"],
        "articles": here.manifest["articles"],
        "write_s": rounded(written),
        "graph_s": round(graph, 1),
        "equal_first_ten": sum(map(equal, found["local"], found["server"])) / len(asked),
        "shared_first_ten": recall(rows(found["local"]), rows(found["server"]), TOP),
        "equal_answers": sum(map(_same, given["local"], given["server"])) / max(1, answers),
        "dense_recall_at_10": {name: recall(rows(exact), rows(one), TOP) for name, one in zip(both, hits, strict=True)},
        "search_p50_ms": searched,
        "answer_p50_ms": answered,
        "answer_ratio": round(answered["server"] / answered["local"], 2) if answers else None,
        "bytes_per_passage": {
            "local": {path.name: round(path.stat().st_size / here.manifest["passages"]) for path in _files(folder)},
            "server": {name: round(size / here.manifest["passages"]) for name, size in _tables(db)},
        },
    }


def questions(library: Library, count: int) -> list[str]:
    found = [question.question for question in read_questions(QUESTIONS) if not question.context]
    draw = random.Random(5)
    for source in draw.sample(library.sources, min(count, len(library.sources))):
        article = library.article(source)
        words = article.text.split() if article else []
        at = draw.randrange(max(1, len(words) - 12))
        found.append(" ".join(words[at : at + 12]))
    return [question for question in found if any(map(str.isalnum, question))][:count]


def in_turn(
    ask: dict[str, Callable[..., Any]], asked: Sequence[str], *more: Any
) -> tuple[dict[str, list[Any]], dict[str, float]]:
    """What each gives for each question, and the median of its milliseconds."""
    for one in ask.values():
        for question in asked[:WARM]:
            one(question, *more)
    given: dict[str, list[Any]] = {name: [] for name in ask}
    spent: dict[str, list[float]] = {name: [] for name in ask}
    for question in asked:
        for name, one in ask.items():
            began = time.perf_counter()
            given[name].append(one(question, *more))
            spent[name].append(1000 * (time.perf_counter() - began))
    return given, {name: round(median(times), 1) if times else 0.0 for name, times in spent.items()}


def equal(one: Sequence[Hit], other: Sequence[Hit]) -> bool:
    """The same passages in the same order, but for those of equal scores."""
    near = len(one) == len(other) and np.allclose([h.score for h in one], [h.score for h in other], atol=1e-9)
    last = min((hit.score for hit in one), default=0.0)
    sure = ({hit.row for hit in hits if hit.score > last + 1e-9} for hits in (one, other))
    return near and len({frozenset(rows) for rows in sure}) == 1


def rows(hits: Sequence[Sequence[Hit]]) -> list[list[int]]:
    return [[hit.row for hit in some] for some in hits]


def draw(sizes: dict[str, dict[str, Any]], folder: Path) -> None:
    measured = sorted(sizes.values(), key=lambda row: row["passages"])
    for name, label in (("answer_p50_ms", "one answer"), ("search_p50_ms", "one search")):
        lines = {kind: [(row["passages"], row[name][kind]) for row in measured] for kind in ("local", "server")}
        chart = line_chart(f"Median time of {label}", "passages", "milliseconds", lines, decades=True)
        (folder / f"{name.partition('_')[0]}.svg").write_text(chart, encoding="utf-8")


def rounded(seconds: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 1) for name, value in seconds.items()}


def _answer(assistant: Assistant) -> Callable[[str], dict[str, Any]]:
    return lambda question: assistant.ask(question).to_dict()


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return {**one, "seconds": 0} == {**other, "seconds": 0}


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("gen-*/*") if path.name != "manifest.json")


def _tables(db: Database) -> list[tuple[str, int]]:
    asked = """
    select relname, pg_relation_size(c.oid) from pg_class c join pg_namespace n on n.oid = relnamespace
    where nspname = ? and relkind in ('r', 'i') union all
    select 'large values', coalesce(sum(pg_total_relation_size(reltoastrelid)), 0) from pg_class c
    join pg_namespace n on n.oid = relnamespace where nspname = ? and reltoastrelid > 0 order by 2 desc
    """
    return [(name, int(size)) for name, size in db.execute(asked, (db.schema, db.schema))]


if __name__ == "__main__":
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    sys.exit(main())

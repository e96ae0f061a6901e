"""The benchmark of lexical indexes, on a few passages."""

from __future__ import annotations

import gzip
import json
from itertools import islice

from eval.lexical import build, measure, opened
from eval.lexical_engines import ENGINES
from eval.lexical_passages import collection, prepare

WORDS = (
    "kyiv paris berlin rome madrid vilnius riga tallinn oslo warsaw prague vienna london dublin athens sofia".split()
)


def test_every_engine_finds_what_was_asked_and_ours_scores_as_sqlite_does(tmp_path):
    rows = [
        {"question": f"{word}?", "context": f"{word} and {other} met.", "answers": [{"text": other}]}
        for word, other in zip(WORDS, WORDS[1:] + WORDS[:1], strict=True)
    ]
    articles = [
        {"title": "Talks of Lisbon", "text": "In Lisbon there were talks.\n\n" * 2},
        {"text": "Nothing new. " * 99},
    ]
    for name, lines in (("questions", rows), ("articles", articles)):
        with gzip.open(tmp_path / f"{name}.jsonl.gz", "wt", encoding="utf-8") as out:
            out.writelines(json.dumps(row) + "\n" for row in lines)
    work = tmp_path / "work"
    prepare(work, tmp_path / "questions.jsonl.gz", [tmp_path / "articles.jsonl.gz"], most=8)
    asked = json.loads((work / "asked.json").read_text("utf-8"))
    texts = list(collection(work, 60))
    assert len(texts) == 60
    for question, start, end, _ in asked:
        assert question.rstrip("?").split()[-1] in texts[start] and end == start + 1
    assert texts[:20] == list(islice(collection(work, 1000), 20))
    names = [name for name in ENGINES if name != "bm25s"]
    for name in names:
        assert set(build(work, name, 60)) == {"build_s", "build_cpu_s", "build_peak_mb", "disk_mb"}
    found = {name: ENGINES[name](work / "60" / name).search("Paris met", 60) for name in ("attest", "fts5")}
    assert {hit.row: round(hit.score, 9) for hit in found["attest"]} == {
        hit.row: round(hit.score, 9) for hit in found["fts5"]
    }
    assert found["attest"]
    assert opened(work, "attest", 60)["open_and_first_cpu_ms"] > 0
    figures = measure(work, ["attest"], 60)["attest"]
    assert figures["questions"]["recall@5"][0] == figures["titles"]["recall@5"][0] == 1
    assert len(figures["update_cpu_s"]) == 4
    again = ENGINES["attest"](work / "60" / "attest").search("Paris met", 60)
    assert again == found["attest"], "what the updates changed was not put back"

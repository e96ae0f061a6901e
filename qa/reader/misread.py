"""What a reader takes for an answer in passages of an event that hold none:
`python -m qa.reader.misread --events FILE --out FILE.jsonl.gz [--reader FOLDER]`. Read by `qa.reader.train --misread`.

Which passage misleads a reader is not told by the words that it shares with the question, least of all where those are
not the articles' own; the reader itself says it (hard negatives, Felzenszwalb et al. 2010). A passage that names an
answer of its question anywhere is left out: the list of places that tell it may lack one.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from qa.progress import bar
from qa.reader import Reader
from qa.reader.events import Misread, apart, passages_of, shared
from qa.reader.mix import read_rows
from qa.reader.retrieved import names

NEAR, MOST = 5, 2  # passages of an event that are read for a question, and kept


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m qa.reader.misread", description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=Path, required=True, help="our own events (eval/questions/events.jsonl.gz)")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--reader", type=Path, help="folder of a BERT span model (else: the shipped one)")
    parser.add_argument("--only", nargs="*", help="names of events begin so")
    args = parser.parse_args(argv)
    from qa.reader.extractive import WEIGHTS, from_bert_folder

    reader = from_bert_folder("reader", args.reader or WEIGHTS)
    wanted = tuple(args.only) if args.only else ""
    events = [e for e in read_rows(args.events) if e["split"] == "train" and e["event"].startswith(wanted)]
    tell = bar("reading", "events")
    with gzip.open(args.out, "wt", encoding="utf-8") as out:
        for done, event in enumerate(events, 1):
            out.writelines(json.dumps({"id": id, "misread": found}) + "\n" for id, found in misread(reader, event))
            tell(done, len(events))


def misread(reader: Reader, event: Mapping[str, Any]) -> Iterator[tuple[str, list[Misread]]]:
    """id of each question -> (passage, start, end) of the best spans in passages that do not answer, best first; the
    questions are asked in one of their wordings each, in turn."""
    passages = passages_of(event)
    for n, asked in enumerate(event["questions"]):
        wordings = (asked["question"], *asked["also"])
        other = [text for text in apart(asked["answers"], passages)[1] if not names(text, asked["answers"])]
        near = sorted(other, key=lambda text: -shared(" ".join(wordings), text))[:NEAR]
        best = dict[int, Misread]()
        for span in reader.read(wordings[n % len(wordings)], near, 4 * NEAR).spans if near else ():
            best.setdefault(span.passage, (near[span.passage], span.start, span.end))
        yield asked["id"], list(best.values())[:MOST]


def read_misread(path: Path) -> dict[str, list[Misread]]:
    """id of a question -> what was misread."""
    rows = ((row["id"], row["misread"]) for row in read_rows(path))
    return {id: [(text, start, end) for text, start, end in found] for id, found in rows if found}


if __name__ == "__main__":
    main()

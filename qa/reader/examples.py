"""Rows of question-answering data -> token examples for training. Used by `qa.reader.train` alone.

A row is `{"id", "source", "context", "question", "answers": [{"text", "start"}], "impossible", "question_bt"?}`.
Rows that belong to one document stay in one split; rows whose question is asked in an evaluation set are left out.
What this leaves out: batching, the model, the optimizer.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.reader.windows import MAX_QUESTION, shorten

if TYPE_CHECKING:
    from tokenizers import Tokenizer

# file -> (share of its rows, keep only these rows). Human and translated wording stand on both sides of
# "answerable", so that the model cannot tell one from the other by style.
MIX: dict[str, tuple[float, Callable[[dict[str, Any]], bool]]] = {
    "squad_rec_wiki": (1.0, lambda row: True),
    "squad_rec_valctx": (1.0, lambda row: True),
    "squad2_rec_impossible_wiki": (1.0, lambda row: True),
    "squad2_bt": (0.6, lambda row: not row["has_wiki"] and (row["impossible"] or row.get("align") == "exact")),
    "squad_rec_hardneg_derived": (0.4, lambda row: True),
    "squadshifts_new_wiki": (1.0, lambda row: True),
    "qed_train_nq": (1.0, lambda row: not row["multi"]),
    "nq_oracle": (1.0, lambda row: not row["multi"]),
    "qamr_dev": (0.1, lambda row: True),
    "qadiscourse": (0.3, lambda row: True),
}
TRANSLATED = 0.4  # share of answerable SQuAD questions asked in their back-translated form


@dataclass(frozen=True)
class Example:
    """Question and context tokens apart; `first`, `last` index the context's tokens, -1 where there is no answer.

    question: (q,) and context: (c,) int32 token ids without special tokens.
    """

    id: str
    question: np.ndarray
    context: np.ndarray
    first: int
    last: int


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def asked_in(folder: Path) -> set[str]:
    """Normalised questions of every evaluation set: none of them may be trained on."""
    return {plain(row["question"]) for path in sorted(folder.glob("*.jsonl.gz")) for row in read_rows(path)}


def plain(question: str) -> str:
    return " ".join(re.findall(r"\w+", question.lower()))


def document(row: dict[str, Any]) -> str:
    """The key that all rows of one source document share (the D of the ids D-P-Q)."""
    found = re.search(r"sq(?:rec|val|imp|bt)-(\d+)-\d+-\d+", row["id"])
    return f"squad-{found[1]}" if found else f"{row['source']}-{row['context'][:80]}"


def is_validation(row: dict[str, Any], one_in: int = 36) -> bool:
    """One SQuAD document in `one_in` is kept for validation, in all of its forms."""
    key = document(row)
    return key.startswith("squad-") and int(key[6:]) % one_in == 7


def training_rows(folder: Path, held_out: set[str], seed: int) -> list[dict[str, Any]]:
    """The mix of `MIX`, without validation documents and without questions of evaluation sets."""
    rng = random.Random(seed)
    rows = []
    for name, (share, keep) in MIX.items():
        for row in read_rows(folder / f"{name}.jsonl.gz"):
            if rng.random() >= share or not keep(row) or is_validation(row) or plain(row["question"]) in held_out:
                continue
            if not row["impossible"] and row.get("question_bt") and rng.random() < TRANSLATED:
                row["question"] = row["question_bt"]
            rows.append(row)
    return rows


def validation_rows(folder: Path) -> list[dict[str, Any]]:
    """Validation documents: human questions with answers, and unanswerable ones, on natural paragraphs."""
    return [
        row
        for name in ("squad_rec_wiki", "squad2_rec_impossible_wiki")
        for row in read_rows(folder / f"{name}.jsonl.gz")
        if is_validation(row)
    ]


def encode(tokenizer: Tokenizer, rows: list[dict[str, Any]], batch: int = 2000) -> list[Example]:
    """Tokenises rows; a row whose answer does not fall on its context's tokens is dropped."""
    examples = []
    for at in range(0, len(rows), batch):
        part = rows[at : at + batch]
        contexts = tokenizer.encode_batch([row["context"] for row in part], add_special_tokens=False)
        questions = [shorten(tokenizer, row["question"], MAX_QUESTION) for row in part]
        asked = tokenizer.encode_batch(questions, add_special_tokens=False)
        for row, context, question in zip(part, contexts, asked, strict=True):
            first = last = -1
            if row["answers"]:
                start = row["answers"][0]["start"]
                stop = start + len(row["answers"][0]["text"])
                inside = [n for n, (a, b) in enumerate(context.offsets) if a < stop and b > start]
                if not inside:
                    continue
                first, last = inside[0], inside[-1]
            examples.append(
                Example(row["id"], np.array(question.ids, np.int32), np.array(context.ids, np.int32), first, last)
            )
    return examples


def crop(example: Example, room: int, rng: random.Random) -> tuple[np.ndarray, int, int]:
    """At most `room` tokens of the context, at random around the answer; where there is none, around the place that
    shares most tokens with the question, so that what is left is still a near miss. Returns (ids, first, last).
    """
    size = len(example.context)
    if size <= room:
        return example.context, example.first, example.last
    if example.first < 0:
        shared = np.concatenate([[0], np.cumsum(np.isin(example.context, np.unique(example.question)))])
        starts = [rng.randrange(size - room + 1) for _ in range(4)]
        begin = max(starts, key=lambda n: shared[n + room] - shared[n])
        return example.context[begin : begin + room], -1, -1
    last = min(example.last, example.first + room - 1)
    begin = rng.randint(max(0, last - room + 1), min(example.first, size - room))
    return example.context[begin : begin + room], example.first - begin, last - begin

"""Rows of question-answering data -> token examples for training. Used by `qa.reader.train` alone.

What this leaves out: which rows (`qa.reader.mix`), batching, the model, the optimizer.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.reader.windows import MAX_QUESTION, shorten

if TYPE_CHECKING:
    from tokenizers import Tokenizer


@dataclass(frozen=True)
class Example:
    """Question and context tokens apart; `first`, `last` index the context's tokens, -1 where there is no answer.

    question: (q,) and context: (c,) int32 token ids without special tokens. judged: "no answer" takes part in the loss.
    """

    id: str
    question: np.ndarray
    context: np.ndarray
    first: int
    last: int
    judged: bool = True


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
            ids = np.array(question.ids, np.int32), np.array(context.ids, np.int32)
            examples.append(Example(row["id"], *ids, first, last, row.get("judged", True)))
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

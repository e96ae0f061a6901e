"""Rows of question-answering data -> token examples for training. Used by `qa.reader.train` alone.

What this leaves out: which rows (`qa.reader.mix`), batching, the model, the optimizer.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.reader.windows import MAX_QUESTION, shorten

if TYPE_CHECKING:
    from tokenizers import Tokenizer


@dataclass(frozen=True)
class Example:
    """Question and context tokens apart.

    question: (q,) and context: (c,) int32 token ids without special tokens.
    spans: (first, last) of every answer, both included, as indices of the context's tokens, in order of place; none
    where there is no answer, several where the question asks for a list.
    judged: "no answer" takes part in the loss.
    """

    id: str
    question: np.ndarray
    context: np.ndarray
    spans: tuple[tuple[int, int], ...]
    judged: bool = True


def encode(tokenizer: Tokenizer, rows: list[dict[str, Any]], batch: int = 2000) -> list[Example]:
    """Tokenises rows; a row with an answer that does not fall on its context's tokens is dropped. Of the answers of a
    row that is no list, which are variants of each other, the first is taken."""
    examples = []
    for at in range(0, len(rows), batch):
        part = rows[at : at + batch]
        contexts = tokenizer.encode_batch([row["context"] for row in part], add_special_tokens=False)
        questions = [shorten(tokenizer, row["question"], MAX_QUESTION) for row in part]
        asked = tokenizer.encode_batch(questions, add_special_tokens=False)
        for row, context, question in zip(part, contexts, asked, strict=True):
            spans = set()
            for answer in row["answers"] if row["multi"] else row["answers"][:1]:
                stop = answer["start"] + len(answer["text"])
                spans.add(tokens_of(context.offsets, answer["start"], stop) or (-1, -1))
            if (-1, -1) not in spans:
                ids = np.array(question.ids, np.int32), np.array(context.ids, np.int32)
                examples.append(Example(row["id"], *ids, tuple(sorted(spans)), row.get("judged", True)))
    return examples


def tokens_of(offsets: Sequence[tuple[int, int]], start: int, stop: int) -> tuple[int, int] | None:
    """First and last of the tokens that `start` to `stop` touches; None where it touches none."""
    first = next((n for n, (_, b) in enumerate(offsets) if b > start), len(offsets))
    last = next((n for n in range(len(offsets) - 1, -1, -1) if offsets[n][0] < stop), -1)
    return (first, last) if first <= last else None


def crop(example: Example, room: int, rng: random.Random) -> tuple[np.ndarray, tuple[tuple[int, int], ...]]:
    """At most `room` tokens of the context, at random around the first answer; where there is none, around the place
    that shares most tokens with the question, so that what is left is still a near miss. Returns (ids, spans): of a
    list those that lie inside as a whole, of one answer its beginning where it is longer than the room.
    """
    size = len(example.context)
    if size <= room:
        return example.context, example.spans
    if not example.spans:
        shared = np.concatenate([[0], np.cumsum(np.isin(example.context, np.unique(example.question)))])
        starts = [rng.randrange(size - room + 1) for _ in range(4)]
        begin = max(starts, key=lambda n: shared[n + room] - shared[n])
    else:
        first, last = example.spans[0][0], min(example.spans[0][1], example.spans[0][0] + room - 1)
        begin = rng.randint(max(0, last - room + 1), min(first, size - room))
    whole = [(a - begin, b - begin) for a, b in example.spans if begin <= a and b < begin + room]
    cut = [(a - begin, room - 1) for a, b in example.spans[:1] if b >= begin + room]
    return example.context[begin : begin + room], tuple(whole or cut)

"""Which examples a training step sees, and how they stand in its arrays. Used by `qa.reader.train` alone.

All of it is a pure function of the settings and the seed: a run that was stopped goes on as it would have gone on.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from qa.reader.examples import Example, crop, encode
from qa.reader.heads import BEGIN, INSIDE, OUTSIDE
from qa.reader.misread import read_misread
from qa.reader.mix import traces_of, training_rows
from qa.reader.retrieved import read_retrieved

CLS, SEP, PAD, MASK = 101, 102, 0, 103  # of BERT's uncased vocabulary, which the base model uses
IGNORED = -100  # by PyTorch's cross entropy


class Passes:
    """The examples of each pass over the data, made when asked for; pass n is drawn from the seed and n."""

    def __init__(self, args: argparse.Namespace, tokenizer: Any) -> None:
        self.args, self.tokenizer, self.kept = args, tokenizer, {}  # type: ignore[var-annotated]
        self.near = read_retrieved(args.retrieved) if args.retrieved else {}
        self.misread = read_misread(args.misread) if args.misread else {}

    def __getitem__(self, n: int) -> list[Example]:
        if n not in self.kept:
            held_out = traces_of(self.args.data / "eval")
            seed = self.args.seed * 1000 + n
            of = self.near, self.args.events, self.args.share, self.misread
            rows = training_rows(self.args.data / "train", held_out, seed, *of)
            self.kept[n] = encode(self.tokenizer, list(rows))
        return self.kept[n]  # type: ignore[no-any-return]


def make_plan(passes: Passes | Sequence[list[Example]], args: argparse.Namespace) -> list[tuple[int, list[int], int]]:
    """(pass, indices, padded length) of every step: examples of like length together, the order drawn from the seed."""
    plan: list[tuple[int, list[int], int]] = []
    spent, at = 0, 0
    while spent < args.tokens:
        rng, examples = random.Random(args.seed * 10 + at), passes[at]
        order = list(range(len(examples)))
        rng.shuffle(order)
        batches = []
        for begin in range(0, len(order), 4096):
            pool = sorted(order[begin : begin + 4096], key=lambda n: padded(examples[n], args.length))
            while pool:
                length = padded(examples[pool[-1]], args.length)
                size = args.batch // length
                if len(pool) >= size:
                    batches.append((at, pool[-size:], length))
                del pool[-size:]
        rng.shuffle(batches)
        for batch in batches:
            if spent < args.tokens:
                spent += len(batch[1]) * batch[2]
                plan.append(batch)
        at += 1
    return plan


def padded(example: Example, limit: int) -> int:
    return min(limit, -(-(len(example.question) + len(example.context) + 3) // 32) * 32)


def collate(batch: list[Example], length: int, seed: int, masked: float = 0.0) -> tuple[np.ndarray, ...]:
    """ids, types, mask (b, n); first and last (b, 2), IGNORED for a list; where an answer may stand (b, n): on the
    context, and at position 0, where unanswerable examples point, unless "no answer" is not judged; tags (b, n),
    IGNORED off the context. masked: share of the context's word pieces that are hidden, of the question's half as
    many; answers stay."""
    rng = random.Random(seed)
    ids, types = np.full((len(batch), length), PAD, np.int64), np.zeros((len(batch), length), np.int64)
    span, possible = np.zeros((len(batch), 2), np.int64), np.zeros((len(batch), length), bool)
    tags = np.full((len(batch), length), IGNORED, np.int64)
    for n, example in enumerate(batch):
        question = example.question[: length // 2]
        context, spans = crop(example, length - len(question) - 3, rng)
        head = len(question) + 2
        row = [CLS, *question, SEP, *context, SEP]
        ids[n, : len(row)] = row
        types[n, head : len(row)] = 1
        possible[n, head : len(row) - 1] = True
        possible[n, 0] = example.judged
        tags[n, head : len(row) - 1] = OUTSIDE
        hide(ids[n], head, len(row) - 1, spans, masked, rng.getrandbits(32))
        for first, last in spans:
            tags[n, first + head], tags[n, first + head + 1 : last + head + 1] = BEGIN, INSIDE
            span[n] = (first + head, last + head) if len(spans) == 1 else IGNORED
    return ids, types, (ids != PAD).astype(np.int64), span, possible, tags


def hide(ids: np.ndarray, head: int, stop: int, spans: Iterable[tuple[int, int]], share: float, seed: int) -> None:
    """Puts the mask token over word pieces drawn at random: a cheap stand-in for dropout, against learning rows by
    heart."""
    draws = np.random.default_rng(seed).random(stop)
    hidden = draws < np.where(np.arange(stop) < head, share / 2, share)
    hidden[0] = hidden[head - 1] = False
    for first, last in spans:
        hidden[first + head : last + head + 1] = False
    ids[:stop][hidden] = MASK

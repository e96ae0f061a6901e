"""The rows of a pool as a model's input, put together on the device that holds the pool. Used by `qa.reader.train_gpu`.

What `qa.reader.batches` does for a few thousand tokens at a time, for millions: an accelerator must not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from qa.reader.batches import CLS, MASK, PAD, SEP
from qa.reader.pool import Pool

SWAPPED_LEAST = 40  # tokens of a text that may stand in for a row's own


@dataclass(frozen=True)
class Batch:
    """ids, types, mask: (b, n) as the model takes them; plain: ids with nothing hidden; possible: (b, n) bool, where
    an answer may stand (position 0 for none); aim: (2, b, n), the share of each token in being the right start, end;
    sure: (b,) bool, whether `aim` is known; where it is not, a teacher must tell."""

    ids: Any
    types: Any
    mask: Any
    plain: Any
    possible: Any
    aim: Any
    sure: Any


class Feed:
    """Batches of a pool's training rows. told: share of the tokens that is about events; limit: tokens in a row."""

    def __init__(self, pool: Pool, device: str, told: float, limit: int, masked: float) -> None:
        import torch

        self.torch, self.pool, self.device, self.limit, self.masked = torch, pool, device, limit, masked
        texts = np.concatenate([pool.tokens.astype(np.int32), np.array([CLS, SEP, PAD], np.int32)])
        self.tokens = torch.from_numpy(texts).to(device)
        self.stop = pool.ends.astype(np.int64)
        self.start = np.concatenate([[0], self.stop[:-1]])
        self.size = self.stop - self.start
        self.rows = pool.rows(-1)
        room = np.minimum(limit, self.size[pool.question] + self.size[pool.context] + 3)
        weight = pool.times[self.rows].astype(np.float64)
        about = pool.told[self.rows]
        for kind, share in ((True, told), (False, 1 - told)):
            chosen = about == kind
            weight[chosen] *= share / max(1e-9, float((weight * room[self.rows])[chosen].sum()))
        self.weight = weight / weight.sum()
        fits = np.flatnonzero((self.size[pool.context] >= SWAPPED_LEAST) & (pool.group >= 0))
        order = fits[np.argsort(pool.group[fits], kind="stable")]
        self.others = pool.context[order]  # texts of one group side by side
        groups = np.arange(int(pool.group.max(initial=0)) + 1)
        self.near = np.searchsorted(pool.group[order], np.stack([groups, groups + 1]))

    def batches(self, tokens: int, seed: int, swapped: float = 0.0, pool: int = 16384) -> Iterator[Batch]:
        """Without end, about `tokens` tokens each, rows of like length together; swapped: share of the rows that come
        with another text of their document or event, of which only a teacher knows whether it answers."""
        rng = np.random.default_rng(seed)
        while True:
            rows = rng.choice(self.rows, pool, p=self.weight)
            context, sure = self.pool.context[rows].copy(), np.ones(pool, bool)
            begin, end = self.near[:, np.maximum(self.pool.group[rows], 0)]
            swap = (rng.random(pool) < swapped) & (end > begin)
            context[swap] = self.others[rng.integers(begin[swap], end[swap])]
            sure[swap] = context[swap] == self.pool.context[rows[swap]]
            length = np.minimum(self.limit, self.size[self.pool.question[rows]] + self.size[context] + 3)
            order, made = np.argsort(length, kind="stable"), []
            while len(order):
                width = int(min(self.limit, -(-length[order[-1]] // 32) * 32))
                count = max(1, tokens // width)
                made.append((order[-count:], width))
                order = order[:-count]
            for n in rng.permutation(len(made)):
                part, width = made[n]
                yield self._batch(rows[part], context[part], sure[part], width, rng)

    def _cut(self, rows: np.ndarray, text: np.ndarray, room: np.ndarray, rng: Any) -> tuple[np.ndarray, np.ndarray]:
        """Where to begin in each text that is longer than its room, at random with the first answer inside; and the
        answers, counted from there."""
        spans = self.pool.spans[rows].astype(np.int64)
        first, last, over = np.maximum(spans[:, 0, 0], 0), np.maximum(spans[:, 0, 1], 0), self.size[text] - room
        free = (rng.random(len(rows)) * (over + 1)).astype(np.int64)
        low, high = np.maximum(0, last - room + 1), np.minimum(first, over)
        around = low + (rng.random(len(rows)) * np.maximum(1, high - low + 1)).astype(np.int64)
        begin = np.where(spans[:, 0, 0] >= 0, np.minimum(around, first), free)
        return begin, spans - begin[:, None, None] * (spans >= 0)

    def _batch(self, rows: np.ndarray, text: np.ndarray, known: np.ndarray, width: int, rng: Any) -> Batch:
        torch, asked = self.torch, self.pool.question[rows]
        question = np.minimum(self.size[asked], width // 2)
        room = np.minimum(self.size[text], width - question - 3)
        begin, answers = self._cut(rows, text, room, rng)
        answers[~known] = -1
        judged = self.pool.judged[rows] | ~known

        def there(values: np.ndarray) -> Any:
            return torch.from_numpy(values).to(self.device)

        q, c, judged, sure = there(question)[:, None], there(room)[:, None], there(judged)[:, None], there(known)
        start, text_start, spans = (
            there(self.start[asked])[:, None],
            there(self.start[text] + begin)[:, None],
            there(answers),
        )
        j = torch.arange(width, device=self.device)[None]
        head = q + 2
        inside = (j >= head) & (j < head + c)
        special = len(self.tokens) - 3 + torch.where(j == 0, 0, torch.where((j == q + 1) | (j == head + c), 1, 2))
        place = torch.where(inside, text_start + j - head, torch.where((j > 0) & (j <= q), start + j - 1, special))
        plain = self.tokens[place].long()
        held = (spans[..., 0] >= 0) & (spans[..., 0] < c)  # a list may lose some of its answers to the cut
        ends = torch.where(held[..., None], torch.minimum(spans, c[..., None] - 1) + head[..., None], 0)
        answer = (held[..., None] & (j[:, None] >= ends[..., :1]) & (j[:, None] <= ends[..., 1:])).any(1)
        draw = torch.rand(len(rows), width, device=self.device)
        hide = (draw < self.masked) & inside & ~answer | (draw < self.masked / 2) & (j > 0) & (j <= q)
        share = torch.where(held.any(1, keepdim=True), held / held.sum(1, keepdim=True).clamp(min=1), 0.0)
        share[:, 0] += ~held.any(1)  # none: position 0
        aim = torch.zeros(2, *plain.shape, device=self.device)
        for side in (0, 1):
            aim[side].scatter_add_(1, ends[..., side], share)
        possible = inside | ((j == 0) & (judged | ~held.any(1, keepdim=True)))
        mask = (j < head + c + 1).long()
        types = ((j >= head) & (mask == 1)).long()
        return Batch(torch.where(hide, MASK, plain), types, mask, plain, possible, aim, sure)

"""Windows -> logits -> what is made of them. A model that runs on threads cuts, computes and searches a passage in one
thread, and passages side by side; a model that wants batches gets windows of like length together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from itertools import chain
from typing import Protocol, TypeVar

import numpy as np

from qa.reader.windows import Piece, Window

_T = TypeVar("_T")
_BATCH_TOKENS = 2048


class Forward(Protocol):
    def __call__(self, pieces: Sequence[Piece], then: Callable[[Window, np.ndarray], _T]) -> Iterable[_T]:
        """then(window, logits) of every window of all pieces, in order. logits: (n, w) float of the n tokens of the
        window; w is 2, start and end, or that of all of `qa.reader.heads`. `then` may be called in any thread."""
        ...


def side_by_side(compute: Callable[[Window], np.ndarray], pool: Executor) -> Forward:
    """compute: (n, w) logits of one window."""

    def forward(pieces: Sequence[Piece], then: Callable[[Window, np.ndarray], _T]) -> Iterator[_T]:
        done = pool.map(lambda piece: [then(window, compute(window)) for window in piece()], pieces)
        return chain.from_iterable(done)

    return forward


def in_batches(compute: Callable[[list[Window]], Iterable[np.ndarray]]) -> Forward:
    """compute: (n, w) logits of each window, or more rows than those of its own."""

    def forward(pieces: Sequence[Piece], then: Callable[[Window, np.ndarray], _T]) -> list[_T]:
        windows = [window for piece in pieces for window in piece()]
        order = sorted(range(len(windows)), key=lambda n: len(windows[n]))
        results: dict[int, np.ndarray] = {}
        while order:
            batch = [order.pop()]  # the longest decides how many fit
            size = max(1, _BATCH_TOKENS // len(windows[batch[0]]))
            while order and len(batch) < size:
                batch.append(order.pop())
            results |= zip(batch, compute([windows[n] for n in batch]), strict=True)
        return [then(window, results[n][: len(window)]) for n, window in enumerate(windows)]

    return forward

"""Start and end scores -> spans. Pure NumPy: knows no model, no tokenizer and no text.

The score of a span is `start[i] + end[j] - null`, where null is `start[0] + end[0]`, the model's vote for "no answer"
in the same window. Under the model's own softmax this is the log-odds of the span against "no answer", so scores of
different windows, passages and questions are on one scale: above 0 the model prefers the span.
(SQuAD 2.0's null score, Devlin et al. 2018, with the comparison across passages of Clark and Gardner 2018.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MAX_TOKENS = 40


@dataclass(frozen=True)
class TokenSpan:
    """Tokens `first` to `last`, both included, of one window, with the score described above.

    share: log of the span's part in the sum of exp(start + end) over all spans of the window that are allowed; near 0
    where the model sees one place only, far below where it wavers between many.
    """

    first: int
    last: int
    score: float
    share: float


def best_spans(
    start: np.ndarray, end: np.ndarray, context: np.ndarray, *, top: int = 5, max_tokens: int = MAX_TOKENS
) -> list[TokenSpan]:
    """The `top` best spans of one window, best first; ties go to the earlier, then the shorter span.

    start, end: (n,) logits. context: (n,) bool, the tokens that a span may touch.
    A span has first <= last, at most `max_tokens` tokens, and lies in the context. An empty context gives no span.
    """
    allowed = np.flatnonzero(context)
    if not len(allowed) or top < 1:
        return []
    low, high = allowed[0], allowed[-1] + 1  # a context is contiguous in every encoder's input
    s, e = start[low:high].astype(np.float64), end[low:high].astype(np.float64)
    size = high - low
    scores = s[:, None] + e[None, :]  # (size, size): [first, last]
    offset = np.arange(size)[None, :] - np.arange(size)[:, None]
    scores[(offset < 0) | (offset >= max_tokens)] = -np.inf
    flat = scores.ravel()
    count = min(top, int(np.isfinite(flat).sum()))
    if count < flat.size:
        cut = np.partition(flat, flat.size - count)[flat.size - count]
        candidates = np.flatnonzero(flat >= cut)
    else:
        candidates = np.arange(flat.size)
    order = candidates[np.lexsort((candidates, -flat[candidates]))][:count]
    null = float(start[0]) + float(end[0])
    peak = float(flat.max())
    whole = peak + float(np.log(np.exp(flat - peak).sum()))
    return [
        TokenSpan(
            int(low + index // size), int(low + index % size), float(flat[index]) - null, float(flat[index]) - whole
        )
        for index in order
        if np.isfinite(flat[index])
    ]

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
    start: np.ndarray,
    end: np.ndarray,
    context: np.ndarray,
    *,
    top: int = 5,
    max_tokens: int = MAX_TOKENS,
    words: np.ndarray | None = None,
    apart: bool = False,
) -> list[TokenSpan]:
    """The `top` best spans of one window, best first; ties go to the earlier, then the shorter span.

    start, end: (n,) logits. context: (n,) bool, the tokens that a span may touch.
    A span has first <= last, at most `max_tokens` tokens, and lies in the context. An empty context gives no span.
    words: (n,) bool; if given, a span holds at least one such token. apart: no two spans share a token.
    """
    allowed = np.flatnonzero(context)
    if not len(allowed) or top < 1:
        return []
    low, high = int(allowed[0]), int(allowed[-1]) + 1  # a context is contiguous in every encoder's input
    size = high - low
    width = min(max_tokens, size)
    first = np.arange(size)[:, None]
    last = first + np.arange(width)[None, :]
    inside = last < size
    reach = np.minimum(last, size - 1)
    table = start[low:high, None].astype(np.float64) + end[low:high].astype(np.float64)[reach]
    table[~inside] = -np.inf  # (size, width): [first, tokens - 1]
    whole = _log_sum(table)
    if words is not None:
        count = np.concatenate([[0], np.cumsum(words[low:high])])
        table[count[reach + 1] == count[first]] = -np.inf
    null = float(start[0]) + float(end[0])
    chosen = _apart(table, first, last, top) if apart else _highest(table, top)
    return [
        TokenSpan(low + row, low + row + more, float(table[row, more]) - null, float(table[row, more]) - whole)
        for row, more in (divmod(index, width) for index in chosen)
    ]


def odds(start: np.ndarray, end: np.ndarray, context: np.ndarray) -> float:
    """Log-odds of any answer in the window against none: for start and for end all that the context has together,
    against position 0, summed. Where the model sees one place only, this is the score of its best span; where it wavers
    between several, it is higher, as it should be: the doubt is where, not whether. Separates answerable questions
    better than the best span does (AUROC .789 against .771 on hand-written near misses, by an early reader).
    """
    return sum(_log_sum(side[context]) - float(side[0]) for side in (start, end)) if context.any() else -np.inf


def _log_sum(values: np.ndarray) -> float:
    values = values.astype(np.float64)
    peak = float(values.max())
    return peak + float(np.log(np.exp(values - peak).sum()))


def _highest(table: np.ndarray, top: int) -> list[int]:
    """Flat places of the `top` highest finite entries, highest first, ties in order of place."""
    flat = table.ravel()
    count = min(top, int(np.isfinite(flat).sum()))
    if not count:
        return []
    cut = np.partition(flat, flat.size - count)[flat.size - count]
    places = np.flatnonzero(flat >= cut)
    return [int(n) for n in places[np.lexsort((places, -flat[places]))][:count]]


def _apart(table: np.ndarray, first: np.ndarray, last: np.ndarray, top: int) -> list[int]:
    """Flat places of the highest entry, of the highest that shares no token with it, and so on."""
    left = table.copy()
    chosen: list[int] = []
    while len(chosen) < top:
        place = int(left.argmax())
        row, more = divmod(place, table.shape[1])
        if not np.isfinite(left[row, more]):
            break
        chosen.append(place)
        left[(first <= row + more) & (last >= row)] = -np.inf
    return chosen

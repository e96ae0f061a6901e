"""The neural reader: windows -> logits -> spans, the same for the shipped model and for any other.

A model is a function from padded batches to start and end logits. The shipped one runs in ONNX Runtime (`index.bert`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from qa.reader import Reading, Span, has_word
from qa.reader.decode import TokenSpan, best_spans, odds
from qa.reader.windows import MAX_LENGTH, Window, load_tokenizer, make_windows

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from index.bert import Precision

Forward = Callable[[list[Window]], Iterable[np.ndarray]]
"""Windows -> for each (n, 2) float logits, start and end; rows behind the window's own are ignored."""

_BATCH_TOKENS = 2048
_PAIRS = (("“", "”"), ("(", ")"), ("[", "]"), ("«", "»"), ('"', '"'))


class Extractive:
    """scale, shift: fitted: sigmoid(scale * odds + shift) is the share of questions with an answer at these odds."""

    def __init__(
        self,
        name: str,
        tokenizer: Tokenizer,
        forward: Forward,
        *,
        max_length: int = MAX_LENGTH,
        scale: float = 1.0,
        shift: float = 0.0,
    ) -> None:
        self.name = name
        self._tokenizer, self._forward, self._max_length = tokenizer, forward, max_length
        self._scale, self._shift = scale, shift

    def read(self, question: str, passages: Sequence[str], top: int = 10) -> Reading:
        windows = make_windows(self._tokenizer, question, passages, max_length=self._max_length)
        found: dict[tuple[int, int, int], TokenSpan] = {}
        best = -math.inf
        for window, logits in zip(windows, self.logits(windows), strict=True):
            text = passages[window.passage]
            words = _words(text, window)
            if words.any():
                best = max(best, odds(logits[:, 0], logits[:, 1], window.context))
            for span in best_spans(logits[:, 0], logits[:, 1], window.context, top=top, words=words, apart=True):
                start, end = tidy(text, int(window.offsets[span.first, 0]), int(window.offsets[span.last, 1]))
                key = (window.passage, start, end)
                if has_word(text[start:end]) and (key not in found or span.score > found[key].score):
                    found[key] = span
        spans = _without_overlaps(found, passages, top)
        return Reading(_sigmoid(self._scale * best + self._shift), tuple(spans), best)

    def logits(self, windows: list[Window]) -> list[np.ndarray]:
        """(n, 2) logits of each window, computed in batches of like length, given back in the order of the windows."""
        order = sorted(range(len(windows)), key=lambda n: len(windows[n]))
        results: list[np.ndarray | None] = [None] * len(windows)
        while order:
            batch = [order.pop()]  # the longest decides how many fit
            size = max(1, _BATCH_TOKENS // len(windows[batch[0]]))
            while order and len(batch) < size:
                batch.append(order.pop())
            for n, rows in zip(batch, self._forward([windows[n] for n in batch]), strict=True):
                results[n] = rows[: len(windows[n])]
        return [rows for rows in results if rows is not None]


def shipped(threads: int | None = None) -> Extractive:
    """Our own weights, from the package."""
    folder = Path(str(files("qa.reader").joinpath("weights")))
    return from_bert_folder("attest", folder, threads=threads)


def from_bert_folder(name: str, folder: Path, precision: Precision = "int8", threads: int | None = None) -> Extractive:
    """A BERT span model from config.json, model.safetensors, tokenizer.json, and (where there is one) reader.json."""
    from index.bert import THREADS, Bert

    bert = Bert(folder, head="qa_outputs", precision=precision, threads=threads or THREADS)

    def forward(windows: list[Window]) -> list[np.ndarray]:
        return bert.each([(window.ids, window.type_ids) for window in windows])

    settings = folder / "reader.json"
    fitted = json.loads(settings.read_text(encoding="utf-8")) if settings.exists() else {}
    return Extractive(
        name, load_tokenizer(folder), forward, scale=fitted.get("scale", 1.0), shift=fitted.get("shift", 0.0)
    )


def _words(text: str, window: Window) -> np.ndarray:
    """(n,) bool: the tokens of the passage that hold a letter or a digit."""
    words = window.context.copy()
    for n in np.flatnonzero(words):
        words[n] = has_word(text[window.offsets[n, 0] : window.offsets[n, 1]])
    return words


def tidy(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without half words, white space, or half a pair of quotes or brackets at its ends.

    In 'the “coalition of applicants”.' the span '“coalition of applicants' becomes 'coalition of applicants', while
    'Atlantic Council (DC' before a ')' is completed.
    """
    while 0 < start < end and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while start < end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    for opening, closing in _PAIRS:
        inside = text[start : start + 1] != opening and _lonely(text, start, end, opening, closing) > 0
        if inside and text[end : end + 1] == closing:
            end += 1
    before = None
    while before != (start, end):  # from here on the span only shrinks
        before = (start, end)
        while start < end and (text[start].isspace() or text[start] in ",;:.!?"):
            start += 1
        while start < end and (text[end - 1].isspace() or text[end - 1] in ",;:"):
            end -= 1
        for opening, closing in _PAIRS:
            open_ended = _lonely(text, start, end, opening, closing)
            if open_ended > 0 and text[start : start + 1] == opening:
                start += 1
            elif open_ended < 0 and text[end - 1 : end] == closing and start < end:
                end -= 1
    return start, end


def _lonely(text: str, start: int, end: int, opening: str, closing: str) -> int:
    """Above 0: something is opened and not closed; below 0: closed and not opened. A straight quote is its own pair,
    and counts as opening where the span begins with it."""
    if opening == closing:
        return 0 if text.count(opening, start, end) % 2 == 0 else 1 if text[start : start + 1] == opening else -1
    return text.count(opening, start, end) - text.count(closing, start, end)


def _without_overlaps(found: dict[tuple[int, int, int], TokenSpan], passages: Sequence[str], top: int) -> list[Span]:
    """Best first; a span that overlaps a better one of its passage is dropped."""
    spans: list[Span] = []
    for (passage, start, end), found_as in sorted(found.items(), key=lambda pair: (-pair[1].score, pair[0])):
        if all(s.passage != passage or s.end <= start or s.start >= end for s in spans):
            spans.append(Span(passages[passage][start:end], passage, start, end, found_as.score, found_as.share))
            if len(spans) == top:
                break
    return spans


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -500 else 0.0

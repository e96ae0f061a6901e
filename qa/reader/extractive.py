"""The neural reader: windows -> logits -> spans, the same for the shipped model and for any other.

A model is a function from windows to their logits. The shipped one runs in ONNX Runtime (`index.bert`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from qa.reader import Reading, Span, has_word
from qa.reader.alone import around
from qa.reader.decode import TokenSpan, best_spans, odds
from qa.reader.heads import ANSWER, TAGS, tagged_spans
from qa.reader.listing import MOST, listed
from qa.reader.tidy import tidy, word_tokens
from qa.reader.windows import MAX_LENGTH, Window, load_tokenizer, make_windows

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from index.bert import Precision

WEIGHTS = Path(__file__).parent / "weights"
Forward = Callable[[list[Window]], Iterable[np.ndarray]]
"""Windows -> for each (n, w) float logits; rows behind the window's own are ignored. w is 2, start and end, or that of
all of `qa.reader.heads`."""

Place = tuple[int, int, int]
"""passage, start, end"""

_BATCH_TOKENS = 2048
_HOPELESS, _FAR = -8.0, 5.0
"""A passage whose best span scores less, and so far behind the best of all, is not read again; that score stands in for
its sentence's, which it foretells (correlation .87). Two of five passages are such. Of 500 questions on validation
documents and over seeds/ none got another best passage."""


class Extractive:
    """verdict: weight of the model's own verdict on a passage, beside the odds of its spans, in all their scores.
    look: weight of the score that the sentence of a passage's best span gets by itself; 0: it is not read again.
    scale, shift: fitted: sigmoid(scale * score + shift) is the share of questions with an answer at this score.
    tagged: least probability of a token to belong to a list, for a model that has tags.
    gather: fitted weights by which a further span joins a list (`qa.reader.listing`), for a model without tags; without
    them only the best span is cut into its items.
    """

    def __init__(
        self,
        name: str,
        tokenizer: Tokenizer,
        forward: Forward,
        *,
        max_length: int = MAX_LENGTH,
        scale: float = 1.0,
        shift: float = 0.0,
        verdict: float = 0.0,
        look: float = 0.0,
        tagged: float = 0.5,
        gather: Mapping[str, float] | None = None,
    ) -> None:
        self.name = name
        self._tokenizer, self._forward, self._max_length = tokenizer, forward, max_length
        self._scale, self._shift, self._tagged = scale, shift, tagged
        self._verdict, self._look, self._gather = verdict, look, gather

    def read(self, question: str, passages: Sequence[str], top: int = 10) -> Reading:
        windows = make_windows(self._tokenizer, question, passages, max_length=self._max_length)
        found: dict[Place, TokenSpan] = {}
        best, logits_of = dict[int, float](), self.logits(windows)
        for window, logits in zip(windows, logits_of, strict=True):
            more = self._verdict * float(logits[0, ANSWER]) if self._verdict else 0.0
            text = passages[window.passage]
            words = word_tokens(text, window)
            if words.any():
                score = more + odds(logits[:, 0], logits[:, 1], window.context)
                best[window.passage] = max(score, best.get(window.passage, -math.inf))
            for span in best_spans(
                logits[:, 0], logits[:, 1], window.context, top=max(top, MOST), words=words, apart=True
            ):
                start, end = tidy(text, int(window.offsets[span.first, 0]), int(window.offsets[span.last, 1]))
                key = (window.passage, start, end)
                span = _raised(span, more)
                if has_word(text[start:end]) and (key not in found or span.score > found[key].score):
                    found[key] = span
        if self._look:
            again = self._look_again(question, passages, found)
            best = {passage: best[passage] + more for passage, more in again.items()}
            found = {key: _raised(span, again[key[0]]) for key, span in found.items()}
        spans = _without_overlaps(found, passages, top)
        score = max(best.values(), default=-math.inf)
        items: tuple[Span, ...] = ()
        if spans and all(logits.shape[1] >= TAGS.stop for logits in logits_of):
            items = self._tagged_in(windows, logits_of, passages, spans[0])
        elif spans:
            place = spans[0].passage
            beside = _without_overlaps({key: span for key, span in found.items() if key[0] == place}, passages, MOST)
            items = listed(question, passages[place], beside, self._gather)
        return Reading(_sigmoid(self._scale * score + self._shift), tuple(spans), score, items)

    def _look_again(self, question: str, passages: Sequence[str], found: Mapping[Place, TokenSpan]) -> dict[int, float]:
        """passage -> what the sentence of its best span adds to its scores when it is read by itself: where the
        paragraph only seemed to answer, the sentence often does not (compare Hu et al. 2019, "Read + Verify")."""
        chosen: dict[int, Place] = {}
        for key in sorted(found, key=lambda key: (-found[key].score, key)):
            chosen.setdefault(key[0], key)
        scores = {passage: found[key].score for passage, key in chosen.items()}
        least = min(_HOPELESS, max(scores.values(), default=0.0) - _FAR)
        near = [key for passage, key in chosen.items() if scores[passage] >= least]
        extents = [around(passages[passage], start, end) for passage, start, end in near]
        texts = [passages[key[0]][start:end] for key, (start, end) in zip(near, extents, strict=True)]
        windows = make_windows(self._tokenizer, question, texts, max_length=self._max_length)
        scores |= {passage: -math.inf for passage, *_ in near}
        for window, logits in zip(windows, self.logits(windows), strict=True):
            passage = near[window.passage][0]
            scores[passage] = max(scores[passage], odds(logits[:, 0], logits[:, 1], window.context))
        return {passage: self._look * score for passage, score in scores.items()}

    def _tagged_in(
        self, windows: Sequence[Window], logits_of: Sequence[np.ndarray], passages: Sequence[str], best: Span
    ) -> tuple[Span, ...]:
        """What the tags mark in the passage of the best span, if that is more than one thing."""
        text, items = passages[best.passage], dict[tuple[int, int], Span]()
        for window, logits in zip(windows, logits_of, strict=True):
            if window.passage != best.passage:
                continue
            for first, last, probability in tagged_spans(logits[:, TAGS], window.context, self._tagged):
                start, end = tidy(text, int(window.offsets[first, 0]), int(window.offsets[last, 1]))
                if has_word(text[start:end]) and all(end <= a or start >= b for a, b in items):
                    share = math.log(probability)
                    items[start, end] = Span(text[start:end], best.passage, start, end, best.score, share)
        return tuple(items[key] for key in sorted(items)) if len(items) > 1 else ()

    def logits(self, windows: list[Window]) -> list[np.ndarray]:
        """(n, w) logits of each window, computed in batches of like length, given back in the order of the windows."""
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
    return from_bert_folder("attest", WEIGHTS, threads=threads)


def from_bert_folder(name: str, folder: Path, precision: Precision = "int8", threads: int | None = None) -> Extractive:
    """A BERT span model from config.json, model.safetensors, tokenizer.json, and (where there is one) reader.json."""
    from index.bert import THREADS, Bert

    settings = folder / "reader.json"
    fitted = json.loads(settings.read_text(encoding="utf-8")) if settings.exists() else {}
    heads = fitted.get("heads", ["qa_outputs"])
    bert = Bert(folder, heads=heads, precision=precision, threads=threads or THREADS)

    def forward(windows: list[Window]) -> list[np.ndarray]:
        return bert.each([(window.ids, window.type_ids) for window in windows])

    numbers = {key: fitted[key] for key in ("scale", "shift", "verdict", "look", "tagged", "gather") if key in fitted}
    return Extractive(name, load_tokenizer(folder), forward, **numbers)


def _without_overlaps(found: Mapping[Place, TokenSpan], passages: Sequence[str], top: int) -> list[Span]:
    """Best first; a span that overlaps a better one of its passage is dropped."""
    spans: list[Span] = []
    for (passage, start, end), found_as in sorted(found.items(), key=lambda pair: (-pair[1].score, pair[0])):
        if all(s.passage != passage or s.end <= start or s.start >= end for s in spans):
            spans.append(Span(passages[passage][start:end], passage, start, end, found_as.score, found_as.share))
            if len(spans) == top:
                break
    return spans


def _raised(span: TokenSpan, more: float) -> TokenSpan:
    return TokenSpan(span.first, span.last, span.score + more, span.share)


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -500 else 0.0

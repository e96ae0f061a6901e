"""The neural reader: windows -> logits -> spans, the same for the shipped model and for any other.

A model is a function from windows to their logits. The shipped one runs in ONNX Runtime (`index.bert`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from qa.reader import Reading, Span, has_word
from qa.reader.alone import around
from qa.reader.decode import TokenSpan, best_spans, odds
from qa.reader.heads import ANSWER, TAGS, tagged_spans
from qa.reader.listing import MOST, listed
from qa.reader.logits import Forward, side_by_side
from qa.reader.tidy import tidy, word_tokens
from qa.reader.windows import MAX_LENGTH, Window, load_tokenizer, to_cut

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from index.bert import Precision

WEIGHTS = Path(__file__).parent / "weights"
_T = TypeVar("_T")
Place = tuple[int, int, int]
"""passage, start, end"""

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
        found: dict[Place, TokenSpan] = {}
        best, tagged = dict[int, float](), list[tuple[Window, np.ndarray]]()
        for window, logits, score, spans in self._each(question, passages, partial(self._searched, passages, top)):
            if logits.shape[1] >= TAGS.stop:
                tagged.append((window, logits))
            if score is not None:
                best[window.passage] = max(score, best.get(window.passage, -math.inf))
            for key, span in spans.items():
                if key not in found or span.score > found[key].score:
                    found[key] = span
        if self._look:
            again = self._look_again(question, passages, found)
            best = {passage: best[passage] + more for passage, more in again.items()}
            found = {key: _raised(span, again[key[0]]) for key, span in found.items()}
        chosen = _without_overlaps(found, passages, top)
        score = max(best.values(), default=-math.inf)
        items: tuple[Span, ...] = ()
        if chosen and tagged:
            items = self._tagged_in(tagged, passages, chosen[0])
        elif chosen:
            place = chosen[0].passage
            beside = _without_overlaps({key: span for key, span in found.items() if key[0] == place}, passages, MOST)
            items = listed(question, passages[place], beside, self._gather)
        return Reading(_sigmoid(self._scale * score + self._shift), tuple(chosen), score, items)

    def _searched(
        self, passages: Sequence[str], top: int, window: Window, logits: np.ndarray
    ) -> tuple[Window, np.ndarray, float | None, dict[Place, TokenSpan]]:
        """The window, its logits, the odds of any answer in it (None where it has no words), and its best spans."""
        more = self._verdict * float(logits[0, ANSWER]) if self._verdict else 0.0
        text, found = passages[window.passage], dict[Place, TokenSpan]()
        start, end, context = logits[:, 0], logits[:, 1], window.context
        words = word_tokens(text, window)
        score = more + odds(start, end, context) if words.any() else None
        for span in best_spans(start, end, context, top=max(top, MOST), words=words, apart=True):
            first, last = tidy(text, int(window.offsets[span.first, 0]), int(window.offsets[span.last, 1]))
            if has_word(text[first:last]):
                found.setdefault((window.passage, first, last), _raised(span, more))
        return window, logits, score, found

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
        scores |= {passage: -math.inf for passage, *_ in near}

        def judged(window: Window, logits: np.ndarray) -> tuple[int, float]:
            return near[window.passage][0], odds(logits[:, 0], logits[:, 1], window.context)

        for passage, score in self._each(question, texts, judged):
            scores[passage] = max(scores[passage], score)
        return {passage: self._look * score for passage, score in scores.items()}

    def _tagged_in(
        self, read: Sequence[tuple[Window, np.ndarray]], passages: Sequence[str], best: Span
    ) -> tuple[Span, ...]:
        """What the tags mark in the passage of the best span, if that is more than one thing."""
        text, items = passages[best.passage], dict[tuple[int, int], Span]()
        for window, logits in read:
            if window.passage != best.passage:
                continue
            for first, last, probability in tagged_spans(logits[:, TAGS], window.context, self._tagged):
                start, end = tidy(text, int(window.offsets[first, 0]), int(window.offsets[last, 1]))
                if has_word(text[start:end]) and all(end <= a or start >= b for a, b in items):
                    share = math.log(probability)
                    items[start, end] = Span(text[start:end], best.passage, start, end, best.score, share)
        return tuple(items[key] for key in sorted(items)) if len(items) > 1 else ()

    def _each(self, question: str, passages: Sequence[str], then: Callable[[Window, np.ndarray], _T]) -> Iterable[_T]:
        """`then` of all windows and their logits, the longest passages first: the last to end are short ones."""
        order = sorted(enumerate(passages), key=lambda numbered: -len(numbered[1]))
        return self._forward(to_cut(self._tokenizer, question, order, self._max_length), then)


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

    def compute(window: Window) -> np.ndarray:
        return bert.run((window.ids, window.type_ids))

    numbers = {key: fitted[key] for key in ("scale", "shift", "verdict", "look", "tagged", "gather") if key in fitted}
    return Extractive(name, load_tokenizer(folder), side_by_side(compute, bert.pool), **numbers)


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

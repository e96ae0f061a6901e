"""From the spans of one passage to a list of answers, where the question asks for several things.

Two steps. A further span of the passage is taken as one more answer by a logistic rule over how far it is behind the
best one and how it looks beside those taken; then every enumeration among them is cut into its items (`qa.things`).
The span head has seen many times more questions than there are lists to learn tags from (`qa.reader.heads`), so its
enumerations come out better.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from index.search.lexical import stem
from qa.enumeration import split
from qa.kinds import kind, wanted
from qa.reader import Span
from qa.separators import separates
from qa.things import things

FEATURES = ("behind", "share", "list", "missing", "beside", "alike", "asked", "longer")
MOST = 8  # spans of a passage that are weighed
GATHERED = ("list", "open")  # kinds of questions to which further spans are weighed


def listed(
    question: str, text: str, spans: Sequence[Span], rule: Mapping[str, float] | None = None
) -> tuple[Span, ...]:
    """The answers in order of place, () if they are fewer than two.

    spans: of the passage `text` alone, best first, no two of which overlap. rule: weight of each feature, and `bias`;
    a span is taken where the sum is above 0; without a rule the best span alone is cut into its items.
    """
    if not spans:
        return ()
    asked = kind(question)
    taken = [spans[0]]
    if rule and asked in GATHERED:
        for _ in range(2):  # a span beside one that was taken later gets its turn again
            for span in spans[1:MOST]:
                if not is_known(span, taken) and weigh(features(question, text, span, taken), rule) > 0:
                    taken.append(span)
    items: list[Span] = []
    for span in _joined(text, taken):
        for start, end in things(text, span.start, span.end, asked, whole=True):
            if not items or start >= items[-1].end:
                items.append(replace(span, text=text[start:end], start=start, end=end))
    return tuple(items) if len(items) > 1 else ()


def weigh(values: Sequence[float], rule: Mapping[str, float]) -> float:
    return rule["bias"] + sum(rule[name] * value for name, value in zip(FEATURES, values, strict=True))


def features(question: str, text: str, span: Span, taken: Sequence[Span]) -> tuple[float, ...]:
    """What tells whether `span` is one more answer beside those taken, the best of which is the first:

    behind: its score behind the best one's. share: the best one's. list: the wording asks for several.
    missing: 1 where fewer are taken than the question counts, -1 where enough are. beside: it stands beside one that
    is taken, with only a separator between. alike: both are names, numbers, or other words. asked: share of its words
    that the question holds. longer: log of its length against theirs, without sign.
    """
    best, count = taken[0], wanted(question)
    found = sum(len(split(text, t.start, t.end)) for t in taken) if count else 0
    asked = {stem(word) for word in re.findall(r"\w+", question.lower())}
    words = [stem(word) for word in re.findall(r"\w+", span.text.lower())]
    mean = float(np.mean([len(t.text) for t in taken]))
    return (
        best.score - span.score,
        best.share,
        float(kind(question) == "list"),
        0.0 if count is None else 1.0 if count > found else -1.0,
        float(any(_beside(text, span, other) or _beside(text, other, span) for other in taken)),
        float(_form(span.text) == _form(best.text)),
        sum(word in asked for word in words) / max(1, len(words)),
        abs(math.log((len(span.text) + 4) / (mean + 4))),
    )


def is_known(span: Span, taken: Sequence[Span]) -> bool:
    """Whether it says nothing new: it is taken, or its words are all in one that is, or the other way round."""
    words, others = _words(span.text), map(_words, (other.text for other in taken))
    return any(words <= other or other <= words for other in others)


def _joined(text: str, taken: Sequence[Span]) -> list[Span]:
    """In order of place, neighbours in an enumeration as one span, since its end tells where to cut it."""
    found: list[Span] = []
    for span in sorted(taken, key=lambda s: s.start):
        if found and _beside(text, found[-1], span):
            before = found.pop()
            best = max(before, span, key=lambda s: s.score)
            span = replace(best, text=text[before.start : span.end], start=before.start, end=span.end)
        found.append(span)
    return found


def _beside(text: str, span: Span, after: Span) -> bool:
    return span.end <= after.start and separates(text, span.end, after.start)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower())) - {"the", "a", "an"}


def _form(text: str) -> str:
    last = text.split()[-1] if text.split() else ""
    return "number" if re.match(r"\W?\d", text) else "name" if last[:1].isupper() else "words"

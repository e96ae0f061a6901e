"""From the spans of one passage to a list of answers, where the question asks for several things.

Two steps. A further span of the passage is taken as one more answer by a logistic rule over how far it is behind the
best one and how it looks beside those taken; then every enumeration among them is cut into its items. The span head
has seen many times more questions than there are lists to learn tags from (`qa.reader.heads`), so its enumerations
come out better.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from index.search.lexical import stem
from qa.reader import Span
from qa.reader.asked import how_many, one_name, several, where, whole
from qa.reader.enumerations import MARK, items_of

FEATURES = ("behind", "share", "asks", "missing", "beside", "alike", "asked", "longer")
MOST = 8  # spans of a passage that are weighed
_NEAR = 15  # code points between neighbours of an enumeration
_GAP = re.compile(rf"(?:{MARK.pattern})(?:the\s|an?\s)?", re.IGNORECASE)


def listed(
    question: str, text: str, spans: Sequence[Span], rule: Mapping[str, float] | None = None
) -> tuple[Span, ...]:
    """The answers in order of place, () if they are fewer than two.

    spans: of the passage `text` alone, best first, no two of which overlap. rule: weight of each feature, and `bias`;
    a span is taken where the sum is above 0; without a rule the best span alone is cut into its items.
    """
    if not spans or whole(question):
        return ()
    taken = [spans[0]]
    if rule:
        for _ in range(2):  # a span beside one that was taken later gets its turn again
            for span in spans[1:MOST]:
                if not is_known(span, taken) and weigh(features(question, text, span, taken), rule) > 0:
                    taken.append(span)
    items = [item for span in sorted(taken, key=lambda s: s.start) for item in _items(question, span)]
    return tuple(items) if len(items) > 1 else ()


def weigh(values: Sequence[float], rule: Mapping[str, float]) -> float:
    return rule["bias"] + sum(rule[name] * value for name, value in zip(FEATURES, values, strict=True))


def features(question: str, text: str, span: Span, taken: Sequence[Span]) -> tuple[float, ...]:
    """What tells whether `span` is one more answer beside those taken, the best of which is the first:

    behind: its score behind the best one's. share: the best one's. asks: the wording asks for several.
    missing: 1 where fewer are taken than the question counts, -1 where enough are. beside: it stands beside one that
    is taken, with only a mark between. alike: its last word begins like the best one's. asked: share of its words that
    the question holds. longer: log of its length against theirs, without sign.
    """
    best, count = taken[0], how_many(question)
    found = sum(max(1, len(items_of(t.text))) for t in taken)
    asked = {stem(word) for word in re.findall(r"\w+", question.lower())}
    words = [stem(word) for word in re.findall(r"\w+", span.text.lower())]
    mean = float(np.mean([len(t.text) for t in taken]))
    return (
        best.score - span.score,
        best.share,
        float(several(question)),
        0.0 if count is None else 1.0 if count > found else -1.0,
        float(any(_beside(text, span, other) for other in taken)),
        float(_kind(span.text) == _kind(best.text)),
        sum(word in asked for word in words) / max(1, len(words)),
        abs(math.log((len(span.text) + 4) / (mean + 4))),
    )


def _items(question: str, span: Span) -> list[Span]:
    extents = items_of(span.text)
    if len(extents) < 3 and one_name(question):
        extents = ()
    if not extents and not where(question):
        extents = _two_names(span.text)
    cut = extents or ((0, len(span.text)),)
    return [replace(span, text=span.text[a:b], start=span.start + a, end=span.start + b) for a, b in cut]


def _two_names(text: str) -> tuple[tuple[int, int], ...]:
    """Two names with only a comma between, the end of whose enumeration was not quoted: "Ann Lee, Bo Ray"."""
    first, comma, second = text.partition(", ")
    if comma and _is_full_name(first) and _is_full_name(second):
        return (0, len(first)), (len(first) + len(comma), len(text))
    return ()


def _is_full_name(text: str) -> bool:
    words = text.split()
    return 1 < len(words) < 6 and words[0][0].isupper() and words[-1][0].isupper() and "," not in text


def is_known(span: Span, taken: Sequence[Span]) -> bool:
    """Whether it says nothing new: it is taken, or its words are all in one that is, or the other way round."""
    words, others = _words(span.text), map(_words, (other.text for other in taken))
    return any(words <= other or other <= words for other in others)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower())) - {"the", "a", "an"}


def _beside(text: str, span: Span, other: Span) -> bool:
    gap = text[other.end : span.start] if other.end <= span.start else text[span.end : other.start]
    return len(gap) <= _NEAR and bool(_GAP.fullmatch(gap))


def _kind(text: str) -> str:
    """A number, a name, or other words."""
    last = text.split()[-1] if text.split() else ""
    return "number" if re.match(r"\W?\d", text) else "name" if last[:1].isupper() else "words"

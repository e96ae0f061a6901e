"""The reader without a model: the sentence that shares most rare words with the question.

It is the second row of every result table, and what remains where no weights can be had. A word's weight is
log(1 + passages / passages that hold it); the score of a sentence is the share of the question's weight that it covers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from index.search.lexical import content_words, stem
from index.sentences import sentences
from qa.reader import Reading, Span, has_word


class Overlap:
    name = "overlap"

    def read(self, question: str, passages: Sequence[str], top: int = 10) -> Reading:
        asked = {stem(word) for word in content_words(question)}
        holds = [{stem(word) for word in re.findall(r"\w+", passage.lower())} for passage in passages]
        weight = {
            word: math.log(1 + len(passages) / sum(word in words for words in holds))
            for word in asked
            if any(word in words for words in holds)
        }
        whole = sum(weight.values()) + math.log(1 + len(passages)) * (len(asked) - len(weight))
        spans = []
        for number, passage in enumerate(passages):
            for start, end in sentences(passage):
                words = {stem(word) for word in re.findall(r"\w+", passage[start:end].lower())}
                score = sum(weight.get(word, 0.0) for word in words) / whole if whole else 0.0
                if has_word(passage[start:end]):
                    spans.append(Span(passage[start:end], number, start, end, score))
        spans.sort(key=lambda span: (-span.score, span.passage, span.start))
        best = spans[0].score if spans else 0.0
        return Reading(min(1.0, best), tuple(spans[:top]), best)

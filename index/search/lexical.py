"""BM25 (Robertson and Zaragoza 2009) over the postings in SQLite, with the constants of SQLite's own bm25().

Each passage that holds a term of the question is scored: k1 1.2, b 0.75, and the inverse document frequency
log((N - n + 0.5) / (n + 0.5)), at least 1e-6. The scores are exact sums in double precision over terms from the rarest
on, so that passages which are equal to BM25 have equal scores.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import cached_property, lru_cache

import numpy as np

from index.search import Hit
from index.search.kin import kin
from index.search.postings import BLOCK, lengths, merged
from index.search.terms import terms
from index.statements import Statements

K1, B, LEAST = 1.2, 0.75, 1e-6
_MOST_TERMS = 64
# Asked in almost every question, told in almost every passage: they cost time and rank nothing.
STOP = frozenset(
    "a an and are as at be been but by can could did do does for from had has have he her him his how i in into is it "
    "its me more my of on or our she should so than that the their them then there these they this those to us was we "
    "were s t what when where which who whom whose why will with would you your".split()
)

Asked = tuple[tuple[str, ...], ...]
"""Groups of terms; those of a group count as one."""


class Lexical:
    """db: a connection to a database with the tables of `index.search.postings`, which do not change any more. alike:
    term -> those that are looked for together with it, and count as one."""

    def __init__(self, db: Statements, alike: Callable[[str], tuple[str, ...]] = kin) -> None:
        self._db, self._alike = db, alike
        self._last: tuple[Asked, np.ndarray] | None = None

    @cached_property
    def _norms(self) -> tuple[np.ndarray, int]:
        """(rows,) float64: k1 (1 - b + b length / mean length); and how many passages there are."""
        terms_of = lengths(self._db)
        held = terms_of[terms_of >= 0]
        mean = held.mean() if held.any() else 1.0
        return K1 * (1 - B + B * terms_of / mean), len(held)

    def search(self, question: str, top: int, allowed: np.ndarray | None = None) -> list[Hit]:
        asked = self.terms(question)
        if not asked or top < 1 or (allowed is not None and not len(allowed)):
            return []
        scores = self.scores(asked)
        if allowed is None:
            return best(scores, top)
        if not (np.diff(allowed) > 0).all():
            allowed = np.unique(allowed)
        return [Hit(int(allowed[hit.row]), hit.score) for hit in best(scores[allowed], top)]

    def terms(self, question: str) -> Asked:
        """What is looked for, each group of terms once."""
        found = (self._alike(term) for word in content_words(question) for term in terms(word))
        return tuple(dict.fromkeys(found))[:_MOST_TERMS]

    def scores(self, asked: Asked) -> np.ndarray:
        """(rows, and some beyond) float64, of every row; not to be changed. Kept until others are asked for, since
        `index.search.whole` asks again."""
        last = self._last
        if last is None or last[0] != asked:
            self._last = last = asked, self._scores(asked)
        return last[1]

    def _scores(self, asked: Asked) -> np.ndarray:
        norms, count = self._norms
        scores = np.zeros(len(norms))
        each = (merged(self._db, alike) for alike in asked)
        found = [(sum(len(counts) for _, _, counts in lines), lines) for lines in each]
        for n, lines in sorted(found, key=lambda pair: pair[0]):
            weight = (K1 + 1) * inverse_frequency(count, n)
            for block, places, counts in lines:
                here = slice(block * BLOCK, (block + 1) * BLOCK)
                often = counts.astype(float)
                scores[here][places] += weight * often / (often + norms[here][places])
        return scores


def inverse_frequency(count: int, n: int) -> float:
    """Of a term that n of `count` texts hold."""
    return max(LEAST, math.log((count - n + 0.5) / (n + 0.5)))


def best(scores: np.ndarray, top: int, width: int = 256) -> list[Hit]:
    """The highest scores above 0, ties to the lower row. The top-th highest of the maxima of stretches is a bound that
    no score of the best is below: it leaves few to sort."""
    bound = 0.0
    if len(scores) > top * width:
        whole = len(scores) // width * width
        highest = scores[:whole].reshape(-1, width).max(1)
        bound = float(np.partition(highest, -top)[-top])
    rows = np.flatnonzero(scores >= bound if bound > 0 else scores > 0)
    rows = rows[np.lexsort((rows, -scores[rows]))][:top]
    return [Hit(row, score) for row, score in zip(rows.tolist(), scores[rows].tolist(), strict=True)]


def content_words(question: str) -> list[str]:
    """The question's words in lower case, each once, without stop words unless it has no others."""
    words = list(dict.fromkeys(re.findall(r"\w+", question.lower())))
    return [word for word in words if word not in STOP] or words


def stem(word: str) -> str:
    """Enough to let "letters" meet "letter" and "opposed" meet "oppose"."""
    return _known(word) if len(word) <= 32 else _stemmed(word)


@lru_cache(maxsize=1024)  # a question asks for its passages' stems more than once, and the next one for some of them
def stems(text: str) -> frozenset[str]:
    """Of all words of a text."""
    return frozenset(map(stem, re.findall(r"\w+", text.lower())))


def _stemmed(word: str) -> str:
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


_known = lru_cache(maxsize=65536)(_stemmed)

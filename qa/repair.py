"""A question's misspelt words -> words of the library: "Zelenskiy" -> "Zelensky", "dokers" -> "dockers".

A word is repaired only where no passage holds it and the reader's own vocabulary does not know it as a word; so what is
ordinary English stays as it is, even in a library of five articles. A name is repaired to a name only. Distance:
Damerau's (1964) of neighbours swapped, with half a step for letters that sound alike and for doubled ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.passages import word_piece_tokenizer
from index.vocabulary import Vocabulary, stems

Repair = tuple[str, str]
"""as typed, as read"""

_WORD = re.compile(r"[^\W\d_]{4,40}")
_ALIKE = frozenset("ck kc sz zs cs sc iy yi vw wv gj jg ae ea dt td bp pb ie ei ou uo fv vf".split())
_FIRST = {"c": "k", "k": "c", "s": "z", "z": "s", "v": "w", "w": "v", "i": "y", "y": "i", "g": "j", "j": "g", "f": "p"}
_ASKING = "which what when where who whom whose why how many much does about their there would could should".split()
_MOST = 6  # words of one question that are looked up


def repair(question: str, vocabulary: Vocabulary) -> tuple[str, tuple[Repair, ...]]:
    """The question as it is to be read, and what was changed in it."""
    typed = list(_WORD.finditer(question))
    strange = [
        (match, stem)
        for match, stem in zip(typed, stems([match.group() for match in typed]), strict=True)
        if len(stem) > 2 and not vocabulary.known(stem) and not _ordinary(match.group())
    ]
    repairs, text = list[Repair](), question
    for match, stem in reversed(strange[:_MOST]):
        asking = next((word for word in _ASKING if distance(match.group().lower(), word, 1.0) <= 1.0), None)
        near = None if asking else nearest(stem, vocabulary)
        spelt = asking or (vocabulary.spelt(near) if near else None)
        name = match.group()[0].isupper() and match.start() > 0
        if spelt and not (name and not asking and (len(stem) < 5 or not spelt[0].isupper())):
            repairs.append((match.group(), spelt))
            text = text[: match.start()] + spelt + text[match.end() :]
    return text, tuple(repairs[::-1])


def nearest(stem: str, vocabulary: Vocabulary) -> str | None:
    """The stem of the library that is so near that the other is likely a slip, or None. Ties go to the one that stands
    in more passages."""
    most, letters = 1.0 if len(stem) < 6 else 1.5, set(stem)
    best: tuple[float, int, str] | None = None
    for prefixes in _prefixes(stem):
        for prefix in prefixes:
            for other, passages in vocabulary.starting(prefix):
                like = abs(len(other) - len(stem)) <= 2 and len(letters.symmetric_difference(other)) <= 4
                if like and len(other) > 2 and other.isalpha():
                    steps = distance(stem, other, most)
                    if steps <= most and (best is None or (steps, -passages, other) < best):
                        best = steps, -passages, other
        if best:
            return best[2]
    return None


def _prefixes(stem: str) -> Iterator[list[str]]:
    """Where to look: first where the first two letters are right, then where one of them is wrong."""
    yield [stem[:2]]
    swapped = [stem[1] + stem[0], *([_FIRST[stem[0]] + stem[1]] if stem[0] in _FIRST else [])]
    yield [*swapped, *(stem[0] + letter for letter in "aeiouhlrwy" if letter != stem[1])]


def distance(one: str, other: str, most: float) -> float:
    """Steps from one word to the other; anything above `most` once it is sure to be more. Quadratic in words of at most
    40 letters."""
    before: list[float] = []
    row = [float(n) for n in range(len(other) + 1)]
    for n, letter in enumerate(one, 1):
        last, row_before = row, before
        row = [float(n)]
        for m, wanted in enumerate(other, 1):
            change = 0.0 if letter == wanted else 0.5 if letter + wanted in _ALIKE else 1.0
            drop = 0.5 if n > 1 and one[n - 2] == letter else 1.0
            add = 0.5 if m > 1 and other[m - 2] == wanted else 1.0
            steps = min(last[m - 1] + change, last[m] + drop, row[m - 1] + add)
            if n > 1 and m > 1 and letter == other[m - 2] and one[n - 2] == wanted:
                steps = min(steps, row_before[m - 2] + 1.0)
            row.append(steps)
        before = last
        if min(row) > most and min(before) > most:
            return most + 1
    return row[-1]


def _ordinary(word: str) -> bool:
    """Whether the word-piece vocabulary holds it whole."""
    return word_piece_tokenizer().token_to_id(word.lower()) is not None

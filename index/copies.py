"""Near-copies: one text printed by several outlets, or printed again with small changes, counts as one source.

MinHash signatures of word pairs (Broder 1997) find articles that may be copies; each pair is then compared: how many of
their word pairs they share, and how much of their particulars (numbers and names), in which two reports of one template
differ. What is a copy of a copy is a copy.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np

BANDS, ROWS = 42, 3  # a pair of texts that share .4 of their word pairs is looked at with probability .94
SHARED, OF_LONGER, PARTICULARS = 0.5, 0.4, 0.75  # least shares: of word pairs, of the longer text's, of particulars
LEAST = 12  # word pairs; shorter texts are compared as a whole

_AT_ONCE = 4096  # word pairs, of which 4 MB are computed
_WORD = re.compile(r"\w+")
_PARTICULAR = re.compile(r"\d[\d.,]*\d|\d|\b[A-Z]\w+")
_RNG = np.random.default_rng(20240607)
_FACTORS = _RNG.integers(1, 2**63, BANDS * ROWS, np.uint64) * 2 + 1
_TERMS = _RNG.integers(0, 2**63, BANDS * ROWS, np.uint64)


def signature(text: str) -> np.ndarray:
    """(BANDS * ROWS,) uint32: for each of as many hash functions the least value over the text's word pairs."""
    pairs = _pairs(text)
    if not len(pairs):
        return np.full(BANDS * ROWS, zlib.crc32(text.encode()), np.uint32)
    least = np.full(BANDS * ROWS, 2**32 - 1, np.uint64)
    for begin in range(0, len(pairs), _AT_ONCE):
        part = pairs[begin : begin + _AT_ONCE, None]
        np.minimum(least, ((part * _FACTORS + _TERMS) >> np.uint64(32)).min(0), out=least)
    return least.astype(np.uint32)


def groups(signatures: np.ndarray, text: Callable[[int], str], known: Sequence[str | None] | None = None) -> np.ndarray:
    """(n,) int64: for each article the number of the first one of its group of near-copies, often itself.

    signatures: (n, BANDS * ROWS). text: number of an article -> its text. known: what an article's group was called
    before; two articles that both have one are not compared again. None for new articles, and for all of a group that
    lost one, which may have held it together.
    """
    known = known or [None] * len(signatures)
    named: dict[str, int] = {}
    first = np.array([named.setdefault(name, n) if name else n for n, name in enumerate(known)], np.int64)

    def find(n: int) -> int:
        while first[n] != n:
            first[n] = first[first[n]]
            n = int(first[n])
        return n

    compared: set[tuple[int, int]] = set()
    for one, other in _alike(signatures, np.array([name is not None for name in known], bool)):
        a, b = sorted((find(one), find(other)))
        if a == b or (one, other) in compared:
            continue
        if copies(text(one), text(other)):
            first[b] = a
        compared.add((one, other))
    return np.array([find(n) for n in range(len(first))], np.int64)


def copies(one: str, other: str) -> bool:
    """Whether one text is a near-copy of the other, perhaps a shorter one."""
    a, b = sorted((_pairs(one), _pairs(other)), key=len)
    if len(a) < LEAST:
        return _WORD.findall(one.lower()) == _WORD.findall(other.lower())
    shared = len(np.intersect1d(a, b, assume_unique=True))
    if shared < SHARED * len(a) or shared < OF_LONGER * len(b):
        return False
    names = particulars(one), particulars(other)
    return len(names[0] & names[1]) >= PARTICULARS * min(map(len, names))


def particulars(text: str) -> set[str]:
    """Its numbers, and its words with a capital."""
    return set(_PARTICULAR.findall(text))


def _pairs(text: str) -> np.ndarray:
    """The text's different pairs of neighbouring words, as sorted 64-bit numbers."""
    codes = np.array([zlib.crc32(word.encode()) for word in _WORD.findall(text.lower())], np.uint64)
    return np.unique(codes[:-1] * np.uint64(0x9E3779B97F4A7C15) + codes[1:] * np.uint64(0xC2B2AE3D27D4EB4F))


def bands(signatures: np.ndarray) -> Iterator[np.ndarray]:
    """For each band (n,) uint64: what texts that agree in the whole band have in common."""
    for band in range(BANDS):
        columns = signatures[:, band * ROWS : (band + 1) * ROWS].astype(np.uint64)
        yield (columns * _FACTORS[:ROWS]).sum(1)


def _alike(signatures: np.ndarray, known: np.ndarray) -> Iterator[tuple[int, int]]:
    """Pairs of articles that agree in a whole band: each with the one before it and with the first of its run. known:
    (n,) bool, whose pairs are left out."""
    for keys in bands(signatures):
        some = np.flatnonzero(np.isin(keys, keys[~known]))
        order = some[np.argsort(keys[some], kind="stable")]
        same = np.diff(keys[order]) == 0
        place = np.arange(len(order))
        first = order[np.maximum.accumulate(np.where(np.r_[True, ~same][: len(order)], place, 0))]
        here, before = order[1:][same], order[:-1][same]
        for one in (before, first[1:][same]):
            new = ~(known[one] & known[here])
            yield from zip(one[new].tolist(), here[new].tolist(), strict=True)

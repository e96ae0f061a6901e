"""Keeps one voice from filling all the places: a long article, or one text that many outlets printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from index.search import Hit


def spread(
    hits: Sequence[Hit], owners: Mapping[int, tuple[int, int]], told: Callable[[int], set[str]], most: int
) -> list[Hit]:
    """The same hits: in their order those that add something, then, in theirs, what was passed over for them: passages
    of an article that has given `most` already, and of a near-copy that tell no number or name which the text that it
    copies has not told before (a later version with other figures is worth reading).

    owners: row -> (article, what its near-copies are known by). told: row -> the numbers and names in it; asked only
    where near-copies meet.
    """
    told = cache(told)
    given: Counter[int] = Counter()
    voices: dict[int, list[Hit]] = {}
    first, later = list[Hit](), list[Hit]()
    for hit in hits:
        article, group = owners[hit.row]
        before = voices.setdefault(group, [])
        copied = any(owners[other.row][0] != article for other in before)
        if given[article] >= most or (copied and told(hit.row) <= set().union(*(told(other.row) for other in before))):
            later.append(hit)
            continue
        given[article] += 1
        before.append(hit)
        first.append(hit)
    return first + later

"""Whose words the passages of a ranking are, and what they tell: what `index.search.diversity` asks of the tables."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from index.copies import particulars
from index.search import Hit
from index.statements import Statements

_PASSAGES = """
select p.id, t.id, coalesce(copy_of, t.id), start, "end" from passage p join text t on t.id = p.text
where p.id in (select cast(value as bigint) from json_each(?))
"""
_TEXTS = "select id, text from text where id in (select cast(value as bigint) from json_each(?))"

Owners = dict[int, tuple[int, int]]
"""row -> (text, what its near-copies are known by)"""


def voices(db: Statements, hits: Sequence[Hit]) -> tuple[Owners, Callable[[int], set[str]]]:
    """The owners of the passages, and row -> the numbers and names in it, for those whose near-copies are here too."""
    found = list(_listed(db, _PASSAGES, (hit.row for hit in hits)))
    places = {row: (text, start, end) for row, text, _, start, end in found}
    of = defaultdict[int, set[int]](set)
    for _, text, group, _, _ in found:
        of[group].add(text)
    shared = (text for members in of.values() if len(members) > 1 for text in members)
    texts: dict[int, str] = dict(_listed(db, _TEXTS, shared))

    def told(row: int) -> set[str]:
        text, start, end = places[row]
        return particulars(texts[text][start:end])

    return {row: (text, group) for row, text, group, _, _ in found}, told


def _listed(db: Statements, query: str, numbers: Iterable[int]) -> Iterable[Any]:
    return db.execute(query, (json.dumps(sorted(numbers)),))

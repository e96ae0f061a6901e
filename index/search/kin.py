"""Words that name the same: "Estonia", "Estonian" and "Estonians", "Kyiv" and "Kiev", "defence" and "defense"
(index/names.txt). A question that has one of them finds the others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache
from importlib.resources import files

from index.search.terms import terms

_WORDS = frozenset(("car", "us", "who"))  # what an abbreviation reads like, in lower case


def kin(term: str) -> tuple[str, ...]:
    """The term and those that name the same, in alphabetical order."""
    return table(terms).get(term, (term,))


def names() -> list[list[list[str]]]:
    """Of each block of the file, countries and cities, parts of people's names, British and American spellings: its
    rows, of names of one thing."""
    blocks = files("index").joinpath("names.txt").read_text(encoding="utf-8").split("\n\n")
    return [[row.split("|") for row in block.splitlines()] for block in blocks]


@cache
def table(reduced: Callable[[str], Collection[str]]) -> dict[str, tuple[str, ...]]:
    """Of the names that are one word each, reduced to a stem or a term: each with the others of the first row that has
    it, in alphabetical order."""
    found = dict[str, tuple[str, ...]]()
    for row in (row for block in names() for row in block):
        single = (reduced(name) for name in row if name.lower() not in _WORDS)
        group = tuple(sorted({term for words in single if len(words) == 1 for term in words}))
        for term in group:
            found.setdefault(term, group)
    return found

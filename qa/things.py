"""What a span lists, to a question of a kind: "rain and wind" is two things only where several are asked for."""

from __future__ import annotations

from qa.completion import complete
from qa.enumeration import split
from qa.kinds import Kind
from qa.phrases import Extent, is_name

SEVERAL = 3  # an enumeration of so many things that are not names is a list where the question leaves it open
SHORT = 6  # words of such a thing at most


def things(text: str, start: int, end: int, asked: Kind, *, whole: bool = False) -> tuple[Extent, ...]:
    """Half-open extents in order of place, none overlapping; one where the span is one thing.

    Where a list is asked for, an enumeration of which the span is a part is completed first, and every one is cut; else
    one of names, or of several short things. A yes or no is never cut. whole: names are completed also where the
    question leaves open how many there are.
    """
    if asked == "yesno":
        return ((start, end),)
    partial = asked == "list" or (whole and asked == "open" and is_name(text, start, end))
    found = split(text, *complete(text, start, end)) if partial else split(text, start, end)
    names = all(is_name(text, a, b) for a, b in found)
    short = len(found) >= SEVERAL and all(len(text[a:b].split()) <= SHORT for a, b in found)
    return found if asked == "list" or names or short else ((start, end),)

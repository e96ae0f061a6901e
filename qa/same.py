"""Whether two spans say the same, as answers to one question: one amount, one day, one name, or one phrase inside the
other. Meaning beyond that is not judged: "agreed" and "gave their consent" stay two answers.

`same` is symmetric but not transitive: "Macron" is the same as "Emmanuel Macron" and as "Brigitte Macron". So groups
are formed in a fixed order: the spans come best first, and each joins the first group with all of whose spans it is the
same, or opens one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

from qa.names import core, same_name
from qa.quantities import Quantity, quantity, same_quantity
from qa.same_days import Day, day, same_day
from qa.spelling import clean, sound

_T = TypeVar("_T")
_MOST = 600  # code points of a span that are compared; longer ones have to be equal
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_ARTICLES = frozenset(("a", "an", "the"))


def _spelled(words: str) -> frozenset[str]:
    return frozenset(map(sound, words.split()))


_JOINS = _spelled("and or nor but plus versus vs")
_DENIES = _spelled("not no never without neither none nobody nothing cannot refuse refuses refused deny denies denied")
_CHANGES = _spelled(
    "former ex deputy vice non anti acting north south east west northern southern eastern western new old pro most "
    "some few half part against"
)
_LIGHT = _spelled(
    "in at on by for from to of with as into about around near inside during after before since until is was be it "
    "that this said says city town village news agency newspaper magazine publication mr mrs ms he she they we i"
)
_GOES_ON = _spelled(
    "in at on by for from to of with as into about near inside during after before since until who which that while "
    "when because where under over against"
)


def same(one: str, other: str) -> bool:
    """Symmetric; never raises; linear in the length of the texts."""
    if max(len(one), len(other)) > _MOST:
        return bool(a := words(one)) and a == words(other)
    (a, day_a, amount_a), (b, day_b, amount_b) = _read(one), _read(other)
    if not a or not b:
        return False
    if day_a and day_b:
        return same_day(day_a, day_b)
    if amount_a and amount_b:
        return same_quantity(amount_a, amount_b)
    if day_a or day_b or amount_a or amount_b:  # "may" is not May
        return a != b and _inside(a, b)
    if a == b:
        return True
    named = same_name(one, other)
    if named is not None:
        return named
    return _inside(a, b, lone=bool(core(one) or core(other)))


@lru_cache(maxsize=256)  # one question compares its few spans again and again
def _read(text: str) -> tuple[tuple[str, ...], Day | None, Quantity | None]:
    return words(text), day(text), quantity(text)


def grouped(
    things: Sequence[_T], text: Callable[[_T], str], known: Callable[[_T, _T], bool | None] = lambda one, other: None
) -> list[list[_T]]:
    """Groups of things whose texts are the same, in the order of their first ones; those without words are left out.
    known: whether two are the same by something better than their texts, or None."""

    def alike(one: _T, other: _T) -> bool:
        better = known(one, other)
        return same(text(one), text(other)) if better is None else better

    groups: list[list[_T]] = []
    for thing in things:
        if not words(text(thing)):
            continue
        group = next((g for g in groups if all(alike(thing, member) for member in g)), None)
        if group is None:
            groups.append([thing])
        else:
            group.append(thing)
    return groups


@lru_cache(maxsize=1024)  # likewise
def words(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared: "The Ukrainian Pilots" -> ("ukraine", "pilots")."""
    found = _WORD.findall(clean(text))
    plain = [word for word in map(_canonical, found) if word]
    return tuple(word for word in plain if word not in _ARTICLES) or tuple(plain)


def _canonical(word: str) -> str:
    return sound(word.removesuffix("'s").removesuffix("'"))


def _inside(a: tuple[str, ...], b: tuple[str, ...], lone: bool = False) -> bool:
    """Whether the shorter phrase stands in the longer and means the same there: nothing is joined to it, denied, or
    counted in what is left over, and its last word stays the head. lone: it is a name, which a sentence only mentions,
    so that nothing but small words may be left over."""
    if len(a) > len(b):
        a, b = b, a
    at = next((n for n in range(len(b) - len(a) + 1) if b[n : n + len(a)] == a), None)
    if at is None:
        return False
    before, after = b[:at], b[at + len(a) :]
    left = {*before, *after}
    content = sum(word not in _LIGHT for word in a)
    if left & (_DENIES | _CHANGES) or any(word[0].isdigit() for word in left):
        return False
    if left & _JOINS and (content < 4 or {*before[-1:], *after[:1]} & _JOINS):
        return False
    if content < 2 or lone:
        return content > 0 and left <= _LIGHT
    return not after or after[0] in _GOES_ON

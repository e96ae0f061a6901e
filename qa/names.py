"""Names that mean the same: countries with adjectives and peoples (index/names.txt), romanisations of one name, and a
person with or without first name, title and office.

A capital is not its country, and a name without its north or new is another place. Names are compared as spans of
answers to one question: "Macron" is taken for the Emmanuel Macron of the other source, as a reader takes it.
"""

from __future__ import annotations

from functools import lru_cache

from qa.spelling import GOVERNMENT, clean, entity, fold, sound

_ROLES = frozenset(
    "president vice prime minister ministers premier chancellor king queen prince princess pope chief commander "
    "general colonel major captain lieutenant sergeant admiral marshal secretary director spokesman spokeswoman "
    "spokesperson leader head chairman chairwoman chair chairperson ceo cfo founder mayor governor senator "
    "congressman congresswoman representative ambassador envoy judge justice lawyer attorney prosecutor professor "
    "prof dr doctor mr mrs ms miss sir lord lady dame pm officer official officials commissioner deputy former ex "
    "foreign defence defense finance interior economy coach manager striker author writer actor actress singer "
    "analyst economist diplomat counterpart candidate staff capital city town village company agency newspaper "
    "magazine publication broadcaster publisher mp bishop archbishop cardinal father sheikh emir sultan ayatollah "
    "imam rabbi reporter journalist correspondent".split()
)
_CHANGES = frozenset(
    "north south east west northern southern eastern western new old upper lower central great greater little saint "
    "san santa los las el port mount fort lake grand bank of and or cape rio sri papua equatorial santo st".split()
)
_HEADS = frozenset(
    "ministry court bank party university council agency union house office times post star tribune journal "
    "herald parliament army navy corps guard force forces police court commission committee institute association "
    "federation foundation group company island islands city state river sea bay street square park airport "
    "hospital league club states kingdom republic nations council assembly world community organization "
    "organisation movement front".split()
)
_JOINS = frozenset("and or nor with for by from to against versus".split())
_PARTICLES = frozenset("de di da del der den van von bin ibn al el la le du dos ter af av zu bint abu".split())
_SURNAME_FIRST = frozenset("xi kim li wang moon yoon park lee zhang chen liu zhao hu wen nguyen mao deng".split())
_LEAD = frozenset("in at from of by to for near the a an inside outside on".split())


def same_name(one: str, other: str) -> bool | None:
    """Whether two names are of one thing; None if one of them is no name, which other rules have to judge."""
    a, b = core(one), core(other)
    if not a or not b:
        return None
    known = entity(" ".join(a)), entity(" ".join(b))
    if known != (None, None):
        return known[0] == known[1]
    return _same_person(a, b) or _initials(a, b) or _initials(b, a)


def core(text: str) -> tuple[str, ...]:
    """The words of the name in a span, without articles, titles and office; () if the span is not one name:
    "Ukraine's Commander-in-Chief Oleksandr Syrskyi" -> ("Oleksandr", "Syrskyi")."""
    return _core(text[:200])


@lru_cache(maxsize=256)
def _core(text: str) -> tuple[str, ...]:
    text = clean(text)
    if entity(text):
        return tuple(text.split())
    words = _without_apposition([part.split() for part in text.split(",")])
    while words and words[0].lower() in _LEAD:
        words = words[1:]
    name = _without_office(words)
    if len(name) > 1 and name[-1].lower() in GOVERNMENT and entity(" ".join(name[:-1])):
        name = name[:-1]
    named = all(word[0].isupper() or word.lower() in _PARTICLES or word == "&" for word in name)
    return tuple(name) if named and any(word[0].isupper() for word in name) else ()


def _without_apposition(parts: list[list[str]]) -> list[str]:
    """The part that names in "Thierry Burkhardt, chief of staff" and "the chief of staff, Thierry Burkhardt"; [] for
    other parts between commas."""
    if len(parts) == 2 and all(parts):
        first, second = parts
        if any(map(is_role, second)) and not first[-1][0].islower():
            return first
        return second if any(map(is_role, first)) else []
    return parts[0] if len(parts) == 1 else []


def _without_office(words: list[str]) -> list[str]:
    """What follows the last title, [] where more than one is spoken of: "Biden and President Macron"."""
    roles = [n for n, word in enumerate(words[:-1]) if is_role(word) and not _is_place(word)]
    if not roles:
        owner = len(words) > 1 and "'" in words[0] and _is_place(words[0]) and not entity(" ".join(words))
        return words[1:] if owner else words
    if _JOINS.intersection(words[: roles[-1]]):
        return []
    name = words[roles[-1] + 1 :]
    if fold(name[0]) in _HEADS:  # "the Foreign Ministry": no office, a part of the name
        return words
    if name[0].lower() == "of":
        if len(name) > 3 and entity(name[1]):  # "Prime Minister of Estonia Kaja Kallas"
            return name[2:]
        return name[1:] if words[roles[-1]].lower() in {"city", "town", "village"} else name
    return name


def _same_person(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    one, other = ([sound(word) for word in name] for name in (a, b))
    if len(one) > len(other):
        one, other, a, b = other, one, b, a
    if len(one) == len(other) or (len(one) == 2 and len(other) == 3 and len(one[0]) > 1):
        initials = len(one) > 1 and (len(one[0]) == 1 or len(other[0]) == 1) and one[0][0] == other[0][0]
        first = one[0] == other[0] or initials
        return first and one[-1] == other[-1] and (len(one) != len(other) or one[1:] == other[1:])
    more = [fold(word) for word in b[: len(b) - len(a)]]
    if one == other[len(b) - len(a) :]:
        return not (_CHANGES.intersection(more) or _HEADS.intersection(map(fold, a)) or any(map(_is_place, b)))
    return len(one) == 1 and one[0] == other[0] and fold(a[0]) in _SURNAME_FIRST


def _initials(short: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """ "WTO" and the words "World Trade Organization"."""
    letters = "".join(word[0] for word in full if word[0].isupper())
    return len(short) == 1 and len(short[0]) >= 3 and short[0].isupper() and len(full) > 2 and short[0] == letters


def is_role(word: str) -> bool:
    """Whether it is an office or a calling: "President", "prime-minister's"."""
    return any(part in _ROLES for part in fold(word).removesuffix("'s").split("-"))


def _is_place(word: str) -> bool:
    return word[:1].isupper() and entity(word) is not None

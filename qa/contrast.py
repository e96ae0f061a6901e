"""Two claims, compared: do their sentences tell of one thing, and do their answers exclude each other?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from datetime import date

from qa.asked import Asked
from qa.claims import Claim, country_in_front, days_between, measured
from qa.meanings import signed
from qa.names import core
from qa.quantities import comparable, quantities, same_quantity
from qa.same import same
from qa.same_days import agree
from qa.spelling import entity

CLOSE, CLOSE_DAYS = 1.4, 31
"""How far two accounts of one amount are apart at most, as a ratio, and of one day."""

_UPDATE = re.compile(
    r"\b(?:now|so far|rises?|rose|risen|climb(?:s|ed)?|reach(?:es|ed)?|grow[ns]?|grew|increased|revised?|updated?|"
    r"corrected|up from|down from|latest|postponed|delayed|rescheduled|moved to|brought forward|"
    r"put back|lowered|raised)\b",
    re.IGNORECASE,
)
_AGAIN = re.compile(r"\b(?:again|another|also|second|third|previous|earlier|separate|each|another)\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b")
_MONTH = re.compile(
    r"\b(?:January|February|April|May|June|July|August|September|October|November|December|[Ii]n March|March \d)\b"
)


def contrast(about: Asked, a: Claim, b: Claim) -> str | None:
    """The kind of conflict between two claims, one of `qa.conflicts.KINDS`, None if there is none."""
    kind = about.kind or _both_measured(a, b)
    if same(a.citation.quote, b.citation.quote):
        return None
    if not (_one_event(about, a, b) or _one_measured(kind, about, a, b)) or _elsewhere(kind, about, a, b):
        return None
    compare = {"number": _numbers, "date": _dates, "polarity": _polarity, "name": _names}.get(kind, _wording)
    return compare(about, a, b)


def _both_measured(a: Claim, b: Claim) -> str:
    """What both quotes are: "number of turbines" asks for no less than "how many turbines"."""
    told = measured(a.citation.quote)
    return told if told == measured(b.citation.quote) else ""


def _one_measured(kind: str, about: Asked, a: Claim, b: Claim) -> bool:
    """Whether both tell of one thing, in words that the question may lack: amounts or days so close to each other that
    chance seldom brings them together, and a common word in both sentences. Of the question's words neither sentence
    has one that the other lacks where a day is asked for: "the fire started" on one, "the fire was put out" on another.
    """
    if not a.told & b.told:
        return False
    if kind == "number" and a.amount and b.amount:
        low, high = sorted((a.amount.low, b.amount.low))
        return 0 < high <= CLOSE * low
    if kind == "date" and not (a.words.keys() ^ b.words.keys()) & about.common:
        apart = days_between(a, b)
        return apart is not None and apart <= CLOSE_DAYS
    return False


def _one_event(about: Asked, a: Claim, b: Claim) -> bool:
    """Whether both sentences tell of what the question asks: half of its words stand in each passage, a third and the
    same in both sentences."""
    if any(2 * len(about.stems & claim.about) < len(about.stems) for claim in (a, b)):
        return False
    shared = about.stems & (a.around | a.quoted.keys()) & (b.around | b.quoted.keys())
    alone = ((a.signs.keys() ^ b.signs.keys()) & about.common) - shared
    spare = len(shared) >= 3 and about.kind != "date"
    enough = len(shared) >= max(2, len(about.stems) / 3) and len(alone) <= spare
    return enough and not (about.common and not about.common & shared)


def _elsewhere(kind: str, about: Asked, a: Claim, b: Claim) -> bool:
    """Whether the two name different years, months or countries, or one tells of something as happening again."""
    for rule in () if kind == "date" else (_YEAR, _MONTH):
        told = [set(rule.findall(claim.whole)) for claim in (a, b)]
        if all(told) and not told[0] & told[1]:
            return True
    if _AGAIN.search(a.whole) or _AGAIN.search(b.whole):
        return True
    fronts = [country_in_front(claim) for claim in (a, b)]
    known = [about.stems | claim.about for claim in (b, a)]  # what the other passage and the question name
    return any(
        front and not known[n] & signed(front).keys() for n, front in enumerate(fronts) if not _quotes(front, a, b)
    )


def _quotes(name: str | None, *claims: Claim) -> bool:
    """Whether it is itself one of the answers."""
    return any(entity(" ".join(core(claim.citation.quote))) == name for claim in claims)


def _numbers(about: Asked, a: Claim, b: Claim) -> str | None:
    one, other = a.amount, b.amount
    if one is None or other is None or not comparable(one, other) or same_quantity(one, other):
        return None
    apart = one.extent[1] < other.extent[0] or other.extent[1] < one.extent[0]
    if _updates(a, b):
        return "superseded" if apart else None
    for amount, claim in ((one, b), (other, a)):
        if any(same_quantity(amount, told) for told in quantities(claim.citation.passage.text)):
            return None  # a part and its whole
        if any((amount.low, amount.high) == (told.low, told.high) for told in quantities(claim.whole)):
            return None  # perhaps of the same thing, which the sentence only names elsewhere
    return "number" if apart else None


def _dates(about: Asked, a: Claim, b: Claim) -> str | None:
    one, other = a.day, b.day
    if one is None or other is None or agree(one, other):
        return None
    if None in (one.month, other.month) and None in (one.year, other.year) and not _near(a, b):
        return None  # a weekday, of some week
    return "superseded" if _updates(a, b) else "date"


def _near(a: Claim, b: Claim) -> bool:
    """Whether both were published within ten days, so that "Monday" means the same to both."""
    one, other = a.citation.published, b.citation.published
    if one is None or other is None:
        return False
    return abs((date.fromisoformat(one) - date.fromisoformat(other)).days) <= 10


def _polarity(about: Asked, a: Claim, b: Claim) -> str | None:
    both = about.stems & a.signs.keys() & b.signs.keys()
    return (
        "polarity"
        if len(both) >= 2 and _reversed(about.common, a.signs, b.signs) and not _both_add(about, a, b)
        else None
    )


def _names(about: Asked, a: Claim, b: Claim) -> str | None:
    one, other = core(a.citation.quote), core(b.citation.quote)
    if not one or not other or (entity(" ".join(one)) is None) != (entity(" ".join(other)) is None):
        return None
    names = (signed(" ".join(one)).keys(), signed(" ".join(other)).keys())
    if names[0] & b.about or names[1] & a.about:
        return None
    frames = (a.signs.keys() - a.quoted.keys(), b.signs.keys() - b.quoted.keys())
    return "name" if 5 * len(frames[0] & frames[1]) >= 3 * min(map(len, frames)) else None


def _wording(about: Asked, a: Claim, b: Claim) -> str | None:
    both = a.quoted.keys() & b.quoted.keys()
    return "wording" if _reversed(both, a.quoted, b.quoted) and not _both_add(about, a, b) else None


def _reversed(stems: Set[str], one: Mapping[str, int], other: Mapping[str, int]) -> bool:
    """Whether one denies one of these words that the other affirms, and both deny no word at all."""
    shared = one.keys() & other.keys()
    if any(one[stem] < 0 and other[stem] < 0 for stem in shared):
        return False
    return any(one[stem] * other[stem] < 0 for stem in stems & shared)


def _both_add(about: Asked, a: Claim, b: Claim) -> bool:
    """Whether each sentence says of whom or what it speaks in words that the other lacks: "by day", "by night"."""
    more = [
        {stem for stem in claim.signs if stem not in about.stems | other.about and not _UPDATE.search(stem)}
        for claim, other in ((a, b), (b, a))
    ]
    return all(more)


def _updates(a: Claim, b: Claim) -> bool:
    """Whether the article published later says that it brings a newer figure or day."""
    older, newer = sorted((a, b), key=lambda claim: claim.citation.published or "")
    dates = older.citation.published, newer.citation.published
    return None not in dates and dates[0] != dates[1] and bool(_UPDATE.search(newer.whole))

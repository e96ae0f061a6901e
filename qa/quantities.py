"""Amounts in the words of the news: "200 million euros", "€200m", "ten thousand", "more than 40 tanks", "a third".

Left out: ordinals, scores of matches, sums in words of other languages, conversion between units or currencies.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.search.lexical import stem
from qa.numerals import CURRENCIES, MONEY, PARTS, SPELT, TOKEN, UNITS, last_place, number

_ALIKE = {"person": "people", "peopl": "people", "soldier": "troop", "serviceman": "troop", "servicemen": "troop"}
_OVER = ("more than", "over", "at least", "upwards of", "exceeding", "above", "no fewer than", "no less than")
_UNDER = ("fewer than", "less than", "under", "below", "at most", "up to", "no more than")
_ABOUT = ("about", "around", "some", "roughly", "approximately", "an estimated", "estimated", "nearly", "almost", "~")
_LINES = ("above", "below", "exceeding")  # belong to a verb more often: "rose above $100"
_EXACTNESS = "|".join(sorted({*_OVER, *_UNDER, *_ABOUT, "close to", "as many as"}.difference(_LINES))).replace(
    " ", r"\s"
)
_QUALIFIED = re.compile(rf"(?<![\w’'-])(?:(?:just|well)\s)?(?:{_EXACTNESS})\s$", re.IGNORECASE)
_COUNT = re.compile(
    rf"(?:[$€£¥]|US\$)?\d|(?:{'|'.join(sorted(SPELT))}|half|an?\s(?:dozen|half|hundred|million|third|quarter)|dozens)\b",
    re.IGNORECASE,
)
_REACH = 24  # code points in which such words stand
_LEAD = frozenset("a an the of total its his her their as many much as than in by to for on with only just".split())
_STOP = frozenset(
    "up down off out in on at of for from to by with and or as who that which were was is are had has have be been "
    "will would could can may might than after before during since under over into inside against between per a an the "
    "( ) , ; - – —".split()
)
_NO_AMOUNT = re.compile(r"\d\s?[ap]\.?m\b|\b(?:no|not)\sone\b|\b[A-RT-Z]{1,2}\$", re.IGNORECASE)
"""A time of day, nobody, and the dollars of others: "9 a.m.", "no one", "A$200m"."""
_OURS = frozenset(("us", "american"))  # whose dollars are meant where nobody is named


@dataclass(frozen=True)
class Quantity:
    """low, high: both the same, or the ends of a range ("20 to 30", "dozens"). unit: a currency, "%", a measure, the
    stem of what is counted, or None. bound: 1 for "more than", -1 for "less than", 0. rough: "about" and the like."""

    low: float
    high: float
    unit: str | None = None
    bound: int = 0
    rough: bool = False

    @property
    def extent(self) -> tuple[float, float]:
        """What the words leave open: "about 100" may be 104, "more than 100" 120, and 12 million 12.3 million; a
        plain number below 100 is that number."""
        if self.low != self.high:
            return self.low, self.high
        if self.bound:
            return (self.low, 2 * self.low) if self.bound > 0 else (self.low / 2, self.low)
        slack = 0.1 * self.low if self.rough else min(last_place(self.low) / 2, 0.05 * self.low)
        return self.low - slack, self.low + slack


def quantity(text: str) -> Quantity | None:
    """What a span says, if that is one amount and what is counted; None for dates, years, and longer sentences."""
    tokens = TOKEN.findall(text[:200].replace("per cent", "percent"))
    found = None if _NO_AMOUNT.search(text[:200]) else _at_first(tokens)
    if found is None:
        return None
    begin, amount, end = found
    lead = [token.lower() for token in tokens[:begin]]
    if any(token not in _LEAD and not _hedges(token) and token not in CURRENCIES for token in lead):
        return None
    rest, again = tokens[end:], _at_first(tokens[end:])
    if rest[:1] and rest[0].lower() in {"a", "an", "per", "each", "every"}:  # "30,000 euros a month"
        return None
    if again is not None and "(" not in rest[: again[0]]:
        return None  # two amounts; one in parentheses is the same in another currency
    if "." not in text and amount.unit is None and not lead and amount.low == amount.high and _is_year(text):
        return None
    return amount


def quantities(text: str) -> list[Quantity]:
    """All amounts of a text, in order. Linear: at most its first 2000 tokens are read."""
    tokens, found = TOKEN.findall(text.replace("per cent", "percent"))[:2000], []
    begin = 0
    while begin < len(tokens):
        amount, end = _read(tokens, begin)
        if amount is not None:
            found.append(amount)
        begin = max(end, begin + 1)
    return found


def qualified(text: str, start: int, end: int) -> int:
    """Where the words begin that say how exact the amount is at the start of `text[start:end]`: "at least 16 people" is
    not "16 people". `start` if it is no amount, or none stand before it."""
    found = _COUNT.match(text, start, end) and _QUALIFIED.search(text[max(0, start - _REACH) : start])
    return start - len(found[0]) if found else start


def same_quantity(one: Quantity, other: Quantity) -> bool:
    """Whether two amounts are one: "200 million euros" and "€200m", "10,000" and "around 10,000 troops"."""
    equal = math.isclose(one.low, other.low, rel_tol=1e-6) and math.isclose(one.high, other.high, rel_tol=1e-6)
    return equal and one.bound * other.bound >= 0 and comparable(one, other)


def comparable(one: Quantity, other: Quantity) -> bool:
    """Whether both count the same thing: the same unit, or one names none. A share is not a count."""
    return one.unit == other.unit or (None in (one.unit, other.unit) and not {"%", "point"} & {one.unit, other.unit})


def _at_first(tokens: Sequence[str]) -> tuple[int, Quantity, int] | None:
    for begin in range(len(tokens)):
        amount, end = _read(tokens, begin)
        if amount is not None:
            return begin, amount, end
    return None


def _read(tokens: Sequence[str], begin: int) -> tuple[Quantity | None, int]:
    """The amount that starts at a token, and the token behind it."""
    sign = CURRENCIES.get(tokens[begin]) or (UNITS.get(tokens[begin].lower()) if tokens[begin].isupper() else None)
    first = begin + 1 if sign else begin
    found = number(tokens, first, bool(sign))
    if found is None:
        return None, begin + 1
    low, high, end = found
    if low == high and end + 1 < len(tokens) and tokens[end] in {"to", "and", "-", "–", "—"}:
        joined = tokens[end] != "and" or _before(tokens, begin).endswith("between")
        second = number(tokens, end + 2 if tokens[end + 1] in CURRENCIES else end + 1) if joined else None
        if second and second[0] == second[1] and low < second[1]:
            high, end = second[1], second[2]
    unit, end = (sign, end) if sign else _unit(tokens, end)
    if unit is None and low == high and tokens[end - 1].lower() in PARTS:
        unit = "%"
    if low != high and tokens[end - 1].lower() in PARTS:
        return None, end
    words = _before(tokens, begin)
    bound = -1 if words.endswith(_UNDER) else 1 if words.endswith(_OVER) else 0
    return Quantity(low, high, unit, bound, words.endswith(_ABOUT) or (unit == "%" and tokens[end - 1] in PARTS)), end


def _unit(tokens: Sequence[str], begin: int) -> tuple[str | None, int]:
    """What is counted: the unit, or the stem of the last word before a preposition or verb; and the token behind it."""
    words = [token.lower() for token in tokens[begin : begin + 6]]
    for skipped, word in enumerate(words[:3]):
        if word == "percentage" and "points" in words[skipped : skipped + 2]:
            return "point", begin + skipped + 2
        if word in UNITS and (UNITS[word] not in MONEY or not set(words[:skipped]) & _STOP):
            whose = tokens[begin + skipped - 1] if skipped and UNITS[word] in MONEY else ""
            foreign = whose[:1].isupper() and whose.lower() not in _OURS  # "Canadian dollars"
            return f"{whose.lower()} {UNITS[word]}" if foreign else UNITS[word], begin + skipped + 1
        if word in _STOP:
            break
    run = 0
    while run < len(words) and words[run] not in _STOP and not words[run][0].isdigit():
        run += 1
    head = stem(words[run - 1]) if run else None
    return _ALIKE.get(head, head) if head else None, begin + run


def _before(tokens: Sequence[str], begin: int) -> str:
    words = [token.lower() for token in tokens[max(0, begin - 3) : begin]]
    while (
        words and words[-1] in {"the", "a", "an", "of", "total", *CURRENCIES} and " ".join(words[-2:]) != "upwards of"
    ):
        words.pop()
    return " ".join(words)


def _hedges(word: str) -> bool:
    return any(word in phrase.split() for phrase in (*_OVER, *_UNDER, *_ABOUT, "between close to"))


def _is_year(text: str) -> bool:
    digits = re.findall(r"\d+", text)
    return len(digits) == 1 and len(digits[0]) == 4 and digits[0].isascii() and 1500 <= int(digits[0]) <= 2100

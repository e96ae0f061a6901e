"""Units, and numbers in digits and in words: "1,200", "twenty-five", "half a million", "several hundred"."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

TOKEN = re.compile(
    r"US\$|[€$£¥₴₽₹%~]|\d{1,3}(?:[, \u00a0\u2009\u202f]\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|[^\W\d_]+|[-–—(),;]"
)
_SMALL = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
_ONES = {word: n for n, word in enumerate((_SMALL + "seventeen eighteen nineteen").split())}
_TENS = {word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
SPELT = frozenset((*_ONES, *_TENS))
"""The number words below a hundred."""
_POWERS = {"hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "m": 1e6}
_POWERS |= {"billion": 1e9, "bn": 1e9, "b": 1e9, "trillion": 1e12, "tn": 1e12, "dozen": 12.0}
_VAGUE = {"dozens": (24, 120), "hundreds": (100, 2000), "thousands": (1000, 20000), "scores": (20, 120)}
PARTS = {"half": 50.0, "third": 100 / 3, "quarter": 25.0, "fifth": 20.0, "thirds": 100 / 3, "quarters": 25.0}
CURRENCIES = {"€": "EUR", "$": "USD", "US$": "USD", "£": "GBP", "¥": "JPY", "₴": "UAH", "₽": "RUB", "₹": "INR"}
_UNIT_WORDS = {
    "EUR": "eur euro euros",
    "USD": "usd dollar dollars",
    "GBP": "gbp pound pounds sterling",
    "JPY": "jpy yen",
    "CNY": "cny yuan renminbi",
    "UAH": "uah hryvnia hryvnias hryvnya",
    "RUB": "rub rouble roubles ruble rubles",
    "INR": "inr rupee rupees",
    "CHF": "chf franc francs",
    "%": "% percent pct",
    "km": "km kilometre kilometres kilometer kilometers",
    "mile": "mile miles",
    "metre": "metre metres meter meters",
    "kg": "kg kilogram kilograms kilogramme kilogrammes kilo kilos",
    "tonne": "tonne tonnes",
    "ton": "ton tons",
    "hour": "hour hours",
    "minute": "minute minutes",
    "day": "day days",
    "week": "week weeks",
    "month": "month months",
    "year": "year years",
}
UNITS = {word: unit for unit, words in _UNIT_WORDS.items() for word in words.split()} | CURRENCIES
MONEY = frozenset(CURRENCIES.values()) | {"CNY", "CHF"}


def number(tokens: Sequence[str], begin: int, money: bool = False) -> tuple[float, float, int] | None:
    """(low, high, token behind) of the number in digits or words at `begin`. money: whether a currency stands before
    it; "5m" is five million only then, or where a unit follows."""
    words = [token.lower() for token in tokens[begin : begin + 12]]
    if not words or (words[0] in {"and", "a", "an", "half"} and len(words) < 2):
        return (50.0, 50.0, begin + 1) if words == ["half"] else None
    if words[0] in _VAGUE:
        return (*_VAGUE[words[0]], begin + 1)
    if words[0] in {"several", "few"} and words[1:2] and words[1] in {"hundred", "thousand", "dozen", "million"}:
        return 2 * _POWERS[words[1]], 9 * _POWERS[words[1]], begin + 2
    if words[0] == "half":
        at = 2 if words[1] in {"a", "an"} else 1
        power = _POWERS.get(words[at]) if at < len(words) else None
        return (power / 2, power / 2, begin + at + 1) if power else (50.0, 50.0, begin + 1)
    return _composed(words, begin, money)


def _composed(words: Sequence[str], begin: int, money: bool) -> tuple[float, float, int] | None:
    total, current, n, seen = 0.0, 0.0, 0, False
    while n < len(words):
        word, following = words[n], words[n + 1] if n + 1 < len(words) else ""
        if word[0].isdigit() and word[0].isascii() and not seen:
            digits = re.sub(r"[^\d.]", "", word)
            current, seen = float(digits) if len(digits) < 30 else math.inf, True
            if following in {"st", "nd", "rd", "th"} or not math.isfinite(current):
                return None
        elif word in _ONES or word in _TENS:
            current, seen = current + (_ONES.get(word) or _TENS.get(word, 0)), True
        elif word in _POWERS and (seen or words[0] in {"a", "an"} or (n == 0 and word == "dozen")):
            if word in {"m", "b"} and not money and following not in UNITS:
                break
            current, seen = (current or 1) * _POWERS[word], True
            if word not in {"hundred", "dozen"}:
                total, current = total + current, 0.0
        elif word in PARTS and (seen or words[0] in {"a", "an"}):
            current, seen, n = (current or 1) * PARTS[word], True, n + 1
            break
        elif not (n == 0 and word in {"a", "an"}) and not (
            seen and word in {"and", "-"} and (following in _ONES or following in _TENS or following in PARTS)
        ):
            break
        n += 1
    return (total + current, total + current, begin + n) if seen else None


def last_place(value: float) -> float:
    """The place of the last digit that is not zero, for round numbers from 100 on: 12,000,000 -> 1,000,000."""
    if value < 100 or value != int(value) or value > 1e15:
        return 0.0
    digits = str(int(value))
    zeros = len(digits) - len(digits.rstrip("0"))
    return 10.0**zeros if zeros else 0.0

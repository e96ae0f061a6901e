"""Porter's stemmer (M. F. Porter, An algorithm for suffix stripping, Program 14(3), 1980), step by step, with the two
endings that he has changed since (bli, logi): the stems are those of SQLite's FTS5."""

from __future__ import annotations

LONGEST = 64  # code points of a word that are looked at; what follows is cut off


def stem(word: str) -> str:
    """Of "opposed", "opposing" and "oppose": "oppos". word: lower case; one of one or two letters stays as it is."""
    word = word[:LONGEST]
    if len(word) < 3:
        return word
    for step in (_plurals, _past, _y, _long_endings, _endings, _last_endings, _e):
        word = step(word)
    return word


def _plurals(word: str) -> str:
    if word.endswith(("sses", "ies")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _past(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    ending = next((ending for ending in ("ed", "ing") if word.endswith(ending)), None)
    if not ending or "v" not in _shape(word[: -len(ending)]):
        return word
    word = word[: -len(ending)]
    if word.endswith(("at", "bl", "iz")):
        return word + "e"
    if _doubled(word) and word[-1] not in "lsz":
        return word[:-1]
    return word + "e" if _measure(word) == 1 and _short(word) else word


def _y(word: str) -> str:
    return word[:-1] + "i" if word.endswith("y") and "v" in _shape(word[:-1]) else word


def _long_endings(word: str) -> str:
    return _replaced(word, _STEP_2)


def _endings(word: str) -> str:
    return _replaced(word, _STEP_3)


def _last_endings(word: str) -> str:
    for ending in _STEP_4:
        if word.endswith(ending):
            rest = word[: -len(ending)]
            return rest if _measure(rest) > 1 and (ending != "ion" or rest.endswith(("s", "t"))) else word
    return word


def _e(word: str) -> str:
    if word.endswith("e"):
        measure = _measure(word[:-1])
        if measure > 1 or (measure == 1 and not _short(word[:-1])):
            word = word[:-1]
    return word[:-1] if word.endswith("ll") and _measure(word) > 1 else word


def _replaced(word: str, table: dict[str, str]) -> str:
    """The longest ending that the table has is replaced where what is before it has a measure above 0."""
    for size in range(min(7, len(word)), 1, -1):
        ending = word[-size:]
        if ending in table:
            return word[:-size] + table[ending] if _measure(word[:-size]) > 0 else word
    return word


def _shape(word: str) -> str:
    """v for each vowel, c for each consonant; y is a vowel after a consonant."""
    shape = ""
    for letter in word:
        shape += "v" if letter in "aeiou" or (letter == "y" and shape.endswith("c")) else "c"
    return shape


def _measure(word: str) -> int:
    """Porter's m: how often a vowel is followed by a consonant."""
    return _shape(word).count("vc")


def _doubled(word: str) -> bool:
    return len(word) > 1 and word[-1] == word[-2] and _shape(word)[-1] == "c"


def _short(word: str) -> bool:
    """Porter's *o: ends consonant, vowel, consonant, and that is not w, x or y."""
    return _shape(word)[-3:] == "cvc" and word[-1] not in "wxy"


_STEP_2 = dict(
    pair.split(":")
    for pair in "ational:ate tional:tion enci:ence anci:ance izer:ize bli:ble alli:al entli:ent eli:e ousli:ous "
    "ization:ize ation:ate ator:ate alism:al iveness:ive fulness:ful ousness:ous aliti:al iviti:ive biliti:ble "
    "logi:log".split()
)
_STEP_3 = dict(pair.split(":") for pair in "icate:ic ative: alize:al iciti:ic ical:ic ful: ness:".split())
_STEP_4 = "ement ance ence able ible ment ant ent ism ate iti ous ive ize ion al er ic ou".split()

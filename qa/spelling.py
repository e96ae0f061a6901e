"""One spelling for words that are written in several ways: countries with adjectives and peoples (index/names.txt),
romanisations of a name, British and American spellings, diacritics, points and quotation marks."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from index.search.kin import names

GOVERNMENT = frozenset("government authorities nation people".split())
_ABBREVIATION = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ı": "i",
        "ß": "ss",
        "æ": "a",
        "œ": "o",
        "ð": "d",
        "þ": "th",
        "’": "'",
        "ʼ": "'",
        "‘": "'",
    }
)


def entity(text: str) -> str | None:
    """The first name of the row of names that holds this one: "the Americans" -> "United States"."""
    words = text.split()
    if words and words[0] in {"the", "The", "THE"}:
        words = words[1:]
    if not words or not words[0][0].isupper():
        return None
    if len(words) > 1 and words[-1].lower() in GOVERNMENT:
        words = words[:-1]
    name = " ".join(words).removesuffix("'s").removesuffix("'")
    short = len(name) <= 4 and name.isupper()
    return _table().get(name if short else "") or _table().get(fold(name))


def clean(text: str) -> str:
    """On one line, quotation marks and other marks off, "U.S." without its points, straight apostrophes."""
    text = unicodedata.normalize("NFKC", text).replace("’", "'")
    text = _ABBREVIATION.sub(lambda match: match[0].replace(".", ""), text)
    words = (word.strip("'.-&") if len(word) > 1 else word for word in re.findall(r"[\w'.&-]+|,", text))
    return " ".join(word for word in words if word).strip(" ,").replace(" ,", ",")


def fold(word: str) -> str:
    """Lower case, without diacritics."""
    low = unicodedata.normalize("NFKD", word.lower().translate(_LETTERS))
    return "".join(c for c in low if not unicodedata.combining(c)).translate(_LETTERS)


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """One spelling for the romanisations of a name: Zelensky, Zelenskyy, Zelenskiy; Syrskyi, Syrsky; Schröder,
    Schroeder. After the table of known variants, letters that schemes of transliteration exchange are made one."""
    low = fold(word)
    known = _variants().get(low) or entity(word)
    low = fold(known or word).replace("'", "")
    for before, after in (("x", "ks"), ("kh", "h"), ("oe", "o"), ("ae", "a"), ("ue", "u"), ("ph", "f")):
        low = low.replace(before, after)
    low = re.sub(r"[yij]+", "i", low)
    low = re.sub(r"(?<=[b-df-hk-np-tvwz])ie|^ie", "e", low)
    return re.sub(r"([^\W\d_])\1", r"\1", low)


def _table() -> dict[str, str]:
    return _tables()[0]


def _variants() -> dict[str, str]:
    return _tables()[1]


@cache
def _tables() -> tuple[dict[str, str], dict[str, str]]:
    """Of the first block of names, and of the others: form -> the first of its row. Abbreviations keep their capitals:
    "US" is not "us"."""
    first, *others = (
        {name if len(name) <= 4 and name.isupper() else fold(name): row[0] for row in block for name in row}
        for block in names()
    )
    return first, {form: name for block in others for form, name in block.items()}

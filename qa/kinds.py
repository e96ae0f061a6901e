"""What kind of answer a question asks for, read from its wording alone. Closed tables of English function words and of
common nouns and verbs; no model. Lower case, missing question marks and common misspellings are understood.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from qa.plural import many
from qa.verbs import is_past
from qa.wording import AUXILIARIES, DETERMINERS, DIGITS, MASS, MISSPELT, NUMBERS, PREPOSITIONS

Kind = Literal["list", "open", "one", "yesno"]
"""list: several things, "Which countries". open: as many as there are, "Who came", "What did she promise". one: a
single thing, "Which country", "When", "How many countries". yesno: "Did Spain agree?"."""

_ASKING = frozenset("who whom which what whose when where why how".split())
_ORDERS = frozenset("list name enumerate mention identify give".split())
_BE = frozenset(("is", "was", "s"))
_POLITE = re.compile(
    r"(?:excuse me|please|pls|hi|hello|ok|so|and|but|then|also|now|well|(?:can|could|would|will|do) you(?: please"
    r"| kindly| happen to)?(?: tell(?: me)?| say| know| explain| remind me| give me)?|(?:please )?(?:tell|show) me"
    r"|i(?:'d| would) like to (?:know|understand)|i want to know|do we know|is it known|remind me)\b[\s,:]*",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


@lru_cache(maxsize=64)
def kind(question: str) -> Kind:
    """What the question asks for. Where the wording leaves it open, so does this."""
    words = _words(question)
    at = next((n for n, word in enumerate(words) if word in _ASKING), None)
    first = words[0] if words else ""
    if first in ("list", "enumerate"):
        return "list"
    if first in _ORDERS and (at is None or at > 3):
        return "list" if many(words[2:] if words[1:2] in (["me"], ["us"]) else words[1:]) else "one"
    if first in AUXILIARIES:
        return "yesno"
    if at is None:
        return "list" if first == "all" or words[:3] == ["the", "list", "of"] else "open"
    return _asked(words[at], words[at + 1 :])


@lru_cache(maxsize=64)
def wanted(question: str) -> int | None:
    """How many things the question speaks of, "Which two countries" -> 2; None where it gives no number."""
    words = _words(question)
    for before, word in zip(["", *words], words, strict=False):
        if before in _ASKING | _ORDERS | {"the", "all"} and (word in NUMBERS or word in DIGITS):
            return int(word) if word.isdigit() else NUMBERS[word]
    return None


def _words(question: str) -> list[str]:
    """Lower-case words of the last sentence that asks, without courtesies, misspelt question words corrected."""
    parts = [_bluntly(part.strip()) for part in re.split(r"(?<=[.?!])\s", question[:1000].strip())]
    parts = [_asking_clause(part) for part in parts]
    read = [[MISSPELT.get(w, w) for w in _WORD.findall(part.lower().replace("’", "'"))] for part in parts]
    asking = [words for words in read if _ASKING.intersection(words) or {*words[:1]} & (_ORDERS | AUXILIARIES)]
    words = asking[-1] if asking else [word for words in read for word in words]
    return [part for word in words for part in (word.split("'") if word in ("what's", "who's", "where's") else [word])]


def _bluntly(text: str) -> str:
    """Without the courtesies it begins with."""
    while match := _POLITE.match(text):
        text = text[match.end() :]
    return text


def _asking_clause(sentence: str) -> str:
    """What follows the first comma, where that is what asks: "According to her, does it matter what they do"."""
    _, comma, after = sentence.partition(", ")
    words = _WORD.findall(_bluntly(after).lower())[:2]
    asks = words and (words[0] in AUXILIARIES | _ASKING or (words[0] in PREPOSITIONS and words[-1] in _ASKING))
    return _bluntly(after) if comma and asks else sentence


def _asked(word: str, after: list[str]) -> Kind:
    """From the question word and what follows it."""
    verb = after[0] if after else ""
    if word in ("when", "why", "how", "whose"):
        return "one"
    if word == "where":
        return "one" if verb in _BE or verb in ("does", "has") else "open"
    if word in ("who", "whom"):
        if verb in ("all", "else"):
            return "list" if verb == "all" else "open"
        if verb in ("are", "were") and many(after[1:]):
            return "list"
        return "one" if word == "who" and verb in _BE and not _participle(after[1:]) else "open"
    if verb in _BE:
        return "open" if _participle(after[1:]) else "one"
    if verb in ("are", "were"):
        return "list" if after[1:2] and _opens(after[1]) and many(after[1:]) else "open"
    if verb == "of":
        return _of(after[1:])
    if verb in AUXILIARIES or verb in ("happened", "else", "exactly") or verb.endswith("n't") or not verb:
        return "open"
    return "list" if many(after) else "open" if MASS.intersection(after[:2]) else "one"


def _of(rest: list[str]) -> Kind:
    """Which of the ...: the verb tells, and "the two" has one winner."""
    if rest[:2] == ["the", "two"] or any(word in ("is", "was", "has", "does") for word in rest):
        return "one"
    return "list"


def _participle(words: list[str]) -> bool:
    """Whether a verb follows, as in "who is being trained", rather than what somebody or something is."""
    first = words[0] if words else ""
    return is_past(first) or first.endswith("ing") or first in ("among", "behind", "said", "known")


def _opens(word: str) -> bool:
    return word in DETERMINERS or word in NUMBERS or word in DIGITS or word.endswith(("'s", "s'"))

"""What kind of answer a question asks for, read from its wording alone. Closed tables of English function words and of
common nouns and verbs; no model. Lower case, missing question marks and common misspellings are understood.
"""

from __future__ import annotations

import re
from typing import Literal

from qa.wording import (
    AGENT,
    AUXILIARIES,
    DETERMINERS,
    IRREGULAR_PLURALS,
    MISSPELT,
    MODIFIERS,
    NOT_PLURAL,
    NUMBERS,
    PAST,
    PLURAL_ENDINGS,
    PREPOSITIONS,
    SINGULAR_HEADS,
    VERBS,
)

Kind = Literal["list", "open", "one", "yesno"]
"""list: several things, "Which countries". open: as many as there are, "Who came", "What did she promise". one: a single
thing, "Which country", "When", "How many countries". yesno: "Did Spain agree?"."""

_ASKING = frozenset("who whom which what whose when where why how".split())
_ORDERS = frozenset("list name enumerate mention identify give".split())
_BE = frozenset(("is", "was", "s"))
_DIGITS = frozenset(str(n) for n in range(2, 21))
_ENDS = PREPOSITIONS | AUXILIARIES | {"that", "who", "which"}  # the words that end a noun phrase
_POLITE = re.compile(
    r"^(?:(?:excuse me|please|pls|hi|hello|ok|so|and|but|then|also|now|well|(?:can|could|would|will|do) you(?: please"
    r"| kindly| happen to)?(?: tell(?: me)?| say| know| explain| remind me| give me)?|(?:please )?(?:tell|show) me"
    r"|i(?:'d| would) like to (?:know|understand)|i want to know|do we know|is it known|remind me)\b[\s,:]*)+",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


def kind(question: str) -> Kind:
    """What the question asks for. Where the wording leaves it open, so does this."""
    words = _words(question)
    at = next((n for n, word in enumerate(words) if word in _ASKING), None)
    first = words[0] if words else ""
    if first in _ORDERS and (at is None or at > 3):
        return "list" if first in ("list", "enumerate") or _many(words[1:]) else "one"
    if first in AUXILIARIES:
        return "yesno"
    if at is None:
        return "list" if first == "all" or words[:3] == ["the", "list", "of"] else "open"
    return _asked(words[at], words[at + 1 :])


def wanted(question: str) -> int | None:
    """How many things the question speaks of, "Which two countries" -> 2; None where it gives no number."""
    words = _words(question)
    for before, word in zip(["", *words], words, strict=False):
        if before in _ASKING | _ORDERS | {"the", "all"} and (word in NUMBERS or word in _DIGITS):
            return int(word) if word.isdigit() else NUMBERS[word]
    return None


def _words(question: str) -> list[str]:
    """Lower-case words of the last sentence that asks, without courtesies, misspelt question words corrected."""
    parts = [_POLITE.sub("", part.strip()) for part in re.split(r"(?<=[.?!])\s", question[:1000].strip())]
    parts = [_asking_clause(part) for part in parts]
    read = [[MISSPELT.get(w, w) for w in _WORD.findall(part.lower().replace("’", "'"))] for part in parts]
    asking = [words for words in read if _ASKING.intersection(words) or words[:1] and words[0] in _ORDERS | AUXILIARIES]
    words = asking[-1] if asking else [word for words in read for word in words]
    return [part for word in words for part in (word.split("'") if word in ("what's", "who's", "where's") else [word])]


def _asking_clause(sentence: str) -> str:
    """What follows the first comma, where that is what asks: "According to her, does it matter what they do"."""
    _, comma, after = sentence.partition(", ")
    words = _WORD.findall(_POLITE.sub("", after).lower())[:2]
    asks = words and (words[0] in AUXILIARIES | _ASKING or words[0] in PREPOSITIONS and words[-1] in _ASKING)
    return _POLITE.sub("", after) if comma and asks else sentence


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
        if verb in ("are", "were") and _many(after[1:]):
            return "list"
        return "one" if word == "who" and verb in _BE and not _participle(after[1:]) else "open"
    if verb in _BE:
        return "open" if _participle(after[1:]) else "one"
    if verb in ("are", "were"):
        return "list" if after[1:2] and _opens(after[1]) and _many(after[1:]) else "open"
    if verb == "of":
        return _of(after[1:])
    if verb in AUXILIARIES or verb in ("happened", "else", "exactly") or verb.endswith("n't") or not verb:
        return "open"
    return "list" if _many(after) else "one"


def _of(rest: list[str]) -> Kind:
    """Which of the ...: the verb tells, and "the two" has one winner."""
    if rest[:2] == ["the", "two"] or any(word in ("is", "was", "has", "does") for word in rest):
        return "one"
    return "list"


def _participle(words: list[str]) -> bool:
    """Whether a verb follows, as in "who is being trained", rather than what somebody or something is."""
    first = words[0] if words else ""
    return first.endswith(("ed", "ing")) or first in PAST or first in ("among", "behind", "said", "known")


def _opens(word: str) -> bool:
    return word in DETERMINERS or word in NUMBERS or word.isdigit() or word.endswith("'s") or word.endswith("s'")


def _many(words: list[str]) -> bool:
    """Whether the noun phrase that the words begin with is plural: "eastern NATO members publicly hinted"."""
    nouns = 0
    for n, word in enumerate(words[:9]):
        after = words[n + 1] if n + 1 < len(words) else ""
        if word in NUMBERS or word.isdigit() and int(word[:6]) > 1 or word in ("all", "every", "both", "ones", "several"):
            return True
        if word in ("one", "single", "a", "an"):
            return False
        if word.endswith(("'s", "s'")) or not nouns and word in DETERMINERS:
            continue
        if word in _ENDS or nouns and (word in DETERMINERS | PAST | VERBS or word.endswith("ed")):
            return False
        before = words[n - 1] if nouns else ""
        if _plural(word, after, before):
            return True
        if word.endswith("s") and (before in SINGULAR_HEADS or before.endswith(AGENT)):  # "which bank expects"
            return False
        nouns += 1
    return False


def _plural(word: str, after: str, before: str) -> bool:
    """Whether the word is the plural head of its phrase, and no verb ("which country backs it") or modifier."""
    if word in IRREGULAR_PLURALS:
        return True
    if not word.endswith("s") or word.endswith(("ss", "us", "is")) or word in NOT_PLURAL or len(word) < 4:
        return False
    goes_on = bool(after) and after not in _ENDS | DETERMINERS | PAST
    if word in MODIFIERS and goes_on and not after.endswith("ed"):
        return False
    if before and not word.endswith(PLURAL_ENDINGS) and (after in DETERMINERS or not after or goes_on):
        return not (before in SINGULAR_HEADS or before.endswith(AGENT) or after in DETERMINERS)
    return True

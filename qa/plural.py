"""Whether a noun phrase in a question is plural, by the endings of its words and by the words behind them."""

from __future__ import annotations

from qa.verbs import is_past
from qa.wording import (
    AGENT,
    AUXILIARIES,
    DETERMINERS,
    DIGITS,
    IRREGULAR_PLURALS,
    MODIFIERS,
    NOT_PLURAL,
    NUMBERS,
    PLURAL_ENDINGS,
    PREPOSITIONS,
    SINGULAR_HEADS,
    VERBS,
)

_ENDS = PREPOSITIONS | AUXILIARIES | {"that", "who", "which"}  # the words that end a noun phrase


def many(words: list[str]) -> bool:
    """Whether the noun phrase that the words begin with is plural: "eastern NATO members publicly hinted"."""
    nouns = 0
    for n, word in enumerate(words[:9]):
        after = words[n + 1] if n + 1 < len(words) else ""
        if word in NUMBERS or word in DIGITS or word in ("all", "every", "both", "ones", "several"):
            return True
        if word in ("one", "single", "a", "an"):
            return False
        if word.endswith(("'s", "s'")) or (not nouns and word in DETERMINERS):
            continue
        if word in _ENDS or (nouns and (word in DETERMINERS | VERBS or is_past(word))):
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
    goes_on = bool(after) and after not in _ENDS | DETERMINERS and not is_past(after)
    if word in MODIFIERS and goes_on and not after.endswith("ed"):
        return False
    if before and not word.endswith(PLURAL_ENDINGS) and (after in DETERMINERS or not after or goes_on):
        return not (before in SINGULAR_HEADS or before.endswith(AGENT) or after in DETERMINERS)
    return True

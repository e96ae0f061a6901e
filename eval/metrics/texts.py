"""One text against another, as SQuAD's official scripts do (Rajpurkar et al. 2016 and 2018).

Both are put in lower case and lose ASCII punctuation and the articles a, an, the; F1 is over counts of tokens.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Iterable

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_FOLD = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "«": '"', "»": '"', "…": " ", "–": " ", "—": " ", "-": " ", "/": " "}
)


def normalize(text: str) -> str:
    """'The  “Cat”, a dog!' -> '“cat” dog' (typographic quotes are not punctuation to SQuAD; see fold)."""
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text.lower().translate(_PUNCTUATION)).split())


def fold(text: str) -> str:
    """Typographic variants as ASCII, dashes and slashes as spaces: for texts that do not come from SQuAD."""
    return unicodedata.normalize("NFKC", text.translate(_FOLD))


def exact_match(prediction: str, gold: str) -> float:
    return float(normalize(prediction) == normalize(gold))


def token_f1(prediction: str, gold: str) -> float:
    """Harmonic mean of token precision and recall: 'new york new york' against 'new york' gives 0.67."""
    ours, theirs = normalize(prediction).split(), normalize(gold).split()
    if not ours or not theirs:
        return float(ours == theirs)
    same = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * same / (len(ours) + len(theirs))


def official(prediction: str | None, golds: Iterable[str]) -> tuple[float, float]:
    """(exact match, F1) of one question as SQuAD 2.0 counts it: against the best accepted answer of which something is
    left when it is normalised; where there is none, against no answer, which is what None or "" says."""
    accepted = [gold for gold in golds if normalize(gold)] or [""]
    text = prediction or ""
    return max(exact_match(text, gold) for gold in accepted), max(token_f1(text, gold) for gold in accepted)


def covers(text: str, variant: str) -> bool:
    """Whether the normalised variant stands in the text, on token borders."""
    return f" {normalize(variant)} " in f" {normalize(text)} " and bool(normalize(variant))

"""What a question asks for: a number, a day, yes or no, one name, or something else; and the words it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from index.search.lexical import stem
from qa.meanings import signed

_YES_NO = re.compile(
    r"^\W*(?:and|but|so)?\W*(?:do|does|did|is|are|was|were|has|have|had|will|would|can|could|should|may|might|must)\b",
    re.I,
)
_NUMBER = re.compile(
    r"\bhow\s+(?:many|much|long|far|old|large|big|high|tall|deep|heavy|wide)\b|\b(?:what|which)\b.{0,40}\b(?:number|figure|"
    r"toll|percentage|share|proportion|price|cost|total|rate|deficit|budget|amount|turnout|size|value)\b",
    re.IGNORECASE,
)
_DATE = re.compile(r"\bwhen\b|\b(?:what|which)\s+(?:day|date|year|month|week|time)\b", re.IGNORECASE)
_ONE = re.compile(
    r"\b(?:won|wins?|leads?|led|heads?|headed|founded|designed|built|builds?|invented|discovered|born|buried|"
    r"succeed(?:s|ed)?|replaced?|becomes?|became|elected|appointed|commands?|commanded|chairs?|chaired|owns?|owned|bought|wrote|written|"
    r"composed|directed|held|hosts?|hosted|based|located|take place|takes place|took place|first|largest|capital|"
    r"president|winner|leader|chief|owner|author|chairman|ceo|founder|head)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b(?:who|whom|whose|where|which|what)\b", re.IGNORECASE)
_GENERIC = frozenset(
    map(stem, "people total number figure day date year month take place happen percent share city".split())
)


@dataclass(frozen=True)
class Asked:
    """kind: number, date, polarity (yes or no), name (of one holder: a winner, a venue), or "" for all else.
    stems: of its content words. common: those that are no names; what a claim has to be about."""

    kind: str
    stems: frozenset[str]
    common: frozenset[str]


@lru_cache(maxsize=64)
def asked(question: str) -> Asked:
    rules = (("number", _NUMBER), ("polarity", _YES_NO), ("date", _DATE))
    kind = next((name for name, rule in rules if rule.search(question)), "")
    if not kind and _NAME.search(question) and _ONE.search(question):
        kind = "name"
    stems = frozenset(signed(question))
    named = {word for match in re.finditer(r"(?<=\s)[A-Z][\w’'-]*", question) for word in signed(match[0])}
    return Asked(kind, stems, stems - named - _GENERIC)

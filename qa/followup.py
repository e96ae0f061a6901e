"""A follow-up question -> one that stands alone, by putting what came before in front of it. No generator, no model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa.answer import Answer

_LEANS = re.compile(
    r"^\s*(?:and|but|so|then|also|why|how come|what about|how about|what else|who else|where else|when else)\b"
    r"|\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|this|that|these|those|there|then|one|ones|else"
    r"|the same|instead|former|latter)\b",
    re.IGNORECASE,
)
_SHORT = 3  # words


def leans(question: str) -> bool:
    """Whether a question points back: a pronoun, "and ...", "why?", or so few words that they cannot stand alone."""
    return bool(_LEANS.search(question)) or len(question.split()) <= _SHORT


def standalone(question: str, history: Sequence[Answer | str]) -> str:
    """The question itself, or, where it points back, the latest question and this one together."""
    if not history or not leans(question):
        return question
    before = history[-1]
    return f"{before if isinstance(before, str) else before.question} {question}"

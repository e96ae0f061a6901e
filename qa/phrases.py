"""What a stretch of English text looks like: a name, an apposition, a sentence, one thing of several.
Every pattern looks at a bounded number of code points at each place.
"""

from __future__ import annotations

import re

Extent = tuple[int, int]
"""start, end: half-open code points"""

CAPITAL = r"[^\W\d_a-z]"
_WORD = (
    rf"{CAPITAL}(?:[\w’'-]|\.(?=\w)|(?<=\b\w)\.(?!\w)|(?<=\b\w\w)\.(?!\w))*"  # a full stop only as in "U.S." and "St."
)
NAME = rf"{_WORD}(?:\s(?:of\s(?:the\s)?|de\s|van\s|von\s|bin\s)?{_WORD})*"
OPENERS = frozenset(
    "However Meanwhile Moreover Furthermore Earlier Later Also Therefore Thus Instead Still Then Today Yesterday "
    "Tomorrow Monday Tuesday Wednesday Thursday Friday Saturday Sunday Here There Now So And But Yes No Well Finally "
    "First Second Third Additionally Besides Nevertheless Nonetheless Otherwise Indeed Overall Similarly "
    "On In At By After Before Since During With From For".split()
)
"""Words that open a sentence: with a comma behind them or their phrase they are no member of a list."""

_ENDS_IN_NAME = re.compile(rf"(?:.{{0,80}}\s|)(?:{NAME})", re.DOTALL)
_GLOSS = re.compile(
    r"(?:an?|his|her|its|their|who|whom|which|whose|where|when|aged|now|then|formerly|both|\d+$)\b", re.I
)
_CLAUSE = re.compile(
    r"(?:he|she|it|we|they|i|you|this|that|these|there|but|while|although|though|because|since|if|whether|which|who|when"
    r"|where|what|how|why|so|then|not|said|says|according)\b",
    re.I,
)
_DATE = re.compile(
    r"(?:.{0,40}\s)?(?:January|February|March|April|May|June|July|August|September|October|November|December|Monday"
    r"|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b\.?(?:\s\d{1,2})?$",
    re.DOTALL,
)
_SENTENCE_END = re.compile(r"[^\W\d_A-Z]{3,40}[.!?][\"”’')]?\s+[\"“‘'(]?[^\W\d_a-z]")
_FULL_STOP = re.compile(r"(?<![\w.])(?!(?:Inc|Ltd|Corp|Bros)\.)\w{3,40}[.!?]$")
_QUOTES = (("“", "”"), ('"', '"'), ("‘", "’"), ("'", "'"), ("«", "»"))
_MOST_WORDS = 25  # in one thing


def is_name(text: str, start: int, end: int) -> bool:
    """Whether the extent ends in a name: "Germany", "the broker Sanjay Dhillon"."""
    return bool(_ENDS_IN_NAME.fullmatch(text, max(start, end - 160), end))


def is_gloss(text: str, start: int, end: int, before: int) -> bool:
    """Whether the extent tells of the name that begins at `before`, as in "Scholz, the German chancellor"."""
    if is_name(text, start, end):
        return False
    the = text.startswith(("the ", "former "), start) and not text.startswith(("the ", "The "), before)
    return bool(_GLOSS.match(text, start, end)) or the


def is_bare(text: str, start: int, end: int) -> bool:
    """Whether the extent can be a member of a list that has no "and": a few words, and no day or date."""
    words = text[start:end].split()
    return 0 < len(words) <= 4 and not _DATE.match(text, start, end) and not words[-1].isdigit()


def is_thing(text: str, start: int, end: int) -> bool:
    """Whether the extent can be one of several things: words, no clause with a subject, no opening of a sentence."""
    words = text[start:end].split()
    if not 0 < len(words) <= _MOST_WORDS or not any(c.isalnum() for c in text[start:end]):
        return False
    quoted = start > 0 and any(text[start - 1] == a and text.startswith(b, end) for a, b in _QUOTES)
    return quoted or (not _CLAUSE.match(text, start, end) and words[0] not in OPENERS)


def is_sentence(text: str, start: int, end: int) -> bool:
    """Whether the extent holds the end of a sentence, or is a whole one."""
    before = text[max(0, start - 40) : start].rstrip(" \t\"“'‘(")
    opens = not before or before[-1] in ".!?\n"
    closes = text[end : end + 1] in (".", "!", "?") and text[start : start + 1].isupper()
    return bool(_SENTENCE_END.search(text, start, end)) or (opens and closes and len(text[start:end].split()) > 8)


def trim(text: str, start: int, end: int) -> Extent:
    """Without white space, marks, and quotes that enclose the extent or have no partner."""
    for _ in range(6):
        before = start, end
        while start < end and (text[start].isspace() or text[start] in ",;:-*•·–—"):
            start += 1
        while start < end and (text[end - 1].isspace() or text[end - 1] in ",;:"):
            end -= 1
        if _FULL_STOP.search(text, max(start, end - 42), end):
            end -= 1
        for first, last in _QUOTES:
            opens, closes = text.startswith(first, start, end), text.endswith(last, start, end)
            if opens and closes and end - start > 1 and not _holds(text, start + 1, end - 1, first, last):
                start, end = start + 1, end - 1
            elif opens and text.find(last, start + 1, end) < 0:
                start += 1
            elif closes and last not in "'’" and text.find(first, start, end - 1) < 0:
                end -= 1
        if (start, end) == before:
            break
    return start, end


def _holds(text: str, start: int, end: int, *marks: str) -> bool:
    return any(text.find(mark, start, end) >= 0 for mark in marks)

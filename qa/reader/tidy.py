"""From tokens to what a person would underline: spans without half words or half pairs of quotes."""

from __future__ import annotations

import numpy as np

from qa.reader.windows import Window

_PAIRS = (("“", "”"), ("(", ")"), ("[", "]"), ("«", "»"), ('"', '"'))


def word_tokens(text: str, window: Window) -> np.ndarray:
    """(n,) bool: the tokens of the passage that hold a letter or a digit."""
    before = np.zeros(len(text) + 1, np.int64)  # how many letters and digits stand before each place
    np.cumsum(np.fromiter(map(str.isalnum, text), bool, len(text)), out=before[1:])
    words: np.ndarray = window.context.copy()
    starts, ends = window.offsets[words].T
    words[words] = before[ends] > before[starts]
    return words


def tidy(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without half words, white space, or half a pair of quotes or brackets at its ends.

    In 'the “coalition of applicants”.' the span '“coalition of applicants' becomes 'coalition of applicants', while
    'Atlantic Council (DC' before a ')' is completed.
    """
    while 0 < start < end and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while start < end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    for opening, closing in _PAIRS:
        inside = text[start : start + 1] != opening and _lonely(text, start, end, opening, closing) > 0
        if inside and text[end : end + 1] == closing:
            end += 1
    before = None
    while before != (start, end):  # from here on the span only shrinks
        before = (start, end)
        while start < end and (text[start].isspace() or text[start] in ",;:.!?"):
            start += 1
        while start < end and (text[end - 1].isspace() or text[end - 1] in ",;:"):
            end -= 1
        for opening, closing in _PAIRS:
            open_ended = _lonely(text, start, end, opening, closing)
            if open_ended > 0 and text[start : start + 1] == opening:
                start += 1
            elif open_ended < 0 and text[end - 1 : end] == closing and start < end:
                end -= 1
    return start, end


def _lonely(text: str, start: int, end: int, opening: str, closing: str) -> int:
    """Above 0: something is opened and not closed; below 0: closed and not opened. A straight quote is its own pair,
    and counts as opening where the span begins with it."""
    if opening == closing:
        return 0 if text.count(opening, start, end) % 2 == 0 else 1 if text[start : start + 1] == opening else -1
    return text.count(opening, start, end) - text.count(closing, start, end)

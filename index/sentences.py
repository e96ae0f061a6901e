"""Sentence boundaries by rule, as extents of the unchanged text.

A paragraph never shares a sentence with the next one. Line breaks inside hard-wrapped paragraphs count as spaces.
Knows the abbreviations, initials and closing quotes of English news text; other languages get the general rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from index.article import Extent

_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof sen rep gov gen col lt sgt maj capt cmdr adm rev hon pres st sr jr vs etc eg ie cf al inc ltd "
    "co corp dept est approx jan feb mar apr jun jul aug sept sep oct nov dec mt ft fig ed eds pp vol".split()
)
_CLOSERS = "\"'”’»)]}」』"
_OPENERS = "\"'“‘«([{「『—–-"
_CLOSE = f"[{re.escape(_CLOSERS)}]*"
_END = re.compile(rf"(?<![.!?…])(?P<mark>[.!?…]+)(?P<close>{_CLOSE})(?=\s|$)|(?P<wide>[。！？]+{_CLOSE})")
_SHORT = 20_000  # code points of a text whose sentences are remembered for a while
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def sentences(text: str, start: int = 0, end: int | None = None) -> list[Extent]:
    """Extents of the sentences in `text[start:end]`, trimmed of white space, in order and disjoint."""
    end = len(text) if end is None else end
    return [
        trimmed
        for paragraph in paragraphs(text, start, end)
        for extent in _split(text, *paragraph)
        if (trimmed := trim(text, *extent))
    ]


def touched(text: str, start: int, end: int, within: Extent | None = None) -> list[Extent]:
    """The sentences, of the whole text or of an extent of it, that `text[start:end]` reaches into."""
    first, last = within or (0, len(text))
    found = _of_short(text, first, last) if len(text) <= _SHORT else sentences(text, first, last)
    return [(a, b) for a, b in found if a < end and start < b]


@lru_cache(maxsize=256)  # one question asks again and again about its few passages
def _of_short(text: str, start: int, end: int) -> tuple[Extent, ...]:
    return tuple(sentences(text, start, end))


def paragraphs(text: str, start: int, end: int) -> Iterator[Extent]:
    """Blocks between blank lines; each line of a block by itself, unless the block looks hard-wrapped."""
    block: list[Extent] = []
    for line in _LINES.finditer(text, start, end):
        if line.group().strip():
            block.append((line.start(), line.start() + len(line.group().rstrip("\r\n"))))
        else:
            yield from _block(text, block)
            block = []
    yield from _block(text, block)


def _block(text: str, lines: list[Extent]) -> list[Extent]:
    return [(lines[0][0], lines[-1][1])] if lines and _hard_wrapped(text, lines) else lines


def trim(text: str, start: int, end: int) -> Extent | None:
    """The extent without white space (and U+FEFF) at either side; None if nothing is left."""
    while start < end and (text[start].isspace() or text[start] == "\ufeff"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] == "\ufeff"):
        end -= 1
    return (start, end) if start < end else None


def _hard_wrapped(text: str, lines: list[Extent]) -> bool:
    """True where lines break at a column: none is long, and most of them stop in the middle of a sentence."""
    body = lines[:-1]
    if not body or max(b - a for a, b in lines) > 110 or min(b - a for a, b in body) < 30:
        return False
    open_ended = sum(not re.search(rf"[.!?…:][{re.escape(_CLOSERS)}]*\s*$", text[a:b]) for a, b in body)
    return open_ended * 2 > len(body)


def _split(text: str, start: int, end: int) -> Iterator[Extent]:
    begin = start
    for match in _END.finditer(text, start, end):
        if _is_end(text, match, begin, end):
            yield begin, match.end()
            begin = match.end()
    if begin < end:
        yield begin, end


def _is_end(text: str, match: re.Match[str], begin: int, end: int) -> bool:
    after = match.end()
    while after < end and text[after].isspace():
        after += 1
    if after >= end or match["wide"]:
        return True
    following = text[after]
    if following in _OPENERS:
        following = next((c for c in text[after : after + 4] if c not in _OPENERS and not c.isspace()), following)
    if following.islower():
        return False  # "... he said", "U.S. troops", "“Why?” she asked"
    if (
        match["mark"] in {"…", "..."}
        and not match["close"]
        and text[max(begin, match.start() - 1) : match.start()].isspace()
    ):
        return False  # words left out in the middle of a sentence: "deploying … European soldiers"
    if match["mark"] != "." or match["close"]:
        return True
    word = re.search(r"[^\s(\[“\"‘']*$", text[max(begin, match.start() - 24) : match.start()])
    last = word.group() if word else ""
    if last.lower() in _ABBREVIATIONS or (last.lower() in {"no", "nos"} and following.isdigit()):
        return False
    if len(last) == 1 and last.isalpha():
        return False  # an initial: "J. Smith"
    return not re.fullmatch(r"(?:\w\.)+\w", last) or not following.isupper() or _new_sentence(text[after : after + 12])


def _new_sentence(following: str) -> bool:
    """After "U.S." or "p.m.": these words open a sentence more often than they go on with a name."""
    return bool(
        re.match(r"(?:The|A|An|In|On|At|But|And|He|She|It|They|We|I|This|That|If|When|While|However)\b", following)
    )

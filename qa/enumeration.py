"""Enumerations in running text: "the United States, Germany, Italy and Spain" and the like, cut into what they list, each
with its own extent. Rules of English punctuation; no model. Where the text is no enumeration, it is one thing.
"""

from __future__ import annotations

import re

from qa.separators import Separator, separators

Extent = tuple[int, int]
"""start, end: half-open code points"""

_NAME = r"[^\W\d_a-z][\w.’'-]*(?:\s(?:of\s(?:the\s)?|de\s|van\s|von\s|al-|bin\s)?[^\W\d_a-z][\w.’'-]*)*"
_HAS_NAME = re.compile(rf"(?:.{{0,80}}\s|)(?:{_NAME})$", re.DOTALL)
_GROUP = re.compile(r"(?:[^,;:\n]{0,80}?[,\s]\s?(?:including|such as|namely|notably|among them)\s|[^,;:\n]{0,80}:\s{1,9})", re.I)
_PAIRED = re.compile(r"(?:both|either|neither|not only|and|or|but also)\s", re.I)
_TITLES = re.compile(r"(?:(?:the|its|their)\s)?(?:[A-Z][\w-]+\s)?(?:Presidents|Ministers|Premiers|Chancellors|Senators"
                     r"|Generals|Kings|Judges|Professors|Drs|Messrs|Mayors|Governors)\s(?=[A-Z])")  # fmt: skip
_HEAD_OF = re.compile(r"(?:the\s)?(?:[a-z-]{2,20}\s){0,3}[a-z-]{2,20}s\s(?:of|in|from|with|to|at)\s(?=(?:the\s)?[A-Z])", re.I)
_GLOSS = re.compile(r"(?:an?|his|her|its|their|who|whom|which|whose|where|when|aged|now|then|formerly|both|\d+$)\b", re.I)
_CLAUSE = re.compile(
    r"(?:he|she|it|we|they|i|you|this|that|these|there|but|while|although|though|because|since|if|whether|which|who|when"
    r"|where|what|how|why|so|then|not|said|says|according)\b",
    re.I,
)
OPENER_WORDS = frozenset(
    "However Meanwhile Moreover Furthermore Earlier Later Also Therefore Thus Instead Still Then Today Yesterday "
    "Tomorrow Monday Tuesday Wednesday Thursday Friday Saturday Sunday Here There Now So And But Yes No Well Finally "
    "First Second Third Additionally Besides Nevertheless Nonetheless Otherwise Indeed Overall Similarly "
    "On In At By After Before Since During With From For".split()
)
"""Words that open a sentence: with a comma behind them or their phrase they are no member of a list."""
_DATE = re.compile(r"(?:.{0,40}\s)?(?:January|February|March|April|May|June|July|August|September|October|November|December"
                   r"|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b\.?(?:\s\d{1,2})?$", re.DOTALL)  # fmt: skip
_MOST_WORDS = 25  # in one thing


def split(text: str, start: int, end: int) -> tuple[Extent, ...]:
    """The extents of what `text[start:end]` lists, in order of place, none overlapping; the extent itself where it is no
    enumeration. Appositions and brackets behind a name ("Scholz, the chancellor," "Poland (200)") are left out, and so
    is what introduces the list ("ten countries, including"). Linear in the length."""
    whole = _trim(text, start, end)
    if _sentence(text, *whole):
        return ((start, end),)
    wide = _with_quotes(text, *whole)
    seps = separators(text, *wide)
    for kind in ("bullet", "semi"):
        if any(sep.kind == kind for sep in seps):
            parts = _cut(wide, [sep for sep in seps if sep.kind == kind])
            break
    else:
        parts = _running(text, wide, seps)
    parts = _introduced(text, [_trim(text, *part) for part in parts])
    parts = [_without_bracket(text, *part) for part in parts] if len(parts) > 1 else parts
    return tuple(parts) if len(parts) > 1 and all(_thing(text, *part) for part in parts) else ((start, end),)


def is_name(text: str, start: int, end: int) -> bool:
    """Whether the extent ends in a name: "Germany", "the broker Sanjay Dhillon"."""
    return bool(_HAS_NAME.fullmatch(text, max(start, end - 160), end))


def _running(text: str, whole: Extent, seps: list[Separator]) -> list[Extent]:
    """Of a list in commas, with "and" or "or" before its last member."""
    joins = [sep for sep in seps if sep.joined]
    if any(sep.joined and sep.kind == "comma" for sep in seps) and len([s for s in seps if s.kind == "comma"]) > 1:
        seps = [sep for sep in seps if sep.kind == "comma" or _between_names(text, whole, sep)]
        joins = [sep for sep in seps if sep.joined]
    parts = _cut(whole, seps)
    if not joins:
        return parts if len(parts) > 2 and all(_bare(text, *part) for part in parts) else [whole]
    last = seps.index(joins[-1]) + 1  # the part behind the last "and"
    head, tail = parts[:last], parts[last:]
    found: list[Extent] = []
    for n, part in enumerate(head):
        plain = n > 0 and not seps[n - 1].joined
        if plain and is_name(text, *parts[n - 1]) and _is_gloss(text, *part, *parts[n - 1]):
            continue
        found.append(part)
    return [*found, _with_tail(text, tail)]


def _with_tail(text: str, tail: list[Extent]) -> Extent:
    """The last member, of the parts behind the last "and": an apposition is left out if the member is a name."""
    (start, end), more = tail[0], tail[1:]
    if more and re.match(r"(?:in|on|at|by|for|with|to|perhaps|possibly|finally)\b", text[start:end]):
        return more[0]  # "and, in rare cases, a rash"
    if more and (is_name(text, *more[0]) and (not is_name(text, start, end) or "," in text[end : end + 1])):
        gloss = _is_gloss(text, *more[0], start, end) or len(more) > 1
        return (start, end) if gloss and is_name(text, start, end) else (start, more[0][1])
    return start, end


def _is_gloss(text: str, start: int, end: int, before: int, until: int) -> bool:
    """Whether a part tells of the name before it, as in "Scholz, the German chancellor"."""
    if is_name(text, start, end):
        return False
    the = text.startswith(("the ", "former "), start) and not text.startswith(("the ", "The "), before)
    return bool(_GLOSS.match(text, start, end)) or the


def _between_names(text: str, whole: Extent, sep: Separator) -> bool:
    """Whether an "and" without a comma stands between two names."""
    return is_name(text, max(whole[0], sep.start - 60), sep.start) and bool(
        re.match(r"(?:the\s)?[^\W\d_a-z]", text[sep.end : sep.end + 6])
    )


def _introduced(text: str, parts: list[Extent]) -> list[Extent]:
    """The first members without what leads the list in: "countries, including", "both", "Presidents", "leaders of"."""
    if len(parts) < 2:
        return parts
    found: list[Extent] = []
    for n, (start, end) in enumerate(parts):
        while match := _PAIRED.match(text, start, end):
            start = match.end()
        if match := _GROUP.match(text, start, end):
            start = match.end()
        elif n + 1 < len(parts) and re.match(r"(?:including|such as|namely|notably|among them)\s", text[parts[n + 1][0] :]):
            if not is_name(text, start, end) or re.match(r"(?:about|some|several|many|\d)", text[start:end]):
                continue  # a group, of which the members follow
        if match := re.compile(r"(?:including|such as|namely|notably|among them)\s").match(text, start, end):
            start = match.end()
        if n == 0 and all(is_name(text, *part) for part in parts):
            match = _TITLES.match(text, start, end) or _HEAD_OF.match(text, start, end)
            start = match.end() if match else start
        found.append(_trim(text, start, end))
    return found


def _cut(whole: Extent, seps: list[Separator]) -> list[Extent]:
    edges = [whole[0], *(edge for sep in seps for edge in (sep.start, sep.end)), whole[1]]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _with_quotes(text: str, start: int, end: int) -> Extent:
    """With the quotation marks around it, where others stand inside: A", "B" and "C -> "A", "B" and "C"."""
    around = text[max(0, start - 1) : start] + text[end : end + 1]
    inside = len(around) == 2 and any(around == pair and pair[0] in text[start:end] for pair in ('""', "“”", "«»"))
    return (start - 1, end + 1) if inside else (start, end)


def _bare(text: str, start: int, end: int) -> bool:
    """Whether a part can be a member of a list that has no "and": a name or a few words, and no day or date."""
    words = text[start:end].split()
    return 0 < len(words) <= 4 and not _DATE.match(text, start, end) and not words[-1].isdigit()


def _thing(text: str, start: int, end: int) -> bool:
    """Whether the extent can be one of several things: words, no clause with its own subject, no opening of a sentence."""
    if not any(c.isalnum() for c in text[start:end]) or len(text[start:end].split()) > _MOST_WORDS:
        return False
    return not _CLAUSE.match(text, start, end) and text[start:end].split()[0] not in OPENER_WORDS


def _sentence(text: str, start: int, end: int) -> bool:
    """Whether the extent holds the end of a sentence, or is a whole one."""
    inner = re.compile(r"[^\W\d_A-Z]{3,40}[.!?][\"”’')]?\s+[\"“‘'(]?[^\W\d_a-z]").search(text, start, end)
    opens = not text[max(0, start - 40) : start].strip(" \t\"“'") or bool(re.search(r"[.!?]\W{0,8}$", text[max(0, start - 10) : start]))
    closes = text[end : end + 1] in (".", "!", "?") and text[start : start + 1].isupper()
    return bool(inner) or opens and closes and len(text[start:end].split()) > 8


def _without_bracket(text: str, start: int, end: int) -> Extent:
    """"Poland (200)" -> "Poland"."""
    if text[end - 1 : end] == ")":
        at = text.rfind("(", start, end)
        if at > start:
            return _trim(text, start, at)
    return start, end


def _trim(text: str, start: int, end: int) -> Extent:
    """Without white space, marks, and quotes that enclose it or have no partner."""
    before = None
    while before != (start, end):
        before = (start, end)
        while start < end and (text[start].isspace() or text[start] in ",;:-*•–—"):
            start += 1
        while start < end and (text[end - 1].isspace() or text[end - 1] in ",;:"):
            end -= 1
        if re.search(r"\w{3}[.!?]$", text[max(start, end - 6) : end]) and not re.search(r"\.\w+\.$|\b(?:Inc|Ltd|Corp|Bros)\.$", text[max(start, end - 8) : end]):
            end -= 1
        for first, last in (("“", "”"), ('"', '"'), ("‘", "’"), ("'", "'"), ("«", "»")):
            opens, closes = text[start : start + 1] == first, text[end - 1 : end] == last
            inner = text[start + 1 : end - 1]
            if opens and closes and end - start > 1 and first not in inner and last not in inner:
                start, end = start + 1, end - 1
            elif opens and last not in text[start + 1 : end]:
                start += 1
            elif closes and first != "'" and first not in text[start : end - 1] and last != "’":
                end -= 1
    return start, end

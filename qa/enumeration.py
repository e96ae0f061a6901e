"""Enumerations in running text, "the United States, Germany, Italy and Spain", cut into what they list, each with its
own extent. Rules of English punctuation; no model. Where the text is no enumeration, it is one thing.
"""

from __future__ import annotations

import re

from qa.phrases import NAME, Extent, is_bare, is_gloss, is_name, is_sentence, is_thing, trim
from qa.separators import Separator, separators
from qa.verbs import is_past

_LEAD = r"(?:including|such as|namely|notably|among them)\s"
_LEADS = re.compile(_LEAD, re.I)
_GROUP = re.compile(rf"(?:[^,;:\n]{{0,80}}?[,\s]\s?{_LEAD}|[^,;:\n]{{0,80}}:\s{{1,9}})", re.I)
_TELLS = re.compile(  # "training would centre on"
    r"(?:[^\W\d_][\w’'-]*\s){1,8}?(?:includ|compris|cover|cent(?:er|re)|focus|concentrat|consist|rang|revolv|involv)"
    r"(?:s|es|ed|d|e)?\s(?!(?:in|by|at|as|to|for)\b)(?:(?:around|on|of|from|both)\s)?"
)
_COUNTED = re.compile(r"(?:about|around|some|several|many|other|\d)", re.I)
_BESIDE = re.compile(rf"(?P<member>(?:the\s)?{NAME})\s(?:and|as\swell\sas)\s{_COUNTED.pattern}")
_PAIRED = re.compile(r"(?:both|either|neither|not only|and|or|but also)\s", re.I)
_TITLES = re.compile(
    r"(?:(?:the|its|their)\s)?(?:[A-Z][\w-]{1,20}\s)?(?:Presidents|Ministers|Premiers|Chancellors|Senators|Generals|Kings"
    r"|Judges|Professors|Drs|Messrs|Mayors|Governors)\s(?=[A-Z])"
)
_HEAD_OF = re.compile(
    r"(?:[Tt]he\s)?(?:[a-z-]{2,20}\s){0,3}[a-z-]{2,20}s\s(?:of|in|from|with|to|at)\s(?=(?:the\s)?[A-Z])"
)
_DONE_TO = re.compile(  # "sent a letter to the United States"
    rf"(?P<verb>[a-z]+)\s(?:[\w’'-]+\s){{0,4}}?(?:to|with|from|against|for)\s(?P<member>(?:the\s)?{NAME})"
)
_ASIDE = re.compile(r"(?:in|on|at|by|for|with|to|perhaps|possibly|finally)\b")


def split(text: str, start: int, end: int) -> tuple[Extent, ...]:
    """The extents of what `text[start:end]` lists, in order of place, none overlapping; the extent itself where it is
    no enumeration. Appositions and brackets behind a name ("Scholz, the chancellor", "Poland (200)") are left out, and
    so is what introduces the list ("ten countries, including", "training would centre on"). Linear in the length."""
    whole = trim(text, start, end)
    if (told := _TELLS.match(text, *whole)) and len(inside := split(text, told.end(), whole[1])) > 1:
        return inside
    if is_sentence(text, *whole):
        return ((start, end),)
    whole = _with_quotes(text, *whole)
    seps = separators(text, *whole)
    for kind in ("bullet", "semi"):
        if any(sep.kind == kind for sep in seps):
            parts = _cut(whole, [sep for sep in seps if sep.kind == kind])
            break
    else:
        parts = _running(text, whole, seps)
    parts = _introduced(text, [trim(text, *part) for part in parts])
    parts = [_without_bracket(text, max(a, start), min(b, end)) for a, b in parts]
    return tuple(parts) if len(parts) > 1 and all(is_thing(text, *part) for part in parts) else ((start, end),)


def _running(text: str, whole: Extent, seps: list[Separator]) -> list[Extent]:
    """Of a list in commas, with "and" or "or" before its last member."""
    commas = [sep for sep in seps if sep.kind == "comma"]
    if len(commas) > 1 and any(sep.joined for sep in commas):  # "land and sea patrols, drones, and radar"
        seps = [sep for sep in seps if sep.kind == "comma" or _between_names(text, whole, sep)]
    parts = _cut(whole, seps)
    joins = [n for n, sep in enumerate(seps) if sep.joined]
    if not joins:
        return parts if len(parts) > 2 and all(is_bare(text, *part) for part in parts) else [whole]
    last = joins[-1] + 1  # the part behind the last "and"
    found = [
        part
        for n, part in enumerate(parts[:last])
        if n == 0
        or seps[n - 1].joined
        or not (is_name(text, *parts[n - 1]) and is_gloss(text, *part, before=parts[n - 1][0]))
    ]
    return [*found, _with_tail(text, parts[last:])]


def _with_tail(text: str, tail: list[Extent]) -> Extent:
    """The last member, of the parts behind the last "and": an apposition is left out if the member is a name."""
    (start, end), more = tail[0], tail[1:]
    if more and _ASIDE.match(text, start, end):
        return more[0]  # "and, in rare cases, a rash"
    if not more or (is_name(text, start, end) and (len(more) > 1 or not is_name(text, *more[0]))):
        return start, end
    return (start, more[0][1]) if is_name(text, *more[0]) else (start, end)


def _between_names(text: str, whole: Extent, sep: Separator) -> bool:
    """Whether an "and" without a comma stands between two names."""
    after = text[sep.end + 4 : sep.end + 5] if text.startswith("the ", sep.end) else text[sep.end : sep.end + 1]
    return is_name(text, max(whole[0], sep.start - 60), sep.start) and after.isupper()


def _introduced(text: str, parts: list[Extent]) -> list[Extent]:
    """The members without what leads the list in: "countries, including", "both", "Presidents", "leaders of"."""
    if len(parts) < 2:
        return parts
    named = all(is_name(text, *part) for part in parts)
    found: list[Extent] = []
    for n, (start, end) in enumerate(parts):
        members_follow = n + 1 < len(parts) and _LEADS.match(text, *parts[n + 1])
        if members_follow and (_COUNTED.match(text, start, end) or not is_name(text, start, end)):
            if beside := _BESIDE.match(text, start, end):
                found.append(beside.span("member"))
            continue  # the name of the group
        while match := _PAIRED.match(text, start, end):
            start = match.end()
        if match := _GROUP.match(text, start, end) or _LEADS.match(text, start, end):
            start = match.end()
        if n == 0 and named and (match := _TITLES.match(text, start, end) or _HEAD_OF.match(text, start, end)):
            start = match.end()
        found.append(trim(text, start, end))
    return _behind_verb(text, found)


def _behind_verb(text: str, parts: list[Extent]) -> list[Extent]:
    """Where names follow a part that tells what was done to the first of them ("Ann Lee, sent letters to", "Oslo"),
    the list begins there."""
    for n in range(len(parts) - 2, -1, -1):
        done = _DONE_TO.fullmatch(text, *parts[n])
        if done and is_past(done["verb"]):
            names = all(is_name(text, *part) for part in parts[n + 1 :])
            return [done.span("member"), *parts[n + 1 :]] if names else parts
    return parts


def _cut(whole: Extent, seps: list[Separator]) -> list[Extent]:
    edges = [whole[0], *(edge for sep in seps for edge in (sep.start, sep.end)), whole[1]]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _with_quotes(text: str, start: int, end: int) -> Extent:
    """With the quotation marks around it, where others stand inside: A", "B" and "C -> "A", "B" and "C"."""
    around = text[max(0, start - 1) : start] + text[end : end + 1]
    inside = any(around == pair and text.find(pair[0], start, end) >= 0 for pair in ('""', "“”", "«»"))
    return (start - 1, end + 1) if inside else (start, end)


def _without_bracket(text: str, start: int, end: int) -> Extent:
    """ "Poland (200)" -> "Poland"."""
    at = text.rfind("(", start, end) if text.endswith(")", start, end) else -1
    return trim(text, start, at) if at > start else (start, end)

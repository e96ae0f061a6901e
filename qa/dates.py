"""What "Friday", "last month" or "in a few days" mean in an article: days counted from the day it was published.

Weekdays: in the past tense the latest such day up to and including the day of publication; in the future tense, and for
"this Friday", the first from it on (see `qa.tense`). "Last Friday" is the latest before it and "next Friday" the first
after it, though some writers mean the one in the next week. Weeks run from Monday to Sunday. Early, mid and late are
the thirds of a month or year. "Two weeks ago" is about a day; months and years ago are a month and a year. A month or a
day of the year without a year is the latest or the next one, by tense, and one within 30 days of publication is that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from re import Match

from index.article import Article
from index.passages import Passage
from index.sentences import sentences, touched
from qa.answer import Mention
from qa.days import NONE, meaning, weekday
from qa.mentions import find
from qa.periods import Anchor
from qa.tense import Cues

_WHEN = re.compile(
    r"(?:^|[?!.]\s)\W{0,9}(?:(?:and|but|so|then)\s)?(?:(?:since|until|till|by|from)\s)?when\b"
    r"|,\swhen\s(?:was|were|did|do|does|will|is|are|has|have|had|should|would|could|can)\b"
    r"|\b(?:what|which)\s(?:day|date|month|year|week|weekday|time)\b",
    re.IGNORECASE,
)
_FEW = 3  # words
_REACH = 40  # code points around a span in which its mention begins and ends
_JOINS = re.compile(r"\s?(?:,|-|–|—|,?\s(?:to|and|or|through|until|till))\s?(?:on\s)?", re.IGNORECASE)


def resolve(text: str, start: int, end: int, published: str | None, *, caption: bool = False) -> tuple[Mention, ...]:
    """The mentions in `text[start:end]`, a run of whole sentences, that can be resolved, in order.

    published: ISO day of the article, or None: then only what bears its own year is resolved. caption: that day is
    known from a photo caption alone; the photo may be older, so a weekday in the past tense is the one nearest to it,
    and what is counted from it is marked uncertain (?). Linear in the stretch.
    """
    anchor = Anchor(date.fromisoformat(published) if published else None, caption=caption)
    found: list[Mention] = []
    for begin, stop in sentences(text, start, end):
        found += (Mention(text[begin + a : begin + b], begin + a, begin + b, edtf)
                  for a, b, edtf in _in_sentence(text[begin:stop], anchor))  # fmt: skip
    return tuple(found)


def quoted(article: Article, passage: Passage, start: int, end: int) -> tuple[Mention, ...]:
    """The mentions in those sentences of the passage that the quote `article.text[start:end]` touches. Other sentences
    of the passage may speak of other days."""
    found = touched(article.text, start, end, (passage.start, passage.end))
    if not found:
        return ()
    caption = article.dated_by == "caption"
    return resolve(article.text, found[0][0], found[-1][1], article.published, caption=caption)


def asked(question: str, as_of: str | None = None) -> tuple[str, ...]:
    """The days that a question names, as EDTF, for `qa.edtf.agree`: "on 7 June" is XXXX-06-07, of any year.
    What is relative counts from as_of, and from nothing where that is None."""
    anchor = Anchor(date.fromisoformat(as_of) if as_of else None, any_year=as_of is None)
    return tuple(edtf for _, _, edtf in _in_sentence(question, anchor, typed=True))


def asks_when(question: str) -> bool:
    """Whether a question asks for a day or a period: "when did ...", "in which month ...", "since when ..."."""
    return bool(_WHEN.search(question))


def whole_mention(text: str, start: int, end: int, *, when: bool = False) -> tuple[int, int]:
    """The mention of which `text[start:end]` is a part ("week" of "this week"), resolvable or not; else the same.
    when: of a span that is longer by more than three words than the one mention in it, that mention.
    """
    low, high = max(0, start - _REACH), min(len(text), end + _REACH)
    mentions = [(low + m.start(), low + m.end()) for _, m in find(text[low:high])]
    for first, last in mentions:
        if first <= start and end <= last:
            return first, last
    inside = [extent for extent in mentions if start <= extent[0] and extent[1] <= end]
    others = len(text[start:end].split()) - sum(len(text[a:b].split()) for a, b in inside)
    return inside[0] if when and len(inside) == 1 and others > _FEW else (start, end)


def _in_sentence(sentence: str, anchor: Anchor, *, typed: bool = False) -> Iterator[tuple[int, int, str]]:
    found = list(find(sentence, typed=typed))
    cues = Cues.of(sentence) if found else None
    n = 0
    while n < len(found) and cues:
        kind, match = found[n]
        chain = _chain(sentence, found, n) if kind == "weekday" else [match]
        tense = cues.tense(match.start(), match.end())
        dates = _weekdays(chain, anchor, tense) if kind == "weekday" else [meaning(kind, match, anchor, tense)]
        yield from ((m.start(), m.end(), edtf) for m, edtf in zip(chain, dates, strict=True) if edtf)
        n += len(chain)


def _chain(sentence: str, found: list[tuple[str, Match[str]]], n: int) -> list[Match[str]]:
    """Weekdays that belong together: "from Monday to Thursday", "on Thursday and Friday of last week"."""
    chain = [found[n][1]]
    for kind, match in found[n + 1 :]:
        bare = not (chain[-1]["rel"] or chain[-1]["week"])
        if kind != "weekday" or not bare or not _JOINS.fullmatch(sentence, chain[-1].end(), match.start()):
            break
        chain.append(match)
    return chain


def _weekdays(chain: list[Match[str]], anchor: Anchor, tense: str | None) -> list[str | None]:
    """Each is before the next: counted backwards in the past tense, and where the last one tells its week."""
    last = chain[-1]
    told = last["rel"] or last["week"]
    backwards = told or tense != "future"
    parts = [(m["name"], (m["rel"] or "").lower() or None, (m["week"] or "").lower() or None) for m in chain]
    try:
        days = [weekday(*(parts[-1] if backwards else parts[0]), anchor, tense)]
        for name, *_ in parts[-2::-1] if backwards else parts[1:]:
            rel = "last" if backwards else "next"
            days.append(weekday(name, rel, None, Anchor(days[-1]), None))
    except NONE:
        return [None] * len(chain)
    mark = "?" if anchor.caption else ""
    return [day.isoformat() + mark for day in (reversed(days) if backwards else days)]

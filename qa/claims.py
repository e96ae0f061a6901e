"""What a sentence claims: an answer where it stands, and the words around it by which two claims are compared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from qa.answer import Citation
from qa.asked import asked
from qa.meanings import signed
from qa.quantities import Quantity, quantities, quantity, same_quantity
from qa.reader.alone import around
from qa.same_days import Day, day
from qa.spelling import entity

_SAID = r"(?:said|says|told|reported|reports|wrote|announced|claimed|stated|according to|added)\b"
_BEHIND = re.compile(rf",\s+[^,]{{0,80}}{_SAID}[^,]*$|,?\s+according to\b[^,]*$|,\s+[^,]{{0,40}}\b(?:says?|said)\W*$")
_AHEAD = re.compile(
    rf"^[^,]{{0,80}}\b{_SAID}(?:\s+on\s+\w+)?(?:\s+that)?\s+|^according to [^,]{{0,80}},\s+", re.IGNORECASE
)
_LOWER = re.compile(r"\b[a-z][\w’'-]*")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_PASSIVE = re.compile(r"\b(?:was|were|is|are|be|been)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Claim:
    """An answer where it stands. sentence: the one around the quote, without "..., the mayor said"."""

    citation: Citation

    @cached_property
    def whole(self) -> str:
        """The sentence, or the sentences, of the quote."""
        passage = self.citation.passage
        start, end = self.citation.start - passage.start, self.citation.end - passage.start
        first, last = around(passage.text, start, end)
        return passage.text[first:last]

    @cached_property
    def sentence(self) -> str:
        told = _BEHIND.sub("", self.whole[:1000])
        ahead = _AHEAD.match(told)
        return told if ahead is None or _PASSIVE.search(ahead[0]) else told[ahead.end() :]

    @cached_property
    def signs(self) -> Mapping[str, int]:
        return signed(self.sentence)

    @cached_property
    def words(self) -> Mapping[str, int]:
        return signed(self.whole)

    @cached_property
    def quoted(self) -> Mapping[str, int]:
        return signed(self.citation.quote)

    @cached_property
    def around(self) -> frozenset[str]:
        """Stems of the sentence outside the quote."""
        return frozenset(self.words) - self.quoted.keys()

    @cached_property
    def told(self) -> frozenset[str]:
        """Those of them that stand in lower case, too: no names."""
        return self.around & signed(" ".join(_LOWER.findall(self.whole))).keys()

    @cached_property
    def about(self) -> frozenset[str]:
        """Stems of the whole passage."""
        return frozenset(signed(self.citation.passage.text))

    @cached_property
    def amount(self) -> Quantity | None:
        """The one amount of the quote; its hedge and what it counts may stand outside, three words away."""
        quote, text = self.citation.quote, self.citation.passage.text
        told = quantities(quote)
        amount = quantity(quote) or (told[0] if len(told) == 1 and not day(quote) else None)
        if amount is None:
            return None
        start, end = self.citation.start - self.citation.passage.start, self.citation.end - self.citation.passage.start
        before, after = text[max(0, start - 60) : start].split(" ")[-4:], text[end : end + 60].split(" ")[:4]
        wider = quantities(" ".join(before) + quote + " ".join(after))
        return next((other for other in wider if same_quantity(amount, other)), amount)

    @cached_property
    def day(self) -> Day | None:
        """The day of the quote, with the year of publication where it leaves the year out."""
        told, published = day(self.citation.quote), self.citation.published
        return replace(told, year=int(published[:4])) if told and told.month and not told.year and published else told

    @cached_property
    def calendar(self) -> tuple[int | None, int, int] | None:
        """Year, month and day, where the quote is a day and no more: as its article resolves it ("on Friday"), or as it
        is written; the year is None where nothing tells it."""
        told = day(self.citation.quote)
        if told is None:
            return None
        start, end = self.citation.start, self.citation.end
        meant = [m.date.rstrip("?") for m in self.citation.dates if m.start < end and start < m.end]
        if len(meant) == 1 and (exact := _DAY.fullmatch(meant[0])):
            return int(exact[1]), int(exact[2]), int(exact[3])
        return (told.year, told.month, told.day) if told.month and told.day else None


def same_day(one: Claim, other: Claim) -> bool | None:
    """Whether two quotes that are days mean the same one; None where a quote is no such day."""
    a, b = one.calendar, other.calendar
    if a is None or b is None:
        return None
    return a[1:] == b[1:] and (a[0] == b[0] or None in (a[0], b[0]))


def days_between(one: Claim, other: Claim) -> int | None:
    """How far apart two quotes are that are days; None where a quote is no day, or names one that no year has."""
    if one.calendar is None or other.calendar is None:
        return None
    (first, *day), (second, *later) = one.calendar, other.calendar
    year = first or second or 2000
    try:
        return abs((date(first or year, *day) - date(second or year, *later)).days)
    except ValueError:
        return None


def country_in_front(claim: Claim) -> str | None:
    """The country that opens the sentence, as its subject."""
    match = re.match(r"(?:The\s+)?[A-Z][\w.]*(?:\s+[A-Z][\w.]*)?", claim.sentence)
    return entity(match[0]) or entity(match[0].split()[0]) if match else None


def concerns(question: str, citation: Citation) -> bool:
    """Whether the sentence around a quote has a word of the question that is no name."""
    common = asked(question).common
    claim = Claim(citation)
    return not common or bool(common & (claim.around | claim.quoted.keys()))


def measured(text: str) -> str:
    """number or date where the text is an amount or a day and nothing else, else empty."""
    return "date" if day(text) else "number" if quantity(text) else ""

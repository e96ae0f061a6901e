"""Where a passage gives an answer again: to the letter, as the same day, a name spelled otherwise, a part of a quote.
Whether it says the same there is for `qa.corroboration`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from index.article import Article
from index.passages import Passage
from qa.answer import Citation
from qa.candidates import cited
from qa.claims import Claim, same_day
from qa.dates import quoted
from qa.names import core, same_name
from qa.phrases import CAPITAL
from qa.spelling import entity, sound

TELLING = 5  # words that nobody repeats by chance: whatever is asked, such a quote says the same
_MAKE = re.compile(r"(?<=[^\W\d_]\\ )(\d+)(?:\\-\w+)?")  # the number in an escaped name, as "Mirage\\ 2000\\-5"
_TWO = re.compile(r"([^\W\d_]+) ([^\W\d_]+)")
_PART = re.compile(r"[^,;:—–“”\"]+")
_NAME = rf"{CAPITAL}\w*(?:[-.][^\W\d_]\w*)*"  # without "'s", other than `qa.phrases.NAME`
_RUN = re.compile(rf"{_NAME}(?:\s{_NAME})*")
_WORD = re.compile(r"\S+")


def restated(said: Claim, article: Article, passage: Passage) -> Iterator[Citation]:
    """The places where the passage gives the claim's quote, the likest first."""
    quote = said.citation.quote
    yield from mentions(quote, article, passage)
    yield from days(said, article, passage)
    yield from spelled(quote, article, passage)
    for part in _PART.findall(quote):
        if part != quote and len(part.split()) >= TELLING:
            yield from mentions(part.strip(), article, passage)


def spelled(name: str, article: Article, passage: Passage) -> Iterator[Citation]:
    """The places that name the same person, of whom first name and surname are told, in another way: "Zelensky"."""
    words = core(name)
    if len(words) < 2 or entity(" ".join(words)):
        return
    last = sound(words[-1])
    text = article.text[passage.start : passage.end]
    for start, run in _runs(text):
        at = next((n for n, (_, word) in enumerate(run) if sound(word) == last), None)
        if at is None:
            continue
        end = start + run[at][0] + len(run[at][1])
        for begin in (start + place for place, _ in run[max(0, at + 1 - len(words)) : at + 1]):
            if same_name(name, text[begin:end]):
                yield cited(article, passage, passage.start + begin, passage.start + end)
                break


@lru_cache(maxsize=256)
def _runs(text: str) -> tuple[tuple[int, tuple[tuple[int, str], ...]], ...]:
    """(start, its words with their places in it) of the runs of capitalised words."""
    return tuple((m.start(), tuple((w.start(), w[0]) for w in _WORD.finditer(m[0]))) for m in _RUN.finditer(text))


def mentions(text: str, article: Article, passage: Passage) -> Iterator[Citation]:
    """The places of a passage that read so, upper and lower case apart. A name with a number may be of another make
    ("Mirage 2000", "Mirage 2000-5"), and an adjective stands before two things ("Ukrainian soldiers and pilots")."""
    if text.split()[0].lower() in article.text[passage.start : passage.end].lower():  # spares most of the search
        for match in _readings(text).finditer(article.text, passage.start, passage.end):
            yield cited(article, passage, *match.span())


@lru_cache(maxsize=64)
def _readings(text: str) -> re.Pattern[str]:
    exact = _MAKE.sub(r"\1(?:-\\w+)?", re.escape(text))
    if two := _TWO.fullmatch(text):
        exact += rf"|{re.escape(two[1])}\s\w+\s(?:and|or)\s{re.escape(two[2])}"
    return re.compile(rf"(?<!\w)(?:{exact})(?!\w)", re.IGNORECASE)


def days(said: Claim, article: Article, passage: Passage) -> Iterator[Citation]:
    """The places of a passage that name the day of the calendar that the claim names, in other words."""
    if said.calendar is None:
        return
    for mention in quoted(article, passage, passage.start, passage.end):
        citation = cited(article, passage, mention.start, mention.end)
        if same_day(said, Claim(citation)):
            yield citation

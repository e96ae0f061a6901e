"""Who else says so: other articles in which an answer's words stand in a sentence about what was asked.

The reader names a span or two of each passage that it reads. An article that mentions the same thing in passing, or
lies deeper than was read, is found here, by the words themselves: an answer is cited wherever it is given, and
`n_sources` counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from index.article import Article
from index.passages import Passage
from index.search.lexical import STOP
from qa.answer import Citation, Item
from qa.asked import asked
from qa.candidates import cited, origin
from qa.claims import Claim
from qa.meanings import signed

DEEP = 32  # passages, in order of retrieval, in which an answer is looked for
LONGEST = 8  # words of an answer that others may be expected to repeat to the letter
SHARE, LEAST = 0.5, 2  # of the question's words that the sentence has; how many, with the names in its passage
_EMPTY = frozenset(signed("say says said tell told report reported according many much"))  # words that say little

Place = tuple[Article, Passage]


def corroborated(question: str, item: Item, places: Sequence[Place], origins: Mapping[str, str]) -> Item:
    """The item with a citation in each further article of `places` that says it. origins: by source, see
    `qa.candidates.origin`; of all that it is cited in."""
    said = Claim(item.citations[0])
    words = re.findall(r"\w+", item.text.lower())
    if len(words) > LONGEST or STOP.issuperset(words):
        return item
    further: dict[str, tuple[Citation, str]] = {}
    known = {citation.source for citation in item.citations}
    for article, passage in places:
        if article.source not in known and article.source not in further:
            alike = (c for c in mentions(item.text, article, passage) if same_claim(question, said, Claim(c)))
            if citation := next(alike, None):
                further[article.source] = citation, origin(article)
    count = len({origins[c.source] for c in item.citations} | {group for _, group in further.values()})
    citations = (*item.citations, *(citation for citation, _ in further.values()))
    return replace(item, citations=citations, n_sources=count) if further else item


def mentions(text: str, article: Article, passage: Passage) -> Iterator[Citation]:
    """The places of a passage that read so, upper and lower case apart."""
    pattern = re.compile(rf"(?<!\w){re.escape(text)}(?!\w)", re.IGNORECASE)
    for match in pattern.finditer(article.text, passage.start, passage.end):
        yield cited(article, passage, *match.span())


def same_claim(question: str, said: Claim, other: Claim) -> bool:
    """Whether the other sentence speaks of what is asked in words of the first one, its passage of whom, and it neither
    denies what that does not deny, nor means other days."""
    common = asked(question).common - said.quoted.keys()
    about = common - _EMPTY
    names = asked(question).stems - common - said.quoted.keys()
    there, here = said.words, other.words
    shared = about & there.keys() & here.keys()
    if len(shared) < SHARE * len(about) or len(shared | names) < min(LEAST, len(about | names)):
        return False
    if names and not names <= here.keys() and not (about and names <= other.about):
        return False
    turned = any(there[word] * here[word] < 0 for word in (shared | said.quoted.keys()) & there.keys() & here.keys())
    return not turned and _days(said.citation) == _days(other.citation)


def _days(citation: Citation) -> set[str]:
    """What the days mean that the quote itself names."""
    return {m.date for m in citation.dates if citation.start < m.end and m.start < citation.end}

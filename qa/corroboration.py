"""Who else says so: other articles in which an answer's words stand in a sentence about what was asked.

The reader names a span or two of each passage that it reads. An article that mentions the same thing in passing, or
lies deeper than was read, is found here (`qa.restated`): an answer is cited wherever it is given, and `n_sources`
counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from index.article import Article
from index.passages import Passage
from index.search.lexical import STOP
from qa.answer import Citation, Item
from qa.asked import asked
from qa.candidates import origin
from qa.claims import Claim, same_day
from qa.meanings import signed
from qa.restated import TELLING, restated

DEEP = 32  # passages, in order of retrieval, in which an answer is looked for
SHARE, LEAST = 0.5, 2  # of the question's words that the sentence has; how many, with the names in its passage
_FAR = 40  # code points
_WORD = re.compile(r"\w+")
_ENDS, _BEGINS = re.compile(r"(\w+)\s$"), re.compile(r"\s(\w+)")
_EMPTY = frozenset(signed("say says said tell told report reported according many much"))  # words that say little

Place = tuple[Article, Passage]


def corroborated(question: str, item: Item, places: Sequence[Place], origins: Mapping[str, str]) -> Item:
    """The item with a citation in each further article of `places` that says it. origins: by source, see
    `qa.candidates.origin`; of all that it is cited in."""
    said = Claim(item.citations[0])
    words = _WORD.findall(item.text.lower())
    if STOP.issuperset(words):
        return item
    further: dict[str, tuple[Citation, str]] = {}
    known = {citation.source for citation in item.citations}
    for article, passage in places:
        if article.source not in known and article.source not in further:
            alike = (c for c in restated(said, article, passage) if same_claim(question, said, Claim(c)))
            if citation := next(alike, None):
                further[article.source] = citation, origin(article)
    count = len({origins[c.source] for c in item.citations} | {group for _, group in further.values()})
    citations = (*item.citations, *(citation for citation, _ in further.values()))
    return replace(item, citations=citations, n_sources=count) if further else item


def same_claim(question: str, said: Claim, other: Claim) -> bool:
    """Whether the other sentence speaks of what is asked in words of the first one, its passage of whom, and it neither
    denies what that does not deny, nor means other days."""
    common = asked(question).common - said.quoted.keys()
    about = common - _EMPTY
    names = asked(question).stems - common - said.quoted.keys()
    there, here = said.words, other.words
    shared = about & there.keys() & here.keys()
    if _turned(shared | said.quoted.keys(), said, other):
        return False
    if len(_WORD.findall(said.citation.quote)) >= TELLING or (not about & there.keys() and _named(names, said, other)):
        return True
    if len(shared) < SHARE * len(about) or len(shared | names) < min(LEAST, len(about | names)):
        return False
    return not names or names <= here.keys() or bool(about and names <= other.about)


def _turned(words: Set[str], said: Claim, other: Claim) -> bool:
    """Whether one denies of these words what the other does not, or means other days."""
    there, here = said.words, other.words
    if any(there[word] * here[word] < 0 for word in words & there.keys() & here.keys()):
        return True
    return not same_day(said, other) and _days(said.citation) != _days(other.citation)


def _days(citation: Citation) -> set[str]:
    """What the days mean that the quote itself names."""
    return {m.date.rstrip("?") for m in citation.dates if citation.start < m.end and m.start < citation.end}


def _named(names: Set[str], said: Claim, other: Claim) -> bool:
    """Whether one of these names stands right beside both quotes: what "President Emmanuel Macron" is, whatever the
    sentence goes on to tell."""
    return bool(names & _beside(said) & _beside(other))


def _beside(claim: Claim) -> frozenset[str]:
    """Stems of the words that only a space parts from the quote."""
    text, start = claim.citation.passage.text, claim.citation.start - claim.citation.passage.start
    end = start + len(claim.citation.quote)
    sides = _ENDS.search(text, max(0, start - _FAR), start), _BEGINS.match(text, end)
    return frozenset(stem for side in sides if side for stem in signed(side[1]))

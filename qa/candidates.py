"""Spans on their way to an answer: what is known about each, how likely it is to be right, and its citation."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from index.article import Article, Extent
from index.passages import Passage
from index.search.lexical import content_words, stem, stems
from qa.answer import Citation, Extract, Item
from qa.attribution import of_another, unheard
from qa.claims import Claim, concerns, measured, same_day
from qa.confidence import LEAD, SIZE, Calibration, log_odds, more_likely, sigmoid
from qa.cut import whole
from qa.dates import quoted
from qa.fitting import fits
from qa.reader import Reading, Span
from qa.same import grouped, same
from qa.subjects import unnamed

HOPE = 4.0
"""Of 1,913 questions over seeds/ and about events that pass the threshold it withholds 4, one of them answered rightly:
"around 10,000" soldiers are no number of jets."""
REPRINTS = 100  # articles of one text that are cited at most beside the one that was read


@dataclass(frozen=True)
class Candidate:
    """A span, where it stands, its features (see qa.confidence), and the probability that it answers. crowding: the
    log-odds that it and all others lose by the size of the library."""

    span: Span
    article: Article
    passage: Passage
    features: Mapping[str, float]
    probability: float
    crowding: float = 0.0

    @property
    def extent(self) -> Extent:
        """Where the span stands in the article."""
        return self.passage.start + self.span.start, self.passage.start + self.span.end

    def times(self, share: float) -> float:
        """The probability of one that is `share` times as likely as this one in a small library. Among many articles
        each is less likely to be right, but one beside another no less than there."""
        return more_likely(share * more_likely(self.probability, self.crowding), -self.crowding)


def weigh(
    question: str,
    places: Sequence[tuple[Article, Passage]],
    reading: Reading,
    cosines: Sequence[float],
    size: int,
    fitted: Calibration | None,
) -> list[Candidate]:
    """Candidates, most probable first; ties keep the reader's order. cosines: of the question to each place. size: of
    the library, in passages.

    Without a fit the best span has the reader's `answerable`, and the others less, by the odds of their scores.
    """
    words = {stem(word) for word in content_words(question)}
    texts = [article.text[passage.start : passage.end] for article, passage in places]
    held = [stems(text) for text in texts]
    strange = [unnamed(question, article) for article, _ in places]
    silent = [unheard(question, article) for article, _ in places]
    candidates = []
    found = (whole(question, span, texts[span.passage]) for span in reading.spans)
    spans = [span for span in found if fits(question, texts[span.passage], span.start, span.end)]
    best = max((span.score for span in spans), default=0.0)
    among = math.log(max(1, min(size, SIZE)))
    crowding = fitted.crowding(among) if fitted else 0.0
    for span in spans:
        rival = next((other.score for other in spans if not same(other.text, span.text)), -math.inf)  # best first
        features = {
            "score": span.score,
            "share": span.share,
            "cosine": float(cosines[span.passage]),
            "coverage": len(words & held[span.passage]) / max(1, len(words)),
            "behind": best - span.score,
            "lead": max(-LEAD, min(LEAD, span.score - rival)),
            "rank": math.log1p(span.passage),
            "size": among,
            "unnamed": float(strange[span.passage]),
        }
        unfitted = reading.answerable * _odds(best) / _odds(span.score)
        probability = fitted.probability(features) if fitted else unfitted
        candidate = Candidate(span, *places[span.passage], features, probability, crowding)
        if silent[span.passage] or of_another(question, candidate.article.text, *candidate.extent):
            continue  # the others stay behind it
        candidates.append(candidate)
    return sorted(candidates, key=lambda candidate: -candidate.probability)


def answerable(best: Candidate, fitted: Calibration | None) -> float:
    """How likely it is that the articles answer, judged by the best candidate; what it lost by the conversation counts
    here too. Not much likelier than that this candidate is right, compared as in `times`: where even the best is hardly
    ever right, it is better not shown."""
    if fitted is None:
        return best.probability
    told = fitted.span(best.features)
    lost = log_odds(best.probability) - told
    return min(sigmoid(fitted.question(best.features) + lost), HOPE * sigmoid(told + best.crowding))


def _odds(score: float) -> float:
    """1 / sigmoid(score), bounded."""
    return 1 + math.exp(min(-score, 500.0))


def heard(question: str, candidates: Sequence[Candidate], likely: float, floor: float, least: float) -> list[Candidate]:
    """Those that may be answers, and less likely ones whose sentence is about what is asked: down to `floor`, since
    they may dispute an answer, and down to `least` where they say the same as one. Amounts and days are compared with
    the answers whatever words stand around them (see `qa.contrast`)."""
    answers = [found.span.text for found in candidates if found.probability >= likely]

    def counts(found: Candidate) -> bool:
        if found.probability < floor and not any(same(found.span.text, text) for text in answers):
            return False
        citation = cite(found)
        return citation is not None and (bool(measured(found.span.text)) or concerns(question, citation))

    return [f for f in candidates if f.probability >= likely or (f.probability >= least and counts(f))]


def merge(candidates: Sequence[Candidate]) -> tuple[Item, ...]:
    """Spans that say the same become one answer with several citations, in the order given; see `qa.same`. Days are
    compared as their articles resolve them: "Friday" is June 7, and not another Friday. Of spans that share words of an
    article (passages overlap) the first counts. Every quote is compared with its article here; one that does not check
    is withheld, never repaired."""
    pairs: list[tuple[Candidate, Claim]] = []
    for candidate in candidates:
        apart = not any(touch(candidate, known) for known, _ in pairs)
        if apart and (citation := cite(candidate)):
            pairs.append((candidate, Claim(citation)))
    groups = grouped(pairs, lambda pair: pair[1].citation.quote, lambda one, other: same_day(one[1], other[1]))
    return tuple(_item([(candidate, claim.citation) for candidate, claim in group]) for group in groups)


def _item(group: Sequence[tuple[Candidate, Citation]]) -> Item:
    best, first = group[0]
    origins = {origin(found.article) for found, _ in group}
    return Item(first.quote, best.probability, tuple(citation for _, citation in group), len(origins))


def origin(article: Article) -> str:
    """What an article shares with its near-copies."""
    return article.copy_of or article.source


def touch(one: Candidate, other: Candidate) -> bool:
    """Whether two spans share a code point of an article."""
    (a, b), (c, d) = one.extent, other.extent
    return one.article.source == other.article.source and a < d and c < b


def cite(candidate: Candidate) -> Citation | None:
    """The citation of a candidate, or None if its article does not read so at that place."""
    article, passage, span = candidate.article, candidate.passage, candidate.span
    start, end = candidate.extent
    if article.text[start:end] != span.text or not span.text:
        return None
    return cited(article, passage, start, end)


def with_reprints(item: Item, reprints: Callable[[str], Sequence[Article]]) -> Item:
    """The same find, cited also in the other articles of the very same text, after all that was read itself. reprints:
    source -> these articles."""
    more = [
        cited(article, Passage(citation.passage.start, citation.passage.end), citation.start, citation.end)
        for citation in item.citations
        for article in reprints(citation.source)[:REPRINTS]
    ]
    return replace(item, citations=(*item.citations, *more)) if more else item


def cited(article: Article, passage: Passage, start: int, end: int) -> Citation:
    """The citation of `article.text[start:end]`, which lies in the passage."""
    around = Extract(passage.start, passage.end, article.text[passage.start : passage.end])
    known = article.source, article.title, article.published, article.sha256
    return Citation(*known, start, end, article.text[start:end], quoted(article, passage, start, end), around)

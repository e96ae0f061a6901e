"""Question -> answer: retrieve, read, choose, cite, check. The only place where the parts meet."""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from index.article import Article
from index.build import build, default_library
from index.encoders import Progress
from index.errors import LibraryMissing, QuestionError
from index.library import Filter, Library
from index.passages import Passage
from index.search import Hit
from index.search.lexical import content_words
from index.store import exists
from qa.answer import Answer, Citation, Considered, Extract, Item
from qa.confidence import Calibration, calibration
from qa.followup import standalone
from qa.reader import DEFAULT, Reader, Span, load_reader

MOST_QUESTION = 1000  # code points
READ = 8  # passages that are read for a question


class Assistant:
    """Keeps models and index warm. Open one with `Assistant.open`."""

    def __init__(self, library: Library, reader: Reader) -> None:
        self.library, self.reader = library, reader

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        reader: str = DEFAULT,
        encoder: str | None = None,
        progress: Progress | None = None,
    ) -> Assistant:
        """path: a folder of articles (its library in the user's cache is brought up to date first) or a built library.

        Raises NoArticles, LibraryMissing, LibraryCorrupt, EncoderMismatch, ModelError.
        """
        place = Path(path)
        if not exists(place):
            build(place, encoder=encoder, progress=progress)
            place = default_library(place)
        return cls(Library.open(place, encoder), load_reader(reader))

    @classmethod
    def open_library(cls, place: str | Path, *, reader: str = DEFAULT, encoder: str | None = None) -> Assistant:
        """A built library only; raises LibraryMissing for anything else."""
        if not exists(Path(place)):
            raise LibraryMissing(f"{place}: no library here; build one with: attest index FOLDER --library {place}")
        return cls(Library.open(place, encoder), load_reader(reader))

    def ask(
        self,
        question: str,
        history: Sequence[Answer | str] = (),
        *,
        sources: Sequence[str] | None = None,
        since: str | None = None,
        until: str | None = None,
        as_of: str | None = None,
        top: int = 5,
    ) -> Answer:
        """The best `top` answers, or none and a reason.

        history: earlier questions or answers, oldest first; a follow-up is read in their light.
        sources: only these articles, or articles in these folders. since, until: ISO days of publication, inclusive.
        as_of: as if asked at the end of that day: no later article, and none of unknown date, is read.
        Raises QuestionError for an empty or overlong question, a bad day, or top < 1.
        """
        began = time.perf_counter()
        asked = check_question(question)
        if top < 1:
            raise QuestionError(f"top is {top}; ask for at least 1 answer")
        chosen = make_filter(sources, since, until, as_of)
        full = standalone(asked, history)
        hits = self.library.search(full, READ, chosen)
        places = [self.library.passage(hit.row) for hit in hits]
        texts = [article.text[passage.start : passage.end] for article, passage in places]
        spans = self.reader.read(full, texts).spans if texts else ()
        fitted = calibration(self.reader.name)
        ranked = self._rank(full, hits, texts, spans, fitted)
        items = merge([(span, p, places[span.passage]) for span, p in ranked if p >= fitted.threshold])
        reason = None if items else explain(chosen, len(hits), ranked)
        best = {n: max((s.score for s in spans if s.passage == n), default=None) for n in range(len(texts))}
        considered = tuple(
            Considered(article.source, passage.start, passage.end, hit.score, best[n])
            for n, (hit, (article, passage)) in enumerate(zip(hits, places, strict=True))
        )
        seconds = time.perf_counter() - began
        return Answer(question, items[:top], reason, seconds, considered=considered, find=self.library.article)

    def _rank(
        self, question: str, hits: list[Hit], texts: list[str], spans: Sequence[Span], fitted: Calibration
    ) -> list[tuple[Span, float]]:
        """Spans with their probability to be right, best first."""
        if not spans:
            return []
        cosines = self.library.cosines(question, [hit.row for hit in hits])
        words = content_words(question)
        covered = [sum(word in text.lower() for word in words) / max(1, len(words)) for text in texts]
        ranked = []
        for span in spans:
            others = [s.score for s in spans if plain(s.text) != plain(span.text)]
            features = {
                "score": span.score,
                "cosine": float(cosines[span.passage]),
                "coverage": covered[span.passage],
                "margin": span.score - max(others, default=span.score),
            }
            ranked.append((span, fitted.probability(features)))
        return sorted(ranked, key=lambda pair: -pair[1])


def ask(question: str, path: str | Path, *, history: Sequence[Answer | str] = (), **options: object) -> Answer:
    """One call: `Assistant.open(path).ask(question)`. options: those of `Assistant.ask`."""
    return Assistant.open(path).ask(question, history, **options)  # type: ignore[arg-type]


def merge(found: Sequence[tuple[Span, float, tuple[Article, Passage]]]) -> tuple[Item, ...]:
    """Spans of the same words become one answer with several citations. Every quote is checked against its article
    here; one that does not check is withheld."""
    groups: dict[str, list[tuple[float, Citation]]] = {}
    for span, probability, (article, passage) in found:
        start, end = passage.start + span.start, passage.start + span.end
        if article.text[start:end] != span.text or not plain(span.text):
            continue
        around = Extract(passage.start, passage.end, article.text[passage.start : passage.end])
        citation = Citation(
            article.source, article.title, article.published, article.sha256, start, end, span.text, around
        )
        group = groups.setdefault(plain(span.text), [])
        if all((c.source, c.start) != (citation.source, start) for _, c in group):
            group.append((probability, citation))
    return tuple(Item(group[0][1].quote, group[0][0], tuple(c for _, c in group)) for group in groups.values())


def plain(text: str) -> str:
    """What makes two spans the same answer: letters and digits in lower case, without articles."""
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", text).lower())
    return " ".join(word for word in words if word not in {"a", "an", "the"})


def check_question(question: str) -> str:
    """The question without white space at its ends. Raises QuestionError."""
    asked = question.strip()
    if not re.search(r"\w", asked):
        raise QuestionError(f"question {asked!r} has no words; ask something like: Who sent the letters?")
    if len(asked) > MOST_QUESTION:
        raise QuestionError(f"question of {len(asked)} characters, at most {MOST_QUESTION} are read; shorten it")
    return asked


def make_filter(sources: Sequence[str] | None, since: str | None, until: str | None, as_of: str | None) -> Filter:
    for name, day in (("since", since), ("until", until), ("as_of", as_of)):
        if day is not None:
            try:
                valid = date.fromisoformat(day).isoformat() == day
            except ValueError:
                valid = False
            if not valid:
                raise QuestionError(f"{name} is {day!r}, not a day like 2024-06-07")
    ends = [day for day in (until, as_of) if day is not None]
    return Filter(tuple(sources or ()), since, min(ends) if ends else None)


def explain(chosen: Filter, read: int, ranked: list[tuple[Span, float]]) -> str:
    """Why there is no answer, for a person."""
    if not read:
        return "no article passes the filter" if chosen else "no passage shares a word with the question"
    if not ranked:
        return "the nearest passages hold no words"
    return f"the {read} nearest passages were read, and none answers with enough confidence"

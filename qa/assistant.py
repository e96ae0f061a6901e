"""Question -> answer: retrieve, read, choose, cite, check. The only place where the parts meet."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from index.build import build, default_library
from index.encoders import Progress
from index.errors import QuestionError
from index.library import Filter, Library
from index.store import exists
from qa.answer import Answer, Considered, Item
from qa.candidates import Candidate, heard, merge, origin, weigh
from qa.confidence import calibration
from qa.conflicts import disputed
from qa.followup import standalone
from qa.lists import members
from qa.question import check_question, make_filter
from qa.reader import DEFAULT, Reader, Reading, load_reader

READ = 8  # passages that are read for a question
RIVAL = 0.5  # a further answer is given if it is at least this likely, compared with the best
TOP, TOP_LISTED = 5, 50  # answers at most, and things in a list, where the caller does not say
HEARD, AGREES = 0.2, 0.05  # one that disputes an answer, or says the same, counts if it is at least so likely, likewise


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
        top: int | None = None,
    ) -> Answer:
        """The best `top` answers, or none and a reason. To a list question each answer is one of the things asked for.

        top: 5 where not given, 50 for a list.
        history: earlier questions or answers, oldest first; a follow-up is read in their light.
        sources: only these articles, or articles in these folders. since, until: ISO days of publication, inclusive.
        as_of: as if asked at the end of that day: no later article, and none of unknown date, is read.
        Raises QuestionError for an empty or overlong question, a bad day, or top < 1.
        """
        began = time.perf_counter()
        asked = check_question(question)
        if top is not None and top < 1:
            raise QuestionError(f"top is {top}; ask for at least 1 answer")
        chosen = make_filter(sources, since, until, as_of)
        alone = standalone(asked, history)
        considered, candidates = self.consider(alone, chosen)
        fitted = calibration(self.reader.name)
        threshold = fitted.threshold if fitted else 0.5
        listed = members(alone, candidates, threshold)
        items, conflicts = _chosen(alone, [] if listed else candidates, threshold, top or TOP)
        if listed:
            items = merge(listed)[: top or TOP_LISTED]
        reason = None if items else explain(chosen, considered)
        seconds = time.perf_counter() - began
        return Answer(question, items, reason, seconds, conflicts, considered, self.library.article, bool(listed))

    def consider(self, question: str, chosen: Filter) -> tuple[tuple[Considered, ...], list[Candidate]]:
        """Retrieves and reads: the passages, in order of retrieval, and every span worth a thought, best first."""
        hits = self.library.search(question, READ, chosen)
        places = [self.library.passage(hit.row) for hit in hits]
        texts = [article.text[passage.start : passage.end] for article, passage in places]
        reading = self.reader.read(question, texts) if texts else Reading(0.0, ())
        cosines = self.library.cosines(question, [hit.row for hit in hits]) if texts else ()
        best = {n: max((s.score for s in reading.spans if s.passage == n), default=None) for n in range(len(texts))}
        considered = tuple(
            Considered(article.source, passage.start, passage.end, hit.score, best[n])
            for n, (hit, (article, passage)) in enumerate(zip(hits, places, strict=True))
        )
        return considered, weigh(question, places, reading, list(cosines), calibration(self.reader.name))


def ask(question: str, path: str | Path, *, history: Sequence[Answer | str] = (), **options: object) -> Answer:
    """One call: `Assistant.open(path).ask(question)`. options: those of `Assistant.ask`."""
    return Assistant.open(path).ask(question, history, **options)  # type: ignore[arg-type]


def _chosen(
    question: str, candidates: Sequence[Candidate], threshold: float, top: int
) -> tuple[tuple[Item, ...], tuple[dict[str, Any], ...]]:
    """The best answers, and which of them disagree. Less likely candidates are heard too: one may bear out an answer
    or dispute it."""
    if not candidates or candidates[0].probability < threshold:
        return (), ()
    likely, floor, least = (share * candidates[0].probability for share in (RIVAL, HEARD, AGREES))
    weighed = heard(question, candidates, likely, floor, least)
    origins = {candidate.article.source: origin(candidate.article) for candidate in weighed}
    return disputed(question, merge(weighed), likely, top, lambda source: origins.get(source, source))


def explain(chosen: Filter, considered: Sequence[Considered]) -> str:
    """Why there is no answer, for a person."""
    if not considered:
        return "no article passes the filter" if chosen else "the articles hold no words"
    return f"the {len(considered)} nearest passages were read, and none answers with enough confidence"

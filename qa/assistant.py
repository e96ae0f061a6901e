"""Question -> answer: retrieve, read, choose, cite, check. The only place where the parts meet."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.build import build, default_library
from index.encoders import Progress
from index.errors import QuestionError
from index.filter import Filter
from index.library import Library
from index.postgres import is_server
from index.store import exists
from qa.answer import Answer, Considered, Item
from qa.candidates import Candidate, answerable, origin, weigh, with_reprints
from qa.capitals import widened
from qa.choice import Choice, choose
from qa.confidence import calibration
from qa.conversation import TURNS, decided, doubted, guessed, hits, turn_of
from qa.corroboration import DEEP, corroborated
from qa.credits import credited
from qa.followup import Meant, points_back, resolve
from qa.polarity import polarity
from qa.question import MOST_QUESTION, check_question, make_filter
from qa.reader import DEFAULT, Reader, Reading, has_word, load_reader
from qa.referents import Turn
from qa.repair import Repair, repair
from qa.trace import explain, trace
from qa.worth import worth_reading

READ, READ_OF_MANY = 8, 16  # passages that are read for a question, the second in a library of more than MANY
MANY = 20_000
"""Chosen on our own questions over seeds/, among 45,251 articles: more passages of other stories stand before the right
one, and 16 of them find 3 points of F1 more than 8."""
SPANS = 20
"""Of all passages, that are weighed: the right one may score below ten others, and have more of the question around it.
Thirty take 7 % more time, and find hardly more."""


@dataclass(frozen=True)
class Found:
    """read: the question as it was read. considered: the passages in order of retrieval; texts: theirs. candidates:
    every span worth a thought, best first. answerable: how likely it is that the articles answer; None without any."""

    read: str
    considered: tuple[Considered, ...]
    texts: tuple[str, ...]
    candidates: list[Candidate]
    answerable: float | None


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
        """path: a folder of articles (its library in the user's cache is brought up to date first), a built library, or
        the address of one on a server (postgresql://...).

        Raises NoArticles, LibraryMissing, LibraryCorrupt, LibraryUnreachable, EncoderMismatch, ModelError.
        """
        if not is_server(path) and not exists(Path(path)):
            build(path, encoder=encoder, progress=progress)
            path = default_library(path)
        return cls.open_library(path, reader=reader, encoder=encoder)

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
        self.library.encode_question.expect(asked)
        with self.library.snapshot():
            return self._answer(question, asked, history, chosen, top, began)

    def _answer(
        self,
        question: str,
        asked: str,
        history: Sequence[Answer | str],
        chosen: Filter,
        top: int | None,
        began: float,
    ) -> Answer:
        meant, repairs = self.understand(asked, history, chosen)
        found = self.consider(meant, chosen)
        fitted = calibration(self.reader.name)
        threshold = fitted.threshold if fitted else 0.5
        enough = found.answerable is not None and found.answerable >= threshold
        choice = choose(found.read, found.candidates, top) if enough else Choice()
        items = self.borne_out(found.read, choice.items, chosen)
        passages = list(zip(found.considered, found.texts, strict=True))
        done = trace(meant.readings, found.read, repairs, chosen, passages, found.answerable, threshold, bool(items))
        return Answer(
            question,
            items,
            None if items else explain(done),
            time.perf_counter() - began,
            choice.conflicts,
            found.considered,
            done,
            self.library.article,
            choice.listed,
            fitted is not None,
        )

    def understand(
        self, question: str, history: Sequence[Answer | str], chosen: Filter
    ) -> tuple[Meant, tuple[Repair, ...]]:
        """What the question means after this conversation, and which of its words were misspelt."""
        read, repairs = repair(question, self.library.vocabulary)
        meant = resolve(read, self.heard(history, chosen) if points_back(read) else [])
        return widened(meant), repairs

    def heard(self, history: Sequence[Answer | str], chosen: Filter) -> list[Turn]:
        """The latest turns of a conversation, each standing alone, with what was answered. A question that comes
        without its answer is answered here, in silence."""
        turns: list[Turn] = []
        for item in history[-TURNS:]:
            if not isinstance(item, str):
                turns.append(turn_of(item))
            elif has_word(asked := item.encode("utf-8", "replace").decode().strip()[:MOST_QUESTION]):
                found = self.consider(resolve(asked, turns), chosen)
                turns.append(guessed(found.read, next(iter(found.candidates), None)))
        return turns

    def borne_out(self, question: str, items: Sequence[Item], chosen: Filter) -> tuple[Item, ...]:
        """The items with all their sources, and with yes or no where that was asked and a quote decides it."""
        sources = {citation.source for item in items for citation in item.citations}
        origins = {source: origin(held) for source in sources if (held := self.library.article(source))}
        ranked = self.library.search(question, DEEP, chosen) if items else []
        places = [self.library.passage(hit.row, chosen) for hit in ranked]
        found = (corroborated(question, item, places, origins) for item in items)
        cited = (with_reprints(item, lambda source: self.library.reprints(source, chosen)) for item in found)
        return tuple(replace(item, polarity=polarity(question, item.citations[0])) for item in cited)

    def consider(self, meant: Meant, chosen: Filter) -> Found:
        """Retrieves and reads. Of several readings of the question the one counts that is answered best."""
        size, fitted = self.library.manifest["passages"], calibration(self.reader.name)
        most = READ if size <= MANY else READ_OF_MANY
        found = hits(self.library, meant, most, chosen)
        rows = [hit.row for hit in found]
        cosines = {question: self.library.cosines(question, rows) for question in meant.readings}
        worth = worth_reading(found, self.library.nearness(meant.readings[0], rows), size)
        places = [self.library.passage(rows[n], chosen) for n in worth]
        texts = [article.text[passage.start : passage.end] for article, passage in places]
        kept, reading, candidates = meant.readings[0], Reading(0.0, ()), list[Candidate]()
        for order, question in enumerate(meant.readings if texts else ()):
            one = credited(question, texts, self.reader.read(question, texts, SPANS))
            weighed = weigh(question, places, one, list(cosines[question][worth]), size, fitted)
            weighed = doubted(decided(weighed, question), meant, order)
            if not candidates or (weighed and weighed[0].probability > candidates[0].probability):
                kept, reading, candidates = question, one, weighed
        best = {n: max((s.score for s in reading.spans if s.passage == n), default=None) for n in range(len(texts))}
        considered = tuple(
            Considered(article.source, passage.start, passage.end, found[at].score, best[n])
            for n, (at, (article, passage)) in enumerate(zip(worth, places, strict=True))
        )
        likely = answerable(candidates[0], fitted) if candidates else None
        return Found(kept, considered, tuple(texts), candidates, likely)


def ask(question: str, path: str | Path, *, history: Sequence[Answer | str] = (), **options: object) -> Answer:
    """One call: `Assistant.open(path).ask(question)`. options: those of `Assistant.ask`."""
    return Assistant.open(path).ask(question, history, **options)  # type: ignore[arg-type]

"""What a conversation does to retrieval and to the choice of an answer. Used by `qa.assistant`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.filter import Filter
from index.library import Library
from index.search import Hit
from index.search.fusion import fuse
from qa.answer import Answer
from qa.candidates import Candidate
from qa.clause import parse
from qa.confidence import more_likely
from qa.followup import Meant
from qa.keywords import asks_yes_or_no, deciding
from qa.reader.tidy import tidy
from qa.referents import Turn
from qa.same import same

TURNS = 4  # that are remembered
AWAY, AWAY_WEAK = 1.0, 0.5  # log-odds lost outside the articles last cited; weak: where nothing points back
SECOND = 1.0  # log-odds lost for each likelier reading of the question
AGAIN = 2.0  # log-odds lost by the last answer where something new is asked for
"""Chosen on two thirds of eval/questions/followups.jsonl."""
LEFT = 3  # words at least of what is left of a span without what was told
_LINK = re.compile(r"[\W_]*(?:(?:and|but|while|as)\b[\s,]*)?")


def turn_of(answer: Answer) -> Turn:
    citations = [citation for item in answer.answers[:1] for citation in item.citations]
    cited = tuple((c.source, c.passage.start) for c in citations)
    said = tuple((c.source, c.start, c.end) for c in citations)
    return Turn(answer.trace.read if answer.trace else answer.question, _in_words(answer), cited, said)


def _in_words(answer: Answer) -> str | None:
    """The answer as a sentence names it: things of a list with commas and "and"."""
    found = [item.text for item in answer.answers]
    if not answer.listed or len(found) < 2:
        return answer.text
    return f"{', '.join(found[:-1])} and {found[-1]}"


def guessed(question: str, best: Candidate | None) -> Turn:
    """The turn of a question that came without its answer."""
    if best is None:
        return Turn(question)
    source = best.article.source
    return Turn(question, best.span.text, ((source, best.passage.start),), ((source, *best.extent),))


def hits(library: Library, meant: Meant, top: int, chosen: Filter) -> list[Hit]:
    """The best passages for all that is to be searched, those last cited among them if the filter lets them pass."""
    rankings = [library.search(text, top, chosen) for text in meant.searches]
    if meant.near:
        allowed = set(library.allowed(chosen).tolist()) if chosen else None
        cited = dict[int, None]()  # no row twice, where several articles have one text
        for source, start in meant.near:
            rows, passages = library.passages_of(source)
            cited |= {row: None for row, passage in zip(rows, passages, strict=True) if passage.start == start}
        rankings.append([Hit(row, 1.0) for row in cited if allowed is None or row in allowed])
    return fuse(rankings)[:top] if len(rankings) > 1 else rankings[0]


def doubted(candidates: Sequence[Candidate], meant: Meant, order: int) -> list[Candidate]:
    """The candidates of reading number `order`, less likely the further they lie from the conversation; best first."""
    who = parse(meant.readings[0]).asks in {"who", "whom", "whose", ""}  # may find the same again
    near = {source for source, _ in meant.near}
    moved = []
    for candidate in (untold(candidate, meant) for candidate in candidates):
        loss = SECOND * order
        if near and candidate.article.source not in near:
            loss += AWAY if meant.leans else AWAY_WEAK
        said = candidate.span.text
        again = meant.but and (same(said, meant.but) or _told(candidate, meant))
        if again or (meant.last and not who and same(said, meant.last)):
            loss += AGAIN
        moved.append(replace(candidate, probability=more_likely(candidate.probability, -loss)) if loss else candidate)
    return sorted(moved, key=lambda candidate: -candidate.probability)


def untold(candidate: Candidate, meant: Meant) -> Candidate:
    """Where something else is asked for, the candidate without what was quoted last, if enough comes after that."""
    start, end = candidate.extent
    ends = [b for source, _, b in meant.said if source == candidate.article.source and start < b < end]
    if not meant.but or not ends:
        return candidate
    at, text = candidate.passage.start, candidate.article.text
    rest = _LINK.match(text, max(ends), end)
    first, last = tidy(text[at : candidate.passage.end], (rest.end() if rest else max(ends)) - at, end - at)
    left = text[at + first : at + last]
    if len(left.split()) < LEFT:
        return candidate
    return replace(candidate, span=replace(candidate.span, start=first, end=last, text=left))


def _told(candidate: Candidate, meant: Meant) -> bool:
    """Whether the span shares a place with what was quoted last."""
    start, end = candidate.extent
    return any(source == candidate.article.source and start < b and a < end for source, a, b in meant.said)


def decided(candidates: Sequence[Candidate], question: str) -> list[Candidate]:
    """The candidates; where yes or no is asked, each is the clause that decides it."""
    if not asks_yes_or_no(question):
        return list(candidates)
    widened = []
    for candidate in candidates:
        passage, span = candidate.passage, candidate.span
        text = candidate.article.text[passage.start : passage.end]
        start, end = deciding(text, span.start, span.end)
        widened.append(replace(candidate, span=replace(span, start=start, end=end, text=text[start:end])))
    return widened

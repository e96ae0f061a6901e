"""What is shown of an answer, whatever the form (`qa.render`): entries with their passages, and what disagrees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.answer import Answer, Citation, Item
from qa.attribution import attributed
from qa.edtf import spoken

Parts = list[tuple[str, bool]]
"""A passage in pieces: text, and whether it is quoted."""

FEW = 4  # passages of an answer that are shown at once, where there is not room for all
NAMED = 4  # other articles of the same text; of more only the number is shown


@dataclass(frozen=True)
class Shown:
    """A passage and what is quoted from it. citation: the first, with the dates of all. said: by whom, in words; ""
    where that is not plain. also: where else that very text was printed."""

    citation: Citation
    parts: Parts
    said: str
    also: str

    @property
    def notes(self) -> list[str]:
        """What stands below the passage, line by line."""
        return [note for note in (self.said, dates(self.citation), self.also) if note]


def entries(answer: Answer) -> list[tuple[str, str, list[Shown]]]:
    """What is shown one below the other: (text, how sure, its passages). The members of a list are shown together. A
    passage is shown once, with all that is quoted from it marked, however many articles print it."""
    if not answer.listed or len(answer.answers) < 2:
        return [(item.text, _note(item, answer.calibrated), _passages(item.citations)) for item in answer.answers]
    cited = [citation for item in answer.answers for citation in item.citations]
    return [(answer.text or "", f"each {sure(answer.answers, answer.calibrated)}", _passages(cited))]


def sure(items: Sequence[Item], calibrated: bool) -> str:
    """ "93% confident", "41% to 93% confident"; of a reader that was never fitted "0.93 by the reader's own score"."""
    told = [f"{pick(item.confidence for item in items):{'.0%' if calibrated else '.2f'}}" for pick in (min, max)]
    return f"{' to '.join(dict.fromkeys(told))} {'confident' if calibrated else 'by the reader’s own score'}"


def _passages(citations: Sequence[Citation]) -> list[Shown]:
    places: dict[tuple[str, int, int], list[Citation]] = {}
    for citation in citations:
        key = citation.sha256, citation.passage.start, citation.passage.end
        places.setdefault(key, []).append(citation)
    return [_shown(cited) for cited in places.values()]


def _shown(cited: Sequence[Citation]) -> Shown:
    here = [citation for citation in cited if citation.source == cited[0].source]
    mentions = dict.fromkeys(mention for citation in here for mention in citation.dates)
    first = replace(here[0], dates=tuple(sorted(mentions, key=lambda mention: mention.start)))
    others = list(dict.fromkeys(origin(citation) for citation in cited if citation.source != here[0].source))
    more = f"; and {len(others) - NAMED} more" if len(others) > NAMED else ""
    also = f"The same text: {'; '.join(others[:NAMED])}{more}" if others else ""
    return Shown(first, passage_parts(here), said(here), also)


def disagreements(answer: Answer) -> list[tuple[str, str, str]]:
    """For each conflict what it is, and the two sides: the quote, where it comes from, and its day."""
    told = []
    for pair in answer.conflicts:
        one, other = (answer.answers[n].citations[0] for n in pair["answers"])
        kind = pair["kind"]
        head = "A later article replaces the earlier answer" if kind == "superseded" else f"Sources disagree ({kind})"
        told.append((head, _side(one), _side(other)))
    return told


def _side(citation: Citation) -> str:
    return f"“{citation.quote}” ({'; '.join(filter(None, (said([citation]), origin(citation))))})"


def _note(item: Item, calibrated: bool) -> str:
    count = f"{item.n_sources} sources" if item.n_sources > 1 else "1 source"
    says = f", says {item.polarity}" if item.polarity else ""
    return f"{sure([item], calibrated)}, {count}{says}"


def origin(citation: Citation) -> str:
    """Where a quote comes from: title if there is one, source, and day."""
    title = f"“{citation.title}”, " if citation.title else ""
    return f"{title}{citation.source}, {citation.published or 'date unknown'}"


def said(cited: Sequence[Citation]) -> str:
    """ "according to President Ann Lee": whom the passage names for what is quoted, where that is the same for all."""
    who = {attributed(one.passage.text, one.start - one.passage.start, one.end - one.passage.start) for one in cited}
    one = who.pop() if len(who) == 1 else None
    return f"according to {one}" if one else ""


def dates(citation: Citation) -> str:
    """Beside a quote, never in it: what the days that its sentences name are: "Friday = 2024-06-07, ..."."""
    named = [(mention.mention, spoken(mention.date)) for mention in citation.dates]
    return ", ".join(f"{words} = {day}" for words, day in named if not day.endswith(words))


def passage_parts(cited: Sequence[Citation]) -> Parts:
    """The passage of the citations, which is the same for all, with their quotes set apart."""
    passage, at, parts = cited[0].passage, 0, list[tuple[str, bool]]()
    for citation in sorted(cited, key=lambda citation: citation.start):
        start, end = citation.start - passage.start, citation.end - passage.start
        if start >= at:
            parts += [(passage.text[at:start], False), (passage.text[start:end], True)]
            at = end
    return [*parts, (passage.text[at:], False)]

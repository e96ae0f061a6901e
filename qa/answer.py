"""What a question gets: answers with their citations, or a reason why there is none. Plain data, frozen.

`to_dict` is the stable JSON of Attest; its field names are the field names here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from index.article import Article

if TYPE_CHECKING:
    from qa.trace import Trace

JOIN = "; "  # between the members of a list in `Answer.text`


@dataclass(frozen=True)
class Extract:
    """`article.text[start:end] == text`, half-open code points."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Mention:
    """Words of an article that name a day or a period: `article.text[start:end] == mention`, half-open code points.
    date: what they mean, in EDTF (see `qa.edtf`): 2024-06-07, 2024-05, 2024-06-10/2024-06-16, 2024-06-09/.."""

    mention: str
    start: int
    end: int
    date: str


@dataclass(frozen=True)
class Citation:
    """Where an answer stands. source: the article's path relative to the indexed folder. published: ISO date or None.
    sha256: of the article's text as UTF-8. start, end: code points into that text, which read `quote` there.
    passage: the stretch of the article around the quote that was read. dates: the days and periods that the quote's
    sentences name, in order; relative ones count from `published`, and are left out where that is None.
    """

    source: str
    title: str | None
    published: str | None
    sha256: str
    start: int
    end: int
    quote: str
    dates: tuple[Mention, ...]
    passage: Extract


@dataclass(frozen=True)
class Item:
    """One find. confidence: calibrated probability that it is right. n_sources: how many of the articles that say it
    are independent: near-copies of one text count once. polarity: "yes" or "no" where that was asked and the
    quote's own words decide it; not part of the JSON."""

    text: str
    confidence: float
    citations: tuple[Citation, ...]
    n_sources: int = 1
    polarity: str | None = None


@dataclass(frozen=True)
class Considered:
    """A passage that was retrieved and read, in order of retrieval. best: the reader's raw score of its best span."""

    source: str
    start: int
    end: int
    retrieval: float
    best: float | None


@dataclass(frozen=True)
class Answer:
    """question: as it was asked. reason: why there is no answer, in words; None where there is one. listed: whether
    the answers are the members of one list, so that all of them together are the answer. calibrated: whether
    confidences are; False for a reader that was never fitted: they are its own numbers then, and are shown as such.
    conflicts: pairs of answers that disagree, {"answers": [i, j], "kind": ...}; see `qa.conflicts`. trace: what was
    done stage by stage; not in the JSON."""

    question: str
    answers: tuple[Item, ...]
    reason: str | None
    seconds: float
    conflicts: tuple[dict[str, Any], ...] = ()
    considered: tuple[Considered, ...] = ()
    trace: Trace | None = field(default=None, repr=False)
    find: Callable[[str], Article | None] | None = field(default=None, repr=False, compare=False)
    listed: bool = False
    calibrated: bool = True

    @property
    def answered(self) -> bool:
        return bool(self.answers)

    @property
    def text(self) -> str | None:
        """The best answer, or all members of a list."""
        if self.listed and self.answers:
            return JOIN.join(item.text for item in self.answers)
        return self.answers[0].text if self.answers else None

    @property
    def confidence(self) -> float:
        """Of the best answer; 0 where there is none."""
        return self.answers[0].confidence if self.answers else 0.0

    def to_dict(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "answered": self.answered,
            "text": self.text,
            "confidence": round(self.confidence, 4),
            "reason": self.reason,
            "answers": [
                {
                    "text": item.text,
                    "confidence": round(item.confidence, 4),
                    "n_sources": item.n_sources,
                    "citations": [_citation(citation) for citation in item.citations],
                }
                for item in self.answers
            ],
            "conflicts": list(self.conflicts),
            "seconds": round(self.seconds, 4),
        }

    def to_markdown(self) -> str:
        from qa.render import to_markdown

        return to_markdown(self)

    def _repr_html_(self) -> str:
        """What a notebook shows: the answer above the passages that it rests on, its quotes highlighted."""
        from qa.render import to_html

        return to_html(self)

    def verify(self) -> list[str]:
        """Reads every cited article again and compares each quote and passage, character for character.

        Returns what does not check, one line each; an empty list is a pass.
        """
        from qa.verify import problems

        return problems(self.to_dict(), self.find or (lambda source: None))


def _citation(citation: Citation) -> dict[str, Any]:
    dates = [dict(vars(mention)) for mention in citation.dates]
    return vars(citation) | {"dates": dates, "passage": dict(vars(citation.passage))}

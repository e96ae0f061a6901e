"""What is known of one question after a run: plain values, from which every metric is made."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

RIGHT, MISATTRIBUTED, BESIDE, FALSE = "right", "misattributed", "beside", "false"
"""Classes of a citation: it overlaps accepted evidence; it has the words of an accepted answer, from a place that is no
accepted evidence; it has other words of another place; it does not read in the article as quoted."""
CONFLICT = "conflict"
"""The type of question that marks accounts which exclude each other."""
ENOUGH = 0.5
"""Token F1 from which an answer counts as right, where only right and wrong are told apart."""


@dataclass(frozen=True)
class Row:
    """One question of a run.

    answerable: it has accepted answers. judged: whether its answers are known at all; False where only the relevant
    articles are. located: whether it is known where accepted answers stand. belief: how likely it
    seemed that the articles answer.
    em, f1: of the first answer, typographic variants alike. squad: (exact match, F1) by SQuAD 2.0's definition.
    cited: the first citation stands at accepted evidence. citations: (given, that read in the article as quoted).
    classes: of each citation, in order. evidence: share of what a complete answer needs that is cited right.
    sources: (cited right, needed) articles. rank: of the first passage that holds accepted evidence (1-based), None
    where none does. found: (rank, grade) of each relevant article that was retrieved; relevant: grades of all.
    exact, partial: of a list, `eval.metrics.spans.Counts`. conflicts: pairs of answers (claimed to exclude each other,
    of which rightly). seconds: of the answer. memory: the most the process had used by then, MiB. avoided: of a
    question with an answer that a person rejected, whether it was not given again.
    """

    id: str
    type: str
    question: str
    answerable: bool
    answered: bool
    text: str | None
    confidence: float
    em: float = 0.0
    f1: float = 0.0
    cited: float = 0.0
    list_recall: float | None = None
    list_precision: float | None = None
    rank: int | None = None
    citations: tuple[int, int] = (0, 0)
    seconds: float = 0.0
    gold: tuple[str, ...] = field(default=())
    judged: bool = True
    located: bool = True
    belief: float = 0.0
    squad: tuple[float, float] = (0.0, 0.0)
    classes: tuple[str, ...] = ()
    evidence: float = 0.0
    sources: tuple[int, int] = (0, 0)
    found: tuple[tuple[int, int], ...] = ()
    relevant: tuple[int, ...] = ()
    exact: tuple[float, ...] | None = None
    partial: tuple[float, ...] | None = None
    conflicts: tuple[int, int] = (0, 0)
    memory: float = 0.0
    avoided: float | None = None

    @property
    def right(self) -> bool:
        """An answer that shares at least half of its words with an accepted one. Silence is not right."""
        return self.answerable and self.answered and self.f1 >= ENOUGH

    @property
    def well(self) -> bool:
        """Right, or rightly silent."""
        return self.right if self.answerable else not self.answered


def row_of(data: dict[str, Any]) -> Row:
    """From JSON; what this version does not know is left out. Raises TypeError where something is missing."""
    known = {one.name for one in fields(Row)}
    return Row(**{name: _tuples(value) for name, value in data.items() if name in known})


def _tuples(value: Any) -> Any:
    return tuple(_tuples(part) for part in value) if isinstance(value, list) else value

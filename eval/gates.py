"""Bounds that a run has to keep: "f1>=0.8"."""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from dataclasses import dataclass

from eval.metrics import METRICS
from eval.report import Figures, number
from index.errors import QuestionSetError

_GATE = re.compile(r"\s*([\w@]+)\s*(>=|<=|>|<)\s*(\d*\.?\d+)\s*")
_HOLDS = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}


@dataclass(frozen=True)
class Gate:
    """text: as it was given."""

    text: str
    figure: str
    relation: str
    bound: float

    def holds(self, figures: Figures) -> bool:
        """What was not measured keeps no bound."""
        value = figures[self.figure]
        return value is not None and bool(_HOLDS[self.relation](value, self.bound))


def read_gates(texts: Sequence[str]) -> list[Gate]:
    """Raises QuestionSetError for one that cannot be read."""
    return [_gate(text) for text in texts]


def failed(figures: Figures, gates: Sequence[Gate]) -> list[str]:
    """What to say of each gate that does not hold."""
    broken = (gate for gate in gates if not gate.holds(figures))
    return [f"{gate.text} does not hold: {gate.figure} is {number(figures[gate.figure])}" for gate in broken]


def _gate(text: str) -> Gate:
    match = _GATE.fullmatch(text)
    if not match or match[1] not in METRICS:
        known = ", ".join(METRICS)
        raise QuestionSetError(f"gate {text!r} cannot be read; write FIGURE>=NUMBER (or <=, >, <), with one of {known}")
    return Gate(text, match[1], match[2], float(match[3]))

"""What a run says: one JSON document, and a table of its figures."""

from __future__ import annotations

import platform
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from eval.metrics import METRICS, Row, intervals, summary

Figures = Mapping[str, float | None]
_OF_TYPE = ("questions", "f1", "cited_right", "coverage", "abstained_right")
_COSTS_OF_ROW = ("seconds", "memory")


def document(rows: Sequence[Row], times: dict[str, Any] | None = None, **settings: Any) -> dict[str, Any]:
    """Everything about a run as JSON data: figures, their 95 % intervals, figures by type of question, rows, settings,
    machine. times: when it was, and how long it took."""
    by_type: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_type[row.type].append(row)
    return {
        "figures": summary(rows),
        "intervals": intervals(rows),
        "types": {kind: _of_type(part) for kind, part in sorted(by_type.items())},
        "settings": settings,
        "machine": {"python": platform.python_version(), "system": platform.system(), "processor": platform.machine()},
        "times": times or {},
        "rows": [asdict(row) for row in rows],
    }


def steady(result: dict[str, Any]) -> dict[str, Any]:
    """A document without what differs between two runs of the same: times and memory."""
    costs = {name for name, metric in METRICS.items() if metric.cost}
    kept = {name: value for name, value in result.items() if name not in ("times", "comparison")}
    figures = {name: value for name, value in result["figures"].items() if name not in costs}
    rows = [{name: value for name, value in row.items() if name not in _COSTS_OF_ROW} for row in result["rows"]]
    return kept | {"figures": figures, "rows": rows}


def table(result: dict[str, Any]) -> str:
    """Name, figure, interval and meaning of what was measured, a line each."""
    lines = []
    for name, metric in METRICS.items():
        if (figure := result["figures"][name]) is not None:
            lines.append(f"{name:24} {number(figure):>8}  {between(result['intervals'].get(name)):17}  {metric.what}")
    return "\n".join(lines)


def number(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}" if value == int(value) and abs(value) > 1 else f"{value:.4f}"


def between(interval: Sequence[float] | None, digits: int = 4, to: str = " - ") -> str:
    """Nothing where there is no interval, or nothing in it."""
    if interval is None or interval[0] == interval[1]:
        return ""
    return to.join(f"{end:.{digits}f}" for end in interval)


def _of_type(rows: Sequence[Row]) -> dict[str, float | None]:
    return {name: METRICS[name].figure(rows) for name in _OF_TYPE}

"""What a run says: a table, a JSON document, one self-contained HTML page, a comparison, a gate."""

from __future__ import annotations

import html
import json
import operator
import platform
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from eval.metrics import METRICS, Row, summary
from index.errors import QuestionSetError

_GATE = re.compile(r"\s*([\w@]+)\s*(>=|<=|>|<)\s*(\d*\.?\d+)\s*")
_COMPARE = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}


def document(rows: Sequence[Row], **settings: Any) -> dict[str, Any]:
    """Everything about a run as JSON data: figures, figures by type of question, rows, settings, machine."""
    by_type: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_type[row.type].append(row)
    return {
        "figures": summary(rows),
        "types": {kind: _of_type(part) for kind, part in sorted(by_type.items())},
        "settings": settings,
        "machine": {"python": platform.python_version(), "system": platform.system(), "processor": platform.machine()},
        "rows": [asdict(row) for row in rows],
    }


def table(figures: dict[str, float | None]) -> str:
    """Name, figure and meaning, a line each."""
    return "\n".join(f"{name:24} {_number(figures[name]):>8}  {what}" for name, (what, _) in METRICS.items())


def compare(new: dict[str, Any], old_path: Path) -> str:
    """Figure by figure against an earlier --json document, and which questions changed."""
    try:
        old = json.loads(old_path.read_text(encoding="utf-8"))
        return "\n".join(_differences(new, old["figures"], {row["id"]: row for row in old["rows"]}))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise QuestionSetError(f"{old_path}: not a result of `attest eval --json` ({error})") from None


def _differences(new: dict[str, Any], before: dict[str, Any], rows: dict[str, Any]) -> Iterator[str]:
    yield f"{'':24} {'before':>8} {'now':>8} {'change':>8}"
    for name, now in new["figures"].items():
        was = before.get(name)
        change = f"{now - was:+.4f}" if now is not None and was is not None else "-"
        yield f"{name:24} {_number(was):>8} {_number(now):>8} {change:>8}"
    for row in new["rows"]:
        was = rows.get(row["id"])
        if was and was["text"] != row["text"]:
            yield f"{row['id']}: F1 {was['f1']:.2f} -> {row['f1']:.2f}  {was['text']!r} -> {row['text']!r}"


def failed_gates(figures: dict[str, float | None], gates: Sequence[str]) -> list[str]:
    """Which of the gates ("f1>=0.8") do not hold. Raises QuestionSetError for one that cannot be read."""
    failed = []
    for gate in gates:
        match = _GATE.fullmatch(gate)
        if not match or match[1] not in METRICS:
            raise QuestionSetError(
                f"gate {gate!r} cannot be read; write FIGURE>=NUMBER, with one of {', '.join(METRICS)}"
            )
        value = figures[match[1]]
        if value is None or not _COMPARE[match[2]](value, float(match[3])):
            failed.append(f"{gate} does not hold: {match[1]} is {_number(value)}")
    return failed


def page(result: dict[str, Any]) -> str:
    """A whole HTML page: no script, no foreign host; texts escaped."""
    figures = "".join(
        f"<tr><td>{_esc(name)}</td><td>{_number(result['figures'][name])}</td><td>{_esc(what)}</td></tr>"
        for name, (what, _) in METRICS.items()
    )
    rows = "".join(_row(row) for row in sorted(result["rows"], key=lambda row: (row["f1"], row["id"])))
    return (
        "<!doctype html><html lang='en'><meta charset='utf-8'><title>Attest: results</title><style>"
        "body{font:15px system-ui;margin:2em auto;max-width:70em}td,th{padding:.2em .7em;text-align:left;"
        "border-bottom:1px solid #8883;vertical-align:top}.good{background:#2a25}.bad{background:#d335}</style>"
        f"<h1>Results</h1><pre>{_esc(json.dumps(result['settings']))}</pre><table>{figures}</table>"
        "<h2>Questions, worst first</h2><table><tr><th>id<th>type<th>question<th>answer<th>gold<th>F1</tr>"
        f"{rows}</table></html>"
    )


def _row(row: dict[str, Any]) -> str:
    right = (
        row["f1"] >= 0.5 if row["answerable"] else row["avoided"] if row["avoided"] is not None else not row["answered"]
    )
    cells = (row["id"], row["type"], row["question"], row["text"] or "no answer", " | ".join(row["gold"][:3]) or "none")
    tail = f"<td>{row['f1']:.2f}</td>" if row["answerable"] else "<td>-</td>"
    return f"<tr class={'good' if right else 'bad'}>" + "".join(f"<td>{_esc(c)}</td>" for c in cells) + tail + "</tr>"


def _of_type(rows: Sequence[Row]) -> dict[str, float | None]:
    figures = summary(rows)
    return {name: figures[name] for name in ("questions", "f1", "cited_right", "coverage", "abstained_right")}


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}" if value == int(value) and value > 1 else f"{value:.4f}"


def _esc(text: str) -> str:
    return html.escape(text)

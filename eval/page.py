"""A run as one self-contained page: no script, no other host; texts of articles and questions are escaped."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from eval import figures
from eval.cards import card, worst_first
from eval.metrics import METRICS, Row, row_of
from eval.report import between, number

TILES = {
    "f1": "token F1",
    "squad_f1": "F1, SQuAD 2.0",
    "cited_right_of_answered": "first citation right, of answered",
    "verbatim": "verbatim citations",
    "coverage": "answerable ones answered",
    "abstained_right": "unanswerable ones left unanswered",
    "article_ndcg@10": "nDCG@10 of articles",
    "seconds_p50": "median time",
}
UNIT = frozenset(name for name, metric in METRICS.items() if not metric.cost and name != "questions")
"""Figures that lie between 0 and 1."""
_TYPES = ("questions", "f1", "cited_right", "coverage", "abstained_right")


def page(result: dict[str, Any], predictions: Sequence[dict[str, Any]] = ()) -> str:
    """result: of `eval.report.document`. predictions: the answers as JSON with their "id", for quotes and passages."""
    rows = [row_of(row) for row in result["rows"]]
    style = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return "".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" ',
            f'content="light dark"><title>Attest: results</title><style>{style}</style></head><body><main>',
            _head(result),
            _tiles(result),
            _charts(rows, result["figures"]),
            _table(result),
            _comparison(result.get("comparison")),
            _kinds(result["types"]),
            _questions(rows, {one["id"]: one for one in predictions}),
            "</main></body></html>",
        ]
    )


def _head(result: dict[str, Any]) -> str:
    facts = {**result["settings"], **result["machine"], **result["times"]}
    told = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(str(value))}</dd></div>" for name, value in facts.items())
    asked = result["figures"]["questions"]
    return f"<header><h1>{number(asked)} questions</h1><dl>{told}</dl></header>"


def _tiles(result: dict[str, Any]) -> str:
    tiles = []
    for name, what in TILES.items():
        value, interval = result["figures"].get(name), result["intervals"].get(name)
        if value is None:
            continue
        shown = f"{value * 1000:.0f} ms" if name.startswith("seconds") else f"{value:.2f}"
        span = between(interval, 2, " – ")
        tiles.append(f'<div class="tile"><strong>{shown}</strong><span>{span}</span><p>{what}</p></div>')
    return f'<section class="tiles">{"".join(tiles)}</section>'


def _charts(rows: Sequence[Row], told: dict[str, float | None]) -> str:
    half, most = (1000 * (told[name] or 0) for name in ("seconds_p50", "seconds_p95"))
    drawn = [
        ("Latency", figures.latency(rows), f"Half of the answers within {half:.0f} ms, 95 % within {most:.0f} ms.")
    ]
    if any(row.judged for row in rows):
        line = "On the dotted line a confidence of 0.8 means that 8 of 10 such answers are right."
        most_sure = "Were only the most confident answers given; right of the dotted line the assistant is silent."
        drawn = [
            ("Calibration", figures.calibration(rows), line),
            ("Risk and coverage", figures.risk(rows), most_sure),
            *drawn,
        ]
    parts = (f"<figure><h2>{title}</h2>{svg}<figcaption>{note}</figcaption></figure>" for title, svg, note in drawn)
    return f'<section class="charts">{"".join(parts)}</section>'


def _table(result: dict[str, Any]) -> str:
    lines = []
    for name, metric in METRICS.items():
        value, interval = result["figures"].get(name), result["intervals"].get(name)
        if value is None:
            continue
        span = between(interval, 3, " – ")
        drawn = figures.strip(value, interval) if name in UNIT else ""
        arrow = " ↓" if metric.less else ""
        cells = f"<td>{number(value)}</td><td>{span}</td><td>{drawn}</td><td>{escape(metric.what)}{arrow}</td>"
        lines.append(f"<tr><th>{escape(name)}</th>{cells}</tr>")
    note = "Intervals hold 95 % of bootstrap samples of the questions. ↓: less is better."
    return (
        f'<section><h2>Figures</h2><table class="figures">{"".join(lines)}</table><p class="note">{note}</p></section>'
    )


def _comparison(found: dict[str, Any] | None) -> str:
    if not found:
        return ""
    moved = {name: one for name, one in found["figures"].items() if one["change"]}
    heads = "<tr><td></td><td>before</td><td>now</td><td>change</td><td>95 % of the change</td></tr>"
    rows = "".join(_change(name, one) for name, one in moved.items())
    same = f"{len(found['figures']) - len(moved)} figures are the same."
    note = f"{found['questions']} questions of both runs, pair by pair; coloured where all 95 % are on one side of 0."
    answers = "".join(
        f"<tr><td>{escape(one['question'])}</td><td>{escape(one['before'] or 'no answer')}</td>"
        f"<td>{escape(one['now'] or 'no answer')}</td><td>{one['f1'][0]:.2f} → {one['f1'][1]:.2f}</td></tr>"
        for one in found["answers"]
    )
    other = f"<h2>{len(found['answers'])} answers are other ones</h2><table>{answers}</table>" if answers else ""
    table = f'<table class="figures">{heads}{rows}</table>' if moved else ""
    return f'<section><h2>Against the earlier run</h2>{table}<p class="note">{note} {same}</p>{other}</section>'


def _change(name: str, one: dict[str, Any]) -> str:
    span = f"{one['low']:+.3f} to {one['high']:+.3f}" if one["low"] is not None else ""
    sure = one["low"] is not None and (one["low"] > 0 or one["high"] < 0)
    better = (one["change"] > 0) != (name in METRICS and METRICS[name].less)
    kind = ("up" if better else "down") if sure else "same"
    numbers = f"<td>{number(one['before'])}</td><td>{number(one['now'])}</td>"
    return f'<tr><th>{escape(name)}</th>{numbers}<td class="{kind}">{one["change"]:+.4f}</td><td>{span}</td></tr>'


def _kinds(types: dict[str, dict[str, float | None]]) -> str:
    heads = "".join(f"<th>{name}</th>" for name in ("type", *_TYPES))
    rows = []
    for kind, told in types.items():
        cells = "".join(f"<td>{number(told[name])}</td>" for name in _TYPES)
        rows.append(f"<tr><th>{escape(kind)}</th>{cells}</tr>")
    return (
        f'<section><h2>By type of question</h2><table class="types"><tr>{heads}</tr>{"".join(rows)}</table></section>'
    )


def _questions(rows: Iterable[Row], predictions: dict[str, dict[str, Any]]) -> str:
    ordered = worst_first(list(rows))
    good = sum(row.well for row in ordered if row.judged)
    bad = sum(not row.well for row in ordered if row.judged)
    choices = (("all", f"all {len(ordered)}"), ("bad", f"{bad} wrong"), ("good", f"{good} right"))
    inputs = "".join(
        f'<label><input type="radio" name="show" id="show-{name}"{" checked" if name == "all" else ""}>{text}</label>'
        for name, text in choices
    )
    body = "".join(card(row, predictions.get(row.id)) for row in ordered)
    note = "Words that answer and gold share are in bold. A card opens to the passage that was cited."
    return f'<section><h2>Questions</h2><div class="filter">{inputs}</div><p class="note">{note}</p>{body}</section>'

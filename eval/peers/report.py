"""What was kept -> figures, the bars of the project, a table and two charts a set."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from eval.chart import line_chart
from eval.peers import score
from eval.peers.measure import Plan, commits, load
from eval.peers.sets import OWN, Asked
from eval.peers.table import OURS, PEERS

SHOWN = ("f1", "cited", "abstained", "coverage", "overall")
COMPARED = ("f1", "em", "cited", "abstained", "overall")
LATENCY = {"haystack": 0.25, "haystack-faiss": 0.25, "txtai": 0.5, "by-hand": 0.5}  # of their p50, at most
OUTSIDE = 0.2  # share of a warm answer's time outside the models, at most


def outcomes_of(plan: Plan, asked: Asked) -> dict[str, list[score.Outcome]]:
    """Of every system whose answers are kept."""
    found = {}
    for name in plan.names:
        kept = load(plan, asked, "answers", name)
        if kept:
            found[name] = [score.outcome(one, kept["replies"][one.id], asked.text) for one in asked.questions]
    return found


def thresholds(outcomes: Mapping[str, Sequence[score.Outcome]]) -> dict[str, float]:
    """Of each peer, chosen as our own was: on the questions over seeds/. Ours is the one that is shipped. None for a
    peer that leaves more of them without an answer whatever its threshold."""
    found = {name: score.threshold(rows) for name, rows in outcomes.items() if name != OURS}
    return {name: least for name, least in found.items() if math.isfinite(least)}


def figures(plan: Plan, asked: Asked, outcomes: Mapping[str, list[score.Outcome]], least: Mapping[str, float]) -> Any:
    """A set's part of the result. own: by each system's own rule; fitted: with the threshold of `thresholds`."""
    sample = score.draws(len(asked.questions))
    ways = {
        name: {"own": score.given(rows)} | ({"fitted": score.given(rows, least[name])} if name in least else {})
        for name, rows in outcomes.items()
    }
    coverage = _coverage(outcomes.get(OURS, []))
    systems = {}
    for name, rows in outcomes.items():
        quality: dict[str, Any] = {
            way: {key: score.interval(value, sample) for key, value in score.values(rows, answered).items()}
            for way, answered in ways[name].items()
        }
        quality |= score.without_threshold(rows, coverage) | {"errors": sum(one.failed for one in rows)}
        systems[name] = {"quality": quality, "cost": _cost(plan, asked, name), "commits": commits(plan, asked, name)}
    ours = score.values(outcomes[OURS], ways[OURS]["own"]) if OURS in outcomes else {}
    lead = {
        name: {
            way: {
                key: score.interval(ours[key] - score.values(outcomes[name], answered)[key], sample) for key in COMPARED
            }
            for way, answered in ways[name].items()
        }
        for name in outcomes
        if ours and name != OURS
    }
    counts = {"questions": len(asked.questions), "answerable": sum(one.answerable for one in asked.questions)}
    articles = len(list(asked.articles.glob("*.txt")))
    return counts | {"articles": articles, "systems": systems, "lead": lead, "bars": bars(asked.name, systems, lead)}


def bars(name: str, systems: Mapping[str, Any], lead: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the project wants to reach, and whether it does. Against a peer the lower bound of the lead's interval is
    told; `met` asks for the mean, `clear` for the lower bound."""
    found: list[dict[str, Any]] = []
    for peer, ways in lead.items():
        for way, row in ways.items():
            for key in ("f1", "cited", "abstained"):
                if row[key]:
                    mean, low, _ = row[key]
                    found.append(
                        {"bar": f"{key} above {peer} ({way})", "lead": row[key], "met": mean > 0, "clear": low > 0}
                    )
    ours = systems[OURS]["cost"] if OURS in systems else {}
    for peer, most in LATENCY.items():
        theirs = systems[peer]["cost"] if peer in systems else {}
        limits = [("p50_ms", most), ("start_s", 1 / 3), ("ask_peak_mb", 1.0), ("index_peak_mb", 1.0)]
        limits += [("index_s", 0.5)] if name != OWN else []  # five articles are no measure
        for key, limit in limits:
            if ours.get(key) and theirs.get(key):
                ratio = ours[key] / theirs[key]
                found.append(
                    {"bar": f"{key} <= {limit:.2f} of {peer}", "ratio": round(ratio, 3), "met": ratio <= limit}
                )
    if ours.get("outside"):
        found.append({"bar": f"outside <= {OUTSIDE}", "share": ours["outside"], "met": ours["outside"] <= OUTSIDE})
    return found


def _coverage(rows: Sequence[score.Outcome]) -> float:
    answers = [one.answered for one in rows if one.answerable]
    return sum(answers) / len(answers) if answers else 0.0


def _cost(plan: Plan, asked: Asked, name: str) -> dict[str, Any]:
    """Medians over the rounds. outside: median share of a warm answer's time outside the forward passes."""
    made = [one for n in range(plan.rounds) if (one := load(plan, asked, f"index-{n}", name))]
    first = [one["seconds"] for n in range(plan.rounds) if (one := load(plan, asked, f"start-{n}", name))]
    times = (load(plan, asked, "warm", name) or {}).get("times", [])
    found: dict[str, Any] = {"ask_peak_mb": (load(plan, asked, "answers", name) or {}).get("peak_mb")}
    if made:
        seconds, passages = statistics.median(one["seconds"] for one in made), made[0]["passages"]
        found |= {"passages": passages, "index_s": round(seconds, 3), "passages_per_s": round(passages / seconds, 1)}
        found |= {"index_peak_mb": max(one["peak_mb"] or 0.0 for one in made) or None, "versions": made[-1]["versions"]}
    if first:
        found["start_s"] = round(statistics.median(first), 3)
    if times:
        p50, p95 = np.quantile([seconds for seconds, _ in times], (0.5, 0.95), method="inverted_cdf").tolist()
        found |= {"p50_ms": round(1000 * p50, 1), "p95_ms": round(1000 * p95, 1), "asked_warm": len(times)}
        found["outside"] = round(statistics.median(1 - forward / seconds for seconds, forward in times), 3)
    return found


def table(part: Mapping[str, Any]) -> str:
    """A set's figures as Markdown. A peer has two lines: by its own rule, and with the fitted threshold."""
    cost = ("p50_ms", "p95_ms", "outside", "start_s", "index_s", "passages_per_s", "ask_peak_mb")
    lines = ["| system | " + " | ".join((*SHOWN, "auroc", *cost)) + " |", "|---" * (len(SHOWN) + len(cost) + 2) + "|"]
    for name, system in part["systems"].items():
        for way in ("own", "fitted"):
            row = system["quality"].get(way)
            if row:
                cells = [f"{row[key][0]:.2f}" if row[key] else "-" for key in SHOWN] + [
                    _cell(system["quality"]["auroc"])
                ]
                cells += [_cell(system["cost"].get(key)) if way == "own" else "" for key in cost]
                lines.append(f"| {name}{'' if way == 'own' else ', fitted'} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def charts(part: Mapping[str, Any], outcomes: Mapping[str, Sequence[score.Outcome]]) -> dict[str, str]:
    """Name -> SVG: F1 against the time of an answer, and wrong answers by coverage."""
    systems = part["systems"]
    dots = {
        name: [(one["cost"]["p50_ms"], one["quality"]["own"]["f1"][0])]
        for name, one in systems.items()
        if one["cost"].get("p50_ms") and one["quality"]["own"]["f1"]
    }
    drawn = {"quality": line_chart("Token F1 by time of an answer", "milliseconds, median", "F1", dots)} if dots else {}
    risk = {name: score.risk(rows) for name, rows in outcomes.items() if PEERS[name].timed}
    return drawn | {"risk": line_chart("Wrong answers by coverage", "share of questions answered", "share wrong", risk)}


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}" if value < 10 else f"{value:.0f}"

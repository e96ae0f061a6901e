"""The service under load: `python -m eval.load [FOLDER] [--chats 50] [--seconds 120] [--by rest]`.

Starts `attest page` over the folder (seeds/), and asks it the questions of eval/questions/seeds.jsonl, follow-ups with
the question before them. Idle: one question at a time. Capacity: one second, by the mean time of an idle question; the
service answers one at a time. Load: so many chats, which together ask at twice the capacity, each at its own times,
whether or not the service keeps up; a chat waits for its answer before it asks again. Refused as busy (503) is what
the service promises; anything else but an answer is an error. Memory: resident, of the server, when the idle questions
are answered, and when all are (`grown`); on Linux alone. Client and server share the processor.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from eval.load_server import resident, serving
from eval.load_ways import WAYS, Way
from eval.provenance import keep, provenance
from eval.questions import read_questions

SEEDS = Path(__file__).parent.parent / "seeds"
QUESTIONS = Path(__file__).parent / "questions" / "seeds.jsonl"


@dataclass
class Tally:
    """outcomes: how many were answered, busy, or failed, by kind. seconds: of those that were answered."""

    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    async def add(self, way: Way, client: Any, asked: dict[str, Any]) -> None:
        began = time.perf_counter()
        outcome = await way(client, asked)
        self.outcomes[outcome] += 1
        if outcome == "answered":
            self.seconds.append(time.perf_counter() - began)

    def told(self) -> dict[str, Any]:
        shares = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
        times = {f"{name}_ms": _ms(quantile(self.seconds, share)) for name, share in shares}
        return {"outcomes": dict(self.outcomes), **times}


def quantile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least `share` of the values do not exceed."""
    return float(np.quantile(values, share, method="inverted_cdf")) if values else None


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.load", description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default=str(SEEDS))
    parser.add_argument("--chats", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--idle", type=int, default=240, help="questions one at a time, a sixth of which warm up")
    parser.add_argument("--questions", type=int, default=2000, help="that are answered in all, at least")
    parser.add_argument("--times", type=float, default=2, help="of the capacity that is asked for")
    parser.add_argument("--by", choices=WAYS, default="rest")
    parser.add_argument("--reader", default="attest")
    parser.add_argument("--out", type=Path, default=Path("eval/results/load.json"))
    args = parser.parse_args(argv)
    with serving(args.folder, args.reader) as (url, pid):
        figures = asyncio.run(measure(args, url, pid))
    result = provenance("eval.load", argv) | figures
    keep(result, args.out)
    print(json.dumps(result, indent=1))
    return 0 if all(figures["holds"].values()) else 1


async def measure(args: argparse.Namespace, url: str, pid: int) -> dict[str, Any]:
    import httpx

    limits = httpx.Limits(max_connections=4 * args.chats, max_keepalive_connections=args.chats)
    way, asked = WAYS[args.by], bodies()
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits, trust_env=False) as client:
        warm, idle, loaded, rest = Tally(), Tally(), Tally(), Tally()
        for n in range(args.idle):
            await (warm if n < args.idle // 6 else idle).add(way, client, asked[n % len(asked)])
        before = resident(pid)
        rate = args.times / fmean(idle.seconds)
        began = time.perf_counter()
        chats = (chat(loaded, way, client, asked, n, args.chats / rate, args.seconds) for n in range(args.chats))
        await asyncio.gather(*chats)
        lasted, between = time.perf_counter() - began, resident(pid)
        while sum(map(len, (idle.seconds, loaded.seconds, rest.seconds))) < args.questions and not failed(rest):
            await rest.add(way, client, asked[len(rest.seconds) % len(asked)])
        after, alive = resident(pid), (await client.get("/api/health")).status_code == 200
    ratio = loaded.told()["p99_ms"] / idle.told()["p99_ms"] if loaded.seconds else None
    grown = round(after / before - 1, 4) if before and after else None
    wrong = failed(idle) + failed(loaded) + failed(rest)
    return {
        "by": args.by,
        "chats": args.chats,
        "capacity_per_s": round(rate / args.times, 2),
        "offered_per_s": round(sum(loaded.outcomes.values()) / lasted, 2),
        "answered_per_s": round(len(loaded.seconds) / lasted, 2),
        "seconds": round(lasted, 1),
        "idle": idle.told(),
        "load": loaded.told(),
        "after": rest.told(),
        "p99_ratio": None if ratio is None else round(ratio, 2),
        "resident_mb": {"idle": before, "after_load": between, "after_all": after},
        "answered": sum(map(len, (warm.seconds, idle.seconds, loaded.seconds, rest.seconds))),
        "grown": grown,
        "holds": {
            "no errors but busy": wrong == 0,
            "p99 of the accepted at most 5 times that of the idle": ratio is not None and ratio <= 5,
            "memory grows by 5 % at most": grown is None or grown <= 0.05,
            "alive after": alive,
        },
    }


async def chat(
    tally: Tally, way: Way, client: Any, asked: Sequence[dict[str, Any]], number: int, pause: float, seconds: float
) -> None:
    """Asks about every `pause` seconds, at times of its own; those that pass while it waits are left out."""
    draw = random.Random(number)
    began = time.perf_counter()
    due = draw.random() * pause
    while due < seconds:
        await asyncio.sleep(max(0.0, began + due - time.perf_counter()))
        await tally.add(way, client, asked[draw.randrange(len(asked))])
        due = max(due + pause * draw.uniform(0.5, 1.5), time.perf_counter() - began)


def bodies() -> list[dict[str, Any]]:
    found = read_questions(QUESTIONS)
    return [{"question": q.question, "history": [q.context] if q.context else []} for q in found]


def failed(tally: Tally) -> int:
    return sum(count for outcome, count in tally.outcomes.items() if outcome not in ("answered", "busy"))


def _ms(seconds: float | None) -> float:
    return round(1000 * (seconds or 0.0), 1)


if __name__ == "__main__":
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    sys.exit(main())

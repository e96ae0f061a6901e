"""Attest beside its peers: `python -m eval.peers --set-up`, then `python -m eval.peers --rows FILE`.

Sets: the project's own questions over seeds/, and with --rows question-answering rows (SQuAD's, as .jsonl.gz), of
which every context becomes an article. What each system did is kept in --cache; a run that was interrupted, or that
names other --peers, goes on from there. The result is that of everything that is kept.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from eval.peers import environments, models, report, sets
from eval.peers.measure import Plan, forget, run
from eval.peers.process import THREADS
from eval.peers.table import PEERS
from eval.provenance import keep, provenance
from index.errors import AttestError


def main(argv: Sequence[str] | None = None) -> int:
    args = parser().parse_args(argv)
    try:
        names = chosen(args.peers)
        needed = {environment for name in names if (environment := PEERS[name].environment)}
        if args.set_up:
            environments.set_up(args.cache / "env", needed)
            return 0
        for what in args.again:
            forget(args.cache, what)
        plan = Plan(args.cache.resolve(), names, args.rounds, args.sample, lambda line: print(line, file=sys.stderr))
        asked = [sets.own(), *(sets.opened(file, args.questions, plan.cache) for file in args.rows)]
        if not args.no_run:
            prepare(args.cache, needed)
            for one in asked:
                run(plan, one)
        told(plan, asked, args.out, argv)
    except AttestError as error:
        print(f"eval.peers: {error}", file=sys.stderr)
        return 2
    return 0


def prepare(cache: Path, needed: set[str]) -> None:
    """The weights as folders. Raises AttestError where an environment is not set up."""
    if lacking := environments.missing(cache / "env", needed):
        raise AttestError(f"no environment for {', '.join(lacking)}; run `python -m eval.peers --set-up` first")
    models.export_encoder(cache / "models" / "encoder")
    models.export_reader(cache / "models" / "reader")


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m eval.peers", description=__doc__.splitlines()[0])
    made.add_argument("--set-up", action="store_true", help="only make the environments of the peers")
    made.add_argument("--rows", type=Path, nargs="*", default=[], help="rows (.jsonl.gz) asked as an open collection")
    made.add_argument("--questions", type=int, default=500, help="of each file of rows, spread over it")
    made.add_argument("--peers", nargs="*", default=[], help=f"of {', '.join(PEERS)}; else all")
    made.add_argument("--rounds", type=int, default=3, help="of indexing and of starting")
    made.add_argument("--sample", type=int, default=60, help="questions that all are asked in turn")
    made.add_argument("--again", nargs="*", default=[], help="forget what is kept: all, times, or names of systems")
    made.add_argument("--no-run", action="store_true", help="only tell what is kept")
    made.add_argument("--cache", type=Path, default=user_cache_path("attest", appauthor=False) / "peers")
    made.add_argument("--out", type=Path, default=Path("eval/results/peers"))
    return made


def chosen(names: Sequence[str]) -> tuple[str, ...]:
    """In the order of PEERS. Raises AttestError for a name that is not there."""
    for name in names:
        if name not in PEERS:
            raise AttestError(f"--peers {name!r}: known are {', '.join(PEERS)}")
    return tuple(name for name in PEERS if not names or name in names)


def told(plan: Plan, asked: Sequence[sets.Asked], out: Path, argv: Sequence[str] | None) -> None:
    """Writes the result and the charts, and prints the tables and the bars that are missed."""
    result: dict[str, Any] = provenance("eval.peers", argv) | {"threads": THREADS, "rounds": plan.rounds}
    outcomes = {one.name: report.outcomes_of(plan, one) for one in asked}
    least = report.thresholds(outcomes[sets.OWN])
    result |= {"settings": {name: PEERS[name].settings for name in plan.names}, "thresholds": least, "sets": {}}
    out.mkdir(parents=True, exist_ok=True)
    for one in asked:
        part = report.figures(plan, one, outcomes[one.name], least)
        result["sets"][one.name] = part
        for name, chart in report.charts(part, outcomes[one.name]).items():
            (out / f"{one.name}-{name}.svg").write_text(chart, encoding="utf-8")
        missed = [json.dumps(bar) for bar in part["bars"] if not bar["met"]]
        print(f"\n{one.name}\n\n{report.table(part)}\n", *missed, sep="\n")
    keep(result, out / "peers.json")


if __name__ == "__main__":
    sys.exit(main())

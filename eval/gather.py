"""Fits which further spans of a passage join a list: `python -m eval.gather --data FOLDER [--write]`.

Half of the questions ask people's lists (of training files that the shipped reader has not seen as lists; none that
occurs in an evaluation set), half are people's questions for one thing, on validation documents. Every further span is
an example, right if its token F1 with an accepted answer is at least .6. A logistic regression on the features of
`qa.reader.listing` says how likely it is; a span joins above the bound at which lists and single answers together come
out best (exact F1), among those at which single answers lose next to nothing. Writes the rule as `gather` into
reader.json.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval.lists import scores
from eval.logistic import fit_logistic
from eval.metrics import token_f1
from eval.squad import two_at_a_time
from qa.enumeration import split
from qa.kinds import kind
from qa.reader import Reader, Span
from qa.reader.extractive import WEIGHTS, shipped
from qa.reader.listing import FEATURES, GATHERED, MOST, features, is_known, listed
from qa.reader.mix import WITH_LISTS, is_validation, read_rows, traces, traces_of, validation_rows

PEOPLE = WITH_LISTS[1:]  # the first file was made by a rule
LOST = 0.003  # token F1 that questions for one thing may lose where their items are joined
BOUNDS = tuple(n / 20 for n in range(2, 13))
_JOIN = re.compile(r"\b(?:and|or)\b", re.IGNORECASE)
Read = tuple[dict[str, Any], tuple[Span, ...]]
"""A question's row and the best spans of its context."""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.gather", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with train/ and eval/ (*.jsonl.gz)")
    parser.add_argument("--write", action="store_true", help="store the rule in reader.json")
    args = parser.parse_args(argv)
    rule = fit(read(shipped(), questions(args.data)))
    print(json.dumps(rule, indent=1))
    if args.write:
        path = WEIGHTS / "reader.json"
        settings = json.loads(path.read_text(encoding="utf-8")) | {"gather": rule}
        path.write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
    return 0


def questions(data: Path) -> list[dict[str, Any]]:
    """People's questions for lists, and as many of theirs for one thing."""
    held_out = traces_of(data / "eval")
    files = (row for name in PEOPLE for row in read_rows(data / "train" / f"{name}.jsonl.gz") if row["multi"])
    several = [row for row in files if not is_validation(row) and held_out.isdisjoint(traces(row))]
    human = [row for row in validation_rows(data / "train") if not row["impossible"]]
    return several + human[:: max(1, len(human) // max(1, len(several)))]


def read(reader: Reader, rows: Sequence[dict[str, Any]]) -> list[Read]:
    readings = two_at_a_time(lambda row: reader.read(row["question"], [row["context"]], top=MOST), rows)
    return [(row, reading.spans) for row, reading in zip(rows, readings, strict=True) if reading.spans]


def fit(rows: Sequence[Read]) -> dict[str, float]:
    """The weight of each feature, and `bias`, such that the sum is above 0 where a span should join."""
    examples = [example for row, spans in rows for example in further(row, spans)]
    z = np.array([[*values, 1.0] for values, _ in examples])
    right = np.array([is_right for _, is_right in examples])
    w = fit_logistic(z, right, np.full(len(z), 1 / len(z)), np.full(z.shape[1], 1e-5))
    rules = [
        dict(zip((*FEATURES, "bias"), [*w[:-1].tolist(), w[-1] - math.log(least / (1 - least))], strict=True))
        for least in BOUNDS
    ]
    faithful = [rule for rule in rules if lost(rows, rule) <= LOST] or [min(rules, key=lambda rule: lost(rows, rule))]
    best = max(faithful, key=lambda rule: exact_f1(rows, rule))
    return {name: round(float(value), 4) for name, value in best.items()}


def further(row: dict[str, Any], spans: Sequence[Span]) -> list[tuple[tuple[float, ...], bool]]:
    """(features, whether it is right) of each span behind the best one; none where that one is wrong, since nothing
    can be learned from the company of a wrong answer."""
    answers = [answer["text"] for answer in row["answers"]][: None if row["multi"] else 1]
    accepted = [*answers, " ".join(answers)]
    if kind(row["question"]) not in GATHERED or not _is_right(spans[0], accepted):
        return []
    examples, taken = [], [spans[0]]
    for span in spans[1:MOST]:
        if not is_known(span, taken):
            examples.append((features(row["question"], row["context"], span, taken), _is_right(span, accepted)))
            taken += [span] if examples[-1][1] else []
    return examples


def exact_f1(rows: Sequence[Read], rule: dict[str, float]) -> float:
    """Over all rows; an enumeration that is the one accepted answer counts as its items."""
    given, accepted = [], []
    for row, spans in rows:
        items = listed(row["question"], row["context"], spans, rule) or spans[:1]
        given.append([item.text for item in items])
        answers = [answer["text"] for answer in row["answers"]][: None if row["multi"] else 1]
        accepted.append([part for answer in answers for part in ([answer] if row["multi"] else _parts(answer))])
    return scores(given, accepted)["exact_f1"]


def lost(rows: Sequence[Read], rule: dict[str, float]) -> float:
    """Mean token F1 of the best span alone less that of the items together, over the questions for one thing. The "and"
    that goes as an enumeration is cut is no loss, so it counts nowhere."""
    losses = [0.0]
    for row, spans in rows:
        if not row["multi"]:
            items = listed(row["question"], row["context"], spans, rule) or spans[:1]
            texts = spans[0].text, " ".join(item.text for item in items)
            accepted = [_JOIN.sub(" ", answer["text"]) for answer in row["answers"]]
            alone, together = (max(token_f1(_JOIN.sub(" ", text), answer) for answer in accepted) for text in texts)
            losses.append(alone - together)
    return sum(losses) / max(1, len(losses) - 1)


def _parts(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text, 0, len(text))]


def _is_right(span: Span, accepted: Sequence[str], least: float = 0.6) -> bool:
    return any(token_f1(part, answer) >= least for part in (span.text, *_parts(span.text)) for answer in accepted)


if __name__ == "__main__":
    sys.exit(main())

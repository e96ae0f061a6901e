"""Fits the confidence of a reader: `python -m eval.calibrate --data FOLDER [--reader attest] [--write]`.

Three sets of questions, none of them a test set, ask the whole assistant: those of `eval.validation`, the project's
questions, over seeds/ alone and among some thousand other news articles, and those about the validation events of
`eval.events`, over the articles of one event and of all. Every candidate span is an example:
right if its token F1 with an accepted answer is at least one half, wherever it stands. A logistic regression on the
features of qa.confidence tells right spans from others: the confidence. Another one tells questions that have an answer
from others, by the features of the likeliest span; the mean of both decides whether there is an answer. Each is scaled
as questions of each source are seen by fits without that source, since users bring another one. The threshold is the
highest one at which `--coverage` of the answerable questions over seeds/ alone are still answered.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from eval.events import event_questions, opened
from eval.logistic import fit_logistic
from eval.metrics import auroc, fold, token_f1
from eval.questions import Question, read_questions
from eval.reliability import calibration_error
from eval.retrieval import read
from eval.scratch import assistant_over
from eval.validation import source, validation
from index.filter import Filter
from qa.assistant import Assistant
from qa.candidates import Candidate
from qa.confidence import FEATURES
from qa.progress import bar

HERE = Path(__file__).parent
TARGET = HERE.parent / "qa" / "confidence.json"
OVER = SEEDS, CROWDED, EVENTS, TOGETHER, VALIDATION = (
    "seeds questions",
    "seeds questions among other articles",
    "questions about events",
    "questions about events among other events",
    "validation documents",
)
MIX = 0.6
"""Share of the second regression in whether there is an answer. By cross-validation, where .88 of the answerable
questions over seeds/ are answered, .50 of the others get no answer by the first alone, .66 by this mix, .69 by the
second alone, which withholds more of the right answers (.057 of all, .035 by the mix, .012 by the first)."""
WEIGHTS = {SEEDS: 4.0, CROWDED: 4.0, EVENTS: 1.5, TOGETHER: 1.5, VALIDATION: 1.0}
"""Of an example: our own questions are about news in several voices, of which there are few; those about events come in
three wordings each."""
OWN = {"seeds": 1, "seeds_checker": 3}
"""Sets of questions over seeds/ -> every how many of them is asked: three wordings stand together in the second."""
COVERED = 0.963
"""Share of the answerable ones of both that are to be answered: .98 of the first, .95 of the second, whose wording is
far from the articles'. With fewer, two right answers of the second are lost for each that is rightly withheld."""
CROWD = Path("corpora", "reuters21578.jsonl.gz")
BAR = bar("embedding", "passages")


@dataclass(frozen=True)
class Example:
    """A candidate span of a question. group: the question; over: where it was asked, one of OVER."""

    group: str
    features: tuple[float, ...]
    right: bool
    answerable: bool
    over: str


@dataclass(frozen=True)
class Judged:
    """The likeliest candidate of a question. confidence: that it is right; answerable: that the articles answer."""

    confidence: float
    answerable: float
    example: Example


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.calibrate", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with train/ and corpora/")
    parser.add_argument("--reader", default="attest")
    parser.add_argument("--coverage", type=float, default=COVERED)
    parser.add_argument("--keep", type=Path, help="keeps the examples in this file, and uses them if it is there")
    parser.add_argument("--write", action="store_true", help=f"store the result in {TARGET.name}")
    args = parser.parse_args(argv)
    examples = kept(args.keep) or collect(args)
    if args.keep:
        args.keep.write_text(json.dumps([vars(example) for example in examples]), encoding="utf-8")
    row = fit(examples, args.coverage)
    print(json.dumps(row, indent=1))
    if args.write:
        fitted = json.loads(TARGET.read_text(encoding="utf-8")) if TARGET.exists() else {}
        TARGET.write_text(json.dumps(fitted | {args.reader: row}, indent=1) + "\n", encoding="utf-8")
    return 0


def collect(args: argparse.Namespace) -> list[Example]:
    """Asks all questions; about a tenth of a second each."""
    seeds = HERE.parent / "seeds"
    assistant = Assistant.open(seeds, reader=args.reader)
    own = [
        question
        for name, step in OWN.items()
        for question in read_questions(HERE / "questions" / f"{name}.jsonl", assistant.library.article)[::step]
    ]
    asked = [(question, question.answerable) for question in own]
    examples = _ask_all(assistant, asked, SEEDS)
    with tempfile.TemporaryDirectory() as scratch:
        crowd = assistant_over(among(seeds, args.data, Path(scratch)), args.reader, BAR)
        examples += _ask_all(crowd, asked, CROWDED)
        for over in (EVENTS, TOGETHER):
            for told, asked_of in opened(
                Path(scratch), "validation", event_questions, together=over == TOGETHER, reader=args.reader
            ):
                some = asked_of[::2]  # the wordings of a question are alike
                examples += _ask_all(told, [(question, question.answerable) for question in some], over)
        for folder, asked in validation(args.data / "train", Path(scratch)):
            other = assistant_over(folder, args.reader, BAR)
            examples += _ask_all(other, asked, VALIDATION)
    return examples


def among(seeds: Path, data: Path, scratch: Path) -> Path:
    """A folder of the seeds articles and every third one of Reuters-21578, which tell of other years."""
    folder = scratch / "among"
    folder.mkdir()
    for path in seeds.glob("*.txt"):
        shutil.copyfile(path, folder / path.name)
    lines = (json.dumps({"text": row["text"]}) for row in islice(read(data / CROWD), 0, None, 3))
    (folder / "others.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def _ask_all(assistant: Assistant, questions: Sequence[tuple[Question, bool]], over: str) -> list[Example]:
    tell = bar("asking", "questions")
    examples = []
    for done, (question, answerable) in enumerate(questions, 1):
        history = [question.context] if question.context else []
        meant, _ = assistant.understand(question.question, history, Filter())
        for candidate in assistant.consider(meant, Filter()).candidates:
            features = tuple(round(candidate.features[name], 5) for name in FEATURES)
            examples.append(Example(question.id, features, is_right(candidate, question), answerable, over))
        tell(done, len(questions))
    return examples


def is_right(candidate: Candidate, question: Question) -> bool:
    """Whether the span's token F1 with an accepted answer is at least one half, wherever it stands."""
    text = fold(candidate.span.text)
    return any(token_f1(text, fold(gold.text)) >= 0.5 for gold in question.answers)


def fit(examples: Sequence[Example], coverage: float) -> dict[str, Any]:
    """What qa.confidence reads, and how well it separates; ridge-regularised Newton steps on standardised features."""
    x = np.array([example.features for example in examples], float)
    rows = np.array([WEIGHTS[example.over] for example in examples])
    mean, spread = x.mean(0), x.std(0) + 1e-9
    z = np.hstack([(x - mean) / spread, np.ones((len(x), 1))])
    span, question = (
        np.append(scale * w[:-1], scale * w[-1] + shift)
        for w, (scale, shift) in zip(
            _regressions(examples, z, rows, np.arange(len(x))), _scales(examples, z, rows), strict=True
        )
    )
    confidence, answerable = (1 / (1 + np.exp(-z @ w)) for w in (span, question))
    best = _best(examples, z @ span, np.arange(len(x)))
    found = [Judged(float(confidence[n]), float(answerable[n]), examples[n]) for n in best]
    parts = {over: [one for one in found if one.example.over == over] for over in OVER}
    threshold = _threshold(parts[SEEDS], coverage)
    return {
        "span": _linear(span, mean, spread),
        "question": _linear(question, mean, spread),
        "threshold": threshold,
        "fitted_on": {over: _figures(part, threshold) for over, part in parts.items()},
    }


def _regressions(
    examples: Sequence[Example], z: np.ndarray, rows: np.ndarray, taken: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(k,) coefficients that tell right spans, and the mean of them and those that tell questions with an answer, from
    these examples. z: (n, k) features and a one; rows: (n,) weights."""
    ridge = np.array([1.0] * (z.shape[1] - 1) + [0.0])
    right = np.array([examples[n].right for n in taken], float)
    span = fit_logistic(z[taken], right, rows[taken], ridge)
    best = _best(examples, z @ span, taken)
    answerable = np.array([examples[n].answerable for n in best], float)
    return span, (1 - MIX) * span + MIX * fit_logistic(z[best], answerable, rows[best], ridge)


def _scales(examples: Sequence[Example], z: np.ndarray, rows: np.ndarray) -> list[tuple[float, float]]:
    """Scale and shift of both log-odds of the likeliest span, from those of each source by regressions without it
    (Platt 1999). Sources weigh the same: any may be the one that is most like a user's."""
    kinds = {CROWDED: SEEDS, TOGETHER: EVENTS}
    sources = np.array(
        [source(one.group) if one.over == VALIDATION else kinds.get(one.over, one.over) for one in examples]
    )
    found, weights = list[tuple[tuple[float, bool], tuple[float, bool]]](), list[float]()
    for name in dict.fromkeys(sources.tolist()):
        others = np.flatnonzero(sources != name)
        span, both = _regressions(examples, z, rows, others if len(others) else np.arange(len(z)))
        best = _best(examples, z @ span, np.flatnonzero(sources == name))
        found += [((z[n] @ span, examples[n].right), (z[n] @ both, examples[n].answerable)) for n in best]
        weights += [1 / len(best)] * len(best)
    fitted = []
    for told in zip(*found, strict=True):
        line, truth = np.array([(log_odds, 1.0) for log_odds, _ in told]), np.array([true for _, true in told], float)
        scale, shift = fit_logistic(line, truth, np.array(weights), np.full(2, 1e-6))
        fitted.append((float(scale), float(shift)))
    return fitted


def _best(examples: Sequence[Example], log_odds: np.ndarray, taken: Iterable[int]) -> list[int]:
    """Of these examples the likeliest of each question, wherever it was asked."""
    best: dict[tuple[str, str], int] = {}
    for n in taken:
        key = examples[n].group, examples[n].over
        if key not in best or log_odds[n] > log_odds[best[key]]:
            best[key] = int(n)
    return list(best.values())


def _linear(w: np.ndarray, mean: np.ndarray, spread: np.ndarray) -> dict[str, Any]:
    """Coefficients of standardised features -> those of the features as they are."""
    weights = w[:-1] / spread
    named = {name: round(float(v), 5) for name, v in zip(FEATURES, weights, strict=True)}
    return {"weights": named, "bias": round(float(w[-1] - (weights * mean).sum()), 5)}


def _threshold(best: Sequence[Judged], coverage: float) -> float:
    """The highest threshold at which this share of the answerable questions is answered."""
    top = sorted((one.answerable for one in best if one.example.answerable), reverse=True)
    return float(int(top[math.ceil(coverage * len(top)) - 1] * 1e4)) / 1e4


def _figures(best: Sequence[Judged], threshold: float) -> dict[str, Any]:
    """On the best candidate of each question. brier: mean squared error of the confidence."""
    given = [one.example for one in best if one.answerable >= threshold]
    has, lacks = ([one for one in best if one.example.answerable is answerable] for answerable in (True, False))
    confidence, right = [one.confidence for one in best], [one.example.right for one in best]
    told = auroc(*([one.confidence for one in best if one.example.right is wanted] for wanted in (True, False)))
    known = auroc([one.answerable for one in has], [one.answerable for one in lacks])
    figures = {
        "right_of_answerable": sum(right) / max(1, len(has)),
        "right_of_given": sum(example.right for example in given) / max(1, len(given)),
        "coverage": sum(example.answerable for example in given) / max(1, len(has)),
        "abstained_of_unanswerable": sum(one.answerable < threshold for one in lacks) / max(1, len(lacks)),
        "brier": sum((p - is_right) ** 2 for p, is_right in zip(confidence, right, strict=True)) / max(1, len(best)),
        "calibration_error": calibration_error(confidence, right) or 0.0,
        "auroc_right": told,
        "auroc_answerable": known,
    }
    return {"questions": len(best)} | {k: None if v is None else round(v, 4) for k, v in figures.items()}


def kept(path: Path | None) -> list[Example]:
    if path is None or not path.exists():
        return []
    return [
        Example(**row | {"features": tuple(row["features"])}) for row in json.loads(path.read_text(encoding="utf-8"))
    ]


if __name__ == "__main__":
    sys.exit(main())

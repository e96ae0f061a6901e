"""The shipped reader's model card: how its runs were made, on what, and what they reached; for `eval.publish`."""

from __future__ import annotations

import hashlib
import json
import textwrap
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.chart import line_chart
from eval.events import FILE as EVENTS
from qa.reader.events import fingerprint, training_lines
from qa.reader.mix import ALONE, MIX, read_rows
from qa.reader.steps import weight_files

LISTS = "multispanqa_valid"


def card(
    weights: Path,
    runs: Sequence[Path],
    also: Sequence[Path],
    scores: dict[str, dict[str, Any]],
    fitted: dict[str, Any],
    lists: dict[str, float],
    before: Sequence[Path] = (),
) -> str:
    """The model card of these weights, from what the runs wrote down. also: files that went into the mean. lists: see
    `eval.lists`. before: runs that those started from."""
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    checks = [row for row in read_logs([*before, *runs]) if "auroc" in row]
    names = ("forced_em", "forced_f1", "em", "f1", "best_f1", "auroc")
    table = "\n".join(
        f"| {name} | {row['questions']} | " + " | ".join(str(row.get(key, "")) for key in names) + " |"
        for name, row in scores.items()
    )
    data = "\n".join(f"- {name}: {part.share:.0%} of its rows that fit" for name, part in MIX.items())
    read = {name for run in [*before, *runs] for name in _settings(run).get("told", ())}
    events = [event for event in read_rows(EVENTS) if event["event"] in read]
    told_of = sum(len(event["questions"]) for event in events)
    chats = sum(len(chat) - 1 for event in events for chat in event.get("chats", ()))
    taken = [*((run, 0) for run in before), *((run, len(weight_files(run))) for run in runs)]
    listed: dict[str, int] = {}
    made = "\n".join(told(number, *pair, listed) for number, pair in enumerate(taken, 1))
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
  with the passages that answer them and with others of their event (qa/reader/events.py); and {chats} follow-ups about
  them, alone and behind what was asked before

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


def _settings(run: Path) -> dict[str, Any]:
    return json.loads((run / "settings.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def told(number: int, run: Path, taken: int, listed: dict[str, int] | None = None) -> str:
    """How a run was made: its command, what its START, TEACHER, POOL and so on were, and what settings.json has as
    "note", by hand. taken: how many of its checkpoints went into the mean. listed: EVENTS that an earlier run listed,
    and its number."""
    listed = {} if listed is None else listed
    settings = _settings(run)
    lines = [f"Run {number}, {settings['machine']}:", "", f"    {settings['command']}", ""]
    if settings.get("teachers"):
        every = ", ".join(f"`{digest}`" for digest in settings["teachers"])
        lines.append(f"TEACHERS: weights of SHA-256 {every}.")
    if settings.get("pool"):
        lines.append(f"POOL: the file that `{settings['pool']}` makes.")
    for name, what in (
        ("start", "weights"),
        ("teacher", "weights"),
        ("retrieved", "passages"),
        ("misread", "passages"),
        ("events", "questions"),
    ):
        if settings.get(name):
            lines.append(f"{name.upper()}: {what} of SHA-256 `{settings[name]}`.")
    if settings.get("told") and listed.setdefault(settings["events"], number) != number:
        lines.append(f"The lines of the events of run {listed[settings['events']]}.")
    elif settings.get("told"):
        lines.append(textwrap.fill(f"The lines of the events {', '.join(settings['told'])}, in this order.", 118))
        held = training_lines(EVENTS)
        if fingerprint(held.get(name, "") for name in settings["told"]) != settings["events"]:
            lines.append("EVENTS holds some of these lines in a later wording than this run read.")
    if settings.get("note"):
        lines.append(settings["note"])
    if settings.get("weights"):
        lines.append(f"Its last weights: SHA-256 `{settings['weights']}`.")
    last = ", the last among them" if taken and (run / "weights.safetensors").exists() else ""
    return "\n".join([*lines, f"{taken} of its checkpoints went into the mean{last}.", ""])

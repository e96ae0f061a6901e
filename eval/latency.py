"""How fast the shipped reader reads, beside PyTorch: `python -m eval.latency [--rounds N]`.

One question against 8 passages of 200 word pieces, cut from seeds/. Ours is the whole of `reader.read`: tokens, forward
pass, spans. Theirs is the forward pass alone, of the same weights in float32 with two threads, on windows that are
already made. The two take turns, so that a slow moment of the machine meets both; the ratio is that of the medians.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qa.reader.extractive import WEIGHTS, shipped
from qa.reader.windows import load_tokenizer, make_windows

QUESTION = "Which countries opposed training inside Ukraine?"
SEEDS = Path(__file__).parent.parent / "seeds"


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.latency", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args(argv)
    passages = cut(8, 200)
    reader = shipped(args.threads)
    theirs = plain_forward(passages, args.threads)
    print(json.dumps(compare(lambda: reader.read(QUESTION, passages), theirs, args.rounds, args.threads), indent=1))
    return 0


def compare(ours: Callable[[], Any], theirs: Callable[[], Any], rounds: int, threads: int) -> dict[str, Any]:
    """Medians in milliseconds over the rounds, after two that are not counted, and their ratio."""
    times: dict[str, list[float]] = {"attest": [], "pytorch": []}
    for number in range(rounds + 2):
        turns = [("attest", ours), ("pytorch", theirs)]
        for name, run in turns if number % 2 else turns[::-1]:
            began = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - began)
    medians = {name: statistics.median(values[2:]) for name, values in times.items()}
    return {
        "attest_ms": round(1000 * medians["attest"], 1),
        "pytorch_ms": round(1000 * medians["pytorch"], 1),
        "ratio": round(medians["attest"] / medians["pytorch"], 3),
        "rounds": rounds,
        "threads": threads,
        "machine": f"{platform.machine()}, {os.cpu_count()} CPU cores",
    }


def cut(count: int, pieces: int) -> list[str]:
    """`count` stretches of the seeds' text, each of `pieces` word pieces."""
    tokenizer = load_tokenizer(WEIGHTS)
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt")))
    offsets = tokenizer.encode(text, add_special_tokens=False).offsets
    starts = range(0, count * pieces, pieces)
    return [text[offsets[start][0] : offsets[start + pieces - 1][1]] for start in starts]


def plain_forward(passages: Sequence[str], threads: int) -> Callable[[], np.ndarray]:
    """The forward pass of transformers over one padded batch."""
    import torch
    from transformers import AutoModelForQuestionAnswering

    from index.bert import pad

    torch.set_num_threads(threads)
    model = AutoModelForQuestionAnswering.from_pretrained(WEIGHTS, dtype=torch.float32).eval()
    windows = make_windows(load_tokenizer(WEIGHTS), QUESTION, passages)
    ids, types = (torch.from_numpy(pad(rows)) for rows in ([w.ids for w in windows], [w.type_ids for w in windows]))
    mask = torch.from_numpy(pad([np.ones(len(w), np.int64) for w in windows]))

    def forward() -> np.ndarray:
        with torch.inference_mode():
            out = model(input_ids=ids, token_type_ids=types, attention_mask=mask)
        return out.start_logits.numpy()  # type: ignore[no-any-return]

    return forward


if __name__ == "__main__":
    sys.exit(main())

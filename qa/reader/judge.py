"""How good a model in training is, on validation documents. Used by `qa.reader.train` and `qa.reader.train_gpu`."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np

from qa.reader.batches import collate, padded
from qa.reader.decode import best_spans, odds
from qa.reader.examples import Example, encode
from qa.reader.heads import ANSWER, HEADS, TAGS, tagged_spans
from qa.reader.mix import list_rows, translated, validation_events, validation_rows


def validation_examples(
    folder: Path, tokenizer: Any, events: Path | None = None, most: int = 400
) -> list[list[Example]]:
    """People's answerable questions; the same in translation; unanswerable ones, which exist in translation only;
    questions for a list; questions about events that a passage answers; those that it does not."""
    rows = validation_rows(folder)
    random.Random(0).shuffle(rows)
    answerable, other = ([r for r in rows if r["impossible"] is no][:most] for no in (False, True))
    told = validation_events(events) if events else []
    apart = [[row for row in told if row["impossible"] is no] for no in (False, True)] if events else []
    parts = answerable, [translated(r) for r in answerable], other, list_rows(folder), *apart
    return [encode(tokenizer, part) for part in parts]


def validate(torch, model, parts: list[list[Example]]) -> dict[str, float]:  # type: ignore[no-untyped-def]
    """Exact spans of people's questions, and how well the score separates answerable from not (AUROC), both in
    translation, so that the wording gives nothing away."""
    (human, exact), (asked, _), (none, _), (_, lists), *of_events = (judge(torch, model, part) for part in parts)
    figures = {"exact": mean(exact[:, 0]), "moved": mean(human[:, 0] - asked[:, 0]), "lists": f1(lists)}
    for column, name in enumerate(("auroc", "auroc_verdict")):
        figures[name] = mean(asked[:, None, column] > none[None, :, column])
    if of_events:
        (told, right), (untold, _) = of_events
        figures |= {"events": mean(right[:, 0]), "auroc_events": mean(told[:, None, 0] > untold[None, :, 0])}
    return {name: round(value, 4) for name, value in figures.items()}


def mean(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else 0.0


def f1(counts: np.ndarray) -> float:
    """Of exact spans, from rows of (_, right, tagged, wanted)."""
    _, right, tagged, wanted = counts.sum(0)
    return float(2 * right / max(1, tagged + wanted))


def judge(torch, model, examples: list[Example]) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[no-untyped-def]
    """For each example (odds of any answer, verdict), and (whether the best span is the right one, spans tagged
    rightly, tagged, wanted)."""
    from qa.reader.forward import logits

    scores, counts, device = [], [], next(model.parameters()).device
    with torch.no_grad():
        for at in range(0, len(examples), 16):
            batch = examples[at : at + 16]
            ids, types, mask, span, possible, tags = collate(batch, max(padded(e, 384) for e in batch), 0)
            possible[:, 0] = False
            out = (
                logits(model, *(torch.from_numpy(part).to(device) for part in (ids, types, mask))).float().cpu().numpy()
            )
            out = np.pad(out, ((0, 0), (0, 0), (0, sum(HEADS.values()) - out.shape[2])))  # heads that it lacks
            for n in range(len(batch)):
                start, end = out[n, :, 0], out[n, :, 1]
                best = best_spans(start, end, possible[n], top=1)[0]
                found = {(first, last) for first, last, _ in tagged_spans(out[n][:, TAGS], possible[n])}
                ideal = np.eye(3)[np.maximum(tags[n], 0)] * 9
                wanted = {(first, last) for first, last, _ in tagged_spans(ideal, possible[n])}
                scores.append((odds(start, end, possible[n]), out[n, 0, ANSWER]))
                right = (best.first, best.last) == tuple(span[n].tolist())
                counts.append((right, len(found & wanted), len(found), len(wanted)))
    return np.array(scores).reshape(-1, 2), np.array(counts).reshape(-1, 4)

"""Are near-copies found, and nothing else? `python -m eval.copies reuters21578.jsonl.gz`.

Takes articles of at least 50 words, plants 1 to 20 edited copies of some of them among all the others, and compares the
groups with what was planted. Edits: 5 to 20 % of the words replaced, removed or doubled, or the last paragraphs cut, or
a line put before it. The collection holds copies of its own, which nobody marked: two of its articles that were grouped
count as copies where difflib, which knows nothing of our method, finds six tenths of the shorter one's words in the
same order in the other (`precision`); `precision_if_none` counts all such pairs as wrong.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path

import numpy as np

from eval.retrieval import read
from index.copies import groups, signature


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.copies", description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path, help='lines of JSON with "text": .jsonl, .jsonl.gz or .jsonl.xz')
    parser.add_argument("--originals", type=int, default=300)
    parser.add_argument("--among", type=int, default=20_000, help="articles in all, before copies are planted")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, default=0, help="pairs grouped without having been planted to print")
    args = parser.parse_args(argv)
    rng = random.Random(args.seed)
    texts = [row["text"] for row in read(args.articles) if len(row["text"].split()) >= 50]
    rng.shuffle(texts)
    texts = texts[: args.among]
    truth = list(range(len(texts)))
    for n in range(min(args.originals, len(texts))):
        for _ in range(rng.randint(1, 20)):
            texts.append(edited(texts[n], texts, rng))
            truth.append(n)
    print(json.dumps(measure(texts, truth, args.originals, args.show), indent=1))
    return 0


def edited(text: str, words_of: Sequence[str], rng: random.Random) -> str:
    """A copy as another outlet would print it, or worse."""
    words, share = text.split(" "), rng.uniform(0.05, 0.2)
    strange = rng.choice(words_of).split()
    for _ in range(max(1, round(share * len(words)))):
        at, kind = rng.randrange(len(words)), rng.random()
        if kind < 0.6:
            words[at] = rng.choice(strange)
        elif kind < 0.8 and len(words) > 20:
            del words[at]
        else:
            words.insert(at, words[at])
    text = " ".join(words)
    if rng.random() < 0.3:
        text = text[: int(len(text) * rng.uniform(0.8, 1))]
    if rng.random() < 0.3:
        text = f"(Agency) {' '.join(strange[:8])}\n{text}"
    return text


def measure(texts: Sequence[str], truth: Sequence[int], originals: int, show: int = 0) -> dict[str, float]:
    """Precision and recall of pairs, over groups that hold an original of which copies were planted, or a copy."""
    began = time.perf_counter()
    signatures = np.stack([signature(text) for text in texts])
    signed = time.perf_counter()
    found = groups(signatures, texts.__getitem__)
    ended = time.perf_counter()
    planted = _pairs(truth)
    grouped = _pairs(found.tolist())
    touched = {pair for pair in grouped if any(truth[n] < originals for n in pair)}
    alike: dict[tuple[int, int], bool] = {}
    for one, other in sorted(touched - planted):
        pair = (truth[one], truth[other])
        if pair not in alike:
            alike[pair] = _same_order(*(texts[n].split() for n in pair)) >= 0.6
            if not alike[pair] and (show := show - 1) >= 0:
                print("---", *(texts[n][:400] for n in pair), sep="\n\n", file=sys.stderr)
    real = {(one, other) for one, other in touched - planted if alike[truth[one], truth[other]]}
    return {
        "articles": len(texts),
        "planted_pairs": len(planted),
        "precision": round((len(touched & planted) + len(real)) / max(1, len(touched)), 4),
        "precision_if_none": round(len(touched & planted) / max(1, len(touched)), 4),
        "recall": round(len(touched & planted) / max(1, len(planted)), 4),
        "other_pairs": len(grouped) - len(touched),
        "seconds_signatures": round(signed - began, 2),
        "seconds_groups": round(ended - signed, 2),
    }


def _same_order(one: list[str], other: list[str]) -> float:
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / max(1, min(len(one), len(other)))


def _pairs(keys: Sequence[int]) -> set[tuple[int, int]]:
    """The pairs of positions that have one key."""
    held: dict[int, list[int]] = {}
    for number, key in enumerate(keys):
        held.setdefault(key, []).append(number)
    return {pair for group in held.values() for pair in combinations(group, 2)}


if __name__ == "__main__":
    sys.exit(main())

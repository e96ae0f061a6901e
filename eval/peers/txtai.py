"""txtai: its embeddings index (vectors and BM25), and its RAG pipeline with an extractive model.

Its answers come without offsets and without a score. What it cites is the passage that its second search names; the
score here is the similarity of the best passage, which its setting `minscore` is compared with. It takes the best start
and the best end of the whole input; where a reader that knows "no answer" points at its first token, that is a
TypeError. `masked` hides all tokens but those of the passages from it, so that the same weights give a span.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from eval.peers.serve import FORWARD, Found
from eval.peers.words import joined, read, word_windows


def make(settings: dict[str, Any]) -> Txtai:
    return Txtai(**settings)


class Txtai:
    packages = ("txtai", "transformers", "faiss-cpu", "torch")

    def __init__(
        self, encoder: str, reader: str, words: int, overlap: int, context: int, hybrid: bool, masked: bool
    ) -> None:
        self._settings = {"path": encoder, "content": True, "hybrid": hybrid, "gpu": False}
        self._reader, self._words, self._overlap, self._context = reader, words, overlap, context
        self._masked = masked
        self._rag: Any = None
        self._seen: dict[str, str] = {}
        self._best: float | None = None

    def index(self, articles: Path, library: Path) -> int:
        from txtai import Embeddings

        embeddings = Embeddings(self._settings)
        rows = [
            (json.dumps([name, start, end]), text[start:end], None)
            for name, text in read(articles)
            for start, end in word_windows(text, self._words, self._overlap)
        ]
        embeddings.index(rows)
        embeddings.save(str(library))
        return len(rows)

    def open(self, library: Path) -> None:
        from txtai import RAG, Embeddings

        embeddings = Embeddings()
        embeddings.load(str(library))
        search = embeddings.batchsearch

        def noted(*args: Any, **options: Any) -> Any:
            found = search(*args, **options)
            self._seen = {row["id"]: row["text"] for row in found[0]}
            self._best = max((row["score"] for row in found[0]), default=None)
            return found

        embeddings.batchsearch = noted
        task = "question-answering"
        self._rag = RAG(embeddings, self._reader, gpu=False, task=task, context=self._context, output="reference")
        model, questions = embeddings.model.model, self._rag.model
        model.forward, reader = FORWARD.around(model.forward), questions.model
        reader.forward = FORWARD.around(reader.forward)
        if self._masked:
            reader.forward = _masked(reader.forward, questions.tokenizer.sep_token_id)

    def ask(self, question: str, before: str | None) -> Found:
        asked = joined(question, before)
        result = self._rag([{"query": asked, "question": asked}])[0]
        text, reference = result["answer"], result["reference"]
        if not text or reference is None:
            return Found(score=self._best)
        source, start, end = json.loads(reference)
        return Found(True, self._best, text, source, start, end, self._seen[reference])

    def withheld(self, question: str, before: str | None) -> Found:
        return Found(score=self._best)


def _masked(forward: Any, separator: int) -> Any:
    """The forward pass, with logits of minus infinity at all tokens but those of the passages."""

    def within(**inputs: Any) -> Any:
        out = forward(**inputs)
        outside = (inputs["token_type_ids"] == 0) | (inputs["input_ids"] == separator)
        for logits in (out.start_logits, out.end_logits):
            logits.masked_fill_(outside, float("-inf"))
        return out

    return within

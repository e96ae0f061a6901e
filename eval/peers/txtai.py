"""txtai: its embeddings index (vectors and BM25), and its RAG pipeline with an extractive model.

Its answers come without offsets and without a score. What it cites is the passage that its second search names; the
score here is the similarity of the best passage, which its setting `minscore` is compared with.
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

    def __init__(self, encoder: str, reader: str, words: int, overlap: int, context: int, hybrid: bool) -> None:
        self._settings = {"path": encoder, "content": True, "hybrid": hybrid, "gpu": False}
        self._reader, self._words, self._overlap, self._context = reader, words, overlap, context
        self._rag: Any = None
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
        self._text = {row["id"]: row["text"] for row in embeddings.search("select id, text from txtai", 10**6)}
        search = embeddings.batchsearch

        def noted(*args: Any, **options: Any) -> Any:
            found = search(*args, **options)
            self._best = max((row["score"] for row in found[0]), default=None)
            return found

        embeddings.batchsearch = noted
        task = "question-answering"
        self._rag = RAG(embeddings, self._reader, gpu=False, task=task, context=self._context, output="reference")
        model, reader = embeddings.model.model, self._rag.model.model
        model.forward, reader.forward = FORWARD.around(model.forward), FORWARD.around(reader.forward)

    def ask(self, question: str, before: str | None) -> Found:
        asked = joined(question, before)
        result = self._rag([{"query": asked, "question": asked}])[0]
        text, reference = result["answer"], result["reference"]
        if not text or reference is None:
            return Found(score=self._best)
        source, start, end = json.loads(reference)
        return Found(True, self._best, text, source, start, end, self._text[reference])

    def withheld(self, question: str, before: str | None) -> Found:
        return Found(score=self._best)

"""Haystack 3: splitter, document store, retrievers and extractive reader in its own pipelines.

In memory: BM25 and embeddings, joined by reciprocal rank fusion. FAISS: embeddings, since that store has no BM25. The
reader calls its model without token types, which readers of the BERT family are trained with; `typed` gives them, so
that the same weights say the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eval.peers.serve import FORWARD, Found
from eval.peers.words import joined, read


def make(settings: dict[str, Any]) -> Haystack:
    return Haystack(**settings)


class Haystack:
    packages = ("haystack-ai", "transformers-haystack", "faiss-haystack", "transformers", "torch")

    def __init__(
        self, encoder: str, reader: str, store: str, words: int, overlap: int, top_k: int, typed: bool, answers: int
    ) -> None:
        self._encoder, self._reader, self._store = encoder, reader, store
        self._words, self._overlap, self._top_k, self._typed, self._answers = words, overlap, top_k, typed, answers
        self._pipeline: Any = None

    def index(self, articles: Path, library: Path) -> int:
        from haystack import Document, Pipeline
        from haystack.components.preprocessors import DocumentSplitter
        from haystack.components.writers import DocumentWriter
        from haystack_integrations.components.embedders import sentence_transformers

        library.mkdir(parents=True)
        store = self._new_store()
        pipeline = Pipeline()
        pipeline.add_component("split", DocumentSplitter("word", self._words, self._overlap))
        pipeline.add_component(
            "embed", sentence_transformers.SentenceTransformersDocumentEmbedder(model=self._encoder, progress_bar=False)
        )
        pipeline.add_component("write", DocumentWriter(store))
        pipeline.connect("split", "embed")
        pipeline.connect("embed", "write")
        documents = [Document(content=text, meta={"source": name}) for name, text in read(articles)]
        written: int = pipeline.run({"split": {"documents": documents}})["write"]["documents_written"]
        if self._store == "faiss":
            store.save(library / "store")
        else:
            store.save_to_disk(str(library / "store.json"))
        return written

    def open(self, library: Path) -> None:
        from haystack import Pipeline
        from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersTextEmbedder
        from haystack_integrations.components.readers.transformers import TransformersExtractiveReader

        store, reader = self._stored(library), TransformersExtractiveReader(self._reader, top_k=self._answers)
        self._pipeline = pipeline = Pipeline()
        embedder = SentenceTransformersTextEmbedder(model=self._encoder, progress_bar=False)
        pipeline.add_component("embed", embedder)
        pipeline.add_component("read", reader)
        self._connect(store)
        embedder.warm_up()
        reader.warm_up()
        model = embedder.embedding_backend.model
        model.forward = FORWARD.around(model.forward)
        if self._typed:
            reader.model.forward = _with_types(reader.model.forward, reader.tokenizer.sep_token_id)
        reader.model.forward = FORWARD.around(reader.model.forward)

    def ask(self, question: str, before: str | None) -> Found:
        asked = joined(question, before)
        inputs = {"embed": {"text": asked}, "read": {"query": asked}}
        if self._store == "memory":
            inputs["words"] = {"query": asked}
        answers = self._pipeline.run(inputs)["read"]["answers"]
        best = next((answer for answer in answers if answer.data is not None), None)
        if best is None:
            return Found()
        at = best.document.meta["split_idx_start"] + best.document_offset.start
        answered = answers[0].data is not None
        return Found(answered, best.score, best.data, best.document.meta["source"], at, at + len(best.data), best.data)

    def withheld(self, question: str, before: str | None) -> Found:
        return Found()

    def _new_store(self) -> Any:
        if self._store == "faiss":
            from haystack_integrations.document_stores.faiss import FAISSDocumentStore

            return FAISSDocumentStore(embedding_dim=384)
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        return InMemoryDocumentStore(return_embedding=False)

    def _stored(self, library: Path) -> Any:
        if self._store == "faiss":
            store = self._new_store()
            store.load(library / "store")
            return store
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        return InMemoryDocumentStore.load_from_disk(str(library / "store.json"))

    def _connect(self, store: Any) -> None:
        pipeline = self._pipeline
        if self._store == "faiss":
            from haystack_integrations.components.retrievers.faiss import FAISSEmbeddingRetriever

            pipeline.add_component("vectors", FAISSEmbeddingRetriever(document_store=store, top_k=self._top_k))
            pipeline.connect("embed.embedding", "vectors.query_embedding")
            pipeline.connect("vectors", "read")
            return
        from haystack.components.joiners import DocumentJoiner
        from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever

        pipeline.add_component("vectors", InMemoryEmbeddingRetriever(store, top_k=4 * self._top_k))
        pipeline.add_component("words", InMemoryBM25Retriever(store, top_k=4 * self._top_k))
        pipeline.add_component("join", DocumentJoiner("reciprocal_rank_fusion", top_k=self._top_k))
        pipeline.connect("embed.embedding", "vectors.query_embedding")
        pipeline.connect("vectors", "join")
        pipeline.connect("words", "join")
        pipeline.connect("join", "read")


def _with_types(forward: Any, separator: int) -> Any:
    """The forward pass with token types: 0 up to the first separator, 1 behind it, 0 for padding."""

    def typed(input_ids: Any, attention_mask: Any) -> Any:
        ends = (input_ids == separator).long()
        types = (ends.cumsum(1) - ends).clamp(max=1) * attention_mask
        return forward(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=types)

    return typed

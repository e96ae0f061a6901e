"""Attest itself, with any of its readers, as `qa.Assistant`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eval.peers.serve import FORWARD, Found


def make(settings: dict[str, Any]) -> Attest:
    return Attest(**settings)


class Attest:
    packages = ("onnxruntime", "tokenizers", "faiss-cpu")

    def __init__(self, reader: str) -> None:
        self._reader = reader
        self._assistant: Any = None

    def index(self, articles: Path, library: Path) -> int:
        from index.build import build

        return build(articles, library).passages

    def open(self, library: Path) -> None:
        from index.bert import Bert
        from qa.assistant import Assistant

        Bert.run = FORWARD.around(Bert.run)  # type: ignore[method-assign]
        self._assistant = Assistant.open_library(library, reader=self._reader)

    def ask(self, question: str, before: str | None) -> Found:
        answer = self._assistant.ask(question, [before] if before else [])
        best = answer.trace.answerable if answer.trace else None
        if not answer.answers:
            return Found(score=best)
        item = answer.answers[0]
        cited = item.citations[0]
        return Found(True, best, item.text, cited.source, cited.start, cited.end, cited.quote)

    def withheld(self, question: str, before: str | None) -> Found:
        from index.filter import Filter

        meant, _ = self._assistant.understand(question, [before] if before else [], Filter())
        found = self._assistant.consider(meant, Filter())
        if not found.candidates:
            return Found()
        best = found.candidates[0]
        start, text = best.passage.start + best.span.start, best.span.text
        return Found(False, found.answerable, text, best.article.source, start, start + len(text), text)

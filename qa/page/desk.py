"""What the page and the service share: the open library, and a queue of questions that has an end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Any

from index.errors import AttestError
from qa.answer import Answer
from qa.assistant import Assistant

WAITING = 6  # questions that are answered or wait; one more is refused, rather than that all wait long


class Busy(AttestError):
    """Too many questions at once."""


class Desk:
    """Answers one question at a time, from the library as it was last opened. folder: the articles, where known."""

    def __init__(self, assistant: Assistant, folder: Path | None = None, waiting: int = WAITING) -> None:
        self.assistant, self.folder = assistant, folder
        self._turn, self._places = Lock(), BoundedSemaphore(waiting)

    def ask(self, question: str, history: Sequence[Answer | str] = (), **options: Any) -> Answer:
        """As `Assistant.ask`. Raises Busy, and what that raises."""
        if not self._places.acquire(blocking=False):
            raise Busy("too many questions are waiting; ask again in a few seconds")
        try:
            with self._turn:
                return self.assistant.ask(question, history, **options)
        finally:
            self._places.release()

    def reload(self) -> None:
        """Goes over to the newest generation of the library; what is being answered is answered from the old one."""
        fresh = type(self.assistant.library).open(self.assistant.library.folder)
        with self._turn:
            self.assistant = Assistant(fresh, self.assistant.reader)

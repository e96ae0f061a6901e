"""Our chats: follow-ups with what was asked before them, and the same questions standing alone. For `eval.chats`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval import events
from eval.questions import UNANSWERABLE, Question, read_questions
from qa.assistant import Assistant

SETS = Path(__file__).parent / "questions"
FRESH = "fresh"


@dataclass(frozen=True)
class Chat:
    """A question with the questions before it, the same question standing alone, and yes, no or None."""

    question: Question
    history: tuple[str, ...]
    full: str
    held_out: bool
    polarity: str | None


def read_chats(name: str, assistant: Assistant) -> list[Chat]:
    """Raises QuestionSetError, also where a gold answer does not stand in its article."""
    path = SETS / f"{name}.jsonl"
    questions = read_questions(path, assistant.library.article)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [
        Chat(question, tuple(row.get("history", ())), row["full"], row["held_out"], row.get("polarity"))
        for question, row in zip(questions, rows, strict=True)
    ]


def event_chats(event: dict[str, Any], assistant: Assistant, folder: str = "") -> list[Chat]:
    """Every follow-up of the event's chats; where it is the same standing alone, it is a fresh one. folder: as in
    `eval.events.event_questions`."""
    chats = []
    for number, chat in enumerate(event.get("chats", ()), 1):
        for n, turn in enumerate(chat[1:], 1):
            kind = (FRESH if turn["full"] == turn["question"] else "followup") if turn["answers"] else UNANSWERABLE
            row = {"id": f"{event['event']}-chat-{number}-{n}", "type": kind, "all_of": turn["all_of"]}
            question = events.placed(row | {"answers": turn["answers"]}, [turn["question"]], assistant, folder)[0]
            chats.append(Chat(question, tuple(t["question"] for t in chat[:n]), turn["full"], True, None))
    return chats

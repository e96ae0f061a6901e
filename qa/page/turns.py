"""The turns of a chat, and asking one more: what the page remembers while it is open. No Gradio here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from index.errors import AttestError
from qa.page.evidence import answer_html, message_html, question_html
from qa.page.filters import Chosen

if TYPE_CHECKING:
    from qa.answer import Answer
    from qa.page.desk import Desk

MOST_TURNS = 100  # that are kept; the oldest go first


@dataclass(frozen=True)
class Turn:
    """A question and what it got: an answer, or None and a message. shown: both as HTML."""

    question: str
    answer: Answer | None
    shown: tuple[str, str]


def ask(desk: Desk, question: str, turns: Sequence[Turn], chosen: Chosen) -> Turn:
    """The next turn. What cannot be asked, and a desk that is busy, get their message; nothing is raised for them."""
    try:
        answer = desk.ask(question, answers(turns), **chosen.options())
        return Turn(question, answer, (question_html(question), answer_html(answer, chosen.told())))
    except AttestError as error:
        return Turn(question, None, (question_html(question), message_html(str(error))))


def answers(turns: Sequence[Turn]) -> list[Answer]:
    return [turn.answer for turn in turns if turn.answer is not None]


def messages(turns: Sequence[Turn], asking: str = "") -> list[dict[str, Any]]:
    """What the chat shows. asking: a question that is being answered."""
    rows = [row for turn in turns for row in zip(("user", "assistant"), turn.shown, strict=True)]
    rows += [("user", question_html(asking)), ("assistant", '<p class="at-wait">Reading …</p>')] if asking else []
    return [{"role": role, "content": content} for role, content in rows]

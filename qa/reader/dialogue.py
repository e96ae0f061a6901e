"""A follow-up behind the questions before it and what was answered, as readers of conversations get it (compare QuAC,
Choi et al. 2018, and CoQA, Reddy et al. 2019). Used by `qa.reader.events`, for training: the assistant itself asks a
follow-up as a question that stands alone (`qa.followup`), which on our chats finds as much as both together."""

from __future__ import annotations

from collections.abc import Sequence

SAID, ALL = 8, 36  # words of an answer, and of all: what the reader takes of a question (`MAX_QUESTION`) holds them


def in_dialogue(before: Sequence[tuple[str, str | None]], question: str) -> str:
    """ "Who leads the port? Anna Berg. since when?", without its beginning where that is long. before: question and
    answer of the turns that count, oldest first."""
    said: list[str] = []
    for asked, answer in before:
        said += f"{asked.rstrip(' ?')}?".split()
        said += f"{' '.join((answer or '').split()[:SAID]).rstrip('.,;')}.".split() if answer else []
    room = max(0, ALL - len(question.split()))
    return " ".join([*said[max(0, len(said) - room) :], question])

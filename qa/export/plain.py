"""Markdown and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from qa.answer import Answer
from qa.render import markdown_line
from qa.render import to_markdown as one_to_markdown

_BETWEEN = "\n---\n\n"


def to_markdown(answers: Sequence[Answer]) -> str:
    """Question, answers, quotes in their passages, and the filter, if there was one; chats with a rule between."""
    return _BETWEEN.join(one_to_markdown(answer) + _filtered(answer) for answer in answers)


def to_json(answers: Sequence[Answer]) -> str:
    """The documented object of one answer; of several, or of none, a list of them."""
    told = [answer.to_dict() for answer in answers]
    return json.dumps(told[0] if len(told) == 1 else told, ensure_ascii=False, indent=1) + "\n"


def _filtered(answer: Answer) -> str:
    limits = answer.trace.filter if answer.trace else ""
    return f"\nSearched: {markdown_line(limits)}.\n" if limits else ""

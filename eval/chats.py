"""Follow-ups and wording, measured: `python -m eval.chats` asks our own chats and rewordings over their own articles
and seeds/, and prints token F1 as asked, and of the question as it would be written to stand alone.

`questions/followups.jsonl`: `history` (questions before), `question`, `full` (the same, standing alone), `answers`.
A fresh one needs no history: `bent` counts those whose answer the history changes.
`questions/wording.jsonl`: `question` as typed, `full` as a careful person writes it, `polarity` of yes/no questions.
A third of both is held out: looked at when everything is chosen (--held-out).
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.questions import Question, read_questions
from eval.run import judge
from index.build import build
from index.errors import AttestError
from qa.answer import Answer
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


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.chats", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=Path, default=Path("seeds"), metavar="FOLDER")
    parser.add_argument("--reader", default="attest")
    parser.add_argument("--held-out", action="store_true", help="the third that nothing was chosen on")
    parser.add_argument("--rows", action="store_true", help="every question with its answer, on stderr")
    args = parser.parse_args(argv)
    try:
        with tempfile.TemporaryDirectory() as place:
            assistant = opened(Path(place), args.seeds, args.reader)
            for name, measure in (("followups", followups), ("wording", wording)):
                chats = [chat for chat in read_chats(name, assistant) if chat.held_out is args.held_out]
                print(json.dumps({"set": name} | measure(assistant, chats, args.rows), indent=1))
    except AttestError as error:
        print(f"eval.chats: {error}", file=sys.stderr)
        return 2
    return 0


def opened(place: Path, seeds: Path, reader: str) -> Assistant:
    """Over a copy of the seeds and of the articles of the sets."""
    articles = place / "articles"
    shutil.copytree(seeds, articles)
    shutil.copy(SETS / "chat_articles.jsonl", articles)
    build(articles, place / "library")
    return Assistant.open_library(place / "library", reader=reader)


def read_chats(name: str, assistant: Assistant) -> list[Chat]:
    """Raises QuestionSetError, also where a gold answer does not stand in its article."""
    path = SETS / f"{name}.jsonl"
    questions = read_questions(path, assistant.library.article)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [
        Chat(question, tuple(row.get("history", ())), row["full"], row["held_out"], row.get("polarity"))
        for question, row in zip(questions, rows, strict=True)
    ]


def followups(assistant: Assistant, chats: Sequence[Chat], told: bool = False) -> dict[str, Any]:
    """F1 of follow-ups, of fresh ones, and unanswerable ones left unanswered: in the chat, where the history is
    questions alone, without history, and of the full question."""
    figures: dict[str, Any] = {"questions": len(chats)}
    rows: dict[str, list[tuple[str, float]]] = {}
    bent = 0
    for chat in chats:
        history: list[Answer | str] = []
        for question in chat.history:
            history.append(assistant.ask(question, history))
        asked = chat.question.question
        answers = {
            "chat": assistant.ask(asked, history),
            "questions_alone": assistant.ask(asked, chat.history),
            "no_history": assistant.ask(asked),
            "oracle": assistant.ask(chat.full),
        }
        group = chat.question.type if chat.question.type in (FRESH, "unanswerable") else "followup"
        for way, answer in answers.items():
            rows.setdefault(way, []).append((group, _score(chat.question, answer)))
        bent += group == FRESH and answers["chat"].text != answers["no_history"].text
        if told:
            _tell(chat, {way: (answer.text, _score(chat.question, answer)) for way, answer in answers.items()})
    for group in ("followup", FRESH, "unanswerable"):
        figures[group] = {way: _mean(score for kind, score in row if kind == group) for way, row in rows.items()}
        figures[group]["n"] = sum(kind == group for kind, _ in rows["chat"])
    return figures | {"bent": bent}


def wording(assistant: Assistant, chats: Sequence[Chat], told: bool = False) -> dict[str, Any]:
    """F1 as typed and in full, by kind; of the yes/no questions how often the polarity is right, missing and wrong."""
    rows: dict[str, list[tuple[float, float]]] = {}
    polarity = {"right": 0, "missing": 0, "wrong": 0}
    for chat in chats:
        typed, full = assistant.ask(chat.question.question), assistant.ask(chat.full)
        scores = _score(chat.question, typed), _score(chat.question, full)
        rows.setdefault(chat.question.type, []).append(scores)
        if chat.question.type == "yes_no":
            found = getattr(typed.answers[0], "polarity", None) if typed.answered and scores[0] >= 0.3 else None
            wanted = chat.polarity
            polarity["right" if found == wanted else "missing" if found is None else "wrong"] += 1
        if told:
            _tell(chat, {"typed": (typed.text, scores[0]), "full": (full.text, scores[1])})
    kinds = {
        kind: {"n": len(row), "typed": _mean(t for t, _ in row), "full": _mean(f for _, f in row)}
        for kind, row in rows.items()
    }
    return {"questions": len(chats), **kinds, "polarity": polarity}


def _score(question: Question, answer: Answer) -> float:
    return judge(question, answer).f1 if question.answerable else float(not answer.answered)


def _mean(values: Iterator[float]) -> float | None:
    listed = list(values)
    return round(sum(listed) / len(listed), 4) if listed else None


def _tell(chat: Chat, answers: dict[str, tuple[str | None, float]]) -> None:
    row = {"id": chat.question.id, "type": chat.question.type, "history": chat.history, "asked": chat.question.question}
    print(json.dumps(row | {"full": chat.full} | answers, ensure_ascii=False), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())

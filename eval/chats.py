"""Follow-ups and wording, measured: `python -m eval.chats` asks our own chats and rewordings over their own articles
and seeds/, and prints token F1 as asked, and of the question as it would be written to stand alone; with --events those
chats about invented events (see `eval.events`) whose split it names, each over the articles of its event.

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
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from eval import events
from eval.chat_sets import FRESH, SETS, Chat, event_chats, read_chats
from eval.questions import UNANSWERABLE, Question
from eval.run import judge
from eval.scratch import assistant_over
from index.errors import AttestError
from qa.answer import Answer
from qa.assistant import Assistant


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.chats", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=Path, default=Path("seeds"), metavar="FOLDER")
    parser.add_argument("--reader", default="attest")
    parser.add_argument("--held-out", action="store_true", help="the third that nothing was chosen on")
    parser.add_argument("--events", metavar="SPLIT", choices=("validation", "test"), help="chats about invented events")
    parser.add_argument("--rows", action="store_true", help="every question with its answer, on stderr")
    args = parser.parse_args(argv)
    try:
        with tempfile.TemporaryDirectory() as place:
            if args.events:
                asked = events.opened(Path(place), args.events, event_chats, reader=args.reader)
                print(json.dumps({"set": events.FILE.name} | followups(asked, args.rows), indent=1))
                return 0
            assistant = opened(Path(place), args.seeds, args.reader)
            chats = {name: read_chats(name, assistant) for name in ("followups", "wording")}
            chosen = {name: [chat for chat in read if chat.held_out is args.held_out] for name, read in chats.items()}
            found = followups([(assistant, chosen["followups"])], args.rows)
            print(json.dumps({"set": "followups"} | found, indent=1))
            print(json.dumps({"set": "wording"} | wording(assistant, chosen["wording"], args.rows), indent=1))
    except AttestError as error:
        print(f"eval.chats: {error}", file=sys.stderr)
        return 2
    return 0


def opened(place: Path, seeds: Path, reader: str) -> Assistant:
    """Over a copy of the seeds and of the articles of the sets."""
    articles = place / "articles"
    shutil.copytree(seeds, articles)
    shutil.copy(SETS / "chat_articles.jsonl", articles)
    return assistant_over(articles, reader)


def followups(asked: Iterable[tuple[Assistant, Sequence[Chat]]], told: bool = False) -> dict[str, Any]:
    """F1 of follow-ups, of fresh ones, and unanswerable ones left unanswered: in the chat, where the history is
    questions alone, without history, and of the full question."""
    rows: dict[str, list[tuple[str, float]]] = {}
    bent = 0
    for assistant, chat in ((assistant, chat) for assistant, chats in asked for chat in chats):
        history: list[Answer | str] = []
        for before in chat.history:
            history.append(assistant.ask(before, history))
        question = chat.question.question
        answers = {
            "chat": assistant.ask(question, history),
            "questions_alone": assistant.ask(question, chat.history),
            "no_history": assistant.ask(question),
            "oracle": assistant.ask(chat.full),
        }
        group = chat.question.type if chat.question.type in (FRESH, UNANSWERABLE) else "followup"
        for way, answer in answers.items():
            rows.setdefault(way, []).append((group, _score(chat.question, answer)))
        bent += group == FRESH and answers["chat"].text != answers["no_history"].text
        if told:
            _tell(chat, {way: (answer.text, _score(chat.question, answer)) for way, answer in answers.items()})
    figures: dict[str, Any] = {"questions": len(rows.get("chat", ()))}
    for group in ("followup", FRESH, UNANSWERABLE):
        figures[group] = {way: _mean(score for kind, score in row if kind == group) for way, row in rows.items()}
        figures[group]["n"] = sum(kind == group for kind, _ in rows.get("chat", ()))
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

"""Rows for training from our own question set `eval/questions/events.jsonl.gz`: invented events that several outlets
tell, and questions in other words than theirs. Used by `qa.reader.mix` and by `eval` alone.

A line of the file: {"event", "split", "articles": {name: text}, "questions": [{"id", "type", "question", "also":
[wordings], "answers": [{"doc", "start", "text"}]}]}; the answers of a question are all places that tell it, the best
extent first. split: "train", or something else for an event that is not trained on. Some have "chats" too: lists of
{"question", "full", "answers"}, where `full` is what the question means after those before it.
The passages are those that a library would hold.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from index.article import Article
from index.passages import split
from qa.reader.dialogue import in_dialogue

BESIDE = 0.5  # share of the questions that come with a passage of their event that does not answer, in a pass
MISREAD = 0.7  # share of these passages that a reader has misread, for a question of which that is known
RETOLD = 2  # times that the questions of the chats come in it, with more or less of what was said before them
FULL, SILENT = 0.5, 0.15  # share of the follow-ups behind the last question alone, standing alone; without its answer

Misread = tuple[str, int, int]
"""A passage, and where in it a reader saw an answer that is none."""


def event_rows(
    event: dict[str, Any],
    rng: random.Random,
    beside: float = BESIDE,
    misread: Mapping[str, Sequence[Misread]] = MappingProxyType({}),
) -> Iterator[dict[str, Any]]:
    """A row for each wording of each question with a passage that answers it; with one that does not, the one that
    shares most words with it or any, for a question that no article answers and for some of the others. misread: id of
    a question -> passages that take the place of most of these, see `qa.reader.misread`."""
    passages = passages_of(event)
    for asked in (*event["questions"], *_follow_ups(event.get("chats", ()), rng)):
        answering, other = apart(asked["answers"], passages)
        known = misread.get(asked["id"], ())
        for n, wording in enumerate((asked["question"], *asked["also"])):
            row = {"id": f"{event['event']}-{asked['id']}-{n}", "source": "events", "question": wording, "multi": False}
            row |= {"event": event["event"], "type": asked["type"], "judged": True}
            if answering:
                text = rng.choice(list(answering))
                if asked["type"] == "list" and _in_pieces(answering[text]):
                    continue
                yield row | {"context": text, "answers": answering[text], "impossible": False}
            if other and (not answering or rng.random() < beside):
                row |= {"answers": [], "impossible": True}
                if known and rng.random() < MISREAD:
                    text, *place = rng.choice(known)
                    yield row | {"context": text, "misread": place}
                elif rng.random() < 0.5:
                    yield row | {"context": max(other, key=lambda text: shared(wording, text))}
                else:
                    yield row | {"context": rng.choice(other)}


def _follow_ups(chats: Iterable[list[dict[str, Any]]], rng: random.Random) -> Iterator[dict[str, Any]]:
    """The questions of the chats, each standing alone, and behind those before it."""
    for number, chat in enumerate(list(chats) * RETOLD, 1):
        for n, turn in enumerate(chat):
            before = [(t["question"], t["answers"][0]["text"] if t["answers"] else None) for t in chat[:n]][-2:]
            if before and rng.random() < FULL:
                before = [(chat[n - 1]["full"], before[-1][1])]
            if before and rng.random() < SILENT:
                before[-1] = before[-1][0], None
            kind = "list" if turn["all_of"] else "follow_up"
            also = [in_dialogue(before, turn["question"])] if before else []
            yield {"id": f"chat-{number}-{n}", "type": kind, "question": turn["full"], "also": also} | {
                "answers": turn["answers"]
            }


def trained_on(path: Path) -> dict[str, Any]:
    """By what a training's events are known again: `fingerprint` of the file's lines that are for training, and the
    events' names, in the order of the lines; the file may grow later."""
    kept = training_lines(path)
    return {"events": fingerprint(kept.values()), "told": list(kept)}


def training_lines(path: Path) -> dict[str, str]:
    """Name of each event that is for training -> its line."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return {row["event"]: line for line in lines if (row := json.loads(line))["split"] == "train"}


def fingerprint(lines: Iterable[str]) -> str:
    """SHA-256 of the lines, one after the other."""
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def passages_of(event: Mapping[str, Any]) -> dict[str, list[tuple[int, str]]]:
    """name of an article -> (start, text) of its passages"""
    return {
        name: [(p.start, text[p.start : p.end]) for p in split(Article(name, text))]
        for name, text in event["articles"].items()
    }


def apart(
    answers: list[dict[str, Any]], passages: dict[str, list[tuple[int, str]]]
) -> tuple[dict[str, list[dict[str, Any]]], list[str]]:
    """The passages that hold answers, each with them, and those that hold none; one that only reaches into an answer is
    left out. passages: see `passages_of`."""
    answering, other = dict[str, list[dict[str, Any]]](), list[str]()
    for name, found in passages.items():
        for start, text in found:
            near = [a | {"start": a["start"] - start} for a in answers if a["doc"] == name]
            near = [a for a in near if -len(a["text"]) < a["start"] < len(text)]
            inside = [a for a in near if 0 <= a["start"] <= len(text) - len(a["text"])]
            if inside:
                answering[text] = [{"text": a["text"], "start": a["start"]} for a in inside]
            elif not near:
                other.append(text)
    return answering, other


def _in_pieces(answers: list[dict[str, Any]]) -> bool:
    """Whether the first answer is one of several things that stand apart: then it is not the span to learn."""
    start, stop = answers[0]["start"], answers[0]["start"] + len(answers[0]["text"])
    return any(a["start"] >= stop or a["start"] + len(a["text"]) <= start for a in answers)


def shared(question: str, text: str) -> int:
    """How many of the longer words of the question the text holds."""
    return len({w for w in question.lower().split() if len(w) > 3} & set(text.lower().split()))

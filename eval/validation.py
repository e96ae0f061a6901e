"""Questions to fit a confidence on: over validation documents of every kind of source, a third of them without their
paragraph. None of these was trained on, and none is in a test set.

Every validation paragraph is an article, and retrieval has to find the right one among all. There are two collections,
each lacks another third of the paragraphs, and each question is asked over one of them: so a question that people wrote
for an answer often has none there, while others of its subject are there, and its wording gives nothing away.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.questions import UNANSWERABLE, Gold, Question
from qa.reader.mix import is_validation, read_rows

MOST = {
    "squad_rec_wiki": 500,
    "squad2_rec_impossible_wiki": 250,
    "qed_train_nq": 400,
    "squadshifts_new_wiki": 150,
    "qadiscourse": 150,
    "nq_oracle": 100,
    "timeqa_human": 100,
    "qamr_dev": 80,
    "squadshifts_reddit": 60,
}
"""Questions of each file at most; files of one source weigh less where their questions are alike."""
COLLECTIONS = 2


def validation(folder: Path, scratch: Path) -> Iterator[tuple[Path, list[tuple[Question, bool]]]]:
    """Twice: a folder of articles, and (question, whether its own paragraph is there and answers it). What a question
    accepts it accepts from any article. folder: with the training files. scratch: where to write."""
    rng = random.Random(5)
    rows = {name: [row for row in read_rows(folder / f"{name}.jsonl.gz") if _usable(row)] for name in MOST}
    contexts = dict.fromkeys(row["context"] for part in rows.values() for row in part)
    asked: list[list[tuple[Question, bool]]] = [[] for _ in range(COLLECTIONS)]
    for name, most in MOST.items():
        for row in rng.sample(rows[name], min(most, len(rows[name]))):
            number = rng.randrange(COLLECTIONS)
            present = bool(row["answers"]) and _third(row["context"]) != number
            asked[number].append((_question(name, row), present))
    for number, questions in enumerate(asked):
        place = scratch / str(number)
        place.mkdir()
        for context in contexts:
            if _third(context) != number:
                (place / f"{_name(context)}.txt").write_bytes(context.encode())
        yield place, questions


def _usable(row: dict[str, Any]) -> bool:
    return is_validation(row) and not row["multi"]


def source(question: str) -> str:
    """The file that the question of this id is from."""
    return question.partition("/")[0]


def _question(name: str, row: dict[str, Any]) -> Question:
    gold = tuple(Gold(answer["text"], f"{_name(row['context'])}.txt", answer["start"]) for answer in row["answers"])
    return Question(f"{name}/{row['id']}", row["question"], "factoid" if gold else UNANSWERABLE, gold)


def _third(context: str) -> int:
    return int(_name(context), 16) % (COLLECTIONS + 1)


def _name(context: str) -> str:
    return hashlib.sha256(context.encode()).hexdigest()[:16]

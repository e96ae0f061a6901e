"""What is asked over what: a folder of articles and questions, of which some have no answer there."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.questions import UNANSWERABLE, Gold, Question, read_questions
from eval.squad import read_rows

OWN = "seeds"
HERE = Path(__file__).parent.parent


@dataclass(frozen=True)
class Asked:
    """articles: folder of .txt files; what `Gold.doc` names is in it."""

    name: str
    articles: Path
    questions: tuple[Question, ...]

    def text(self, source: str | None) -> str | None:
        """The article of that name, unchanged."""
        path = self.articles / (source or "")
        return path.read_bytes().decode("utf-8") if source and path.is_file() else None


def own() -> Asked:
    """The project's questions over seeds/."""
    return Asked(OWN, HERE.parent / "seeds", tuple(read_questions(HERE / "questions" / "seeds.jsonl")))


def opened(file: Path, most: int, cache: Path) -> Asked:
    """Question-answering rows (see `eval.squad`) as an open collection: every context is an article, and a question has
    to find its own. About `most` questions, spread over the file, as many without an answer as the file's share."""
    rows = read_rows(file)
    name = file.name.split(".jsonl")[0]
    numbers = {context: f"{n:05}.txt" for n, context in enumerate(dict.fromkeys(row["context"] for row in rows))}
    digest = hashlib.sha256("\0".join(numbers).encode()).hexdigest()[:8]
    folder = cache / "articles" / f"{name}-{digest}"
    if not folder.exists():
        draft = folder.with_suffix(".draft")
        draft.mkdir(parents=True, exist_ok=True)
        for context, number in numbers.items():
            (draft / number).write_bytes(context.encode())
        draft.rename(folder)
    kinds = [[row for row in rows if bool(row["answers"]) is has] for has in (True, False)]
    picked = [row for kind in kinds for row in spread(kind, round(most * len(kind) / max(1, len(rows))))]
    questions = []
    for row in picked:
        golds = tuple(Gold(one["text"], numbers[row["context"]], one["start"]) for one in row["answers"])
        questions.append(Question(row["id"], row["question"], "factoid" if golds else UNANSWERABLE, golds))
    return Asked(name, folder, tuple(questions))


def spread(rows: Sequence[Any], most: int) -> list[Any]:
    """At most `most` of the rows, evenly."""
    return [rows[n * len(rows) // most] for n in range(min(most, len(rows)))] if len(rows) > most else list(rows)

"""What a person says of an answer becomes a question with a known answer, in a local file that `attest eval` reads.

Only what was said is recorded. "right" gives the answer, with its places, as gold; to no answer it says that there is
none. "should have abstained" gives a question of type unanswerable. "wrong evidence" gives the text as gold, of unknown
place, and the places as `rejected`. "wrong answer" gives no gold, because nobody told it: the answer stands under
`rejected`, and the question counts for nothing but whether it is given again. Nothing is ever sent anywhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from index.build import default_library
from index.errors import AttestError, QuestionError
from qa.answer import Answer, Citation, Item
from qa.followup import points_back

KINDS = ("right", "wrong answer", "wrong evidence", "should have abstained")


def kinds(answer: Answer) -> tuple[str, ...]:
    """What can be said of it: where there is no answer, only that this is right."""
    return KINDS if answer.answered else KINDS[:1]


def record(path: str | Path, answer: Answer, kind: str, history: Sequence[Answer] = ()) -> dict[str, Any]:
    """Adds a row to the file, which only its owner may read; what was said before of the same question, asked in the
    same way, is replaced. history: the chat before it. Returns the row.

    Raises QuestionError for a kind that cannot be said of this answer, AttestError where the file cannot be written.
    """
    if kind not in kinds(answer):
        raise QuestionError(f"feedback {kind!r} cannot be recorded of this answer; say {' or '.join(kinds(answer))}")
    row, path = row_of(answer, kind, history), Path(path)
    try:
        _replace(path, row)
    except OSError as error:
        raise AttestError(f"{path}: feedback cannot be written ({error.strerror}); make room or rights there") from None
    return row


def feedback_file(folder: str | Path) -> Path:
    """Where feedback on the articles of a folder is kept: the user's own data, which no cleaning of caches deletes."""
    from platformdirs import user_data_path

    return user_data_path("attest", appauthor=False) / "feedback" / f"{default_library(folder).name}.jsonl"


def row_of(answer: Answer, kind: str, history: Sequence[Answer] = ()) -> dict[str, Any]:
    """The row of a question file. Its id is that of the question, its context, and its filter."""
    before = history[-1] if history and points_back(answer.question) else None
    context = (before.trace.read if before.trace else before.question) if before else None
    limits = answer.trace.chosen.to_dict() if answer.trace else {}
    asked = json.dumps([answer.question, context, limits], sort_keys=True)
    items = answer.answers if answer.listed else answer.answers[:1]
    accepted, rejected = _judged(items, kind)
    return {
        "id": f"feedback-{hashlib.sha256(asked.encode()).hexdigest()[:12]}",
        "question": answer.question,
        "type": "rejected" if rejected and not accepted else _type(answer, accepted),
        "answers": accepted,
        "all_of": [[item.text] for item in items] if accepted and answer.listed else None,
        "evidence_docs": list(dict.fromkeys(gold["doc"] for gold in accepted if gold["doc"])),
        "context": context,
        "note": f"feedback: {kind}",
        **({"rejected": rejected} if rejected else {}),
        **limits,
    }


def _type(answer: Answer, accepted: Sequence[dict[str, Any]]) -> str:
    return "unanswerable" if not accepted else "list" if answer.listed else "factoid"


def _judged(items: Sequence[Item], kind: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(accepted, rejected)"""
    places = [_gold(citation) for item in items for citation in item.citations]
    if kind == "should have abstained":
        return [], []
    if kind == "right":
        return places, []
    if kind == "wrong evidence":
        texts = dict.fromkeys(gold["text"] for gold in places)
        return [{"text": text, "doc": None, "start": None} for text in texts], places
    return [], [_gold(item.citations[0]) for item in items]


def _gold(citation: Citation) -> dict[str, Any]:
    return {"text": citation.quote, "doc": citation.source, "start": citation.start}


def _replace(path: Path, row: dict[str, Any]) -> None:
    """All other lines of the file stay as they are, byte for byte. A reader sees the old file or the new one."""
    from filelock import FileLock

    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock"):
        lines = path.read_bytes().split(b"\n") if path.exists() else []
        kept = [line for line in lines if line.strip() and _id(line) != row["id"]]
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(b"".join(line + b"\n" for line in [*kept, json.dumps(row, ensure_ascii=False).encode()]))
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _id(line: bytes) -> object:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row.get("id") if isinstance(row, dict) else None

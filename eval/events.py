"""Questions about invented events that several outlets tell, in three wordings each: `python -m eval.events`.

`questions/events.jsonl.gz` (see `qa.reader.events`) has three kinds of events: those that the reader is trained on,
some that choices are made on ("validation"), and some that are only reported ("test"). A question is asked over the
three or four articles of its event, or with `--together` over those of all events.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from eval.questions import Question, parse_questions
from eval.report import document, table
from eval.run import run
from eval.scratch import assistant_over
from qa.assistant import Assistant
from qa.progress import bar
from qa.reader import DEFAULT
from qa.reader.mix import read_rows

Asked = TypeVar("Asked")
FILE = Path(__file__).parent / "questions" / "events.jsonl.gz"


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.events", description=__doc__.splitlines()[0])
    parser.add_argument("--split", default="test", choices=("test", "validation", "train"))
    parser.add_argument("--together", action="store_true", help="over the articles of all events")
    parser.add_argument("--reader", default="attest")
    parser.add_argument("--json", action="store_true", help="the whole result as JSON")
    args = parser.parse_args(argv)
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for assistant, questions in opened(
            Path(scratch), args.split, event_questions, together=args.together, reader=args.reader
        ):
            tell = bar("asking", "questions")
            asked = run(lambda one, ask=assistant.ask: ask(one.question), questions)  # type: ignore[misc]
            for done, (_, _, row) in enumerate(asked, 1):
                rows.append(row)
                tell(done, len(questions))
    result = document(rows, questions=FILE.name, split=args.split, together=args.together, reader=args.reader)
    print(json.dumps(result, ensure_ascii=False, indent=1) if args.json else table(result))
    return 0


def event_questions(event: dict[str, Any], assistant: Assistant, folder: str = "") -> list[Question]:
    """Every wording of every question, with what all its places accept. folder: of the event's articles, with a slash.
    Raises QuestionSetError where an answer does not stand in its article."""
    asked = []
    for row in event["questions"]:
        asked += placed(row, [row["question"], *row["also"]], assistant, folder)
    return asked


def placed(row: dict[str, Any], wordings: Sequence[str], assistant: Assistant, folder: str) -> list[Question]:
    """The question of a row in these wordings; its answers stand in the articles of the folder."""
    golds = [gold | {"doc": folder + gold["doc"]} for gold in row["answers"]]
    known = {name: row[name] for name in ("type", "all_of")} | {"answers": golds}
    lines = [json.dumps(known | {"id": f"{row['id']}/{n}", "question": one}) for n, one in enumerate(wordings)]
    return parse_questions("\n".join(lines), FILE, assistant.library.article)


def opened(
    scratch: Path,
    split: str,
    read: Callable[[dict[str, Any], Assistant, str], list[Asked]],
    *,
    together: bool = False,
    reader: str = DEFAULT,
) -> Iterator[tuple[Assistant, list[Asked]]]:
    """Assistants and what `read` makes of an event to ask them: one for each event of the split, or one over all."""
    events, folder = list(read_rows(FILE)), scratch / ("together" if together else "events")
    for event in events:
        (folder / event["event"]).mkdir(parents=True)
        for name, text in event["articles"].items():
            (folder / event["event"] / name).write_bytes(text.encode())
    asked = [event for event in events if event["split"] == split]
    if together:
        assistant = assistant_over(folder, reader)
        yield assistant, [one for event in asked for one in read(event, assistant, f"{event['event']}/")]
        return
    for event in asked:
        assistant = assistant_over(folder / event["event"], reader)
        yield assistant, read(event, assistant, "")


if __name__ == "__main__":
    sys.exit(main())

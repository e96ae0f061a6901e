"""`attest eval`: asks a file of questions and reports. Mounted through the entry point attest.commands."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from index.errors import AttestError
from qa.opened import add_library, open_assistant


def add_command(commands: Any) -> None:
    one = commands.add_parser("eval", help="measure on a file of questions with known answers")
    one.add_argument("questions", metavar="QUESTIONS.jsonl")
    add_library(one)
    one.add_argument("--predictions", metavar="OUT.jsonl", help="every answer, a line of JSON each")
    one.add_argument("--report", metavar="OUT.html", help="one self-contained page")
    one.add_argument("--json", action="store_true", help="the result as JSON on stdout")
    one.add_argument("--compare", metavar="OLD.json", help="against an earlier --json result")
    one.add_argument("--gate", action="append", default=[], metavar="f1>=0.8", help="exit 1 unless this holds")
    one.set_defaults(command=run_eval)


def run_eval(args: argparse.Namespace) -> int:
    from eval.questions import Question, read_questions
    from eval.report import compare, document, failed_gates, page, table
    from eval.run import run
    from qa.answer import Answer
    from qa.progress import bar

    read_questions(args.questions)  # a bad file is told before anything is indexed
    failed_gates(dict.fromkeys(_names()), args.gate)
    for path in (args.predictions, args.report):
        if path and not Path(path).parent.is_dir():
            raise AttestError(f"{path}: no folder {Path(path).parent}; name a file in a folder that exists")
    assistant = open_assistant(args)
    questions = read_questions(args.questions, assistant.library.article)

    def ask(question: Question) -> Answer:
        return assistant.ask(question.question, [question.context] if question.context else [], **question.limits)

    show = bar("asking", "questions") if sys.stderr.isatty() else None
    rows, predictions = [], []
    for question, answer, row in run(ask, questions):
        rows.append(row)
        predictions.append({"id": question.id} | answer.to_dict())
        if show:
            show(len(rows), len(questions))
    settings = {"questions": str(args.questions), "reader": args.reader, "encoder": assistant.library.encoder.name}
    result = document(rows, **settings)
    if args.predictions:
        lines = (json.dumps(prediction, ensure_ascii=False) + "\n" for prediction in predictions)
        write(args.predictions, "".join(lines))
    if args.report:
        write(args.report, page(result))
    print(json.dumps(result, ensure_ascii=False, indent=1) if args.json else table(result["figures"]))
    if args.compare:
        print(compare(result, Path(args.compare)), file=sys.stderr if args.json else sys.stdout)
    failed = failed_gates(result["figures"], args.gate)
    for line in failed:
        print(f"attest: {line}", file=sys.stderr)
    return 1 if failed else 0


def write(path: str, text: str) -> None:
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise AttestError(
            f"{path}: cannot be written ({error.strerror}); name a file in a folder that exists"
        ) from None


def _names() -> list[str]:
    from eval.metrics import METRICS

    return list(METRICS)

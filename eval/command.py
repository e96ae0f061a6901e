"""`attest eval`: asks a file of questions and reports. Mounted through the entry point attest.commands."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import AttestError
from qa.opened import add_library, open_assistant, progress, tell

if TYPE_CHECKING:
    from eval.kept import Done
    from eval.questions import Question
    from eval.sets import QuestionSet
    from qa.answer import Answer
    from qa.assistant import Assistant


def add_command(commands: Any) -> None:
    one = commands.add_parser(
        "eval",
        help="measure on a file of questions with known answers",
        description="QUESTIONS: our JSON lines, SQuAD 1.1 or 2.0, MRQA, a folder of BEIR, or lines of question and "
        "answers as NQ-open has them; .gz and .xz too. A set that brings its own articles needs no FOLDER: "
        "all of them together are the collection.",
    )
    one.add_argument("questions", metavar="QUESTIONS")
    add_library(one)
    one.add_argument("--predictions", metavar="OUT.jsonl", help="every answer, a line of JSON each")
    one.add_argument("--report", metavar="OUT.html", help="one self-contained page")
    one.add_argument("--json", action="store_true", help="the result as JSON on stdout")
    one.add_argument("--compare", metavar="OLD.json", help="against an earlier --json result, question by question")
    one.add_argument("--gate", action="append", default=[], metavar="f1>=0.8", help="exit 1 unless this holds")
    one.set_defaults(command=run_eval)


def run_eval(args: argparse.Namespace) -> int:
    from eval import compare, gates, report
    from eval.page import page
    from eval.sets import read_set

    found = read_set(args.questions)  # what is wrong is told before anything is indexed
    bounds = gates.read_gates(args.gate)
    old = compare.read_result(Path(args.compare)) if args.compare else None
    if old and not {row.id for row in old.rows} & {one.id for one in found.questions}:
        raise AttestError(f"{args.compare}: has no question of {args.questions}; compare runs over the same questions")
    for path in (args.predictions, args.report):
        if path and not Path(path).parent.is_dir():
            raise AttestError(f"{path}: no folder {Path(path).parent}; name a file in a folder that exists")
    began = time.time()
    assistant, indexing = open_for(args, found)
    kept, done = ask_all(assistant, args, found)
    predictions, rows = [prediction for prediction, _ in done], [row for _, row in done]
    taken = round(time.time() - began, 3)
    times: dict[str, Any] = {"date": time.strftime("%Y-%m-%d", time.localtime(began)), "seconds": taken}
    manifest = assistant.library.manifest
    if indexing:
        times |= {f"{unit}_per_second": round(manifest[unit] / indexing, 1) for unit in ("articles", "passages")}
    result = report.document(
        rows,
        times,
        questions=str(args.questions),
        reader=args.reader,
        encoder=assistant.library.encoder.name,
        format=found.format,
        articles=manifest["articles"],
        passages=manifest["passages"],
    )
    changes = compare.compare(rows, old) if old else None
    if changes:
        result["comparison"] = compare.as_json(changes)
    if args.predictions:
        write(args.predictions, "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in predictions))
    if args.report:
        write(args.report, page(result, predictions))
    print(json.dumps(result, ensure_ascii=False, indent=1) if args.json else report.table(result))
    if changes:
        print("\n".join(compare.told(changes)), file=sys.stderr if args.json else sys.stdout)
    kept.finish()
    broken = gates.failed(result["figures"], bounds)
    for line in broken:
        tell(line)
    return 1 if broken else 0


def open_for(args: argparse.Namespace, found: QuestionSet) -> tuple[Assistant, float | None]:
    """Over FOLDER or --library; a set that brings its articles may have neither, or a --library that is still to be
    built: then with the seconds that this took."""
    from eval.corpus import library_of
    from index.postgres import exists
    from qa.assistant import Assistant

    place = args.library or None
    if args.folder or (place and exists(place)) or not found.brings_articles:
        return open_assistant(args), None
    place, seconds = library_of(found, place, args.encoder, progress())
    return Assistant.open_library(place, reader=args.reader, encoder=args.encoder), seconds


def ask_all(assistant: Assistant, args: argparse.Namespace, found: QuestionSet) -> tuple[Any, list[Done]]:
    """Every question, with progress; those that an interrupted run has answered are not asked again."""
    from eval.corpus import placed, ranked
    from eval.kept import Kept
    from eval.questions import read_questions
    from eval.run import run
    from qa.progress import bar

    library = assistant.library
    ours = found.format == "attest"
    questions = read_questions(args.questions, library.article) if ours else placed(found.questions, library.article)
    if found.brings_articles and not any(one.located or one.relevant for one in questions):
        tell(
            f"no article of {args.questions} is in this library: citations and ranks are not judged; leave out "
            "FOLDER and --library to ask over the set's own articles"
        )
    kept = Kept.of(library, args.reader, Path(args.questions))
    done = {one.id: before for one in questions if (before := kept.get(one))}
    if done:
        tell(f"{len(done)} of {len(questions)} answers are kept from a run that was interrupted; asking the others")

    def ask(question: Question) -> Answer:
        return assistant.ask(question.question, [question.context] if question.context else [], **question.limits)

    def rank(question: Question, answer: Answer) -> list[str]:
        return ranked(library, question, answer) if question.relevant else []

    left = [one for one in questions if one.id not in done]
    show = bar("asking", "questions") if sys.stderr.isatty() else None
    for number, (question, answer, row) in enumerate(run(ask, left, rank), 1):
        done[question.id] = {"id": question.id} | answer.to_dict(), row
        kept.add(question, *done[question.id])
        if show:
            show(number, len(left))
    return kept, [done[one.id] for one in questions]


def write(path: str, text: str) -> None:
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise AttestError(
            f"{path}: cannot be written ({error.strerror}); name a file in a folder that exists"
        ) from None

"""The command `attest`. Exit codes: 0 done or answered, 1 no answer or a failed check, 2 bad usage or bad input.

Further commands come from the entry-point group attest.commands (that is how `attest eval` gets here: qa imports
nothing of eval).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import AttestError

if TYPE_CHECKING:
    from qa.assistant import Assistant

Command = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    args = make_parser().parse_args(argv)
    command: Command = args.command
    try:
        code = command(args)
        sys.stdout.flush()  # here, where a closed pipe is still caught
        return code
    except AttestError as error:
        tell(str(error))
        return 2
    except BrokenPipeError:  # the reader of our output went away: `attest ask ... | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        tell("stopped; what was finished is kept")
        return 130
    except Exception as error:
        if os.environ.get("ATTEST_DEBUG"):
            raise
        what = f"{type(error).__name__}: {error}"[:300]
        tell(f"unexpected {what}; run again with ATTEST_DEBUG=1 and report what it prints")
        return 2


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="attest", description="Answers you can check, from your own articles.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    one = commands.add_parser("index", help="build or update a library; only what changed is embedded again")
    one.add_argument("folder", metavar="FOLDER")
    one.add_argument("--library", metavar="DIR", help="where the library is kept (default: your cache, by folder)")
    one.add_argument("--encoder", metavar="NAME", help="all-MiniLM-L6-v2, a hub name, or a folder")
    one.set_defaults(command=run_index)

    one = commands.add_parser("ask", help="answer a question with the words it rests on")
    one.add_argument("question", metavar="QUESTION")
    add_library(one)
    form = one.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="the answer as JSON")
    form.add_argument("--markdown", action="store_true")
    one.add_argument("--top", type=int, metavar="N", help="at most N answers (default 5, or 50 in a list)")
    one.add_argument("--source", action="append", metavar="S", help="only this article or folder; may be repeated")
    one.add_argument("--since", metavar="D", help="published on or after this day (2024-06-07)")
    one.add_argument("--until", metavar="D", help="published on or before this day")
    one.add_argument("--as-of", metavar="D", help="as if asked at the end of this day: no later article is read")
    one.set_defaults(command=run_ask)

    one = commands.add_parser("page", help="open the chat page on 127.0.0.1")
    add_library(one)
    one.add_argument("--port", type=int, default=7860, metavar="P")
    one.set_defaults(command=run_page)

    one = commands.add_parser("verify", help="check every quote of an answer against the articles; needs no model")
    one.add_argument("answer", metavar="ANSWER.json", help="JSON of one answer, or JSON lines of many")
    add_library(one, models=False)
    one.set_defaults(command=run_verify)

    one = commands.add_parser("doctor", help="check a library, file by file")
    one.add_argument("--library", metavar="DIR", required=True)
    one.set_defaults(command=run_doctor)
    for found in entry_points(group="attest.commands"):
        found.load()(commands)
    return parser


def add_library(parser: argparse.ArgumentParser, models: bool = True) -> None:
    parser.add_argument("folder", metavar="FOLDER", nargs="?", help="articles; their library is kept in your cache")
    parser.add_argument("--library", metavar="DIR", help="a library that `attest index` built")
    if models:
        parser.add_argument(
            "--reader", metavar="NAME", default="attest", help="attest, overlap, a hub name, or a folder"
        )
        parser.add_argument("--encoder", metavar="NAME", help="refuse a library that another encoder built")


def need_one_place(args: argparse.Namespace) -> None:
    """Raises AttestError unless exactly one of FOLDER and --library is given."""
    if bool(args.folder) == bool(args.library):
        raise AttestError("give either a FOLDER of articles or --library DIR")


def open_assistant(args: argparse.Namespace) -> Assistant:
    """From FOLDER or --library (exactly one of them), with progress and refused files on stderr."""
    from qa.assistant import Assistant

    need_one_place(args)
    if args.library:
        return Assistant.open_library(args.library, reader=args.reader, encoder=args.encoder)
    assistant = Assistant.open(args.folder, reader=args.reader, encoder=args.encoder, progress=progress())
    tell_refused(assistant.library.refused)
    return assistant


def run_index(args: argparse.Namespace) -> int:
    from index.build import build, default_library

    report = build(args.folder, args.library, args.encoder, progress())
    place = args.library or default_library(args.folder)
    done = f"{report.embedded} embedded now" if report.changed else "nothing changed"
    print(f"{report.articles} articles, {report.passages} passages, {done}; library: {place}")
    tell_refused(report.refused, most=None)
    return 0


def run_ask(args: argparse.Namespace) -> int:
    from qa.question import check_question
    from qa.render import to_text

    check_question(args.question)  # before anything is indexed or loaded
    assistant = open_assistant(args)
    answer = assistant.ask(
        args.question, sources=args.source, since=args.since, until=args.until, as_of=args.as_of, top=args.top
    )
    if args.json:
        print(json.dumps(answer.to_dict(), ensure_ascii=False, indent=1))
    elif args.markdown:
        print(answer.to_markdown())
    else:
        print(to_text(answer, color=sys.stdout.isatty() and "NO_COLOR" not in os.environ))
    return 0 if answer.answered else 1


def run_page(args: argparse.Namespace) -> int:
    from qa.page import serve

    if not 0 < args.port < 65536:
        raise AttestError(f"--port is {args.port}; give one from 1 to 65535")
    serve(open_assistant(args), args.port)
    return 0


def run_verify(args: argparse.Namespace) -> int:
    from index.library import Library
    from qa.verify import from_folder, problems, read_answers

    need_one_place(args)
    find = Library.open(args.library).article if args.library else from_folder(Path(args.folder))
    answers = read_answers(Path(args.answer))
    found = [(place, problem) for place, answer in answers for problem in problems(answer, find)]
    for place, problem in found:
        print(f"{place}: {problem}")
    print(f"{len(answers)} answers checked, {len(found)} problems")
    return 1 if found else 0


def run_doctor(args: argparse.Namespace) -> int:
    from index import store

    bad = 0
    for name, problem in store.examine(Path(args.library)):
        print(f"{name}: {problem or 'ok'}")
        bad += problem is not None
    if bad:
        tell(f"library {args.library} is damaged; delete that folder and index the articles again")
    return 1 if bad else 0


def progress() -> Callable[[int, int], None] | None:
    """A bar with rate and time left on stderr, or nothing where nobody watches."""
    if not sys.stderr.isatty():
        return None
    from qa.progress import bar

    return bar("embedding", "passages")


def tell_refused(refused: list[tuple[str, str]], most: int | None = 3) -> None:
    """Which files are not in the library, and why, on stderr."""
    for _, why in refused[:most]:
        tell(f"refused: {why}")
    if most is not None and len(refused) > most:
        tell(f"refused: {len(refused) - most} more; `attest index FOLDER` lists them")


def tell(message: str) -> None:
    """One clean line on stderr, whatever names and texts are in it."""
    from qa.render import visible

    print(f"attest: {visible(' '.join(message.split()), keep='')}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())

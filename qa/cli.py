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
from typing import NoReturn

from index.errors import AttestError
from qa.opened import add_library, need_one_place, open_assistant, progress, tell, tell_refused
from qa.page.command import add_commands

Command = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    args = make_parser().parse_args(argv)
    command: Command = args.command
    code = 0
    try:
        code = command(args)
        sys.stdout.flush()  # here, where a closed pipe is still caught
        return code
    except AttestError as error:
        tell(str(error))
        return 2
    except BrokenPipeError:  # the reader of our output went away: `attest ask ... | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return code
    except KeyboardInterrupt:
        tell("stopped; what was finished is kept")
        return 130
    except Exception as error:
        if os.environ.get("ATTEST_DEBUG"):
            raise
        what = f"{type(error).__name__}: {error}"[:300]
        tell(f"unexpected {what}; run again with ATTEST_DEBUG=1 and report what it prints")
        return 2


class Parser(argparse.ArgumentParser):
    """Tells what is wrong with a command line in one line. Its subparsers do likewise."""

    def error(self, message: str) -> NoReturn:
        tell(f"{message}; `{self.prog} --help` tells what it takes")
        sys.exit(2)


def make_parser() -> argparse.ArgumentParser:
    parser = Parser(prog="attest", description="Answers you can check, from your own articles.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    one = commands.add_parser("index", help="build or update a library; only what changed is embedded again")
    one.add_argument("folder", metavar="FOLDER")
    one.add_argument(
        "--library", metavar="DIR", help="a folder, or postgresql://host/database#name (default: your cache, by FOLDER)"
    )
    one.add_argument("--encoder", metavar="NAME", help="all-MiniLM-L6-v2, a hub name, or a folder")
    one.add_argument(
        "--workers",
        metavar="WHERE",
        help="embed in so many processes (4), or on a Ray cluster (HOST:PORT, auto, ray://HOST:PORT)",
    )
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

    add_commands(commands)

    one = commands.add_parser("verify", help="check every quote of an answer against the articles; needs no model")
    one.add_argument("answer", metavar="ANSWER.json", help="JSON of one answer, or JSON lines of many")
    add_library(one, models=False)
    one.set_defaults(command=run_verify)

    one = commands.add_parser("copy", help="copy a library into another store; nothing is embedded again")
    one.add_argument("source", metavar="FROM", help="a library: a folder, or postgresql://...")
    one.add_argument("target", metavar="TO", help="likewise; a folder without a library")
    one.set_defaults(command=run_copy)

    one = commands.add_parser("doctor", help="check a library, file by file")
    add_library(one, models=False)
    one.set_defaults(command=run_doctor)
    for found in entry_points(group="attest.commands"):
        found.load()(commands)
    return parser


def run_index(args: argparse.Namespace) -> int:
    from index.build import build, default_library
    from index.postgres import shown

    report = build(args.folder, args.library, args.encoder, progress(), args.workers)
    place = args.library or default_library(args.folder)
    done = f"{report.embedded} embedded now" if report.changed else "nothing changed"
    print(f"{report.articles} articles, {report.passages} passages, {done}; library: {shown(place)}")
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


def run_copy(args: argparse.Namespace) -> int:
    from index.postgres import shown
    from index.transfer import copy

    made = copy(args.source, args.target, progress("copying", "files"))
    print(f"{made.manifest['articles']} articles, {made.manifest['passages']} passages; library: {shown(args.target)}")
    return 0


def run_doctor(args: argparse.Namespace) -> int:
    from index.build import default_library
    from index.postgres import examine, is_server, shown

    need_one_place(args)
    library = args.library or default_library(args.folder)
    bad = 0
    for name, problem in examine(library):
        print(f"{name}: {problem or 'ok'}")
        bad += problem is not None
    if bad:
        remedy = "delete that folder and index the articles again"
        if is_server(library):
            remedy = "restore its backup, or index the articles into another one"
        tell(f"library {shown(library)} is damaged; {remedy}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

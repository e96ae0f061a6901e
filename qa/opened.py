"""FOLDER or --library of a command line: the arguments, and the assistant they open."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import AttestError

if TYPE_CHECKING:
    from qa.assistant import Assistant


def add_library(parser: argparse.ArgumentParser, models: bool = True) -> None:
    parser.add_argument("folder", metavar="FOLDER", nargs="?", help="articles; their library is kept in your cache")
    parser.add_argument("--library", metavar="DIR", help="a library that `attest index` built, also postgresql://...")
    if models:
        parser.add_argument(
            "--reader", metavar="NAME", default="attest", help="attest, overlap, a hub name, or a folder"
        )
        parser.add_argument("--encoder", metavar="NAME", help="refuse a library that another encoder built")


def need_one_place(args: argparse.Namespace) -> None:
    """Raises AttestError unless exactly one of FOLDER and --library is given. A library given as FOLDER is one."""
    from index.store import exists

    if bool(args.folder) == bool(args.library):
        raise AttestError("give either a FOLDER of articles or --library DIR")
    if args.folder and exists(Path(args.folder)):
        args.folder, args.library = None, args.folder


def open_assistant(args: argparse.Namespace) -> Assistant:
    """From FOLDER or --library (exactly one of them), with progress and refused files on stderr."""
    from qa.assistant import Assistant

    need_one_place(args)
    if args.library:
        return Assistant.open_library(args.library, reader=args.reader, encoder=args.encoder)
    assistant = Assistant.open(args.folder, reader=args.reader, encoder=args.encoder, progress=progress())
    tell_refused(assistant.library.refused)
    return assistant


def progress(doing: str = "embedding", of: str = "passages") -> Callable[[int, int], None] | None:
    """A bar with rate and time left on stderr, or nothing where nobody watches."""
    if not sys.stderr.isatty():
        return None
    from qa.progress import bar

    return bar(doing, of)


def tell_refused(refused: list[tuple[str, str]], most: int | None = 3) -> None:
    """Which files are not in the library, and why, on stderr."""
    for _, why in refused[:most]:
        tell(f"refused: {why}")
    if most is not None and len(refused) > most:
        tell(f"refused: {len(refused) - most} more; `attest index FOLDER` lists them")


def tell(message: str) -> None:
    """One clean line on stderr, whatever names and texts are in it."""
    from qa.render import visible

    print(f"attest: {visible(' '.join(message.split()), keep='')}", file=sys.stderr)  # noqa: T201

"""The commands that keep running: `attest page` and `attest mcp`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from index.errors import AttestError
from qa.opened import add_library, open_assistant
from qa.page.guard import HOST


def add_commands(commands: Any) -> None:
    one = commands.add_parser("page", help="open the chat page and the REST service on 127.0.0.1")
    add_library(one)
    one.add_argument("--port", type=int, default=7860, metavar="P")
    one.add_argument(
        "--host", default=HOST, metavar="H", help="listen on this address; others need the password in ATTEST_PASSWORD"
    )
    one.set_defaults(command=run_page)

    one = commands.add_parser("mcp", help="serve the tools `ask` and `article` over stdio, for assistants (MCP)")
    add_library(one)
    one.set_defaults(command=run_mcp)


def run_page(args: argparse.Namespace) -> int:
    from qa.page import password_for, serve

    if not 0 < args.port < 65536:
        raise AttestError(f"--port is {args.port}; give one from 1 to 65535")
    password_for(args.host)  # before anything is indexed
    serve(open_assistant(args), args.port, args.host, Path(args.folder) if args.folder else None)
    return 0


def run_mcp(args: argparse.Namespace) -> int:
    from qa.mcp import need_mcp, serve

    need_mcp()
    serve(open_assistant(args))
    return 0

"""A connection to Ray: processes of our own on this machine, or somebody's cluster. See `index.workers`.

What goes wrong becomes one WorkersError; Ray writes nothing to stderr and sends no usage statistics.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import re
import secrets
import shutil
import socket
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from index.errors import WorkersError

_ADDRESS = re.compile(r"(ray://)?(\[[0-9a-fA-F:.]+\]|[\w.-]+):([0-9]{1,5})", re.ASCII)

_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal", "RAY_DEDUP_LOGS_SKIP_REGEX": "^"}


@contextmanager
def connected(where: str) -> Iterator[int | None]:
    """A connection to Ray, and how many processes it may use there (None: all that are free). One that the program has
    made itself is used, and stays. `where` is as `check` takes it. Raises WorkersError."""
    here = int(where) if where.isdecimal() else None
    os.environ.update(_QUIET)
    if here:  # read as ray is imported: nobody else gets in, and (despite its name) it listens on 127.0.0.1 alone
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))  # Ray reads it once in a process
        os.environ.update(RAY_AUTH_MODE="token", RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER="0")
    _reach(where)
    import ray

    if ray.is_initialized():
        yield here
        return
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.CRITICAL}
    with ExitStack() as after:
        if here:  # a folder that others cannot look into, with a short name, for sockets
            folder = tempfile.mkdtemp(prefix="attest-ray-", dir="/tmp" if os.name == "posix" else None)
            after.callback(shutil.rmtree, folder, ignore_errors=True)
            options |= {"num_cpus": here, "include_dashboard": False, "_temp_dir": f"{folder}/ray"}
        after.callback(ray.shutdown)
        _connect("local" if here else where, options)
        yield here


def check(where: str) -> None:
    """Raises WorkersError unless it is a number of processes, auto, HOST:PORT or ray://HOST:PORT, and Ray is there."""
    if not (where == "auto" or re.fullmatch("[1-9][0-9]{0,3}", where) or _ADDRESS.fullmatch(where)):
        known = "give a number of processes, or HOST:PORT, auto or ray://HOST:PORT of a Ray cluster"
        raise WorkersError(f"--workers is {where!r}; {known}")
    for name in ("ray", "pyarrow", "grpc"):
        if importlib.util.find_spec(name) is None:
            raise WorkersError(f"the package {name} is missing; pip install 'attest-qa[ray]'")


def reason(error: Exception) -> str:
    """What went wrong, in one line. An error in one of Ray's processes comes as text with tracebacks, the first thing
    that went wrong first."""
    lines = str(error).splitlines()
    for line in lines:
        kind, _, said = line.partition(": ")
        if said and kind.replace(".", "").isidentifier():
            return (said if kind.startswith("index.errors.") else line)[:300]
    return f"{type(error).__name__}: {' '.join(lines)[:300]}"


def _reach(where: str) -> None:
    if found := _ADDRESS.fullmatch(where):
        try:  # Ray would do so for half a minute
            socket.create_connection((found[2].strip("[]"), int(found[3])), timeout=5).close()
        except (OSError, OverflowError) as error:
            raise WorkersError(
                f"Ray cluster {where} cannot be reached: {error}; is it up, and the port open?"
            ) from error


def _connect(where: str, options: dict[str, Any]) -> None:
    import ray

    try:
        with _silence():
            ray.init(where, **options)
    except Exception as error:  # Ray's have no base of their own
        same = f"are RAY_AUTH_TOKEN, Ray {ray.__version__} and Python the same there?"
        advice = {
            "local": "is there room in /tmp and memory?",
            "auto": "run `ray start` to make this machine part of one, or give ray://HOST:PORT of one",
        }.get(where, f"is this machine part of it (`ray start --address={where}`; else ray://HOST:10001), and {same}")
        if where.startswith("ray://"):
            advice = f"is this the port for its clients (10001 by default), and {same}"
        raise WorkersError(f"Ray cluster {where} cannot be joined ({reason(error)}); {advice}") from error


@contextmanager
def _silence() -> Iterator[None]:
    """Whoever writes to the file behind stderr, as Ray's libraries and processes do when they connect, is not heard."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)

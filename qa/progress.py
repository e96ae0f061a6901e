"""A progress bar on stderr with rate and time left."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable


def bar(what: str, unit: str) -> Callable[[int, int], None]:
    """A function to call with (done, in all). On a terminal it draws over its own line; in a log it writes a line for
    each tenth."""
    began, live, tenth = time.monotonic(), sys.stderr.isatty(), -1

    def show(done: int, whole: int) -> None:
        nonlocal tenth
        if not live and tenth == (tenth := 10 * done // max(whole, 1)):
            return
        spent = max(time.monotonic() - began, 1e-9)
        left = (whole - done) * spent / max(done, 1)
        filled = "#" * (24 * done // max(whole, 1))
        start = "\r" if live else ""
        sys.stderr.write(f"{start}{what} [{filled:24}] {done}/{whole} {unit}, {done / spent:.0f}/s, {left:.0f} s left ")
        if done >= whole or not live:
            sys.stderr.write("\n")
        sys.stderr.flush()

    return show

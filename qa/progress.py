"""A progress bar on stderr with rate and time left."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable


def bar(what: str, unit: str) -> Callable[[int, int], None]:
    """A function to call with (done, in all); it draws over its own line and ends it at the end."""
    began = time.monotonic()

    def show(done: int, whole: int) -> None:
        spent = max(time.monotonic() - began, 1e-9)
        left = (whole - done) * spent / max(done, 1)
        filled = "#" * (24 * done // max(whole, 1))
        sys.stderr.write(f"\r{what} [{filled:24}] {done}/{whole} {unit}, {done / spent:.0f}/s, {left:.0f} s left ")
        if done >= whole:
            sys.stderr.write("\n")
        sys.stderr.flush()

    return show

"""What the filters of the page choose: options for `Assistant.ask`, and the same in words, shown beside the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qa.render import visible
from qa.trace import quoted

TOPS = ("as many as are likely", "1", "2", "3", "5", "10", "20", "50")
MOST_LISTED = 2000  # articles of a library whose names can be picked; those of a larger one are typed
MOST_PICKED = 200


@dataclass(frozen=True)
class Chosen:
    """sources: articles or folders, () for all. since, until, as_of: ISO days. top: number of answers at most."""

    sources: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    as_of: str | None = None
    top: int | None = None

    def options(self) -> dict[str, Any]:
        """For `Assistant.ask`, which refuses days that are none."""
        days = {"since": self.since, "until": self.until, "as_of": self.as_of}
        return {"sources": list(self.sources) or None, **days, "top": self.top}

    def told(self) -> str:
        """ "Asked of: “a.txt”; published since 2024-06-01; at most 3 answers", "" where nothing is chosen."""
        parts = [f"only {quoted(self.sources)}" + (" …" if len(self.sources) > 6 else "")] if self.sources else []
        parts += [f"published since {self.since}"] if self.since else []
        parts += [f"published until {self.until}"] if self.until else []
        parts += [f"as of {self.as_of}"] if self.as_of else []
        parts += [f"at most {self.top} answer{'' if self.top == 1 else 's'}"] if self.top else []
        return f"Asked of: {'; '.join(parts)}" if parts else ""


def choices(sources: Sequence[str]) -> list[tuple[str, str]]:
    """(as it is shown, source) of the folders and articles that can be picked."""
    folders = {"/".join(parts[:n]) for source in sources for parts in [source.split("/")] for n in range(1, len(parts))}
    return [(visible(name, keep=""), name) for name in [*sorted(folders), *sources]]


def chosen(sources: Sequence[str] | None, since: str, until: str, as_of: str, top: str) -> Chosen:
    """From what the page's fields hold; empty ones choose nothing."""
    picked = tuple(str(source)[:4096] for source in (sources or ())[:MOST_PICKED])
    first, last, day = ((day or "").strip()[:40] or None for day in (since, until, as_of))
    return Chosen(picked, first, last, day, int(top) if str(top).isdecimal() else None)

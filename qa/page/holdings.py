"""What the page tells of the library: folder, articles, passages, newest article, refused files, and progress."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qa.page.markup import name, spoken_day, text

if TYPE_CHECKING:
    from qa.page.desk import Desk
    from qa.page.intake import Progress

LISTED = 50  # refused files that are shown


def summary(desk: Desk) -> str:
    """ "5 articles, the newest of 9 June 2024", for the head of the page."""
    library = desk.assistant.library
    newest = f", the newest of {spoken_day(library.newest)}" if library.newest else ""
    return f"{_count(library.manifest['articles'], 'article')}{newest}"


def head_html(desk: Desk) -> str:
    told = "Answers in the words of your own articles, each with its evidence."
    return f'<h1>Attest</h1><p class="at-lead">{told} <span class="at-held">{text(summary(desk))}.</span></p>'


def holdings_html(desk: Desk) -> str:
    library = desk.assistant.library
    facts = (
        ("Folder", name(str(desk.folder or library.manifest["folder"]))),
        ("Articles", f"{library.manifest['articles']:,}"),
        ("Passages", f"{library.manifest['passages']:,}"),
        ("Newest", text(spoken_day(library.newest)) if library.newest else "date unknown"),
    )
    rows = "".join(f"<dt>{label}</dt><dd>{fact}</dd>" for label, fact in facts)
    return f'<dl class="at-facts">{rows}</dl>{_refused([why for _, why in library.refused], "not in the library")}'


def progress_html(progress: Progress) -> str:
    """How the last files are getting on; "" where none were given."""
    added = f"{_count(progress.added, 'file')} added. " if progress.added else ""
    told = {
        "": "",
        "checking": "Checking the files …",
        "indexing": f"{added}Indexing; questions are answered from the library as it was …",
        "done": f"{added or 'Nothing was added. ' * bool(progress.refused)}The library is up to date.",
        "failed": f"{added}It failed: {progress.error}",
    }[progress.stage]
    share = f" {100 * progress.done // progress.whole}% of {progress.whole:,} new passages" if progress.whole else ""
    whole = progress.whole or 1
    bar = f'<progress value="{progress.done}" max="{whole}"></progress>' if progress.runs and progress.whole else ""
    head = f'<p role="status">{text(f"{told}{share}")}</p>{bar}' if told else ""
    return f"{head}{_refused(progress.refused, 'refused')}"


def _refused(reasons: Sequence[str], what: str) -> str:
    if not reasons:
        return ""
    more = f"<li>{len(reasons) - LISTED} more</li>" if len(reasons) > LISTED else ""
    rows = "".join(f"<li>{name(why, 400)}</li>" for why in reasons[:LISTED])
    head = f"{_count(len(reasons), 'file')} {what}"
    return f'<details class="at-refused" open><summary>{head}</summary><ul>{rows}{more}</ul></details>'


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")

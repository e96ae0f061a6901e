"""Foreign text on the page: articles, file names and questions are text there, whatever they look like.

Gradio puts what it gets into the document as HTML, after a clean-up of its own that lets pictures and forms pass, and
`gr.Markdown` reads it as Markdown before. So nothing of it is left to be read as either: `<` and all other ASCII marks
are character references (HTML Living Standard, 13.1.4), line breaks too; what steers direction or cannot be seen is
shown by its code point.
"""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Iterable
from datetime import date
from urllib.parse import quote

from qa.render import escape, visible

_MARKS = re.compile(r"[!-#$%'-/:<-@\[-`{-~\n\t]")


def text(words: str) -> str:
    """As HTML of one line, safe between tags and in quoted attributes, in Markdown too."""
    return _MARKS.sub(lambda found: f"&#{ord(found[0])};", escape(words).replace("&#x27;", "'").replace("&quot;", '"'))


def name(words: str, most: int = 160) -> str:
    """A title or file name: on one line, cut in the middle where it is long, its direction kept to itself."""
    flat = " ".join(words.split())
    half = most // 2
    return f"<bdi>{text(flat if len(flat) <= most else f'{flat[:half]}…{flat[-half:]}')}</bdi>"


def exact(words: str) -> str:
    """Percent-encoded UTF-8 (RFC 3986): carries a text through the page unchanged, to be copied."""
    return quote(words, safe="")


def spoken_day(day: str) -> str:
    """ "2024-06-07" as 7 June 2024; what is no ISO day stays as it is."""
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return day
    return f"{found.day} {month_name[found.month]} {found.year}"


def hidden(words: str) -> bool:
    """Whether the text holds characters that cannot be seen."""
    return visible(words.replace("\r\n", "\n"), keep="\n\t") != words.replace("\r\n", "\n")


def article_link(source: str, sha256: str, extents: Iterable[tuple[int, int]], label: str = "Whole article") -> str:
    """A link to the article with these extents (code points) marked in it, scrolled to the first."""
    at = ",".join(f"{start}-{end}" for start, end in extents)
    href = f"article?source={exact(source)}&amp;sha256={sha256}&amp;at={at}#quote"
    told = f'<span class="at-unseen"> {name(source)}</span>'
    return f'<a class="at-open" href="{href}" target="_blank">{label}{told}</a>'

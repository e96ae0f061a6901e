"""The whole article behind a citation: a plain HTML page of its own, without any script, scrolled to the quote.

The chat's script opens it inside the page; without the script the link opens it in a tab.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from index.article import Article, Extent
from qa.page.markup import hidden, name, spoken_day, text

if TYPE_CHECKING:
    from qa.page.desk import Desk

MOST_SHOWN = 200_000  # code points of an article
MOST_MARKED = 200  # quotes
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"  # beside the service's own
)
_AT = re.compile(r"(\d{1,12})-(\d{1,12})")
_STYLE = """
:root { color-scheme: light dark; }
body { font: 1.05rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; line-height: 1.3; } h1, dd, .at-text { overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; font-size: .85rem; opacity: .8; }
dd { margin: 0; } .at-text { white-space: pre-wrap; overflow: hidden; }
mark { background: #ffe58a; color: #111; scroll-margin: 40vh 0; } .at-note { font-style: italic; }
"""


def add_article(app: Any, desk: Desk) -> None:
    """GET /article?source=S&sha256=H&at=10-20,30-40 of a FastAPI application. To be added before Gradio is mounted."""
    from fastapi.responses import HTMLResponse

    def show(source: str, sha256: str = "", at: str = "") -> HTMLResponse:
        article = desk.assistant.library.article(source) if len(source) <= 4096 else None
        held = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        if article is None:
            return HTMLResponse(_page("Not here", _missing(source)), 404, held)
        return HTMLResponse(article_html(article, sha256, at), headers=held)

    app.add_api_route("/article", show, response_class=HTMLResponse, include_in_schema=False)


def article_html(article: Article, sha256: str = "", at: str = "") -> str:
    """sha256: of the text that was cited; where the article has changed since, it is shown without marks. at: what is
    quoted, as start-end,start-end in code points."""
    changed = bool(sha256) and sha256 != article.sha256
    extents = [] if changed else _extents(at, len(article.text))
    first, last = _window(extents, len(article.text))
    notes = []
    if changed:
        notes.append("This article has changed since it was cited, so nothing is marked in it.")
    if (first, last) != (0, len(article.text)):
        notes.append(f"A long article: characters {first} to {last} of {len(article.text)} are shown.")
    if hidden(article.text[first:last]):
        notes.append("It holds characters that cannot be seen; they are shown as <U+…>.")
    told = "".join(f'<p class="at-note">{text(note)}</p>' for note in notes)
    body = f'<div class="at-text" dir="auto">{_marked(article.text, extents, first, last)}</div>'
    return _page(article.title or article.source, f"{_facts(article)}{told}{body}")


def _page(head: str, body: str) -> str:
    flat = " ".join(head.split())[:200]
    meta = f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    meta += '<meta name="viewport" content="width=device-width, initial-scale=1">'
    opens = f'<!doctype html><html lang="en"><head>{meta}<title>{text(flat)}</title><style>{_STYLE}</style></head>'
    return f'{opens}<body><main class="at-article"><h1>{name(head, 300)}</h1>{body}</main></body></html>'


def _missing(source: str) -> str:
    return f"<p>The library has no article {name(source)} any more; ask again.</p>"


def _facts(article: Article) -> str:
    day = article.published and spoken_day(article.published)
    facts = {
        "Source": article.source,
        "Published": f"{day} (as its {article.dated_by} says)" if day and article.dated_by else day or "date unknown",
        "Author": article.author,
        "Address": article.url,
        "Language": article.language,
        "Near-copy of": article.copy_of,
        "SHA-256": article.sha256,
    }
    rows = (f"<dt>{label}</dt><dd>{name(fact, 600)}</dd>" for label, fact in facts.items() if fact)
    return f"<dl>{''.join(rows)}</dl>"


def _extents(at: str, size: int) -> list[Extent]:
    """Those that lie in the text, in order, without overlaps."""
    found, end = list[Extent](), 0
    for start, stop in sorted((int(a), int(b)) for a, b in _AT.findall(at[:8192])[:MOST_MARKED]):
        if end <= start < stop <= size:
            found.append((start, stop))
            end = stop
    return found


def _window(extents: Sequence[Extent], size: int) -> Extent:
    """What is shown: all, or MOST_SHOWN code points with the first quote in their middle."""
    if size <= MOST_SHOWN:
        return 0, size
    start, end = extents[0] if extents else (0, 0)
    middle = start if end - start > MOST_SHOWN // 2 else (start + end) // 2
    first = min(max(0, middle - MOST_SHOWN // 2), size - MOST_SHOWN)
    return first, first + MOST_SHOWN


def _marked(words: str, extents: Sequence[Extent], first: int, last: int) -> str:
    at, parts = first, list[str]()
    for n, (start, end) in enumerate(extents):
        start, end = max(start, at), min(end, last)
        if start < end:
            mark = '<mark id="quote" tabindex="-1">' if not n else "<mark>"
            parts += [text(words[at:start]), f"{mark}{text(words[start:end])}</mark>"]
            at = end
    return "".join([*parts, text(words[at:last])])

"""A PDF with text in it (no scans). The article is the text that pypdf finds, lines of a paragraph joined.

Offsets are code points into that text; the same file and version of pypdf give the same text, and the library keeps it.
When a PDF was made says little about when its article was published, so only the text itself is asked for that.
"""

from __future__ import annotations

import io
from collections.abc import Iterable

from index.article import Article
from index.errors import UnreadableArticle
from index.formats.text import plain_article

_MOST_PAGES = 3000
_FULL = 0.7  # of the longest line: a line shorter than this ends its paragraph


def read(data: bytes, source: str) -> Iterable[Article]:
    import logging

    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        file = PdfReader(io.BytesIO(data))
        locked = file.is_encrypted and not file.decrypt("")
        pages = [] if locked or len(file.pages) > _MOST_PAGES else [page.extract_text() for page in file.pages]
        count, about = (0, None) if locked else (len(file.pages), file.metadata)
        title, author = (str(getattr(about, name, None) or "").strip() or None for name in ("title", "author"))
    except Exception as error:  # whatever a broken file makes of the parser
        raise UnreadableArticle(f"{source}: cannot be read as PDF ({error!r}); save its text as .txt") from None
    if locked:
        raise UnreadableArticle(f"{source}: is locked with a password; save an unlocked copy")
    if count > _MOST_PAGES:
        raise UnreadableArticle(f"{source}: {count} pages, more than the {_MOST_PAGES} allowed; split it")
    text = "\n\n".join(joined(page) for page in pages).encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    if not text.strip():
        raise UnreadableArticle(f"{source}: holds no text, perhaps pictures of pages; recognise its text first (OCR)")
    yield plain_article(text, source, title=title, author=author)


def joined(page: str) -> str:
    """Lines of one paragraph as one line. A paragraph ends with an empty line, or with a line that is clearly shorter
    than the page's longest and ends like a sentence."""
    lines = [line.strip() for line in page.split("\n")]
    full = _FULL * max(map(len, lines), default=0)
    out = ""
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        ends = not line or not following or (len(line) < full and line[-1:] in ".!?:\"”'’)")
        out += line + ("\n" if not line else "\n\n" if ends else " ")
    return out.strip()

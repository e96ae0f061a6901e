"""A saved web page. The article is the main text that trafilatura finds; offsets are code points into that text.

Nothing of the page is run or fetched. The same page and version of trafilatura give the same text; the library keeps
the text it cited from. A page that is not Unicode is read in the encoding that it declares.
"""

from __future__ import annotations

from collections.abc import Iterable

from index.article import Article
from index.dates import find_dates
from index.errors import UnreadableArticle
from index.formats.decode import declared, decode
from index.formats.text import plain_article


def read(data: bytes, source: str) -> Iterable[Article]:
    import logging

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    from trafilatura import bare_extraction

    page = decode(data, source, declared(data))
    found = bare_extraction(page, include_comments=False, include_tables=True, with_metadata=True)
    text = found.text if found is not None else None
    if not text or not text.strip():
        raise UnreadableArticle(f"{source}: no article text found in the page; save the text itself as .txt")
    dates = find_dates(found.date or "")
    yield plain_article(
        text,
        source,
        title=found.title or None,
        published=dates[0][0] if dates else None,
        author=found.author or None,
        url=found.url or None,
        language=found.language or None,
    )

"""A Word document (.docx): its paragraphs and the rows of its tables, in order, an empty line between them.

Headers, footers, notes and comments are left out; macros are not in this format, and nothing is fetched.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

from index.article import Article
from index.errors import UnreadableArticle
from index.formats.text import plain_article

# Bytes and files in the archive, by its own list, which zipfile keeps to.
_MOST_UNPACKED, _MOST_PARTS = 256 * 2**20, 5000


def read(data: bytes, source: str) -> Iterable[Article]:
    import zipfile

    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise UnreadableArticle(f"{source}: not a Word document ({error}); save it again as .docx or .txt") from None
    if sum(part.file_size for part in parts) > _MOST_UNPACKED or len(parts) > _MOST_PARTS:
        raise UnreadableArticle(f"{source}: unpacks to more than {_MOST_UNPACKED} bytes; save its text as .txt")
    from docx import Document

    try:
        document = Document(io.BytesIO(data))
        blocks = list(_blocks(document))
        about = document.core_properties
        title, author, language = about.title or None, about.author or None, about.language or None
    except Exception as error:  # whatever a broken document makes of the parser
        raise UnreadableArticle(f"{source}: cannot be read as a Word document ({error!r}); save it again") from None
    titles = [text for style, text in blocks if style == "Title"]
    text = "\n\n".join(text for _, text in blocks)
    yield plain_article(text, source, title=title or next(iter(titles), None), author=author, language=language)


def _blocks(container: Any) -> Iterator[tuple[str, str]]:
    """(style, text) of each paragraph and each row of a table that is not blank."""
    from docx.text.paragraph import Paragraph

    for block in container.iter_inner_content():
        if isinstance(block, Paragraph):
            if block.text.strip():
                yield (block.style.name or "") if block.style is not None else "", block.text
        else:
            for row in block.rows:
                cells = dict.fromkeys(cell.text.strip() for cell in row.cells)
                if any(cells):
                    yield "", " | ".join(cell for cell in cells if cell)

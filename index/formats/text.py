"""Plain text: the article is the decoded file. The first line is its title where it stands apart like one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from index.article import Article, Extent
from index.boilerplate import find_boilerplate, merge
from index.dates import find_published
from index.formats.decode import decode

_MOST_TITLE = 160


def read(data: bytes, source: str) -> Iterable[Article]:
    yield plain_article(decode(data, source), source)


def plain_article(
    text: str,
    source: str,
    *,
    title: str | None = None,
    published: str | None = None,
    skip: Iterable[Extent] = (),
    author: str | None = None,
    url: str | None = None,
    language: str | None = None,
) -> Article:
    """An article with what its own text tells; what is given came with the format."""
    found = find_published(text)
    out = [*skip, *find_boilerplate(text)]
    if found and found.header:
        out.append(found.header)
    day, by = (published, "metadata") if published else (found.day, found.by) if found else (None, None)
    return Article(source, text, title or find_title(text, out), day, by, merge(out), author, url, language)


def find_title(text: str, skip: Iterable[Extent] = ()) -> str | None:
    """The first line, if a blank line follows it, it is short, and it does not end like a sentence."""
    lines = re.finditer(r"[^\r\n]*(?:\r\n|\r|\n|$)", text)
    first = next((m for m in lines if m.group().strip("\ufeff \t\r\n")), None)
    after = next(lines, None)
    if not first or after is None or after.group().strip() or first.end() == len(text):
        return None
    if any(a < first.end() and b > first.start() for a, b in skip):
        return None
    line = first.group().strip("\ufeff \t\r\n")
    return line if len(line.split()) >= 2 and len(line) <= _MOST_TITLE and line[-1] not in ".!…:;,)" else None

"""Markdown: the article is the decoded file, mark-up included, so that offsets fit the file.

Front matter (`---` ... `---`) gives title and date and stays out of passages; else the first heading is the title.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from index.article import Article, Extent
from index.dates import find_dates
from index.formats.decode import decode
from index.formats.text import plain_article

_FRONT = re.compile(r"\ufeff?---[ \t]*\r?\n(?=\w[\w -]*:)(.*?)\r?\n---[ \t]*(?:\r?\n|$)", re.DOTALL)
_FIELD = re.compile(r"^(title|date|published)[ \t]*:[ \t]*+(.*[^ \t\r\n])", re.IGNORECASE | re.MULTILINE)
_HEADING = re.compile(r"^#{1,3}[ \t]++(.*[^ \t#\r\n])|^([^\r\n]+)\r?\n=+[ \t\r]*$", re.MULTILINE)
_LEFT_OUT = re.compile(
    r"^[ \t]*(?:!\[[^\]\n]*\]\([^)\n]*\)|<!--[^\n]*-->|\[[^\]\n]+\]:[ \t]+\S[^\n]*|[-*_]{3,})[ \t\r]*$", re.MULTILINE
)


def read(data: bytes, source: str) -> Iterable[Article]:
    text = decode(data, source)
    front = _FRONT.match(text)
    fields = {m[1].lower(): m[2].strip("\"'") for m in _FIELD.finditer(front[1])} if front else {}
    dates = find_dates(fields.get("date") or fields.get("published") or "")
    heading = _HEADING.search(text, front.end() if front else 0)
    title = fields.get("title") or (heading and (heading[1] or heading[2]).strip()) or None
    skip: list[Extent] = [front.span()] if front else []
    skip += [m.span() for m in _LEFT_OUT.finditer(text)]
    yield plain_article(text, source, title=title, published=dates[0][0] if dates else None, skip=skip)

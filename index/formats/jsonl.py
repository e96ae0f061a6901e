"""JSON lines, an article each: {"text": ..., "title"?, "date" | "published"?, "id"?}. Other keys are ignored.

An article's source is the file's path, "#", and its id (or line number). One bad line refuses the file, so that no
article is lost in silence.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from index.article import Article
from index.dates import find_dates
from index.errors import UnreadableArticle
from index.formats.decode import decode
from index.formats.text import plain_article


def read(data: bytes, source: str) -> Iterable[Article]:
    seen: dict[str, int] = {}
    for number, line in enumerate(decode(data, source).lstrip("\ufeff").split("\n"), 1):
        if not line.strip():
            continue
        record = _record(line, f"{source}, line {number}")
        key = str(number if record.get("id") in (None, "") else record["id"])
        if key in seen:
            raise UnreadableArticle(
                f"{source}, line {number}: id {key!r} was used in line {seen[key]}; make ids unique"
            )
        seen[key] = number
        dates = find_dates(str(record.get("published") or record.get("date") or ""))
        title = record.get("title")
        yield plain_article(
            record["text"],
            f"{source}#{key}",
            title=title if isinstance(title, str) and title.strip() else None,
            published=dates[0][0] if dates else None,
        )


def _record(line: str, place: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UnreadableArticle(f"{place}: not JSON ({error}); one object a line is expected") from None
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        raise UnreadableArticle(f'{place}: no "text"; a line is an object like {{"text": "...", "date": "2024-06-07"}}')
    for key in ("text", "title", "id"):
        try:
            str(record.get(key)).encode()
        except UnicodeEncodeError as error:
            why = f'half a surrogate pair at offset {error.start} of "{key}"; repair it'
            raise UnreadableArticle(f"{place}: {why}") from None
    return record

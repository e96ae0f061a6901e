"""JSON lines, an article each: {"text": ..., "title"?, "date"?, "id"?, ...}; see `records` for the names that count."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from index.article import Article
from index.errors import UnreadableArticle
from index.formats.decode import decode
from index.formats.records import articles


def read(data: bytes, source: str) -> Iterable[Article]:
    return articles(_records(data, source), source, "line")


def _records(data: bytes, source: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(decode(data, source).lstrip("\ufeff").split("\n"), 1):
        if not line.strip():
            continue
        place = f"{source}, line {number}"
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UnreadableArticle(f"{place}: not JSON ({error}); one object a line is expected") from None
        if not isinstance(record, dict):
            raise UnreadableArticle(f'{place}: no "text"; a line is an object like {{"text": "...", "id": 7}}')
        yield number, record

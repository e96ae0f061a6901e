"""A table with a header line, an article each row: .csv (commas or semicolons) and .tsv. See `records` for the columns.

The text of an article is its cell, unquoted, and nothing else is changed in it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from index.article import Article
from index.errors import UnreadableArticle
from index.formats.decode import decode
from index.formats.records import FIELDS, articles


def read(data: bytes, source: str) -> Iterable[Article]:
    return articles(_rows(data, source), source, "row")


def _rows(data: bytes, source: str) -> Iterator[tuple[int, dict[str, Any]]]:
    text = decode(data, source).lstrip("\ufeff")
    first = text.split("\n", 1)[0]
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    delimiter = "\t" if source.lower().endswith(".tsv") else max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.strip().lower() for name in next(rows, [])]
        if not set(names).intersection(FIELDS["text"]):
            known = ", ".join(FIELDS["text"])
            raise UnreadableArticle(f"{source}: no column for the text in its first row; call one of them {known}")
        for number, row in enumerate(rows, 1):
            if len(row) > len(names):
                why = f"{len(row)} cells under {len(names)} names; quote the cells that hold the delimiter"
                raise UnreadableArticle(f"{source}, row {number}: {why}")
            if any(cell.strip() for cell in row):
                yield number, dict(zip(names, row, strict=False))
    except csv.Error as error:
        raise UnreadableArticle(f"{source}, line {rows.line_num}: not a table ({error}); mend its quotes") from None

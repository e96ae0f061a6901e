"""A record with named fields (a line of JSON, a row of a table) -> an article. Used by `jsonl` and `table`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from index.article import Article
from index.dates import find_dates
from index.errors import UnreadableArticle
from index.formats.text import plain_article

FIELDS = {
    "text": ("text", "body", "content", "article"),
    "title": ("title", "headline"),
    "date": ("published", "date", "published_at", "publication_date", "publish_date", "pubdate"),
    "id": ("id", "guid", "uuid"),
    "author": ("author", "authors", "byline"),
    "url": ("url", "link"),
    "language": ("language", "lang"),
}
"""What a field may be called, in any case; the first that is filled counts."""


def articles(records: Iterable[tuple[int, Mapping[str, Any]]], source: str, unit: str) -> Iterable[Article]:
    """An article for each (number, record). Its source is the file's path, "#", and its id or else its number. unit:
    what is counted ("line"). Raises UnreadableArticle for a record without text and for an id that was used before:
    one bad record refuses the file, so that no article is lost in silence."""
    seen: dict[str, int] = {}
    for number, record in records:
        place = f"{source}, {unit} {number}"
        named = {str(name).lower(): value for name, value in [*record.items()][::-1]}
        fields = {name: _field(named, names) for name, names in FIELDS.items()}
        if not isinstance(fields["text"], str):
            raise UnreadableArticle(f'{place}: no "text"; give each one a text, and a date like 2024-06-07')
        for name, value in fields.items():
            for part in value if isinstance(value, list) else [value]:
                _check_unicode(str(part), name, place)
        key = str(number) if fields["id"] in (None, "") else str(fields["id"])
        if key in seen:
            raise UnreadableArticle(f"{place}: id {key!r} was used in {unit} {seen[key]}; make ids unique")
        seen[key] = number
        dates = find_dates(str(fields["date"] or ""))
        yield plain_article(
            fields["text"],
            f"{source}#{key}",
            title=_line(fields["title"]),
            published=dates[0][0] if dates else None,
            author=_line(fields["author"]),
            url=_line(fields["url"]),
            language=_line(fields["language"]),
        )


def _field(record: Mapping[str, Any], names: Iterable[str]) -> Any:
    filled = [record[name] for name in names if record.get(name) is not None]
    return next((value for value in filled if value != ""), filled[0] if filled else None)


def _line(value: Any) -> str | None:
    """A text that is not blank; of a list of texts, all of them."""
    if isinstance(value, list):
        value = ", ".join(part for part in value if isinstance(part, str))
    return value.strip() if isinstance(value, str) and value.strip() else None


def _check_unicode(value: str, name: str, place: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        why = f'half a surrogate pair at offset {error.start} of "{name}"; repair it'
        raise UnreadableArticle(f"{place}: {why}") from None

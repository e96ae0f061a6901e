"""Statements and values for SQLite, as PostgreSQL takes them.

A list of values, which SQLite takes as JSON, is sent as an array. Text may hold U+0000, which PostgreSQL does not take:
it is written as two other characters, and read back.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

_LIST, _ARRAY = "json_each(?)", "unnest(?::text[]) as each(value)"
_MARK = "\U0010fffe"  # stands before 0 for U+0000, and before 1 for itself


def spoken(statement: str, values: Sequence[Any]) -> tuple[str, list[Any]]:
    """The statement with its values."""
    written, lists = _translated(statement)
    return written, [_array(value) if n in lists else kept(value) for n, value in enumerate(values)]


@lru_cache(maxsize=256)
def _translated(statement: str) -> tuple[str, frozenset[int]]:
    """And which of its values are lists."""
    parts = statement.split(_LIST)
    lists = [sum(part.count("?") for part in parts[:n]) + n - 1 for n in range(1, len(parts))]
    return _ARRAY.join(parts).replace("%", "%%").replace("?", "%s"), frozenset(lists)


def _array(value: str) -> list[str]:
    return [kept(str(one)) for one in json.loads(value)]


def kept(value: Any) -> Any:
    """A value as it is stored. Half of a surrogate pair, which no article has, is spelt out."""
    if isinstance(value, str) and not value.isascii():
        value = value.replace(_MARK, f"{_MARK}1")
        try:
            value.encode()
        except UnicodeEncodeError:
            value = value.encode("utf-8", "backslashreplace").decode()
    return value.replace("\0", f"{_MARK}0") if isinstance(value, str) and "\0" in value else value


def given(value: Any) -> Any:
    """A stored value as it was."""
    if isinstance(value, str) and _MARK in value:
        return value.replace(f"{_MARK}0", "\0").replace(f"{_MARK}1", _MARK)
    return value

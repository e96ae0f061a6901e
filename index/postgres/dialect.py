"""Statements and values for SQLite, as PostgreSQL takes them.

A list of values, which SQLite takes as JSON, is sent as an array. Text may hold U+0000, which PostgreSQL does not take:
it is written as two other characters, and read back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

_LIST = re.compile(r"in \(select (cast\()?value(?: as bigint\))? from json_each\(\?\)\)|json_each\(\?\)|\?")
_MARK = "\U0010fffe"  # stands before 0 for U+0000, and before 1 for itself


def spoken(statement: str, values: Sequence[Any]) -> tuple[str, list[Any]]:
    """The statement with its values."""
    written, lists = _translated(statement)
    return written, [_array(value) if n in lists else kept(value) for n, value in enumerate(values)]


@lru_cache(maxsize=256)
def _translated(statement: str) -> tuple[str, frozenset[int]]:
    """And which of its values are lists. Of a list that is looked up the server must see that it is short, else it
    reads a whole table."""
    lists = list[bool]()

    def written(found: re.Match[str]) -> str:
        lists.append(found[0] != "?")
        if found[0].startswith("in"):
            return "= any(%s::text[]::bigint[])" if found[1] else "= any(%s::text[])"
        return "unnest(%s::text[]) as each(value)" if lists[-1] else "%s"

    said = _LIST.sub(written, statement.replace("%", "%%"))
    return said, frozenset(n for n, is_list in enumerate(lists) if is_list)


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

"""Files of text or of JSON lines, as they are or packed (.gz, .xz): what is wrong with one is told with its line."""

from __future__ import annotations

import gzip
import json
import lzma
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from index.errors import QuestionSetError

Record = dict[str, Any]
_UNPACK: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.decompress, ".xz": lzma.decompress}


def read_text(path: Path) -> str:
    """Raises QuestionSetError, naming the file."""
    try:
        data = path.read_bytes()
        return _UNPACK.get(path.suffix, bytes)(data).decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise QuestionSetError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from None
    except (EOFError, lzma.LZMAError, zlib.error, gzip.BadGzipFile) as error:
        raise QuestionSetError(f"{path}: cannot be unpacked ({error}); copy or download it again") from None
    except OSError as error:
        raise QuestionSetError(f"{path}: cannot be read ({error.strerror}); give a file of JSON lines") from None


def records(path: Path) -> Iterator[tuple[str, Record]]:
    """(place, object) of each line that is not blank. Raises QuestionSetError, naming file and line."""
    yield from parsed(read_text(path), path)


def parsed(text: str, path: Path) -> Iterator[tuple[str, Record]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            place = f"{path}, line {number}"
            yield place, record(line, place)


def record(text: str, place: str) -> Record:
    try:
        row = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise QuestionSetError(f"{place}: not JSON ({error}); one object a line is expected") from None
    if not isinstance(row, dict):
        raise QuestionSetError(f"{place}: {type(row).__name__} instead of an object; one object a line is expected")
    check_unicode(row, text, place)
    return row


def check_unicode(value: Any, text: str, place: str) -> None:
    """Raises QuestionSetError where what was read from `text` holds half a surrogate pair: no file can hold that."""
    try:
        json.dumps(value if r"\ud" in text.lower() else None, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise QuestionSetError(
            f"{place}: holds half a surrogate pair ({error.object[error.start]!r}); repair it"
        ) from None


def text_in(row: Record, name: str, place: str, default: str | None = None) -> str:
    """A field that has to be a text that is not blank. default: what one that is missing stands for."""
    value = row.get(name, default)
    if not isinstance(value, str) or not value.strip():
        raise QuestionSetError(f'{place}: "{name}" is {_short(value)}; a text is expected, correct it or leave it out')
    return value


def list_in(row: Record, name: str, place: str) -> list[Any]:
    value = row.get(name)
    if not isinstance(value, list):
        raise QuestionSetError(f'{place}: "{name}" is {_short(value)}; a list is expected, correct it or leave it out')
    return value


def object_in(value: Any, what: str, place: str) -> Record:
    if not isinstance(value, dict):
        raise QuestionSetError(f"{place}: {what} is {_short(value)}; an object is expected")
    return value


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else f"{shown[:77]}..."

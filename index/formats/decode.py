"""Bytes -> text, strictly: a character is never replaced, dropped or guessed."""

from __future__ import annotations

import codecs
import re

from index.errors import UnreadableArticle

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decode(data: bytes, source: str) -> str:
    """UTF-8 (a leading U+FEFF stays in the text), or UTF-16 and UTF-32 with their byte order mark.

    Raises UnreadableArticle for anything else, naming the first offending byte or character.
    """
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    if encoding == "utf-8" and max(data[::2].count(0), data[1::2].count(0)) * 4 > len(data):
        raise UnreadableArticle(f"{source}: looks like UTF-16 without a byte order mark; save it as UTF-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if b"\0" in data[:4096]:
            raise UnreadableArticle(
                f"{source}: not text but binary data; remove it or give it its true suffix"
            ) from None
        raise UnreadableArticle(
            f"{source}: not {encoding.upper()} (byte 0x{data[error.start]:02x} at offset {error.start}); "
            f"convert it, for example with: iconv -f WINDOWS-1252 -t UTF-8"
        ) from None
    if found := _CONTROL.search(text):
        raise UnreadableArticle(
            f"{source}: not text but binary data (control character U+{ord(found[0]):04X} at offset {found.start()}); "
            f"remove it or give it its true suffix"
        )
    return text

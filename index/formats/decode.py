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
# Names of the Encoding Standard (WHATWG) for what is not Unicode, and Python's. What calls itself Latin-1 on the web is
# Windows-1252.
_OTHERS = (
    {f"windows-125{n}": f"cp125{n}" for n in range(9)}
    | {f"iso-8859-{n}": f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)}
    | {"iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "iso-8859-9": "cp1254", "gb2312": "gbk"}
    | {name: name for name in ("koi8-r", "koi8-u", "gbk", "gb18030", "big5", "shift_jis", "euc-jp", "euc-kr")}
)
_META = re.compile(rb"<meta[^>]{1,200}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w.:-]{1,40})", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def declared(page: bytes) -> str | None:
    """What a web page says in its first bytes that its encoding is, in lower case (HTML, "prescan a byte stream")."""
    found = _META.search(page[:1024])
    return found[1].decode("ascii", "replace").lower() if found else None


def decode(data: bytes, source: str, other: str | None = None) -> str:
    """UTF-8 (a leading U+FEFF stays in the text), or UTF-16 and UTF-32 with their byte order mark; where it is none of
    these, the encoding that the file itself says it has.

    Raises UnreadableArticle for anything else, naming the first offending byte or character.
    """
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    if encoding == "utf-8" and max(data[::2].count(0), data[1::2].count(0)) * 4 > len(data):
        raise UnreadableArticle(f"{source}: looks like UTF-16 without a byte order mark; save it as UTF-8")
    if encoding == "utf-8" and other in _OTHERS and not _is_utf8(data):
        encoding = _OTHERS[other]
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


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True

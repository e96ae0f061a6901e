"""The address of a library on a server: postgresql://user@host:port/database#name, where `name` is its schema."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from index.errors import LibraryError

SCHEMA = "attest"  # the library's, where its address names none
_NAME = re.compile("[a-z][a-z0-9_]{0,62}", re.ASCII)


@dataclass(frozen=True)
class Address:
    """shown: without passwords. libpq: as the server's library takes it. secrets: passwords, as they may be quoted."""

    shown: str
    libpq: str
    schema: str
    secrets: tuple[str, ...]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.shown!r})"


def parse(place: str) -> Address:
    """Raises LibraryError, which does not repeat what may be part of a password."""
    try:
        parts = urlsplit(place)
    except ValueError:
        raise LibraryError("the library's address cannot be read; it is postgresql://user@host/database#name") from None
    stray = [parts.path, parts.fragment, *(pair for pair in parts.query.split("&") if "=" not in pair)]
    if any("@" in part for part in stray):
        why = "if its password has / ? # or @, write %2F %3F %23 %40"
        raise LibraryError(f"the library's address has an @ after its host; {why}")
    schema = (unquote(parts.fragment) or SCHEMA).lower()
    if not _NAME.fullmatch(schema):
        why = "name it with letters (a to z), digits and _, a letter first, 63 at most"
        raise LibraryError(f"the library's name {schema!r} in its address cannot be a schema; {why}")
    user, at, host = parts.netloc.rpartition("@")
    user, _, password = user.partition(":")
    asked = parse_qsl(parts.query)
    query = urlencode([pair for pair in asked if "password" not in pair[0]], safe="/")
    shown = urlunsplit(parts._replace(netloc=f"{user}{at}{host}", query=query))
    hidden = [password, *(value for name, value in asked if "password" in name)]
    secrets = tuple(dict.fromkeys(word for one in hidden for word in (one, unquote(one)) if word))
    return Address(shown, urlunsplit(parts._replace(fragment="")), schema, secrets)

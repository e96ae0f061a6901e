"""What stands between the network and the page: who may ask, for what, and how much at once. An ASGI application.

A page of another site cannot ask in the reader's name (Host against DNS rebinding, Origin against forged requests),
nobody sends more than is read, only known routes are served, and a browser that shows an article asks no other host
for anything (Content-Security-Policy; Gradio's page needs 'unsafe-inline', so escaping comes first).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
import os
import re
import sys
from urllib.parse import urlsplit

from qa.page.exchange import UNEXPECTED, App, Exchange, Fields, Message, Receive, Send, field

HOST = "127.0.0.1"
_GRADIO = r"info/?|startup-events|app_id/?|queue/\w+|(?:call|run)/.+|heartbeat/\w+|cancel|reset/?|upload(?:_progress)?"
_ROUTES = re.compile(
    rf"/(?:api/.+|article|config/?|theme\.css|favicon\.ico|manifest\.json|robots\.txt|(?:assets|static|svelte)/.+|"
    rf"gradio_api/(?:{_GRADIO}|file=(?!\w\w+:|//).+))?",
    re.DOTALL,
)


class Guard:
    """host: the address that is listened on. password: where given, every request needs it (HTTP Basic, RFC 7617;
    any user name)."""

    def __init__(self, app: App, host: str = HOST, password: str | None = None) -> None:
        self.app, self.host, self.password = app, host, password

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        if scope["type"] != "http":  # no WebSocket is served
            return await send({"type": "websocket.close", "code": 1008})
        exchange = Exchange(scope, receive, send)
        refused = self.refusal(scope["method"], scope["path"], scope["headers"])
        if refused:
            return await exchange.refuse(*refused)
        try:
            if not exchange.too_much:
                await self.app(scope, exchange.receive, exchange.send)
        except Exception as error:  # of which the other side learns nothing
            if os.environ.get("ATTEST_DEBUG"):
                raise
            if not exchange.too_much:
                print(f"attest: unexpected {type(error).__name__} in {scope['path']!r:.200}", file=sys.stderr)  # noqa: T201
        if exchange.too_much:
            await exchange.drain()
            await exchange.refuse(413, f"the body is larger than {exchange.most} bytes; send less at once")
        else:
            await exchange.refuse(500, UNEXPECTED)

    def refusal(self, method: str, path: str, headers: Fields) -> tuple[int, str] | None:
        """(status, why) where a request is not let through."""
        named = [value.decode("latin-1") for name, value in headers if name == b"host"]
        if len(named) != 1 or not self.known(named[0]):
            return 400, "unknown host; open the address that `attest page` printed"
        if self.password and not _knows(self.password, field(headers, b"authorization")):
            return 401, "the password is needed"
        origin, site = field(headers, b"origin"), field(headers, b"sec-fetch-site")
        foreign = bool(origin) and _place(origin) != named[0].lower()
        if foreign or (method not in ("GET", "HEAD") and site not in ("", "same-origin", "none")):
            return 403, "the request comes from a page of another site"
        if not _ROUTES.fullmatch(path):
            return 404, "nothing is served there"
        return None

    def known(self, named: str) -> bool:
        """Whether a Host is ours: of the loopback address its names; else the address given, or any number, which no
        other site can have for a name."""
        host = _name(f"//{named}")
        address = _address(host)
        if address:
            return address.is_loopback or not is_loopback(self.host)
        return host == "localhost" or (bool(host) and host == self.host.lower())


def is_loopback(host: str) -> bool:
    address = _address(host)
    return address.is_loopback if address else host.lower() == "localhost"


def _name(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _place(origin: str) -> str:
    """Host and port of an Origin; "" of one that is none, like "null"."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _knows(password: str, header: str) -> bool:
    scheme, _, told = header.partition(" ")
    try:
        given = base64.b64decode(told, validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return False
    return scheme.lower() == "basic" and hmac.compare_digest(given, password.encode())

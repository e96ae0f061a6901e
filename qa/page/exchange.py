"""A request and its answer as they pass the guard: what is read is counted, and every answer has our headers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
Fields = list[tuple[bytes, bytes]]

MOST_BODY = 2**20  # bytes of a request; of one that uploads files, MOST_UPLOAD
MOST_UPLOAD = 64 * 2**20
UNEXPECTED = "unexpected failure; start with ATTEST_DEBUG=1 and report what is printed"
_UPLOAD = "/gradio_api/upload"
# no answers in them: a browser may keep them
_KEPT = re.compile(r"/(?:assets|static|svelte)/|/favicon\.ico|/theme\.css")
_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: "
    "blob:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; frame-src 'none'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
)
_CSP = b"content-security-policy"
HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Exchange:
    """One request and its answer, counted and with our headers."""

    def __init__(self, scope: Message, receive: Receive, send: Send) -> None:
        self._receive, self._send, self.path = receive, send, scope["path"]
        self.most = MOST_UPLOAD if self.path == _UPLOAD else MOST_BODY
        told = field(scope["headers"], b"content-length")
        self.too_much = told.isascii() and told.isdecimal() and int(told[:20]) > self.most
        self.started, self.ended, self.counted = False, False, 0

    async def receive(self) -> Message:
        """Raises ValueError where more comes than is read."""
        message = await self._read()
        if self.counted > self.most:
            self.too_much = True
            raise ValueError("the body is too large")
        return message

    async def send(self, message: Message) -> None:
        if self.too_much and not self.started:  # what the application made of half a body
            return
        if message["type"] == "http.response.start":
            self.started = True
            message = {**message, "headers": dressed(message.get("headers", ()), self.path)}
        await self._send(message)

    async def drain(self) -> None:
        """Reads the rest of a body that is too large, for a while: who still sends does not see an answer."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                while not self.ended and self.counted < 8 * self.most:
                    await self._read()

    async def _read(self) -> Message:
        message = await self._receive()
        self.counted += len(message.get("body", b""))
        self.ended = not message.get("more_body")
        return message

    async def refuse(self, status: int, why: str) -> None:
        """Answers, unless an answer has begun."""
        if self.started:
            return
        self.started = True
        extra = [(b"www-authenticate", b'Basic realm="Attest", charset="UTF-8"')] if status == 401 else []
        body = json.dumps({"error": why}).encode()
        fields = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *extra]
        await self._send({"type": "http.response.start", "status": status, "headers": dressed(fields, self.path)})
        await self._send({"type": "http.response.body", "body": body})


def dressed(fields: Iterable[tuple[bytes, bytes]], path: str) -> Fields:
    """The headers of an answer with ours, and without any that lets other sites read it. A policy of its own, which is
    stricter (`qa.page.article`), stands."""
    fields = list(fields)
    ours = {name.encode(): value.encode() for name, value in HEADERS.items()}
    if any(name.lower() == _CSP for name, _ in fields):
        del ours[_CSP]
    if not _KEPT.match(path):
        ours[b"cache-control"] = b"no-store"
    kept = [(name, value) for name, value in fields if name.lower() not in ours]
    return [(n, v) for n, v in kept if not n.lower().startswith(b"access-control-")] + list(ours.items())


def field(headers: Fields, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in headers if name == wanted), "")

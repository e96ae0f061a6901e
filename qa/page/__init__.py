"""The chat page and the service: `attest page`. On the loopback address, unless a password guards another."""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import AttestError
from qa.page.guard import HOST, is_loopback

if TYPE_CHECKING:
    from qa.assistant import Assistant

PASSWORD = "ATTEST_PASSWORD"  # the environment variable that holds it
LEAST = 12  # characters of a password
CONNECTIONS = 256  # that are open at once; one more is refused


def serve(assistant: Assistant, port: int, host: str = HOST, folder: Path | None = None) -> None:
    """Serves page and service until it is interrupted. folder: the articles, where known.

    Raises AttestError where the port is taken, or where others could reach the page without a password.
    """
    password = password_for(host)
    few_arenas()
    with listening(host, port) as sock, tempfile.TemporaryDirectory(prefix="attest-") as scratch:
        alone(scratch)
        import uvicorn

        from qa.page.app import make_app
        from qa.page.desk import Desk

        app = make_app(Desk(assistant, folder), host, port, password)
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                access_log=False,
                h11_max_incomplete_event_size=2**16,
                http="h11",
                limit_concurrency=CONNECTIONS,
                log_level="critical",
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=2,
                timeout_keep_alive=5,
                ws="none",
            )
        )
        print(f"Attest on http://{f'[{host}]' if ':' in host else host}:{port} (Ctrl-C stops it)", flush=True)  # noqa: T201
        with contextlib.suppress(KeyboardInterrupt):
            server.run([sock])


def password_for(host: str) -> str | None:
    """The password that guards this address, None where there is none. Raises AttestError where one is needed."""
    password = os.environ.get(PASSWORD)
    if password is not None and len(password) < LEAST:
        raise AttestError(f"{PASSWORD} has {len(password)} characters; set one of {LEAST} or more, or none")
    if not password and not is_loopback(host):
        raise AttestError(f"others can reach --host {host}; set a password in {PASSWORD}, or leave --host out")
    return password


def listening(host: str, port: int) -> socket.socket:
    """Raises AttestError where nothing can listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except (OSError, UnicodeError) as error:
        raise AttestError(f"port {port} on {host} cannot be used ({error}); give another with --port") from error


def alone(scratch: str) -> None:
    """Gradio and the hub as they are without the user's settings: nothing shared, nothing told, files in `scratch`."""
    for name in [name for name in os.environ if name.startswith("GRADIO_")]:
        del os.environ[name]
    os.environ |= {"GRADIO_ANALYTICS_ENABLED": "False", "GRADIO_SHARE": "False", "GRADIO_TEMP_DIR": scratch}
    os.environ |= {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}


def few_arenas() -> None:
    """Lets all threads share two heaps, where the C library is glibc (mallopt(3)). It would give each of some forty
    threads one of its own, and each grows to what one question needs."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(ctypes.c_int(-8), ctypes.c_int(2))  # M_ARENA_MAX

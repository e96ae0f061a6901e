"""The chat page and the service: `attest page`. Served on the loopback address only."""

from __future__ import annotations

from index.errors import AttestError
from qa.assistant import Assistant
from qa.page.chat import build_page
from qa.page.desk import Desk

HOST = "127.0.0.1"


def serve(assistant: Assistant, port: int) -> None:
    """Serves the page until it is interrupted. Raises AttestError where the port is taken."""
    demo, settings = build_page(Desk(assistant))
    print(f"Attest on http://{HOST}:{port} (Ctrl-C stops it)", flush=True)  # noqa: T201
    try:
        demo.launch(server_name=HOST, server_port=port, **settings)
    except OSError as error:
        raise AttestError(f"port {port} on {HOST} cannot be used ({error}); give another with --port") from error

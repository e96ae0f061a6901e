"""The page and the service as one application: FastAPI, with the Gradio page mounted in it, behind the guard."""

from __future__ import annotations

import inspect

from qa.page.api import make_api, make_ask
from qa.page.article import add_article
from qa.page.chat import build_page
from qa.page.desk import Desk
from qa.page.guard import HOST, Guard

SAFE = {
    "allowed_paths": [],
    "enable_monitoring": False,
    "footer_links": [],
    "mcp_server": False,
    "pwa": False,
    "run_history": False,
    "show_error": False,
    "ssr_mode": False,
}
"""Settings of Gradio that the page cannot change. Defaults of 6.31 keep questions in the browser and show errors."""

SESSIONS = 200  # whose chats are kept in memory; of more, the oldest is forgotten


def make_app(desk: Desk, host: str = HOST, port: int = 7860, password: str | None = None) -> Guard:
    """Loads Gradio; a second or two."""
    demo, settings = build_page(desk)
    import gradio as gr

    with demo:
        name_ask(desk)
    demo.state_session_capacity = SESSIONS
    api = make_api(desk)
    add_article(api, desk)  # before the page, which answers to all other paths
    known = inspect.signature(gr.mount_gradio_app).parameters
    chosen = {name: value for name, value in settings.items() if name in known}  # not those of `launch` alone
    gr.mount_gradio_app(api, demo, "/", **chosen | SAFE, server_name=host, server_port=port)
    return Guard(api, host, password)


def name_ask(desk: Desk) -> None:
    """The endpoint "ask" of the Gradio page, for gradio_client; to be called where the page is built."""
    import gradio as gr

    ask = make_ask(desk, lambda why: gr.Error(why, print_exception=False))
    gr.api(ask, api_name="ask", concurrency_limit=None)

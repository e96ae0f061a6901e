"""The chat page: question in, answer out, with the passage it rests on and the quote marked. No logic of its own.

Article text reaches the browser escaped (`qa.render.to_html`). The page asks no foreign host for anything.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from index.errors import QuestionError
from qa.page.desk import Busy
from qa.render import escape, to_html

if TYPE_CHECKING:
    from qa.answer import Answer
    from qa.page.desk import Desk

EXAMPLES = ("Which countries opposed training inside Ukraine?", "Who sent the letters?")
CSS = """
.attest mark { background: #ffe58a; color: #111; padding: 0 .15em; border-radius: .2em; }
.attest blockquote { border-left: 3px solid #8884; margin: .4em 0 .8em; padding-left: .8em; white-space: pre-wrap; }
footer { display: none !important; }
"""


def build_page(desk: Desk) -> tuple[Any, dict[str, Any]]:
    """The Gradio page, and the arguments its `launch` needs to be safe: no sharing, no analytics, no history kept."""
    os.environ |= {"GRADIO_ANALYTICS_ENABLED": "False", "GRADIO_SHARE": "False", "HF_HUB_DISABLE_TELEMETRY": "1"}
    import gradio as gr

    def reply(question: str, shown: list[dict[str, Any]], past: list[Answer]) -> tuple[Any, ...]:
        if not question.strip():
            return "", shown, past
        text, past = answer_to(desk, question, past)
        asked = {"role": "user", "content": escape(question)}
        return "", [*shown, asked, {"role": "assistant", "content": text}], past

    library = desk.assistant.library
    newest = f", newest of {library.newest}" if library.newest else ""
    with gr.Blocks(title="Attest", analytics_enabled=False) as demo:
        gr.Markdown("# Attest\nAnswers you can check, from your own articles.", elem_id="head")
        past = gr.State([])
        chat = gr.Chatbot(
            label=f"{library.manifest['articles']} articles, {library.manifest['passages']} passages{newest}",
            elem_classes="attest",
            height="65vh",
            render_markdown=False,
            sanitize_html=True,
            latex_delimiters=[],
            buttons=["copy"],
        )
        with gr.Row():
            box = gr.Textbox(
                placeholder="Ask the articles something", label="Question", scale=8, autofocus=True, max_length=1000
            )
            send = gr.Button("Ask", variant="primary", scale=1, min_width=80)
        if any(library.manifest["folder"].endswith(name) for name in ("/seeds", "\\seeds")):
            gr.Examples([[text] for text in EXAMPLES], box, api_visibility="private")
        for event in (box.submit, send.click):
            event(reply, [box, chat, past], [box, chat, past], api_visibility="private", concurrency_limit=1)
        chat.clear(list, None, past, api_visibility="private")
    demo.queue(max_size=32)
    return demo, {
        "share": False,
        "quiet": True,
        "css": CSS,
        "show_error": False,
        "enable_monitoring": False,
        "run_history": False,
        "footer_links": [],
        "max_file_size": "1mb",
    }


def answer_to(desk: Desk, question: str, past: Sequence[Answer]) -> tuple[str, list[Answer]]:
    """(escaped HTML, the conversation with this answer in it). Bad questions get their message, not a traceback."""
    try:
        answer = desk.ask(question, past)
    except (QuestionError, Busy) as error:
        return f"<p>{escape(str(error))}</p>", list(past)
    return to_html(answer), [*past, answer]

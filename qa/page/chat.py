"""The chat page: question in, answer out, with the passages it rests on. Here its parts are laid out and wired.

What reaches the browser is escaped in `qa.page.markup`; the page asks no foreign host for anything. `chat.css` and
`chat.js` are its looks and its one script, which handles copying, opening articles, and names for screen readers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from index.errors import LibraryUnreachable
from qa.page import panels
from qa.page.examples import examples
from qa.page.filters import TOPS, chosen
from qa.page.holdings import head_html
from qa.page.turns import MOST_TURNS, Turn, ask, messages
from qa.question import MOST_QUESTION

if TYPE_CHECKING:
    from qa.page.desk import Desk

PLACE = Path(__file__).parent
FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")
QUIET = {"api_visibility": "private", "show_progress": "hidden", "queue": True}


def build_page(desk: Desk) -> tuple[Any, dict[str, Any]]:
    """The Gradio page, and the arguments its `launch` needs to be safe: no sharing, no analytics, no history kept."""
    os.environ |= {"GRADIO_ANALYTICS_ENABLED": "False", "GRADIO_SHARE": "False", "HF_HUB_DISABLE_TELEMETRY": "1"}
    import gradio as gr

    suggest = _suggestions(desk)
    with gr.Blocks(title="Attest", analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)) as demo:
        turns = gr.State([])
        with gr.Row(elem_id="at-page"):
            with gr.Column(scale=3, min_width=320, elem_id="at-main"):
                head = gr.Markdown(head_html(desk), elem_id="at-head", latex_delimiters=[])
                chat = gr.Chatbot(
                    label="Conversation",
                    show_label=False,
                    elem_id="at-chat",
                    height=None,
                    container=False,
                    autoscroll=False,
                    render_markdown=False,
                    sanitize_html=True,
                    allow_tags=False,
                    latex_delimiters=[],
                    buttons=[],
                    layout="panel",
                    placeholder='<p class="at-empty">Ask a question. Answers are quoted, never written.</p>',
                )
                with gr.Row(elem_id="at-ask"):
                    box = gr.Textbox(
                        label="Question",
                        placeholder="Ask a question",
                        show_label=False,
                        container=False,
                        autofocus=True,
                        scale=8,
                        max_length=MOST_QUESTION,
                        html_attributes=gr.InputHTMLAttributes(autocomplete="off", spellcheck=True),
                    )
                    send = gr.Button("Ask", variant="primary", scale=0, min_width=84, elem_id="at-send")
            with gr.Column(scale=1, min_width=260, elem_id="at-side"):
                with gr.Accordion("Filters", open=False, elem_id="at-filters"):
                    limits = _filters(gr, desk)
                panels.library_panel(gr, desk, demo, head, limits[0])
                panels.export_panel(gr, turns)
                panels.feedback_panel(gr, desk, turns)
                clear = gr.Button("New chat", size="sm", elem_id="at-clear")

        def reply(question: str, past: list[Turn], *limit: Any) -> Iterator[tuple[Any, ...]]:
            if not question.strip():
                yield question, messages(past), past
                return
            yield "", messages(past, question), past
            turn = ask(desk, question, past, chosen(*limit))
            now = [*past, turn][-MOST_TURNS:]
            yield "" if turn.answer else question[:MOST_QUESTION], messages(now), now

        def picked(event: Any, past: list[Turn], *limit: Any) -> Iterator[tuple[Any, ...]]:
            yield from reply(str(event.value["text"]), past, *limit)

        picked.__annotations__["event"] = gr.SelectData  # by which Gradio knows what to pass; it is not imported above

        shown = [box, chat, turns]
        once = {"concurrency_limit": None, "concurrency_id": "ask", "trigger_mode": "once", **QUIET}
        typed = gr.on([box.submit, send.click], reply, [box, turns, *limits], shown, **once)
        tried = chat.example_select(picked, [turns, *limits], shown, **once)
        clear.click(lambda: ("", [], []), None, shown, cancels=[typed, tried], **QUIET)
        demo.load(lambda: gr.Chatbot(examples=[{"text": text} for text in suggest()]), None, chat, **QUIET)
    demo.queue(max_size=64)
    return demo, {
        "share": False,
        "quiet": True,
        "theme": gr.themes.Default(primary_hue="blue", neutral_hue="slate", font=FONTS, font_mono=("monospace",)),
        "css": (PLACE / "chat.css").read_text(encoding="utf-8"),
        "head": f"<script>{(PLACE / 'chat.js').read_text(encoding='utf-8')}</script>",
        "show_error": False,
        "enable_monitoring": False,
        "run_history": False,
        "footer_links": [],
        "max_file_size": "20mb",
    }


def _filters(gr: Any, desk: Desk) -> Sequence[Any]:
    """In the order of `qa.page.filters.chosen`."""
    source = gr.Dropdown(
        panels.listed(desk),
        label="Articles or folders",
        info="All of them, where none is chosen. Any path can be typed.",
        multiselect=True,
        allow_custom_value=True,
    )
    days = [
        gr.Textbox(label=label, placeholder="YYYY-MM-DD", max_lines=1, max_length=10, elem_classes="at-date")
        for label in ("Published since", "Published until", "As of the end of")
    ]
    return source, *days, gr.Dropdown(list(TOPS), value=TOPS[0], label="Answers", allow_custom_value=False)


def _suggestions(desk: Desk) -> Any:
    """The example questions of the library as it is now, made once for each generation of it."""
    made: dict[int, list[str]] = {}
    one = Lock()

    def suggest() -> list[str]:
        library = desk.assistant.library
        with one:
            if library.built_ns not in made:
                try:
                    latest = library.latest(12)
                except LibraryUnreachable:  # which each question will tell
                    return []
                made.clear()
                made[library.built_ns] = examples(latest, desk.ask)
            return made[library.built_ns]

    return suggest

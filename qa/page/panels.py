"""What stands beside the chat: the library with files to add, export, and feedback."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import AttestError
from index.formats import FORMATS
from qa.export import FORMATS as FORMS
from qa.export import export
from qa.feedback import KINDS, feedback_file, kinds, record
from qa.page.filters import MOST_LISTED, choices
from qa.page.holdings import head_html, holdings_html, progress_html
from qa.page.intake import MOST_BYTES, Intake
from qa.page.markup import exact, text
from qa.page.turns import Turn, answers

if TYPE_CHECKING:
    from qa.page.desk import Desk

QUIET = {"api_visibility": "private", "show_progress": "hidden"}
LABELS = {"markdown": "Markdown", "json": "JSON", "bibtex": "BibTeX", "csl-json": "CSL-JSON"}
TICK = 0.4  # seconds between two looks at the progress


def library_panel(gr: Any, desk: Desk, demo: Any, head: Any, source: Any) -> None:
    intake = Intake(desk)
    with gr.Accordion("Library", open=False, elem_id="at-library"):
        held = gr.Markdown(holdings_html(desk), latex_delimiters=[])
        if desk.folder is None:
            gr.Markdown("<p class='at-note'>To add files here, start the page on the folder of articles.</p>")
        else:
            drop = gr.File(label="Add articles", file_count="multiple", height=120, elem_id="at-drop")
            known = f"{' '.join(FORMATS)}; {MOST_BYTES // 2**20} MB each; copied into the folder, nothing is replaced."
            gr.Markdown(f"<p class='at-note'>{text(known)}</p>")
            again = gr.Button("Look at the folder again", size="sm")
        told = gr.Markdown("", latex_delimiters=[], elem_id="at-progress")

    def now() -> tuple[Any, ...]:
        return progress_html(intake.progress), holdings_html(desk), head_html(desk), gr.Dropdown(choices=listed(desk))

    def run(files: list[str] | None = None) -> Iterator[tuple[Any, ...]]:
        try:
            intake.start(files or [])
        except AttestError as error:
            yield f"<p role='status'>{text(str(error))}</p>", gr.skip(), gr.skip(), gr.skip()
            return
        while intake.progress.runs:
            yield progress_html(intake.progress), gr.skip(), gr.skip(), gr.skip()
            intake.wait(TICK)
        for file in files or []:  # the copies that Gradio made of them
            Path(file).unlink(missing_ok=True)
        yield now()

    if desk.folder is not None:
        shown = [told, held, head, source]
        drop.upload(run, drop, shown, **QUIET).then(lambda: None, None, drop, **QUIET)
        again.click(run, None, shown, **QUIET)
    demo.load(now, None, [told, held, head, source], **QUIET)


def listed(desk: Desk) -> list[tuple[str, str]]:
    """What the filter by source offers to pick."""
    library = desk.assistant.library
    return choices(library.sources) if library.manifest["articles"] <= MOST_LISTED else []


def export_panel(gr: Any, turns: Any) -> None:
    scopes = ("The whole chat", "The last answer")
    with gr.Accordion("Export", open=False, elem_id="at-export"):
        scope = gr.Radio(scopes, value=scopes[0], label="What")
        form = gr.Dropdown([(LABELS.get(name, name), name) for name in FORMS], value=next(iter(FORMS)), label="Format")
        save = gr.Button("Save as file", size="sm")
        told = gr.Markdown("", latex_delimiters=[])
    number = count()

    def make(past: list[Turn], which: str, name: str) -> str:
        given = answers(past)[-1:] if which == scopes[1] else answers(past)
        if not given:
            return "<p role='status'>Nothing has been answered yet.</p>"
        kind = FORMS[name]  # the file travels in the page, where its script saves it: no copy of it stays anywhere
        parts = "".join(
            f"<span>{exact(part)}</span>" for part in (f"attest{kind.suffix}", kind.media, export(given, name))
        )
        return f"<p role='status'>Saved.</p><span class='at-file at-{next(number)}' hidden>{parts}</span>"

    save.click(make, [turns, scope, form], told, **QUIET)


def feedback_panel(gr: Any, desk: Desk, turns: Any) -> None:
    place = feedback_file(desk.folder or desk.assistant.library.manifest["folder"])
    with gr.Accordion("Feedback", open=False, elem_id="at-feedback"):
        may = gr.Checkbox(False, label="Keep my judgements in a file on this machine", info=str(place))
        gr.Markdown(
            "<p class='at-note'>Of the last answer. Nothing is sent; <code>attest eval</code> reads the file.</p>"
        )
        with gr.Row():
            buttons = [gr.Button(kind.capitalize(), size="sm", interactive=False, min_width=110) for kind in KINDS]
        told = gr.Markdown("", latex_delimiters=[])

    def judge(kind: str, allowed: bool, past: list[Turn]) -> str:
        given = answers(past)
        if not allowed or not given:
            return "<p role='status'>Nothing has been answered yet.</p>" if allowed else ""
        if kind not in kinds(given[-1]):
            return "<p role='status'>That cannot be said of no answer.</p>"
        try:
            record(place, given[-1], kind, given[:-1])
        except AttestError as error:
            return f"<p role='status'>{text(str(error))}</p>"
        return f"<p role='status'>Kept: {text(kind)}.</p>"

    may.change(lambda on: [gr.Button(interactive=on) for _ in KINDS], may, buttons, **QUIET)
    for kind, button in zip(KINDS, buttons, strict=True):
        button.click(lambda on, past, kind=kind: judge(kind, on, past), [may, turns], told, **QUIET)

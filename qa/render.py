"""Answers for people: terminal text, Markdown, and HTML. Article text is data: it is escaped, never interpreted."""

from __future__ import annotations

import html
import re
import textwrap
import unicodedata

from qa.answer import Answer
from qa.shown import FEW, Shown, dates, disagreements, entries, origin

_WIDTH = 96


def to_text(answer: Answer, *, color: bool = False) -> str:
    """For a terminal: the answer, where it stands, and the passage with the quote marked. Control characters are shown
    as code points, so that an article cannot steer the terminal. Of more passages than a few only the sources."""
    if not answer.answered:
        return f"No answer: {one_line(answer.reason or '')}."
    on, off, bold, end = ("\033[1;4m", "\033[0m", "\033[1m", "\033[0m") if color else (">>", "<<", "", "")
    blocks = []
    for number, (text, note, cited) in enumerate(entries(answer), 1):
        head = one_line(text) if number == 1 else f"{number}. {one_line(text)}"
        lines = [f"{bold}{head}{end}", f"   {note}"]
        for shown in cited[:FEW]:
            marked = "".join(
                f"{on}{one_line(part)}{off}" if quote else one_line(part) for part, quote in shown.parts
            ).strip()
            wrapped = textwrap.fill(marked, _WIDTH, initial_indent="   | ", subsequent_indent="   | ")
            lines += ["", f"   {one_line(origin(shown.citation))}", wrapped]
            lines += [f"   {one_line(note)}" for note in shown.notes]
        rest = "; ".join(dict.fromkeys(origin(shown.citation) for shown in cited[FEW:]))
        lines += ["", f"   Also in {one_line(rest)}"] if rest else []
        blocks.append("\n".join(lines))
    blocks += [one_line(f"{head}: {one}; {other}") for head, one, other in disagreements(answer)]
    return "\n\n".join(blocks)


def to_markdown(answer: Answer) -> str:
    """One answer as Markdown: question, answers, and each quote in its passage, with source, day and extent."""
    lines = [f"**{markdown_line(answer.question.strip())}**", ""]
    if not answer.answered:
        return "\n".join([*lines, f"No answer: {markdown_line(answer.reason or '')}.", ""])
    for text, note, cited in entries(answer):
        lines += [f"{markdown_line(text)} ({note})", ""]
        for shown in cited:
            passage = "".join(
                f"**{markdown_line(part)}**" if quote else markdown_line(part) for part, quote in shown.parts
            ).strip()
            at = f"characters {_places(shown)}, SHA-256 {shown.citation.sha256[:12]}"
            beside = map(markdown_line, filter(None, (shown.said, dates(shown.citation))))
            told = [markdown_line(origin(shown.citation)), at, *beside]
            lines += [f"> {passage}", ">", f"> {', '.join(told)}"]
            lines += [f"> {markdown_line(shown.also)}", ""] if shown.also else [""]
    for head, one, other in disagreements(answer):
        lines += [f"**{markdown_line(head)}:** {markdown_line(one)}; {markdown_line(other)}", ""]
    return "\n".join(lines)


def to_html(answer: Answer) -> str:
    """The same for a page, escaped; the quote is in <mark>, and no tag or attribute comes from an article."""
    if not answer.answered:
        return f"<p>No answer: {escape(answer.reason or '')}.</p>"
    blocks = []
    for number, (text, note, cited) in enumerate(entries(answer)):
        quoted = "".join(map(_html_passage, cited))
        tag = "p" if number else "h3"
        blocks.append(f"<{tag}><strong>{escape(text)}</strong> <small>{note}</small></{tag}>{quoted}")
    for head, *sides in disagreements(answer):
        cells = "".join(f"<td>{escape(side)}</td>" for side in sides)
        blocks.append(f"<p><strong>{escape(head)}</strong></p><table><tr>{cells}</tr></table>")
    return "".join(blocks)


def visible(text: str, keep: str = "\n") -> str:
    """Control and format characters (direction overrides, zero-width, tags) and lone surrogates, except those of
    `keep`, as <U+XXXX>."""
    hidden = {c for c in set(text) if c not in keep and unicodedata.category(c) in {"Cc", "Cf", "Cs"}}
    return "".join(f"<U+{ord(c):04X}>" if c in hidden else c for c in text)


def one_line(text: str) -> str:
    """On one line: every run of white space, no-break spaces apart, is one space."""
    return visible(re.sub(r"[^\S\u00a0\u2007\u202f]+", " ", text), keep="")


def markdown_line(text: str) -> str:
    """On one line, every character that Markdown or HTML could read as mark-up escaped."""
    plain = re.sub(r"([\\`*_{}\[\]()#+!|<>~&$])", r"\\\1", one_line(text))
    return re.sub(
        r"^(\s*)(-|\d+(?=[.)]))([.)]?)", lambda m: m[1] + (m[2] + "\\" + m[3] if m[3] else "\\" + m[2]), plain
    )


def escape(text: str) -> str:
    return html.escape(visible(text.replace("\r\n", "\n"), keep="\n\t"), quote=True)


def _places(shown: Shown) -> str:
    """Extents of the quotes in the article, "10 to 20, 25 to 31"."""
    at, places = shown.citation.passage.start, []
    for text, quote in shown.parts:
        places += [f"{at} to {at + len(text)}"] if quote else []
        at += len(text)
    return ", ".join(places)


def _html_passage(shown: Shown) -> str:
    flat = ((escape(re.sub(r"\n\s*\n", "\n", text)), quote) for text, quote in shown.parts)
    passage = "".join(f"<mark>{text}</mark>" if quote else text for text, quote in flat)
    notes = "".join(f"<p><small>{escape(note)}</small></p>" for note in shown.notes)
    return f"<p><small>{escape(origin(shown.citation))}</small></p><blockquote>{passage}</blockquote>{notes}"

"""Answers for people: terminal text, Markdown, and HTML. Article text is data: it is escaped, never interpreted."""

from __future__ import annotations

import html
import re
import textwrap
import unicodedata

from qa.answer import Answer, Citation, Item
from qa.edtf import spoken

_WIDTH = 96


def to_text(answer: Answer, *, color: bool = False) -> str:
    """For a terminal: the answer, where it stands, and the passage with the quote marked. Control characters are shown
    as code points, so that an article cannot steer the terminal."""
    if not answer.answered:
        return f"No answer: {answer.reason}."
    on, off, bold, end = ("\033[1;4m", "\033[0m", "\033[1m", "\033[0m") if color else (">>", "<<", "", "")
    blocks = []
    for number, item in enumerate(answer.answers, 1):
        head = _line(item.text) if number == 1 else f"{number}. {_line(item.text)}"
        lines = [f"{bold}{head}{end}", f"   {confidence(item)}"]
        for citation in item.citations:
            before, quote, after = (_line(part) for part in passage_parts(citation))
            marked = f"{before}{on}{quote}{off}{after}".strip()
            wrapped = textwrap.fill(marked, _WIDTH, initial_indent="   | ", subsequent_indent="   | ")
            lines += ["", f"   {_line(origin(citation))}", wrapped]
            lines += [f"   {_line(named)}" for named in [dates(citation)] if named]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def to_markdown(answer: Answer) -> str:
    """One answer as Markdown: question, answers, and each quote in its passage, with source, day and extent."""
    lines = [f"**{_md(answer.question.strip())}**", ""]
    if not answer.answered:
        return "\n".join([*lines, f"No answer: {_md(answer.reason or '')}.", ""])
    for item in answer.answers:
        lines += [f"{_md(item.text)} ({confidence(item)})", ""]
        for citation in item.citations:
            before, quote, after = (_md(part) for part in passage_parts(citation))
            lines += [
                f"> {before.lstrip()}**{quote}**{after.rstrip()}",
                ">",
                f"> {_md(origin(citation))}, characters {citation.start} to {citation.end}, "
                f"SHA-256 {citation.sha256[:12]}" + (f", {_md(named)}" if (named := dates(citation)) else ""),
                "",
            ]
    return "\n".join(lines)


def to_html(answer: Answer) -> str:
    """The same for a page, escaped; the quote is in <mark>, and no tag or attribute comes from an article."""
    if not answer.answered:
        return f"<p>No answer: {escape(answer.reason or '')}.</p>"
    blocks = []
    for number, item in enumerate(answer.answers):
        cited = "".join(_html_citation(citation) for citation in item.citations)
        tag = "p" if number else "h3"
        blocks.append(f"<{tag}><strong>{escape(item.text)}</strong> <small>{confidence(item)}</small></{tag}>{cited}")
    return "".join(blocks)


def confidence(item: Item) -> str:
    count = f"{item.n_sources} sources" if item.n_sources > 1 else "1 source"
    return f"{item.confidence:.0%} confident, {count}"


def origin(citation: Citation) -> str:
    """Where a quote comes from: title if there is one, source, and day."""
    title = f"“{citation.title}”, " if citation.title else ""
    return f"{title}{citation.source}, {citation.published or 'date unknown'}"


def dates(citation: Citation) -> str:
    """Beside a quote, never in it: what the days that its sentences name are: "Friday = 2024-06-07, ..."."""
    named = [(mention.mention, spoken(mention.date)) for mention in citation.dates]
    return ", ".join(f"{words} = {day}" for words, day in named if not day.endswith(words))


def passage_parts(citation: Citation) -> tuple[str, str, str]:
    """The passage before, in and after the quote."""
    passage = citation.passage
    start, end = citation.start - passage.start, citation.end - passage.start
    return passage.text[:start], passage.text[start:end], passage.text[end:]


def visible(text: str, keep: str = "\n") -> str:
    """Control and format characters (direction overrides, zero-width, tags), except those of `keep`, as <U+XXXX>."""
    hidden = {c for c in set(text) if c not in keep and unicodedata.category(c) in {"Cc", "Cf"}}
    return "".join(f"<U+{ord(c):04X}>" if c in hidden else c for c in text)


def _line(text: str) -> str:
    """On one line: every run of white space, no-break spaces apart, is one space."""
    return visible(re.sub(r"[^\S\u00a0\u2007\u202f]+", " ", text), keep="")


def _md(text: str) -> str:
    """On one line, every character that Markdown or HTML could read as mark-up escaped."""
    plain = re.sub(r"([\\`*_{}\[\]()#+!|<>~&$])", r"\\\1", _line(text))
    return re.sub(
        r"^(\s*)(-|\d+(?=[.)]))([.)]?)", lambda m: m[1] + (m[2] + "\\" + m[3] if m[3] else "\\" + m[2]), plain
    )


def escape(text: str) -> str:
    return html.escape(visible(text.replace("\r\n", "\n"), keep="\n\t"), quote=True)


def _html_citation(citation: Citation) -> str:
    before, quote, after = (escape(re.sub(r"\n\s*\n", "\n", part)) for part in passage_parts(citation))
    named = f"<p><small>{escape(days)}</small></p>" if (days := dates(citation)) else ""
    quoted = f"<blockquote>{before}<mark>{quote}</mark>{after}</blockquote>"
    return f"<p><small>{escape(origin(citation))}</small></p>{quoted}{named}"

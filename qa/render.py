"""Answers for people: terminal text, Markdown, and HTML. Article text is data: it is escaped, never interpreted."""

from __future__ import annotations

import html
import re
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

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
    for number, (text, note, cited) in enumerate(entries(answer), 1):
        head = _line(text) if number == 1 else f"{number}. {_line(text)}"
        lines = [f"{bold}{head}{end}", f"   {note}"]
        for citation, parts in cited:
            marked = "".join(f"{on}{_line(part)}{off}" if quote else _line(part) for part, quote in parts).strip()
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
    for text, note, cited in entries(answer):
        lines += [f"{_md(text)} ({note})", ""]
        for citation, parts in cited:
            passage = "".join(f"**{_md(part)}**" if quote else _md(part) for part, quote in parts).strip()
            told = [_md(origin(citation)), f"characters {_places(citation, parts)}", f"SHA-256 {citation.sha256[:12]}"]
            told += [_md(named) for named in [dates(citation)] if named]
            lines += [f"> {passage}", ">", f"> {', '.join(told)}", ""]
    return "\n".join(lines)


def to_html(answer: Answer) -> str:
    """The same for a page, escaped; the quote is in <mark>, and no tag or attribute comes from an article."""
    if not answer.answered:
        return f"<p>No answer: {escape(answer.reason or '')}.</p>"
    blocks = []
    for number, (text, note, cited) in enumerate(entries(answer)):
        quoted = "".join(_html_citation(citation, parts) for citation, parts in cited)
        tag = "p" if number else "h3"
        blocks.append(f"<{tag}><strong>{escape(text)}</strong> <small>{note}</small></{tag}>{quoted}")
    return "".join(blocks)


Parts = list[tuple[str, bool]]
"""A passage in pieces: text, and whether it is quoted."""


def entries(answer: Answer) -> list[tuple[str, str, list[tuple[Citation, Parts]]]]:
    """What is shown one below the other: (text, how sure, its passages, each with its first citation). The members of a
    list are shown together, and a passage that names several of them once, with each of them marked."""
    if not answer.listed or len(answer.answers) < 2:
        items = answer.answers
        return [(i.text, confidence(i), [(c, passage_parts([c])) for c in i.citations]) for i in items]
    places: dict[tuple[str, int, int], list[Citation]] = {}
    for item in answer.answers:
        for citation in item.citations:
            places.setdefault((citation.source, citation.passage.start, citation.passage.end), []).append(citation)
    least, most = (f"{pick(item.confidence for item in answer.answers):.0%}" for pick in (min, max))
    note = f"each {most} confident" if least == most else f"each {least} to {most} confident"
    return [(answer.text or "", note, [(_together(cited), passage_parts(cited)) for cited in places.values()])]


def _together(cited: Sequence[Citation]) -> Citation:
    """The first of them, with the dates of all."""
    mentions = dict.fromkeys(mention for citation in cited for mention in citation.dates)
    return replace(cited[0], dates=tuple(sorted(mentions, key=lambda mention: mention.start)))


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


def passage_parts(cited: Sequence[Citation]) -> Parts:
    """The passage of the citations, which is the same for all, with their quotes set apart."""
    passage, at, parts = cited[0].passage, 0, list[tuple[str, bool]]()
    for citation in sorted(cited, key=lambda citation: citation.start):
        start, end = citation.start - passage.start, citation.end - passage.start
        if start >= at:
            parts += [(passage.text[at:start], False), (passage.text[start:end], True)]
            at = end
    return [*parts, (passage.text[at:], False)]


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


def _places(citation: Citation, parts: Parts) -> str:
    """Extents of the quotes in the article, "10 to 20, 25 to 31"."""
    at, places = citation.passage.start, []
    for text, quote in parts:
        places += [f"{at} to {at + len(text)}"] if quote else []
        at += len(text)
    return ", ".join(places)


def _html_citation(citation: Citation, parts: Parts) -> str:
    flat = ((escape(re.sub(r"\n\s*\n", "\n", text)), quote) for text, quote in parts)
    passage = "".join(f"<mark>{text}</mark>" if quote else text for text, quote in flat)
    named = f"<p><small>{escape(days)}</small></p>" if (days := dates(citation)) else ""
    return f"<p><small>{escape(origin(citation))}</small></p><blockquote>{passage}</blockquote>{named}"

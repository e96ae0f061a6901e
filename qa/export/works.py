"""What a bibliography holds of some answers: each cited article once, with all that is quoted from it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from qa.answer import Answer, Citation
from qa.render import one_line


@dataclass(frozen=True)
class Work:
    """key: the same for the same article in every export, of the characters a-z, 0-9 and `-`. title: its own, or else
    its source. published: ISO date or None. note: on one line, where its text stands, its hash, and the quotes."""

    key: str
    title: str
    source: str
    published: str | None
    note: str


def works(answers: Sequence[Answer]) -> list[Work]:
    """The articles cited, in the order in which they are first cited."""
    cited: dict[tuple[str, str], list[Citation]] = {}
    for answer in answers:
        for item in answer.answers:
            for citation in item.citations:
                cited.setdefault((citation.source, citation.sha256), []).append(citation)
    return [_work(citations) for citations in cited.values()]


def _work(citations: Sequence[Citation]) -> Work:
    first = citations[0]
    key = hashlib.sha256(f"{first.source}\0{first.sha256}".encode("utf-8", "surrogatepass")).hexdigest()[:12]
    source = one_line(first.source)
    quotes = dict.fromkeys((c.start, c.end, one_line(c.quote)) for c in citations)
    told = "; ".join(f"“{quote}” (characters {start} to {end})" for start, end, quote in quotes)
    note = f"Quoted: {told}. Source: {source}. SHA-256 of the text: {first.sha256}."
    title = one_line(first.title or "").strip()
    return Work(f"attest-{key}", title or source, source, first.published, note)

"""Answers in a form for other programs: one answer, or a whole chat. A form is one file and one line in FORMATS.

JSON is exact and passes `attest verify`. The others are for reading and for reference managers: control and format
characters are shown as <U+XXXX> there, and runs of white space as one space.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.errors import AttestError
from qa.answer import Answer
from qa.export import bibtex, csl, plain

Write = Callable[[Sequence[Answer]], str]


@dataclass(frozen=True)
class Form:
    """write: answers -> text. suffix: of a file name. media: the type of the content (RFC 6838)."""

    write: Write
    suffix: str
    media: str


FORMATS: dict[str, Form] = {
    "markdown": Form(plain.to_markdown, ".md", "text/markdown"),
    "json": Form(plain.to_json, ".json", "application/json"),
    "bibtex": Form(bibtex.to_bibtex, ".bib", "application/x-bibtex"),
    "csl-json": Form(csl.to_csl, ".csl.json", "application/vnd.citationstyles.csl+json"),
}


def export(answers: Sequence[Answer], form: str) -> str:
    """The answers, oldest first, as text of that form. Raises AttestError for a form that is not in FORMATS."""
    if form not in FORMATS:
        raise AttestError(f"no export to {form!r}; choose one of {', '.join(FORMATS)}")
    return FORMATS[form].write(answers)

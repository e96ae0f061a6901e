"""BibTeX: an entry for each cited article.

BibTeX counts braces before TeX sees a backslash, so `\\}` would end a field: every brace of an article becomes a
command instead, and no `@` or line end of it stands where it could begin anything (Patashnik, BibTeXing, 1988).
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.answer import Answer
from qa.export.works import Work, works

_ESCAPED = str.maketrans(
    {
        "\\": r"{\textbackslash}",
        "{": r"{\textbraceleft}",
        "}": r"{\textbraceright}",
        "~": r"{\textasciitilde}",
        "^": r"{\textasciicircum}",
        "<": r"{\textless}",
        ">": r"{\textgreater}",
        "|": r"{\textbar}",
        "@": r"{\char64}",
        **{char: f"\\{char}" for char in "%&$#_"},
    }
)


def to_bibtex(answers: Sequence[Answer]) -> str:
    """Entries of type misc: only the article itself tells where it appeared."""
    return "\n".join(map(_entry, works(answers)))


def _entry(work: Work) -> str:
    day = (work.published or "").split("-")
    fields = {
        "title": f"{{{work.title.translate(_ESCAPED)}}}",  # a second brace keeps the capitals
        "howpublished": work.source.translate(_ESCAPED),
        **({"year": day[0], "month": str(int(day[1])), "date": "-".join(day)} if len(day) == 3 else {}),
        "note": work.note.translate(_ESCAPED),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    return "\n".join([f"@misc{{{work.key},", *lines, "}", ""])

"""A question with one sentence instead of its paragraph: what the reader sees when it looks at its answer again.

`qa.reader.extractive` reads the sentence of a passage's best span by itself, and `qa.reader.mix` trains on such rows.
"""

from __future__ import annotations

import re
from typing import Any

from index.sentences import sentences, touched


def around(text: str, start: int, end: int) -> tuple[int, int]:
    """The extent of the sentence, or the sentences, that `text[start:end]` touches; of itself where there are none."""
    found = touched(text, start, end)
    return (found[0][0], found[-1][1]) if found else (start, end)


def alone(row: dict[str, Any]) -> dict[str, Any]:
    """The row with the sentence of its first answer alone; where there is none, with the one that a reader has misread
    (`row["misread"]`, start and end), or that shares most words with the question."""
    context = row["context"]
    if row["answers"]:
        first = row["answers"][0]
        start, stop = around(context, first["start"], first["start"] + len(first["text"]))
        kept = [a for a in row["answers"] if start <= a["start"] and a["start"] + len(a["text"]) <= stop]
        answers = [a | {"start": a["start"] - start} for a in kept]
    elif "misread" in row:
        (start, stop), answers = around(context, *row["misread"]), []
    else:
        asked = _words(row["question"])
        extents = sentences(context) or [(0, len(context))]
        start, stop = max(extents, key=lambda extent: len(asked & _words(context[extent[0] : extent[1]])))
        answers = []
    return row | {"context": context[start:stop], "answers": answers}


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w{3,}", text.lower()))

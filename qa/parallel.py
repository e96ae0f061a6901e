"""A follow-up that names another thing of the same kind: "and Spain?", "and his brother?". Used by `qa.followup`."""

from __future__ import annotations

from collections.abc import Sequence

from index.search.lexical import stem
from qa.clause import DETERMINERS, PREPOSITIONS, names, tokens, written
from qa.noun_phrases import phrases
from qa.referents import Turn


def in_its_place(words: Sequence[str], turn: Turn) -> list[str]:
    """The question before, with these words in the place of what they are parallel to."""
    before = [token for token in tokens(turn.question) if token not in "?!"]
    lower = [token.lower() for token in before]
    new = list(words)
    if len(new) > 2 and [w.lower() for w in new[:2]] in (["those", "of"], ["that", "of"]):
        new = new[2:]
    if not new:
        return []
    if new[0].lower() in {"before", "after", "since", "until"} and [w.lower() for w in new[1:]] in (
        [],
        ["that"],
        ["then"],
    ):
        return [written([*before, new[0].lower()])]
    runs = names(before)
    owner = new[0].lower() in {"his", "her", "its", "their"} and len(new) > 1
    if owner and runs:
        first, stop = runs[0]
        return [written([*before[:first], written(before[first:stop]) + "'s", *new[1:], *before[stop:]])]
    if new[0].lower() in PREPOSITIONS and len(new) > 1:
        at = next((n for n in range(len(lower) - 1, 0, -1) if lower[n] == new[0].lower()), None)
        if at is not None:
            stop = next((stop for first, stop in runs if first == at + 1), len(before))
            return [written([*before[:at], *new, *before[stop:]])]
        return [written([*before, *new])]
    if new[0].lower() in DETERMINERS and new[-1].islower() and (old := phrases(turn.question)):
        alike = [text for text in old if stem(text.split()[-1].lower()) == stem(new[-1].lower())]
        return [turn.question.rstrip(" ?").replace(text, written(new), 1) for text in alike or (old[-1], old[0])]
    if runs:
        first, stop = min(runs, key=lambda run: (abs((run[1] - run[0]) - len(new)), run[0]))
        first -= new[0].lower() in DETERMINERS and before[first - 1].lower() in DETERMINERS
        tail = "'s" if before[stop - 1].endswith(("'s", "’s")) and not new[-1].endswith(("'s", "’s")) else ""
        return [written([*before[:first], *new[:-1], new[-1] + tail, *before[stop:]])]
    old = phrases(turn.question)
    if old:
        return [turn.question.rstrip(" ?").replace(old[0], written(new), 1)]
    return [written([*before, *new])]

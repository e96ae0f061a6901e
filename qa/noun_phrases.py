"""The noun phrases of a question, by its function words and known verbs. Used by `qa.referents`."""

from __future__ import annotations

from collections.abc import Sequence

from qa.clause import AUX, DETERMINERS, LEADS, PREPOSITIONS, PRONOUNS, WH, parse, verb_at, written

LONGEST = 8  # words that may stand in for a pronoun
_BASE_NEXT = AUX - frozenset("is are was were has have had isn't aren't wasn't weren't hasn't haven't hadn't".split())
_JOINS = frozenset("of in at on from for between with".split())


def phrases(question: str) -> list[str]:
    """The noun phrases of a question, in order: "the mayor of Varnby", "Ostara's plant in Gdansk", "the stolen goblet".

    A run of words without function words and known verbs; "of", and "in" or "at" before a name, join two of them.
    """
    clause = parse(question)
    words = [*clause.subject, "|", *clause.rest]
    lower = [word.lower() for word in words]
    runs = list[tuple[int, int]]()
    start: int | None = None
    verb = 1 if clause.asks == "who" and not clause.aux else -1  # "who heads the union"
    if clause.subject and clause.aux in _BASE_NEXT:
        verb = len(clause.subject) + 1
    for n in range(len(words) + 1):
        ends = n in (len(words), verb) or _breaks(words, lower, n, n > len(clause.subject) or not clause.wh)
        if start is not None and (ends or lower[n] in DETERMINERS):
            runs.append((start, n))
            start = None
        if not ends and start is None:
            start = n
    joined = list[tuple[int, int]]()
    for first, stop in runs:
        if joined and first == joined[-1][1] + 1 and lower[first - 1] in _JOINS and _joins(words, first):
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((first, stop))
    texts = (written(words[a:b]) for a, b in joined if not set(lower[a:b]) <= DETERMINERS)
    return [text for text in texts if len(text.split()) <= LONGEST]


def _breaks(words: Sequence[str], lower: Sequence[str], n: int, verbs: bool) -> bool:
    word = lower[n]
    verb = verbs and (verb_at(lower, n) or (word == "place" and lower[n - 1 : n] == ["take"]))
    function = word in AUX or word in WH or word in PREPOSITIONS or word in PRONOUNS or word in LEADS
    named = words[n][:1].isupper() and word not in WH
    return not words[n][:1].isalnum() or (not named and (function or verb or word in _LOOSE))


_LOOSE = frozenset(
    "anyone anybody everyone everybody nobody somebody someone something anything nothing everything many much more "
    "most all one be been being not n't still already ever yet also only just now today yesterday tomorrow who which "
    "or".split()
)


def _joins(words: Sequence[str], first: int) -> bool:
    """Whether the run that begins at `first` belongs to the one before: after "of" always, else where it is a name."""
    return words[first - 1] == "of" or words[first][:1].isupper() or words[first - 1] in {"with", "between"}

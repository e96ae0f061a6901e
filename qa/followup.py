"""A follow-up question -> the questions it may stand for, each standing alone. No generator, no model.

"When did she say that?" after "What did Kaja Kallas say about NATO trainers?" is read as "When did Kaja Kallas say
about NATO trainers ...", "and Spain?" as the question before with Spain in the place of Portugal. Where a pronoun may
stand for two things, both questions are returned, and the assistant keeps the one that the articles answer better.
A question that points nowhere back is left as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.search.lexical import stem
from qa.clause import FILLERS, LEADS, PREPOSITIONS, Clause, names, parse, tokens, written
from qa.keywords import as_question
from qa.noun_phrases import phrases
from qa.pronouns import FAMILY, HE, THEY, pointers, substituted, words_of
from qa.referents import Turn
from qa.verbs import base

MOST = 3  # readings of one question
_DUMMY = frozenset("say said do done happen happened be been mean take place".split())
_REASONS = frozenset(("how come", "what for", "for what reason", "on what grounds", "for which reason", "why so"))
_OTHER = frozenset("else instead other another apart besides".split())


@dataclass(frozen=True)
class Meant:
    """readings: the question as it stands alone, likeliest first. searches: what passages are looked for by. near:
    (source, start) of the passages last cited, where the question may be about the same thing. leans: whether it points
    back. but: the last answer, where another one is asked for; said: where it stood, likewise. last: the last answer,
    where the question leans."""

    readings: tuple[str, ...]
    searches: tuple[str, ...]
    near: tuple[tuple[str, int], ...] = ()
    leans: bool = False
    but: str | None = None
    last: str | None = None
    said: tuple[tuple[str, int, int], ...] = ()


def resolve(question: str, turns: Sequence[Turn]) -> Meant:
    """What the question means after these turns, oldest first."""
    clause = parse(question)
    if not turns or not points_back(question):
        return Meant((as_question(question),), (question,))
    back = turns[::-1]
    last = back[0]
    but = last.answer if _OTHER.intersection(token.lower() for token in tokens(question)) else None
    said = last.said if but else ()
    context = f"{last.question} {last.answer or ''} {question}"
    if _bare(clause):
        found = _asked_again(clause, last)
    elif not clause.wh and not clause.aux:
        found = _in_its_place(clause.rest, last)
    else:
        found = []
    if not found and (places := pointers(clause)):
        found = _same_clause(clause, last) or substituted(clause, places, back)
    if found:
        readings = tuple(dict.fromkeys(f"{text}?" for text in found))[:MOST]
        return Meant(readings, (readings[0], context), last.cited, leans=True, but=but, last=last.answer, said=said)
    rest = written(words_of(clause))
    asked = as_question(f"{rest}?" if clause.lead else question)
    return Meant((asked,), (asked, context), last.cited, but=but, said=said)


def points_back(question: str) -> bool:
    """Whether a question may need what came before: it points there, or names nothing of its own."""
    clause = parse(question)
    if not (clause.wh or clause.aux or clause.rest):
        return False
    if clause.lead or _bare(clause) or pointers(clause) or (not clause.wh and not clause.aux and len(clause.rest) <= 4):
        return True
    return not names([*clause.asked, *clause.subject, *clause.rest])


# "when?", "since when?", "on what grounds?"


def _bare(clause: Clause) -> bool:
    """Whether there is nothing but a question phrase."""
    if clause.asks == "" or clause.aux or len(clause.wh) + len(clause.rest) > 5:
        return False
    return {word.lower() for word in clause.rest} <= PREPOSITIONS | FILLERS | {"not", "come"}


def _asked_again(clause: Clause, turn: Turn) -> list[str]:
    """The question before, with this question phrase in the place of its own."""
    before = parse(turn.question)
    wh = [word for word in (*clause.wh, *clause.rest) if word.lower() not in FILLERS | LEADS]
    if written(wh).lower() in _REASONS:
        wh = ["why"]
    if len(wh) == 2 and wh[0].lower() == "what" and wh[1].lower() in PREPOSITIONS:
        wh.reverse()  # "what for" -> "for what"
    return [written([_capital(wh[0]), *wh[1:], *_statement(before, turn.answer)])]


def _statement(before: Clause, answer: str | None) -> list[str]:
    """What was asked before, without its question phrase and with what was found."""
    answer = answer if answer and len(answer.split()) <= 12 else None
    thing = tokens(answer.strip(' ,.;:“”"')) if answer else ["the", *before.asked] if before.asked else []
    if before.asks in {"when", "where", "why", "how"} and not before.asked:
        thing = []
    elif before.asks == "how":
        thing = list(before.asked) if any(w.endswith("s") for w in before.asked) else []
    if not before.asks:
        return [before.aux, *before.subject, *before.rest]
    if not before.aux:
        return ["did", *(thing or ["they"]), *map(base, before.rest[:1]), *before.rest[1:]]
    if not before.subject:
        return [before.aux, *thing, *before.rest]
    if not before.rest:  # "who is the coach of the club"
        return [before.aux, *(thing if before.asks in {"who", "which", "what"} else []), *before.subject]
    return [before.aux, *before.subject, *before.rest, *thing]


def _same_clause(clause: Clause, turn: Turn) -> list[str]:
    """ "When did she say that?", "Where was that?": nothing new but the question phrase."""
    if clause.asks not in {"when", "where", "why", "how"} or (
        clause.asks == "how" and not clause.asked and len(clause.wh) < 2
    ):
        return []
    words = [word.lower() for word in (*clause.subject, *clause.rest) if word[:1].isalnum()]
    if clause.aux in {"is", "are", "was", "were"} and HE.union(THEY).intersection(words[:1]):
        return []  # "How old is he?" asks about him
    before = {stem(word) for word in tokens(turn.question.lower())}
    new = [w for w in words if w not in FAMILY and w not in _DUMMY and w not in FILLERS and stem(w) not in before]
    if new or not words:
        return []
    return _asked_again(Clause((), clause.wh, "", (), ()), turn)


# "and Spain?", "what about his brother?"


def _in_its_place(words: Sequence[str], turn: Turn) -> list[str]:
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
    if runs:
        first, stop = min(runs, key=lambda run: (abs((run[1] - run[0]) - len(new)), run[0]))
        tail = "'s" if before[stop - 1].endswith(("'s", "’s")) else ""
        return [written([*before[:first], *new[:-1], new[-1] + tail, *before[stop:]])]
    old = phrases(turn.question)
    if old:
        return [turn.question.rstrip(" ?").replace(old[0], written(new), 1)]
    return [written([*before, *new])]


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]

"""A follow-up question -> the questions it may stand for, each standing alone. No generator, no model.

"When did she say that?" after "What did Kaja Kallas say about NATO trainers?" is read as "When did Kaja Kallas say
about NATO trainers ...", "and Spain?" as the question before with Spain in the place of Portugal. Where a pronoun may
stand for two things, both questions are returned, and the assistant keeps the one that the articles answer better.
A question that points nowhere back is left as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.asked_again import asked_again, bare, said_so, same_clause
from qa.clause import names, parse, tokens, written
from qa.ellipsis import ONES, about_it, says_little, tells, which_ones
from qa.keywords import as_question
from qa.noun_phrases import phrases
from qa.parallel import in_its_place
from qa.pronouns import pointers, substituted, words_of
from qa.referents import Turn

MOST = 3  # readings of one question
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
    clause, elliptic = which_ones(clause, last)
    but = last.answer if _OTHER.intersection(token.lower() for token in tokens(question)) else None
    said = last.said if but else ()
    context = f"{last.question} {last.answer or ''} {question}"
    if bare(clause):
        found = asked_again(clause, last)
    elif not clause.wh and not clause.aux:
        found = in_its_place(clause.rest, last)
    else:
        found = []
    found = found or said_so(clause, last)
    if not found and (places := pointers(clause)):
        found = same_clause(clause, last) or substituted(clause, places, back)
    if not found and tells(clause):
        found = about_it(clause, last)
    if not found and elliptic:
        found = [written(words_of(clause))]
    if found:
        readings = tuple(dict.fromkeys(f"{text}?" for text in found))[:MOST]
        away = tells(clause)  # others may have spoken elsewhere
        near = () if away else last.cited
        searches = readings[0], context
        return Meant(readings, searches, near, not away, but, last.answer, said)
    rest = written(words_of(clause))
    as_it_was = words_of(clause) == [token for token in tokens(question) if token not in "?!"]
    asked = as_question(question if as_it_was else f"{rest}?")
    topic = max(phrases(last.question), key=len, default="") if says_little(clause) else ""
    readings = (asked, f"{asked.rstrip(' ?')}, {topic}?") if topic else (asked,)
    return Meant(readings, (asked, context), last.cited, but=but, said=said)


def points_back(question: str) -> bool:
    """Whether a question may need what came before: it points there, or names nothing of its own."""
    clause = parse(question)
    if not (clause.wh or clause.aux or clause.rest):
        return False
    if clause.lead or bare(clause) or pointers(clause) or (not clause.wh and not clause.aux and len(clause.rest) <= 4):
        return True
    if ONES.intersection(clause.asked) or tells(clause):
        return True
    return not names([*clause.asked, *clause.subject, *clause.rest])

"""What a follow-up leaves out, taken from the question before: "which ones?", "what did Hungary say?", "any others?".
Used by `qa.followup`, as are `qa.asked_again` and `qa.parallel`, for other things left out."""

from __future__ import annotations

from dataclasses import replace

from qa.clause import (
    AUX,
    DETERMINERS,
    FILLERS,
    LEADS,
    PREPOSITIONS,
    PRONOUNS,
    WH,
    Clause,
    names,
    parse,
    written,
)
from qa.pronouns import words_of
from qa.referents import Turn, things

ONES = frozenset(("ones", "one", "others"))
_TELLS = frozenset("say think reply answer respond announce declare claim".split())


def tells(clause: Clause) -> bool:
    """ "What did Hungary say?": somebody new, and nothing that it is about."""
    return clause.asks == "what" and bool(names(clause.subject)) and written(clause.rest).lower() in _TELLS


def says_little(clause: Clause) -> bool:
    """ "Any other count?", "why so late?": hardly a word of its own."""
    words = {word.lower() for word in words_of(clause)}
    return len(words - WH - AUX - PREPOSITIONS - DETERMINERS - PRONOUNS - FILLERS - LEADS - ONES) <= 1


def about_it(clause: Clause, turn: Turn) -> list[str]:
    """The question as it is, and with what was spoken of before; this first where it goes on with "and"."""
    words = words_of(clause)
    topic = next((thing for thing in things(turn) if thing not in words), None)
    found = [written(words), *([written([*words, "about", topic])] if topic else [])]
    return found[::-1] if clause.lead else found


def which_ones(clause: Clause, turn: Turn) -> tuple[Clause, bool]:
    """ "Which ones", "which of them" with what was asked for before in its place, and whether it was so elliptic."""
    asked, at = parse(turn.question).asked, len(clause.wh) - len(clause.asked)
    of = [word.lower() for word in clause.asked] in (["of", "them"], ["of", "these"], ["of", "those"])
    if not asked or not clause.asked or not (of or ONES.intersection(clause.asked[-1:])):
        return clause, False
    kept = ("of", "the") if of else clause.asked[:-1]
    return replace(clause, wh=(*clause.wh[:at], *kept, *asked)), True

"""The question before, asked again with another question phrase ("when?", "since when?", "when was that?"), and what it
found, told as a statement ("who says so?"). Used by `qa.followup`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.search.lexical import stem
from qa.clause import DETERMINERS, FILLERS, LEADS, PREPOSITIONS, Clause, parse, tokens, written
from qa.named import plural
from qa.noun_phrases import phrases
from qa.pronouns import FAMILY, HE, RANKED, THEY, words_of
from qa.referents import Turn
from qa.verbs import base

_OPINION = frozenset(
    "say claim think believe deny confirm admit dispute doubt contest know calculate report estimate announce "
    "predict".split()
)
_DUMMY = frozenset("say said do done happen happened be been mean take place".split())
_REASONS = frozenset(("how come", "what for", "for what reason", "on what grounds", "for which reason", "why so"))


def bare(clause: Clause) -> bool:
    """Whether there is nothing but a question phrase."""
    if clause.asks == "" or clause.aux or len(clause.wh) + len(clause.rest) > 5:
        return False
    return {word.lower() for word in clause.rest} <= PREPOSITIONS | FILLERS | {"not", "come"}


def asked_again(clause: Clause, turn: Turn) -> list[str]:
    """The question before, with this question phrase in the place of its own."""
    before = parse(turn.question)
    counted = [word.lower() for word in clause.wh[:2]] == ["how", "many"]
    if counted and clause.asked and not before.asked and before.asks != "what":
        return []  # "where did they land?", "how many helicopters?": not how many helicopters they landed
    wh = [word for word in (*clause.wh, *clause.rest) if word.lower() not in FILLERS | LEADS]
    if written(wh).lower() in _REASONS:
        wh = ["why"]
    if [word.lower() for word in wh] == ["why", "not"] and before.subject:
        return [written(["Why", before.aux.lower(), *before.subject, "not", *before.rest])]
    if counted and not clause.asked and (many := _counted(before)):
        return [written(["How", "many", *many, *_statement(before, turn.answer, without=many)])]
    if len(wh) == 2 and wh[0].lower() == "what" and wh[1].lower() in PREPOSITIONS:
        wh.reverse()  # "what for" -> "for what"
    return [written([_capital(wh[0]), *wh[1:], *_statement(before, turn.answer)])]


def _counted(before: Clause) -> list[str]:
    """What is sent in "which states send observers": the first plural that is not the subject."""
    found = (tokens(phrase) for phrase in phrases(written([*before.wh, *before.rest])) if plural(phrase))
    return next((words for words in found if words[0].islower() and words[0] not in DETERMINERS), [])


def _statement(before: Clause, answer: str | None, without: Sequence[str] = ()) -> list[str]:
    """What was asked before, without its question phrase and with what was found."""
    if without:
        at = written(before.rest).split(written(without), 1)
        before = replace(before, rest=tuple(tokens("".join(at))))
    thing = _found(answer) or (["the", *before.asked] if before.asked else [])
    if before.asks in {"when", "where", "why", "how"} and not before.asked:
        thing = []
    elif before.asks == "how":
        counted = {"many", "much"}.intersection(word.lower() for word in before.wh)
        thing = list(before.asked) if counted else []
    if not before.asks:
        return [before.aux, *before.subject, *before.rest]
    if not before.aux:
        return ["did", *(thing or ["they"]), *map(base, before.rest[:1]), *before.rest[1:]]
    if not before.subject:
        return [before.aux, *thing, *before.rest]
    if not before.rest:  # "who is the coach of the club"
        return [before.aux, *(thing if before.asks in {"who", "which", "what"} else []), *before.subject]
    return [before.aux, *before.subject, *before.rest, *thing]


def _found(answer: str | None) -> list[str]:
    """The words of what was answered, none where they are too many to stand in a question."""
    return tokens(answer.strip(' ,.;:“”"')) if answer and len(answer.split()) <= 12 else []


def said_so(clause: Clause, turn: Turn) -> list[str]:
    """ "Who says so?", "does the ministry deny that?": with what was asked and found in the place of "that"."""
    *words, that = words_of(clause)
    lower = [word.lower() for word in words]
    if that.lower() == "true" and lower in (["is", "that"], ["was", "that"], ["is", "this"]):
        words = ["is", "it", "true"]
    elif (
        that.lower() not in {"that", "so", "this", "it"}
        or not lower
        or base(lower[-1]) not in _OPINION
        or (HE | THEY).intersection(lower)
    ):
        return []
    claim = _declared(parse(turn.question), turn.answer)
    return [written([*words, "that", *claim])] if claim else []


def _declared(before: Clause, answer: str | None) -> list[str]:
    """What was asked before, as a statement of what was found; none where nothing was or it is long."""
    if not before.asks:
        return [*before.subject, *before.rest]
    thing = _found(answer)
    if not thing or (before.asks in {"what", "why"} and len(thing) > 6):
        return []
    if not before.subject:
        return [*thing, *([before.aux] if before.aux else []), *before.rest]
    told = [] if before.aux in {"do", "does", "did"} else [before.aux]
    return [*before.subject, *told, *before.rest, *thing]


def same_clause(clause: Clause, turn: Turn) -> list[str]:
    """ "When did she say that?", "Where was that?": nothing new but the question phrase."""
    if clause.asks not in {"when", "where", "why", "how"} or (
        clause.asks == "how" and not clause.asked and len(clause.wh) < 2
    ):
        return []
    words = [word.lower() for word in (*clause.subject, *clause.rest) if word[:1].isalnum()]
    if clause.aux in {"is", "are", "was", "were"} and (HE | THEY | RANKED).intersection(words[:2]):
        return []  # "How old is he?" asks about him
    if clause.aux in ({"is", "are", "was"} if clause.asks == "how" else {"is", "are"}) and words[:1] == ["it"]:
        return []
    before = {stem(word) for word in tokens(turn.question.lower())}
    new = [w for w in words if w not in FAMILY and w not in _DUMMY and w not in FILLERS and stem(w) not in before]
    if new or not words:
        return []
    return asked_again(Clause((), clause.wh, "", (), ()), turn)


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]

"""What a follow-up leaves out, taken from the question before: "why?", "and Spain?", "which ones?", "when was that?".
Used by `qa.followup`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.search.lexical import stem
from qa.clause import DETERMINERS, FILLERS, LEADS, PREPOSITIONS, Clause, names, parse, tokens, written
from qa.noun_phrases import phrases
from qa.pronouns import FAMILY, HE, RANKED, THEY, words_of
from qa.referents import Turn, things
from qa.verbs import base

ONES = frozenset(("ones", "one", "others"))
_TELLS = frozenset("say think reply answer respond announce declare claim".split())
_DUMMY = frozenset("say said do done happen happened be been mean take place".split())
_REASONS = frozenset(("how come", "what for", "for what reason", "on what grounds", "for which reason", "why so"))


def tells(clause: Clause) -> bool:
    """ "What did Hungary say?": somebody new, and nothing that it is about."""
    return clause.asks == "what" and bool(names(clause.subject)) and written(clause.rest).lower() in _TELLS


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


# "when?", "since when?", "on what grounds?"


def bare(clause: Clause) -> bool:
    """Whether there is nothing but a question phrase."""
    if clause.asks == "" or clause.aux or len(clause.wh) + len(clause.rest) > 5:
        return False
    return {word.lower() for word in clause.rest} <= PREPOSITIONS | FILLERS | {"not", "come"}


def asked_again(clause: Clause, turn: Turn) -> list[str]:
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


def same_clause(clause: Clause, turn: Turn) -> list[str]:
    """ "When did she say that?", "Where was that?": nothing new but the question phrase."""
    if clause.asks not in {"when", "where", "why", "how"} or (
        clause.asks == "how" and not clause.asked and len(clause.wh) < 2
    ):
        return []
    words = [word.lower() for word in (*clause.subject, *clause.rest) if word[:1].isalnum()]
    if clause.aux in {"is", "are", "was", "were"} and (HE | THEY | RANKED).intersection(words[:2]):
        return []  # "How old is he?" asks about him
    if clause.aux in {"is", "are"} and words[:1] == ["it"]:
        return []
    before = {stem(word) for word in tokens(turn.question.lower())}
    new = [w for w in words if w not in FAMILY and w not in _DUMMY and w not in FILLERS and stem(w) not in before]
    if new or not words:
        return []
    return asked_again(Clause((), clause.wh, "", (), ()), turn)


# "and Spain?", "what about his brother?"


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
        tail = "'s" if before[stop - 1].endswith(("'s", "’s")) else ""
        return [written([*before[:first], *new[:-1], new[-1] + tail, *before[stop:]])]
    old = phrases(turn.question)
    if old:
        return [turn.question.rstrip(" ?").replace(old[0], written(new), 1)]
    return [written([*before, *new])]


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]

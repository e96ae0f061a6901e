"""Whether an answer to a yes/no question says yes or no: only where its own words decide it.

It must repeat what was asked (the verb and what belongs to it), be free of doubt ("may", "if", "reportedly"), and hold
one negation or none. Everything else has no polarity, and the quote speaks for itself.
"""

from __future__ import annotations

import re

from index.search.lexical import stem
from qa.answer import Citation
from qa.clause import DETERMINERS, FILLERS, PREPOSITIONS, PRONOUNS, WH, Clause, parse
from qa.keywords import asks_yes_or_no, deciding

_NOT = frozenset("not never cannot".split())
_NONE = frozenset("no nobody none nothing neither nor without".split())  # deny what is told as its first word alone
_REFUSED = frozenset("refused refuses refuse denied denies deny rejected rejects reject failed fails unable".split())
_DOUBT = frozenset(
    "may might could if whether reportedly allegedly apparently possibly perhaps maybe likely unlikely probably "
    "unclear should fear fears feared hope hopes hoped claim claims claimed rumour rumours suggest suggested "
    "almost hardly or".split()
)
_PLANS = {
    stem(word)
    for word in "want plan intend aim propose consider expect ask urge invite prepare seek try threaten offer wish "
    "ready willing discuss demand request order call".split()
}
_PAST = frozenset("did was were has have had".split())
_ANY = frozenset("anybody anyone anything somebody someone any ever yet already still really true".split())


def polarity(question: str, citation: Citation) -> str | None:
    """ "yes", "no", or None. question: as it was read, standing alone."""
    if not asks_yes_or_no(question):
        return None
    clause, passage = parse(question), citation.passage
    start, end = citation.start - passage.start, citation.end - passage.start
    first, stop = deciding(passage.text, start, end)
    told = passage.text[first:stop]
    words = re.findall(r"\w+(?:[’']t)?", told.lower())
    held, near = {stem(word) for word in words}, {stem(word) for word in re.findall(r"\w+", passage.text.lower())}
    wanted, others = _predicate(clause)
    if not wanted or not wanted <= held or len(others & near) < 0.6 * len(others):
        return None
    asked = {stem(word) for word in re.findall(r"\w+", question.lower())}
    planned = {word for word in words if stem(word) in _PLANS and stem(word) not in asked}
    later = clause.aux.lower() in _PAST and bool({"will", "would", "to", "shall"}.intersection(words))
    later = later and not _REFUSED.intersection(words)
    if planned or later or "n't" in clause.aux or (stem("ruled") in held and "out" in words):
        return None
    if _DOUBT.intersection(words) or clause.aux.lower() in {"should", "may", "might", "could", "can"}:
        return None
    against = [w for w in words if w in _NOT or w.endswith(("n't", "n’t")) or (w in _REFUSED and stem(w) not in wanted)]
    against += _NONE.intersection(words[:1])
    denied = (_NOT | _NONE).intersection(re.findall(r"\w+", question.lower()))
    if denied or len(against) > 1 or _NONE.intersection(words[1:]):
        return None
    return "no" if against else "yes"


def _predicate(clause: Clause) -> tuple[set[str], set[str]]:
    """Stems that the evidence must hold, and those of the rest of the question. The verb with its object, as far as
    the first preposition; after "is" the last word of what is asked about."""
    rest = [word.lower() for word in clause.rest]
    stop = next(
        (n for n, word in enumerate(rest) if n and (word in PREPOSITIONS or word in WH or word in {"that", ","})),
        len(rest),
    )
    subject = [word.lower() for word in clause.subject]
    wanted = _stems(rest[:stop]) or _stems(subject[-1:])
    return wanted, (_stems(rest) | _stems(subject)) - wanted


def _stems(words: list[str]) -> set[str]:
    empty = PREPOSITIONS | DETERMINERS | PRONOUNS | FILLERS | _ANY | {"be", "been", "to", "and"}
    return {stem(part) for word in words if word not in empty for part in re.findall(r"\w{2,}", word)}

"""Keywords -> a question, and a find for a yes/no question -> the clause that decides it.

The reader learned on questions of whole sentences; "ostara founder" is read better as "What is the ostara founder?"."""

from __future__ import annotations

import re

from index.article import Extent
from qa.clause import AUX, LEADS, PREPOSITIONS, PRONOUNS, WH, parse, tokens
from qa.reader.alone import around
from qa.verbs import is_verb

_MOST = 8  # words
_QUOTES = frozenset("quote quotes statement statements comment comments remark remarks".split())
_EDGES = re.compile(r"[,;:—–“”\"()]|\b(?:but|and|that|which|who|while|although)\b")


def as_question(text: str) -> str:
    """The text itself, unless it is a few words without question word, auxiliary and verb."""
    asked = text.strip().rstrip("?")
    words = [token.lower() for token in tokens(asked) if token[:1].isalnum()]
    if (
        not 2 <= len(words) <= _MOST
        or (WH | AUX | PRONOUNS).intersection(words)
        or not re.fullmatch(r"[\w\s’'-]+", asked)
    ):
        return text
    if _QUOTES.intersection(words):
        return text  # "What is the quote" finds descriptions of it
    if words[0] in PREPOSITIONS | LEADS or is_verb(words[0]) or words[0] in {"list", "tell", "please"}:
        return text
    return f"What is the {asked}?"


def asks_yes_or_no(question: str) -> bool:
    """ "Did Reuss concede?", not "Is it open or closed?" or "Could you tell me who ..."."""
    clause = parse(question)
    subject = clause.subject[0].lower() if clause.subject else ""
    return bool(clause.aux) and not clause.wh and subject not in {"you", "i"} and "or" not in question.lower().split()


def deciding(text: str, start: int, end: int) -> Extent:
    """The clause that `text[start:end]` stands in: its sentence as far as the next comma, conjunction or quotation mark
    on either side; the whole sentence where there is no verb in that ("other than France")."""
    first, stop = around(text, start, end)
    before = [match.end() for match in _EDGES.finditer(text, first, start)]
    after = _EDGES.search(text, end, stop)
    begin, finish = before[-1] if before else first, after.start() if after else stop
    words = [word.lower() for word in tokens(text[begin:finish])]
    if not (AUX.intersection(words) or any(map(is_verb, words))):
        begin, finish = first, stop
    while begin < start and not text[begin].isalnum():
        begin += 1
    while finish > end and not text[finish - 1].isalnum():
        finish -= 1
    return begin, finish

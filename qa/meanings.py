"""Words as they are compared: stems, with one stem for words of one meaning ("died", "dead", "death toll"), and the
same stem with the other sign for the opposite ("support" and "oppose", "rose" and "fell") and for what is denied.

The lists are short and general; a word that is not in them stands for itself.
"""

from __future__ import annotations

import re

from index.search.lexical import content_words, stem
from qa.same import words
from qa.spelling import entity

_ALIKE = (
    "dead die died death toll kill fatal fatality lives",
    "injure injured injury wound wounded hurt",
    "arrest detain",
    "begin begun began start",
    "found establish",
    "cost price worth",
    "launch start",
    "spend spent",
    "destroy destruction",
    "train training trained",
    "buy bought purchase acquire",
    "build built construct",
    "lead led leader",
    "send sent dispatch",
    "win won winner",
    "cancel scrap",
    "break broke broken",
)
_OPPOSITE = (
    ("support back endorse favour favor approve accept agree welcome", "oppose reject refuse decline veto condemn"),
    ("rise rose risen increase grow grew climb gain", "fall fell fallen drop decrease shrink shrank"),
    ("allow permit authorise authorize", "ban prohibit forbid forbade bar"),
    ("confirm admit", "deny denied"),
    ("win won", "lose lost"),
    ("convict guilty", "acquit innocent"),
    ("reopen open", "close shut"),
    ("survive alive", "die died dead"),
    ("legal lawful", "illegal unlawful"),
    ("true", "false untrue"),
    ("safe", "unsafe dangerous"),
)
_DENIES = frozenset(
    "not no never without neither nor cannot nobody none hardly fails failed refused denied denies".split()
)
_SCOPE = frozenset("how what whether that which when if who why where because but although , ;".split())
_REACH = 4  # words before a word in which a "not" denies it
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[,;]")


def signed(text: str) -> dict[str, int]:
    """Stem of each content word -> 1, -1 where it is denied or is an opposite, 0 where it stands both ways."""
    tokens = [token.lower().replace("’", "'") for token in _TOKEN.findall(text)]
    known = set(content_words(" ".join(token for token in tokens if token not in ",;")))
    found: dict[str, int] = {}
    for n, token in enumerate(_TOKEN.findall(text)):
        low = tokens[n]
        if low in _DENIES or (low not in known and not entity(token)):  # "US" is more than "us"
            continue
        name, sign = _meaning(" ".join(words(token)) if token[0].isupper() else low)
        for at in range(n - 1, max(-1, n - 1 - _REACH), -1):
            if tokens[at] in _SCOPE:
                break
            if tokens[at] in _DENIES or tokens[at].endswith("n't") or tokens[at : at + 2] == ["out", "of"]:
                sign = -sign
        if name:
            found[name] = sign if found.get(name, sign) == sign else 0
    return found


def _meaning(word: str) -> tuple[str, int]:
    root = stem(word)
    return _MEANINGS.get(word) or _MEANINGS.get(root) or (root, 1)


def _table() -> dict[str, tuple[str, int]]:
    table: dict[str, tuple[str, int]] = {}
    for positive, negative in _OPPOSITE:
        name = positive.split()[0]
        for sign, row in ((1, positive), (-1, negative)):
            for word in row.split():
                table.setdefault(stem(word), (name, sign))
                table.setdefault(word, (name, sign))
    for row in _ALIKE:
        for word in row.split():
            for form in (word, stem(word)):
                table.setdefault(form, (row.split()[0], 1))
    return table


_MEANINGS = _table()

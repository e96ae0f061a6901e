"""Example questions that fit the library: made by rule from sentences of its newest articles, and shown only if they
are answered, above the threshold, with what the sentence says.

    who     France has sent letters to ...                 Who has sent letters to ...?
    many    French forces have trained about 100 troops    How many troops have French forces trained?
    when    The minister is due in Oslo on 6 June          When is the minister due in Oslo?
    what    Jane Doe warned that ...                       What did Jane Doe warn?

English only; every pattern looks at a bounded number of words.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from index.article import Article
from index.errors import AttestError
from index.sentences import sentences
from qa.clause import DETERMINERS, PREPOSITIONS, PRONOUNS

if TYPE_CHECKING:
    from qa.answer import Answer

SHOWN, TRIED, SECONDS = 4, 24, 30.0
ARTICLES, READ = 12, 20_000  # the newest ones; code points of each
_SENTENCE = range(40, 400)  # code points of a sentence worth a question
_SAYS = "said|warned|announced|stressed|claimed|argued"
_NAME = r"(?:[A-Z][\w’'-]{1,24}\s){0,4}[A-Z][\w’'-]{1,24}"
_WHO = re.compile(rf"(?:However, )?(the )?({_NAME}) (has|will|would|could) ((?!not |be )[a-z]\w+ [^.;:()\n]{{8,160}})")
_MANY = re.compile(
    r"([A-Z][\w’'-]+(?: [\w’'-]+){0,3}) (have|has|had|will) (?:already )?([a-z]{3,16}) "
    r"(?:(?:around|about|some|nearly|at least|more than|up to) )?(\d[\d,]{0,9}) ((?:[\w-]+ ){0,2}[a-z-]+s)\b"
)
_DAY = r"(?:[A-Z][a-z]+day|\d{1,2} [A-Z][a-z]+|[A-Z][a-z]+ \d{1,2})\b"
_WHEN = re.compile(rf"((?:The )?{_NAME}) (is|was|will) ((?!not )[a-z][\w-]+(?: [\w’'-]+){{1,7}}) on ({_DAY})")
_WHAT = re.compile(rf"({_NAME}) ({_SAYS})\b(?! on )")
_BASE = dict(zip(_SAYS.split("|"), "say warn announce stress claim argue".split(), strict=True))
_OPENING = re.compile(r"(?:date )?\d{4}-\d\d-\d\d |[A-Z]{3,20}(?: \([A-Z]{2,9}\))? [-–—] ")  # a header, a dateline
_CUT = re.compile(
    r",| (?:and|but|while|because|as|with|despite|according|saying|that|which|who|after|before|if|where)\b"
)


@dataclass(frozen=True)
class Idea:
    """A question, and words of which the answer must hold one."""

    question: str
    expected: str


def examples(latest: list[Article], ask: Callable[[str], Answer], shown: int = SHOWN) -> list[str]:
    """At most `shown` questions that `ask` answers as their articles do. Asks TRIED of them at most, for SECONDS."""
    good: dict[str, str] = {}
    until = time.monotonic() + SECONDS
    for tried, idea in enumerate(_mixed(latest)):
        if len(good) == shown or tried == TRIED or time.monotonic() > until:
            break
        try:
            answer = ask(idea.question)
        except AttestError:
            continue
        said = answer.text or ""
        if said and said not in good and _words(said) & _words(idea.expected):
            good[said] = idea.question
    return list(good.values())


def _mixed(latest: list[Article]) -> Iterator[Idea]:
    """Of every kind and article in turn, each question once."""
    kinds = [list(_by_turns([_of_kind(make, article) for article in latest])) for make in KINDS]
    yield from dict.fromkeys(_by_turns([iter(ideas) for ideas in kinds]))


def _by_turns(rows: list[Iterator[Idea]]) -> Iterator[Idea]:
    return (idea for idea in chain.from_iterable(zip_longest(*rows)) if idea is not None)


def _of_kind(make: Callable[[str], Idea | None], article: Article) -> Iterator[Idea]:
    for start, end in sentences(article.text, 0, min(len(article.text), READ)):
        told = " ".join(article.text[start:end].split()) if end - start in _SENTENCE else ""
        idea = make(_OPENING.sub("", told)) if told else None
        if idea:
            yield idea


def _who(sentence: str) -> Idea | None:
    found = _WHO.match(sentence)
    if found is None or found[2].lower() in PRONOUNS | DETERMINERS:
        return None
    rest = _shortened(found[4])
    return Idea(f"Who {found[3]} {rest}?", found[2]) if 3 < len(rest.split()) < 13 else None


def _many(sentence: str) -> Idea | None:
    found = _MANY.match(sentence)
    return Idea(f"How many {found[5]} {found[2]} {_inside(found[1])} {found[3]}?", found[4]) if found else None


def _when(sentence: str) -> Idea | None:
    found = _WHEN.match(sentence)
    return Idea(f"When {found[2]} {_inside(found[1])} {found[3]}?", found[4]) if found else None


def _what(sentence: str) -> Idea | None:
    found = _WHAT.search(sentence)
    if found is None or found[1].startswith("The ") or len(sentence[found.end() :].split()) < 5:
        return None
    name = " ".join(found[1].split()[-2:])
    return Idea(f"What did {name} {_BASE[found[2]]}?", sentence[found.end() :]) if " " in name else None


KINDS = (_who, _many, _when, _what)


def _shortened(rest: str) -> str:
    """As far as the first clause goes, without a determiner or preposition at its end."""
    words = rest[: found.start()].split() if (found := _CUT.search(rest)) else rest.split()
    while words and words[-1].lower() in DETERMINERS | PREPOSITIONS:
        words.pop()
    return " ".join(words)


def _inside(subject: str) -> str:
    """The subject as it stands inside a sentence."""
    return subject[:1].lower() + subject[1:] if subject.split()[0].lower() in DETERMINERS else subject


def _words(words: str) -> set[str]:
    return {word for word in re.findall(r"\w+", words.lower()) if len(word) > 2 or word.isdigit()}

"""A question taken apart by its function words: question phrase, auxiliary, subject, the rest. No tagger, no model.

English alone: a question in another language has no parts here and is read as it is. Used by `qa.followup`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.verbs import is_past, is_verb

WH = frozenset("who whom whose what which when where why how".split())
AUX = frozenset(
    "did does do is are was were has have had will would can could shall should must may might didn't doesn't don't "
    "isn't aren't wasn't weren't hasn't haven't hadn't won't wouldn't can't couldn't shouldn't".split()
)
PRONOUNS = frozenset("he she it they we you i him her them this that these those there".split())
PREPOSITIONS = frozenset(
    "in at on by for from with to since until till of under about after before during against into over between among "
    "near within without via per through according above below behind beside besides beyond despite like off onto out "
    "outside inside past toward towards up upon down according".split()
)
DETERMINERS = frozenset("the a an this that these those its his her their our my your some any every each no".split())
LEADS = frozenset("and but so then also or ok okay well".split())
FILLERS = frozenset("exactly precisely then there else so again really again".split())
_PARTICLES = frozenset("de von van der den la le di da bin al el of".split())
_ATTRIBUTES = frozenset(
    "name names age job role rank title profession nationality wage salary price cost size length height depth weight "
    "width capacity value position motive reason argument condition purpose aim origin".split()
)
_PERSONAL = frozenset("he she it they".split())
_TOKEN = re.compile(r"\w+(?:[-.’'&]\w+)*(?:[’'](?!\w))?|[^\w\s]")
_SHORT = re.compile(r"\b(?:(what|who|where|when|why|how|that|it|he|she|there)[’']|(what|who|where))s\b", re.IGNORECASE)


@dataclass(frozen=True)
class Clause:
    """lead: "and", "but". wh: the question phrase, empty for yes/no. aux: "did", empty in "who signed it".
    subject: what follows the auxiliary as far as the verb. rest: the verb and what is behind it."""

    lead: tuple[str, ...]
    wh: tuple[str, ...]
    aux: str
    subject: tuple[str, ...]
    rest: tuple[str, ...]

    @property
    def asks(self) -> str:
        """The question word, "" for yes/no."""
        return next((token.lower() for token in self.wh if token.lower() in WH), "")

    @property
    def asked(self) -> tuple[str, ...]:
        """What the question phrase names: "Which terminal in Varnby" -> terminal in Varnby."""
        at = next((n for n, token in enumerate(self.wh) if token.lower() in WH), len(self.wh))
        return tuple(t for t in self.wh[at + 1 :] if t.lower() not in {"many", "much", *FILLERS, "long", "often"})


def tokens(text: str) -> list[str]:
    """Words and marks; "what's" is two words."""
    return _TOKEN.findall(_SHORT.sub(r"\1\2 is", text))


def parse(question: str) -> Clause:
    words = [token for token in tokens(question) if token not in "?!"]
    at = 0
    while at < len(words) - 1 and (words[at].lower() in LEADS or words[at] == ","):
        at += 1
    if [word.lower() for word in words[at : at + 2]] in (["what", "about"], ["how", "about"]) and len(words) > at + 2:
        at += 2
    lead, words = tuple(words[:at]), _asking_first(words[at:])
    lower = [word.lower() for word in words]
    first = 1 if len(words) > 1 and lower[0] in PREPOSITIONS and lower[1] in WH else 0
    if not words or (lower[first] not in WH and lower[0] not in AUX):
        return Clause(lead, (), "", (), tuple(words))
    aux = next((n for n, word in enumerate(lower) if word in AUX), None)
    if lower[first] not in WH:
        wh, aux = 0, 0
    elif aux is None or _inside(lower[first + 1 : aux]):
        wh = first + 1
        while wh < len(words) and lower[first] in {"which", "whose", "how", "what"} and not is_verb(lower[wh]):
            if wh > first + 1 and is_past(lower[wh]):
                break
            wh += 1
        if first and wh == first + 1 and lower[first] in {"which", "whose", "what"}:
            wh = min(first + 2, len(words))  # "at what cost"
        wh = wh if wh < len(words) or aux is None else first + 1
        return Clause(lead, tuple(words[:wh]), "", (), tuple(words[wh:]))
    else:
        wh = aux
    subject = _subject(words[aux + 1 :], lower[aux])
    verb = aux + 1 + subject
    return Clause(lead, tuple(words[:wh]), words[aux], tuple(words[aux + 1 : verb]), tuple(words[verb:]))


def _asking_first(words: list[str]) -> list[str]:
    """The words in the order of a question: "according to her, how many came" with what it begins with at its end, and
    the fragments "built when", "his age" and "because" as the questions that they are."""
    lower = [word.lower() for word in words]
    asks = next((n + 1 for n, word in enumerate(lower[:-1]) if word == "," and lower[n + 1] in WH | AUX), 0)
    if asks and lower[0] in PREPOSITIONS and lower[1] not in WH:
        return [*words[asks:], lower[0], *words[1 : asks - 1]]
    if asks and (names(words[: asks - 1]) or lower[0] in DETERMINERS):  # "and the families, did they agree"
        at = next((n for n in range(asks, len(words)) if lower[n] in _PERSONAL), 0)
        if at and set(lower[asks:at]) <= WH | AUX:
            return [*words[asks:at], *words[: asks - 1], *words[at + 1 :]]
    if lower == ["because"]:
        return ["why"]
    if len(words) == 2 and lower[1] in {"when", "where", "why", "how"} and is_past(lower[0]):
        return [lower[1], "was", "it", lower[0]]
    if len(words) == 2 and lower[0] in {"his", "her", "its", "their"} and lower[1] in _ATTRIBUTES:
        return ["what", "is", *words]
    if len(words) > 1 and lower[0] == "any" and not (WH | AUX).intersection(lower):
        return ["were", "there", *words]
    return words


def _inside(lower: Sequence[str]) -> bool:
    """Whether an auxiliary behind these words belongs to a clause of its own: "who said that he will"."""
    if lower and lower[0] not in DETERMINERS and is_verb(lower[0]):
        return True
    return any(word in {"that", "if", "when", "whether"} or is_past(word) for word in lower)


def _subject(words: Sequence[str], aux: str) -> int:
    """How many words the subject has. It ends where a verb begins: one that is known, or, after "did" or "will", the
    last word before the next determiner, preposition or end."""
    lower = [word.lower() for word in words]
    if not words or lower[0] == "to" or (words[0].islower() and verb_at(lower, 0)):
        return 0  # "who has to approve", "who will lead"
    if lower[0] in PRONOUNS:
        return 1
    if aux in {"is", "are", "was", "were"} and lower[0] not in DETERMINERS and not words[0][:1].isupper():
        return 0
    for n, word in enumerate(lower):
        if n and words[n].islower() and (verb_at(lower, n) or word in {"be", "been", "being"}):
            return n
    if aux in {"is", "are", "was", "were"}:
        return len(words)
    if lower[0] not in DETERMINERS and not words[0][:1].isupper():
        end = 0  # no subject in sight: "which terminal will close"
        return end if len(words) == 1 else 1
    end = next((n for n in range(1, len(words)) if lower[n] in DETERMINERS), len(words))
    while end > 1 and (lower[end - 1] in PREPOSITIONS or words[end - 1][:1].isupper()):
        end -= 1
    return end - 1 if end > 1 else 1


_NOUN_NEXT = (DETERMINERS | PREPOSITIONS) - {"to"}


def verb_at(lower: Sequence[str], n: int) -> bool:
    """Whether a verb stands there: not "the call", not the "talks" of "talks take place"."""
    after = lower[n + 1] if n + 1 < len(lower) else ""
    return (
        is_verb(lower[n])
        and (not n or lower[n - 1] not in _NOUN_NEXT)
        and not (lower[n].endswith("s") and is_verb(after) and not after.endswith("ing"))
    )


def names(words: Sequence[str]) -> list[tuple[int, int]]:
    """(first, stop) of the runs of capitalised words, particles inside them included."""
    found, n = list[tuple[int, int]](), 0
    while n < len(words):
        if words[n][:1].isupper() and words[n].lower() not in WH | AUX | PREPOSITIONS | LEADS | DETERMINERS | PRONOUNS:
            stop = n + 1
            while stop < len(words) and not words[stop - 1].endswith(("'s", "’s")):
                if words[stop][:1].isupper():
                    stop += 1
                elif stop + 1 < len(words) and words[stop] in _PARTICLES and words[stop + 1][:1].isupper():
                    stop += 2
                else:
                    break
            found.append((n, stop))
            n = stop
        else:
            n += 1
    return found


def written(words: Sequence[str]) -> str:
    """The words as a text."""
    return re.sub(r"\s+([,.;:)])", r"\1", " ".join(words))

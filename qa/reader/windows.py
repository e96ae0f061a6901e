"""Cuts a (question, passage) pair into token windows that remember where each token came from.

Reading and training share this module, so the two cannot drift apart. It works on `tokenizers.Tokenizer`
(every fast tokenizer has one inside), needs neither torch nor transformers, and never edits the texts:
offsets are half-open code points into the passage as it was given.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MAX_LENGTH = 384
STRIDE = 128
MAX_QUESTION = 64
_SETTING = threading.Lock()


@dataclass(frozen=True)
class Window:
    """One input of the reader.

    ids, type_ids: (n,) int64, as the model takes them, without padding.
    offsets: (n, 2) int64, code points in the passage; meaningful where `context` is true.
    context: (n,) bool, true on tokens of the passage. Position 0 (the first special token) stands for "no answer".
    passage: index of the passage in the list that was read.
    """

    passage: int
    ids: np.ndarray
    type_ids: np.ndarray
    offsets: np.ndarray
    context: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)


Piece = Callable[[], Iterable[Window]]
"""Cuts a passage."""


def load_tokenizer(folder: str | Path) -> Tokenizer:
    """The `tokenizer.json` of a model folder, with padding and truncation switched off."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def make_windows(
    tokenizer: Tokenizer,
    question: str,
    passages: Sequence[str],
    *,
    max_length: int = MAX_LENGTH,
    stride: int = STRIDE,
    max_question: int = MAX_QUESTION,
) -> list[Window]:
    """All windows of all passages, in order; see `to_cut`."""
    numbered = enumerate(passages)
    return [w for piece in to_cut(tokenizer, question, numbered, max_length, stride, max_question) for w in piece()]


def to_cut(
    tokenizer: Tokenizer,
    question: str,
    passages: Iterable[tuple[int, str]],
    max_length: int = MAX_LENGTH,
    stride: int = STRIDE,
    max_question: int = MAX_QUESTION,
) -> list[Piece]:
    """The numbered passages, each to be cut into its windows when it is called, in any thread.

    A passage longer than a window is cut into windows that share `stride` tokens. A question of more than
    `max_question` tokens is cut, so that the passage always has room.
    """
    question = shorten(tokenizer, question, min(max_question, max_length // 3))
    stride = min(stride, max_length // 3)

    def cut(number: int, passage: str) -> list[Window]:
        with _SETTING:  # truncation is a setting of the tokenizer, which threads share
            tokenizer.enable_truncation(max_length, stride=stride, strategy="only_second")
            try:
                encoding = tokenizer.encode(question, passage)
            finally:
                tokenizer.no_truncation()
        return [_window(number, part) for part in (encoding, *encoding.overflowing)]

    return [partial(cut, *numbered) for numbered in passages]


def shorten(tokenizer: Tokenizer, text: str, max_tokens: int) -> str:
    """The longest beginning of `text` that has at most `max_tokens` tokens."""
    while len(offsets := tokenizer.encode(text, add_special_tokens=False).offsets) > max_tokens:
        end = offsets[max_tokens][0]  # several tokens may share a character: leave it out whole
        text = text[: end if end < len(text) else end - 1]
    return text


def _window(passage: int, encoding) -> Window:  # type: ignore[no-untyped-def]  # tokenizers.Encoding has no stubs
    return Window(
        passage,
        np.asarray(encoding.ids, np.int64),
        np.asarray(encoding.type_ids, np.int64),
        np.asarray(encoding.offsets, np.int64).reshape(-1, 2),
        np.asarray([part == 1 for part in encoding.sequence_ids], bool),
    )

"""Questions are embedded beside whatever else their search needs: their words are looked up meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np

KEPT = 64  # questions whose vectors are kept


class Ahead:
    """encode: question -> its vector. Called likewise; `expect` begins, and does not wait."""

    def __init__(self, encode: Callable[[str], np.ndarray]) -> None:
        pool = ThreadPoolExecutor(2, thread_name_prefix="question")
        self._begun = lru_cache(maxsize=KEPT)(lambda question: pool.submit(encode, question))

    def expect(self, question: str) -> None:
        self._begun(question)

    def __call__(self, question: str) -> np.ndarray:
        try:
            return self._begun(question).result()
        except Exception:
            self._begun.cache_clear()  # the next one may fare better
            raise

"""Which of the passages that were found are worth reading."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.library import DEPTH
from index.search import Hit

FEW = DEPTH  # passages: in a library of no more every ranking may hold them all, and the worst one says little
FAR, WEAK = 0.2, 0.45
"""Of 697 right answers to our questions over validation documents, and of 32 to those over seeds/ among 45,000 other
articles, none stood in a passage that lies so far behind the best one in both; of the text of the first eight passages
27 and 1 % is in such."""


def worth_reading(found: Sequence[Hit], cosines: np.ndarray, size: int) -> list[int]:
    """The numbers of those that are near the best one: by similarity to the question, less than FAR behind, or by
    their place in the ranking, with WEAK of its score at least. The first one always is; in a library of FEW passages
    all are.

    found: best first. cosines: (len(found),) similarity to the question. size: passages in the library."""
    if not found or size <= FEW:
        return list(range(len(found)))
    near = cosines >= cosines.max() - FAR
    return [n for n, hit in enumerate(found) if n == 0 or near[n] or hit.score >= WEAK * found[0].score]

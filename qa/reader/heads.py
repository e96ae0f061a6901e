"""What the shipped model says of each token, and how spans of a list are read from its tags. Pure NumPy.

Three linear heads over one encoder: `qa_outputs`, start and end of the best span; `tag_outputs`, whether a token stands
outside, begins, or continues an answer, for questions that ask for several (the tagging of Segal et al. 2020);
`answer_outputs`, at position 0 alone, whether the passage answers at all.
"""

from __future__ import annotations

import numpy as np

HEADS = {"qa_outputs": 2, "tag_outputs": 3, "answer_outputs": 1}
TAGS = slice(2, 5)  # columns of the logits, behind start and end
ANSWER = 5
OUTSIDE, BEGIN, INSIDE = 0, 1, 2


def tagged_spans(tags: np.ndarray, context: np.ndarray, least: float = 0.5) -> list[tuple[int, int, float]]:
    """(first, last, probability) of every answer that the tags mark, in order of place.

    tags: (n, 3) logits; context: (n,) bool, the tokens that a span may touch. A token belongs to an answer where
    outside has at most `1 - least`; one that rather begins than continues opens the next. The probability of a span is
    the geometric mean of its tokens' probabilities of not being outside.
    """
    shifted = np.exp(tags.astype(np.float64) - tags.max(1, keepdims=True))
    parts = shifted / shifted.sum(1, keepdims=True)
    spans: list[tuple[int, int]] = []
    open_until = -1  # the token that would continue the last span
    for n in np.flatnonzero(context & (parts[:, OUTSIDE] <= 1 - least)):
        token = int(n)
        if token == open_until and parts[token, BEGIN] <= parts[token, INSIDE]:
            spans[-1] = (spans[-1][0], token)
        else:
            spans.append((token, token))
        open_until = token + 1
    return [
        (first, last, float(np.exp(np.log(1 - parts[first : last + 1, OUTSIDE] + 1e-12).mean())))
        for first, last in spans
    ]

"""The systems that are compared: one line each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

OURS = "attest"


@dataclass(frozen=True)
class Peer:
    """module: what `serve` loads. environment: name of the requirements file; None for our own. given: which of the
    shared weights it takes, as settings `encoder` and `reader`. timed: False where only its answers are compared."""

    module: str
    environment: str | None = None
    given: bool = True
    settings: dict[str, Any] = field(default_factory=dict)
    timed: bool = True


# Chosen for each peer on the questions over seeds/, which can only favour it: of windows of 60 to 200 words, 1 to 5
# passages for txtai (which reads 512 word pieces in all), 4 to 8 for the loop by hand. Haystack has the best of these:
# with its own 150 / 30 words it did worse. Batches and the number of answers are their defaults. `typed`, `masked`: see
# the modules; rows without show what the peers do with our reader as they are.
_HAYSTACK = {"words": 200, "overlap": 40, "top_k": 8, "answers": 20}
_TXTAI = {"words": 60, "overlap": 10, "context": 3, "hybrid": True}

PEERS: dict[str, Peer] = {
    OURS: Peer("eval.peers.attest", given=False, settings={"reader": "attest"}),
    "overlap": Peer("eval.peers.attest", given=False, settings={"reader": "overlap"}),
    "haystack": Peer("eval.peers.haystack", "haystack", settings=_HAYSTACK | {"store": "memory", "typed": True}),
    "haystack-faiss": Peer("eval.peers.haystack", "haystack", settings=_HAYSTACK | {"store": "faiss", "typed": True}),
    "haystack-untyped": Peer(
        "eval.peers.haystack", "haystack", settings=_HAYSTACK | {"store": "memory", "typed": False}, timed=False
    ),
    "txtai": Peer("eval.peers.txtai", "txtai", settings=_TXTAI | {"masked": True}),
    "txtai-unmasked": Peer("eval.peers.txtai", "txtai", settings=_TXTAI | {"masked": False}, timed=False),
    "by-hand": Peer("eval.peers.by_hand", settings={"words": 200, "overlap": 40, "top_k": 8}),
}

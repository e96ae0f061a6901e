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


_CUT = {"words": 150, "overlap": 30}
_TXTAI = {"words": 60, "overlap": 10, "context": 3, "hybrid": True}
_HAYSTACK = {**_CUT, "top_k": 8, "typed": True, "answers": 20}

PEERS: dict[str, Peer] = {
    OURS: Peer("eval.peers.attest", given=False, settings={"reader": "attest"}),
    "overlap": Peer("eval.peers.attest", given=False, settings={"reader": "overlap"}),
    "haystack": Peer("eval.peers.haystack", "haystack", settings={**_HAYSTACK, "store": "memory"}),
    "haystack-faiss": Peer("eval.peers.haystack", "haystack", settings={**_HAYSTACK, "store": "faiss"}),
    "haystack-untyped": Peer(
        "eval.peers.haystack", "haystack", settings={**_HAYSTACK, "store": "memory", "typed": False}, timed=False
    ),
    "txtai": Peer("eval.peers.txtai", "txtai", settings={**_TXTAI, "masked": True}),
    "txtai-unmasked": Peer("eval.peers.txtai", "txtai", settings={**_TXTAI, "masked": False}, timed=False),
    "by-hand": Peer("eval.peers.by_hand", settings={**_CUT, "top_k": 8}),
}

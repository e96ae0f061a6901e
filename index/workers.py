"""Embedding by several processes, on this machine or on a Ray cluster: `attest index FOLDER --workers WHERE`.

WHERE is a number (so many processes here), HOST:PORT or auto (a Ray cluster that this machine is part of), or
ray://HOST:PORT (one that it is not). A Ray Data job with one encoder in each process hands vectors out as they are
made, in any order, and `index.pending` keeps them at once. What a lost process or node had in hand, others do again;
where the job itself is lost, the next run embeds the rest. (Ray: Moritz et al. 2018, OSDI)

Every node needs attest-qa[ray] of the same version; no code of ours is sent. Ray's processes send each other pickles:
whoever may speak to a cluster may run code on it.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from index.cluster import check, connected, reason
from index.encoders import Encoder, Progress, embed, load_encoder
from index.errors import ModelError, WorkersError

PART = 256  # texts that a process embeds at a time, and that are done again where it is lost
JOB = 1 << 20  # texts that Ray holds at a time
_PROBE = "The letters were sent on 7 June."


def with_workers(encoder: Encoder, model: str, where: str | None) -> Encoder:
    """The encoder; where workers are named, one that lets them do long work. model: what `load_encoder` takes.

    Raises WorkersError where `where` is none of the above or Ray is not installed. Ray starts only when there is work.
    """
    return encoder if where is None else Workers(encoder, model, where)


class Workers:
    """An encoder whose `stream` runs on Ray; the others run here, for few texts."""

    def __init__(self, encoder: Encoder, model: str, where: str) -> None:
        check(where)
        self.name, self.runtime = encoder.name, encoder.runtime
        self._encoder, self._model, self._where = encoder, model, where

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        return self._encoder.encode(texts, progress)

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        return embed(self._encoder, texts, progress)

    def encode_question(self, question: str) -> np.ndarray:
        return self._encoder.encode_question(question)

    def stream(self, texts: Sequence[str]) -> Iterator[tuple[Sequence[int], np.ndarray]]:
        """As `Streaming` has it. Raises WorkersError where the cluster cannot be reached or gives up."""
        probe = self.embed([_PROBE])
        try:
            with connected(self._where) as most:
                for at in range(0, len(texts), JOB):
                    parts = _put(texts, range(at, min(at + JOB, len(texts))))
                    following = _job(self._where, parts, most, self._model, self.name, probe)
                    while (batch := following()) is not None:
                        yield batch["number"].tolist(), np.ascontiguousarray(batch["made"]).view(probe.dtype)[:, 0]
        except WorkersError:
            raise
        except Exception as error:  # Ray's have no base of their own
            why = f"workers {self._where} stopped: {reason(error)}"
            raise WorkersError(f"{why}; what they have embedded is kept, run again to go on") from error


class Embed:
    """What each process runs. Raises ModelError where it does not embed as the caller does."""

    def __init__(self, *caller: Any) -> None:
        self._caller = caller  # Ray tells errors at work better than those at the start
        self._encoder: Encoder | None = None

    def __call__(self, batch: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        self._encoder = self._encoder or _same(*self._caller)
        made = embed(self._encoder, list(batch["text"]))
        return {"number": batch["number"], "made": made.view(np.uint8).reshape(len(made), -1)}


class Job:
    """A Ray Data job. Ray restarts lost processes and does lost parts again without end, by Ray Data's defaults."""

    def __init__(self, parts: list[Any], most: int | None, model: str, name: str, probe: np.ndarray) -> None:
        import ray.data

        logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # what goes wrong is raised as well
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = context.print_on_execution_start = False
        first = most or max(1, int(ray.cluster_resources().get("CPU", 0)))
        made = ray.data.from_arrow_refs(parts).map_batches(
            Embed,
            fn_constructor_args=(model, name, probe),
            batch_size=None,  # a part
            batch_format="numpy",
            compute=ray.data.ActorPoolStrategy(min_size=1, initial_size=first, max_size=most),
            num_cpus=1,
        )
        self._batches = iter(made.iter_batches(batch_size=None, batch_format="numpy"))

    def following(self) -> dict[str, np.ndarray] | None:
        """Numbers and vectors of some texts; None when all are done."""
        return next(self._batches, None)


def _same(model: str, name: str, probe: np.ndarray) -> Encoder:
    os.environ.update(OMP_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false")  # there is a process for each core
    made = load_encoder(model)
    same = made.name == name and (own := embed(made, [_PROBE])).dtype == probe.dtype
    if not same or float(own["vector"][0] @ probe["vector"][0]) < 0.999:
        node = socket.gethostname()
        raise ModelError(f"encoder {made.name} of node {node} is not {name}; install the same attest-qa there")
    return made


def _job(where: str, *job: Any) -> Callable[[], dict[str, np.ndarray] | None]:
    """`Job.following` of a job in this process, or (Ray Data does not work over ray://) in one of the cluster's."""
    import ray

    if not where.startswith("ray://"):
        return Job(*job).following
    there = ray.remote(num_cpus=0)(Job).remote(*job)
    return lambda: ray.get(there.following.remote())  # type: ignore[no-any-return]


def _put(texts: Sequence[str], numbers: range) -> list[Any]:
    """The texts of these numbers, in parts, where Ray's processes find them."""
    import pyarrow
    import ray

    parts = (numbers[at : at + PART] for at in range(0, len(numbers), PART))
    return [ray.put(pyarrow.table({"number": part, "text": [texts[n] for n in part]})) for part in parts]

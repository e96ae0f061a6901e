"""A system in a process of its own, spoken to in lines of JSON (see `serve`)."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import eval.peers as here
from eval.peers.environments import python_of
from eval.peers.table import PEERS
from index.errors import AttestError

THREADS = 2
PATIENCE = 1800.0  # seconds that a request may take
_START = "import sys; sys.path.append(sys.argv[1]); from eval.peers.serve import main; main(sys.argv[2:])"


class Worker:
    """name: of PEERS. cache: with `env` and `models`. began: time.perf_counter() as the process was started.

    Raises AttestError where the process ends before it is told to.
    """

    def __init__(self, name: str, cache: Path) -> None:
        peer = PEERS[name]
        weights = {kind: str(cache / "models" / kind) for kind in ("encoder", "reader")} if peer.given else {}
        root = Path(here.__path__[0]).parent.parent
        command = [str(python_of(cache / "env", peer.environment)), "-P", "-c", _START, str(root)]
        command += [peer.module, json.dumps(weights | peer.settings), str(THREADS)]
        (cache / "logs").mkdir(parents=True, exist_ok=True)
        self.name, self._log = name, (cache / "logs" / f"{name}.txt").open("w", encoding="utf-8")
        self.began = time.perf_counter()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=cache,
            env=os.environ | _ENVIRONMENT,
            encoding="utf-8",
        )

    def do(self, what: str, **request: Any) -> dict[str, Any]:
        """The reply to a request; it may be {"error": ...}."""
        assert self._process.stdin and self._process.stdout
        guard = threading.Timer(PATIENCE, self._process.kill)
        guard.start()
        try:
            self._process.stdin.write(json.dumps({"do": what} | request) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except OSError:
            line = ""
        finally:
            guard.cancel()
        if not line:
            log = Path(self._log.name).read_text(encoding="utf-8", errors="replace").strip().split("\n")[-1]
            raise AttestError(f"peer {self.name!r} ended at {what!r}: {log or 'no word'}; see its log in the cache")
        reply: dict[str, Any] = json.loads(line)
        return reply

    def must(self, what: str, **request: Any) -> dict[str, Any]:
        """As `do`; raises AttestError where the reply is an error."""
        reply = self.do(what, **request)
        if reply.get("error"):
            raise AttestError(f"peer {self.name!r}, {what!r}: {reply['error']}")
        return reply

    def peak_mb(self) -> float | None:
        """The most memory that the process has had (VmHWM; Linux)."""
        try:
            lines = Path(f"/proc/{self._process.pid}/status").read_text(encoding="utf-8").splitlines()
        except OSError:
            return None
        found = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
        return round(int(found[0]) / 1024, 1) if found else None

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        with self._process:
            if self._process.poll() is None and self._process.stdin:
                try:
                    self._process.stdin.write('{"do": "quit"}\n')
                    self._process.stdin.flush()
                    self._process.wait(30)
                except (OSError, subprocess.TimeoutExpired):
                    self._process.kill()
        self._log.close()


_ENVIRONMENT = {
    name: str(THREADS)
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS", "TORCH_NUM_THREADS")
} | {
    "OMP_WAIT_POLICY": "PASSIVE",  # threads that wait by spinning are slower still wherever anything else runs
    "HF_HUB_OFFLINE": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
}

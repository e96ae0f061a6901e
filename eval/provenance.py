"""Where a figure comes from: what was run, on which code, where and when. The first lines of every result."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def provenance(module: str, argv: Sequence[str] | None) -> dict[str, Any]:
    """Of paths among the arguments the last name is told: the others are the machine's own."""
    told = [Path(word).name if "/" in word else word for word in (sys.argv[1:] if argv is None else argv)]
    git = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    return {
        "command": " ".join(["python -m", module, *told]),
        "commit": git.stdout.strip() or None,
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPU cores",
        "date": time.strftime("%Y-%m-%d"),
    }


def keep(result: dict[str, Any], path: Path) -> None:
    """Writes a result, which begins with its provenance, as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def peak_memory() -> float:
    """The most that this process has had in memory, MiB; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    unit = 2**20 if sys.platform == "darwin" else 2**10  # ru_maxrss is in bytes there, in KiB on Linux
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, 1)

"""An environment for each peer that needs one, with pinned packages, outside the project."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

from index.errors import AttestError

REQUIREMENTS = Path(__file__).parent / "requirements"


def set_up(folder: Path, names: set[str]) -> None:
    """Makes those that are missing or whose pins have changed. torch goes first: pinned, so that pip takes a build
    without CUDA wherever one is on offer. Raises AttestError where pip fails."""
    for name in sorted(names):
        pins = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")
        done = folder / name / "installed.txt"
        if done.is_file() and done.read_text(encoding="utf-8") == pins:
            continue
        venv.create(folder / name, with_pip=True, clear=True)
        torch = [line for line in pins.splitlines() if line.startswith("torch==")]
        for what in (torch, ["-r", str(REQUIREMENTS / f"{name}.txt")]):
            pip = [str(python_of(folder, name)), "-m", "pip", "install", "-q", "--disable-pip-version-check", *what]
            if subprocess.run(pip, check=False).returncode:
                raise AttestError(f"environment {name!r}: pip cannot install {' '.join(torch)} and {name}.txt")
        done.write_text(pins, encoding="utf-8")


def python_of(folder: Path, name: str | None) -> Path:
    """The interpreter of an environment; None: our own."""
    if name is None:
        return Path(sys.executable)
    return folder / name / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def missing(folder: Path, names: set[str]) -> list[str]:
    return sorted(name for name in names if not (folder / name / "installed.txt").is_file())

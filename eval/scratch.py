"""An assistant over articles that a measurement wrote, with a library that goes when they go."""

from __future__ import annotations

from pathlib import Path

from index.build import build
from index.encoders import Progress
from qa.assistant import Assistant
from qa.reader import DEFAULT


def assistant_over(
    folder: Path, reader: str = DEFAULT, progress: Progress | None = None, encoder: str | None = None
) -> Assistant:
    """The library lies beside the folder, not in the user's cache. Raises what `Assistant.open` does."""
    library = folder.with_name(f"{folder.name}.library")
    build(folder, library, encoder, progress)
    return Assistant.open_library(library, reader=reader)

"""Every change that a library makes on the disk, so that tests can stop, break or record each one.

One exception: SQLite writes its own file inside a draft, which `sync` then makes durable. A name or a file's content
is durable only after `sync` of the folder or the file (fsync(2), POSIX.1-2024); all but `remove` raise OSError.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path


def make(folder: Path) -> None:
    """Makes a folder, and those above it that are missing; all names but the lowest one's are durable."""
    if not folder.parent.is_dir():
        make(folder.parent)
        sync(folder.parent.parent)
    folder.mkdir(exist_ok=True)


def write(path: Path, parts: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(parts)


def append(path: Path, parts: Iterable[bytes]) -> None:
    with path.open("ab") as file:
        file.writelines(parts)


def copy(old: Path, new: Path) -> None:
    """Copies a file's content."""
    shutil.copyfile(old, new)


def patch(path: Path, changes: Iterable[tuple[int, bytes]], size: int) -> None:
    """Writes bytes at their offsets into a file that is there, and then makes it `size` bytes long."""
    with path.open("r+b") as file:
        for offset, data in changes:
            file.seek(offset)
            file.write(data)
        file.truncate(size)


def sync(path: Path) -> None:
    """A file's content, or (where the system allows it) a folder's names, to the disk."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except PermissionError:  # a folder, on Windows
        if path.is_dir():
            return
        raise
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def move(old: Path, new: Path) -> None:
    """Gives a file or folder its new name, in one step; a file of that name is replaced."""
    os.replace(old, new)


def remove(path: Path) -> None:
    """Removes a folder and what is in it, as far as that is possible; what stays takes room and does no other harm."""
    shutil.rmtree(path, ignore_errors=True)

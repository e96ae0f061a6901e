"""Embedding that may be interrupted: vectors are kept beside the library, block by block, until the library is saved.

    DIR/embedding/name              the encoder's name
    DIR/embedding/vectors           records: 16 bytes of the text's SHA-256, what it was embedded as, CRC-32 of both

A record that was cut or changed does not check, and its text is embedded again.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from index import disk
from index.encoders import Encoder, Progress, Streaming, embed, layout
from index.errors import WorkersError

BLOCK = 2048  # texts that are embedded and then kept; fewer are not worth it


def encode(place: Path, encoder: Encoder, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
    """(n,) texts -> (n,) of `index.parts.record`. Equal texts, as copies hold them, are embedded once; those that an
    interrupted run has embedded, not again. Raises OSError where they cannot be kept."""
    places = {text: n for n, text in enumerate(dict.fromkeys(texts))}
    if len(places) <= BLOCK:
        return embed(encoder, list(places), progress)[[places[text] for text in texts]]
    record = np.dtype([("key", "V16"), ("made", layout(encoder)), ("crc", "<u4")])
    rows, count = _resume(place / "embedding", encoder, record)
    missing = [text for text in places if _key(text) not in rows]
    done = len(places) - len(missing)

    def told(part: int, _: int) -> None:
        if progress:
            progress(done + part, len(places))

    with closing(_parts(encoder, missing, told)) as parts:
        for numbers, made in parts:
            keys = [_key(missing[number]) for number in numbers]
            new = list({key: n for n, key in enumerate(keys) if key not in rows}.values())  # none that comes twice
            block = np.zeros(len(new), record)
            block["key"] = np.array([keys[n] for n in new], "V16")
            block["made"] = made[new]
            block["crc"] = [_crc(one) for one in block]
            disk.append(place / "embedding" / "vectors", [block.tobytes()])
            rows.update((one["key"].tobytes(), n) for n, one in enumerate(block, count))
            done, count = done + len(block), count + len(block)
    if done < len(places):
        raise WorkersError(f"{len(places) - done} of {len(places)} passages came back without a vector; run again")
    kept = np.memmap(place / "embedding" / "vectors", record, "r")
    found: np.ndarray = kept["made"][[rows[_key(text)] for text in texts]]
    return found


def _parts(encoder: Encoder, texts: list[str], progress: Progress) -> Generator[tuple[Sequence[int], np.ndarray]]:
    """Numbers of texts, and their records: block by block, or as workers deliver them."""
    if isinstance(encoder, Streaming) and len(texts) > BLOCK:
        for part in encoder.stream(texts):
            yield part
            progress(0, len(texts))  # by now it is kept
        return
    for at in range(0, len(texts), BLOCK):
        block = texts[at : at + BLOCK]
        yield range(at, at + len(block)), embed(encoder, block, progress)


def forget(place: Path) -> None:
    """To be called when the library is saved."""
    disk.remove(place / "embedding")


def _resume(folder: Path, encoder: Encoder, record: np.dtype[np.void]) -> tuple[dict[bytes, int], int]:
    """The records that an earlier run of the same encoder has left, by key, and how many there are in all. Leaves a
    file to append to."""
    try:
        same = (folder / "name").read_text(encoding="utf-8") == encoder.name
        count = (folder / "vectors").stat().st_size // record.itemsize if same else 0
    except (OSError, ValueError):
        count = 0
    if not count:
        disk.remove(folder)
        disk.make(folder)
        disk.write(folder / "name", [encoder.name.encode()])
        disk.write(folder / "vectors", [])
        return {}, 0
    disk.patch(folder / "vectors", [], count * record.itemsize)
    held = np.memmap(folder / "vectors", record, "r")
    return {one["key"].tobytes(): n for n, one in enumerate(held) if one["crc"] == _crc(one)}, count


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:16]


def _crc(record: np.void) -> int:
    return zlib.crc32(record.tobytes()[:-4])

"""The file of a large library's vectors as 4-bit codes: `dense.faiss`, written whole, updated, and read with distrust.

Product quantisation (Jegou, Douze and Schmid 2011): every two dimensions are one of 16 pairs, so that a passage of 384
dimensions takes 96 bytes instead of 1,536, scanned 32 at a time from registers (Andre, Kermarrec and Le Scouarnec 2015;
FAISS IndexPQ, which `index.search.approximate` brings into the order of IndexPQFastScan).
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from index import disk
from index.errors import LibraryCorrupt
from index.search.dense import load_faiss

NAME = "dense.faiss"
FLAT_UP_TO = 100_000  # passages, which an exact search reads in 4 ms; beyond, the file is written
_BLOCK, _SAMPLE = 65_536, 8_192  # rows coded at a time; rows that the 16 pairs are learnt from
_LIMITED = Lock()  # the limit is one for the whole process


def keep(
    path: Path,
    vectors: np.ndarray,
    old: Path | None = None,
    changed: np.ndarray | None = None,
    sha256: str | None = None,
) -> None:
    """Writes the file of these vectors where there are more than FLAT_UP_TO. old, changed, sha256: see `refresh`."""
    if len(vectors) > FLAT_UP_TO and old is not None and changed is not None:
        refresh(old, path, vectors, changed, sha256)
    elif len(vectors) > FLAT_UP_TO:
        write(vectors, path)


def write(vectors: np.ndarray, path: Path) -> None:
    """Learns the pairs from some of (n, dim) vectors and codes them all."""
    faiss, (count, dim) = load_faiss(), vectors.shape
    index = faiss.IndexPQ(dim, _parts(dim), 4, faiss.METRIC_INNER_PRODUCT)
    index.pq.cp.min_points_per_centroid, index.pq.cp.max_points_per_centroid = 1, _SAMPLE // 16
    some = np.random.default_rng(0).choice(count, min(count, _SAMPLE), replace=False)
    index.train(np.ascontiguousarray(vectors[np.sort(some)], np.float32))
    _save(index, _coded(index, vectors, np.arange(count)), path)


def refresh(old: Path, new: Path, vectors: np.ndarray, changed: np.ndarray, sha256: str | None = None) -> None:
    """The file of an updated library from that of the old one (sha256: as its manifest has it). vectors: all of the new
    library. changed: rows that both have and whose vector is another now; rows beyond the old or the new end need not
    be named.

    All is made anew where more than half of it changed, where the number of rows passed a power of two (so that the
    pairs serve at most twice as many as they were learnt from), or where the old file is damaged or missing.
    """
    count, dim = vectors.shape
    try:
        file = np.fromfile(old, np.uint8)
        index = read(file, sha256, (None, dim))
    except (OSError, LibraryCorrupt):
        return write(vectors, new)
    held = _held(index)
    changed = np.asarray(changed, np.int64)
    fresh = np.union1d(changed[changed < count], np.arange(len(held), count))
    if len(fresh) > count / 2 or count.bit_length() != len(held).bit_length():
        return write(vectors, new)
    codes = np.empty((count, index.code_size), np.uint8)
    codes[: len(held)] = held[:count]
    codes[fresh] = _coded(index, vectors, fresh)
    _save(index, codes, new)


def read(file: np.ndarray, sha256: str | None, shape: tuple[int | None, int]) -> Any:
    """The index in the bytes, which it goes on looking at as long as it lives. FAISS reads them only after their hash
    is found right, and what it makes of them is one of ours, of these (rows, dimensions) and of no other kind."""
    if sha256 is not None and hashlib.sha256(file.data).hexdigest() != sha256:
        raise _broken("has changed since it was written (SHA-256)")
    faiss, (count, dim) = load_faiss(), shape
    reader = faiss.ZeroCopyIOReader(faiss.swig_ptr(file), len(file))
    with _LIMITED:
        usual = faiss.get_deserialization_vector_byte_limit()
        faiss.set_deserialization_vector_byte_limit(max(1, len(file)))
        try:
            index = faiss.read_index(reader, faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise _broken(f"cannot be read ({str(error).splitlines()[0][:200]})") from None
        finally:
            faiss.set_deserialization_vector_byte_limit(usual)
    ours = type(index) is faiss.IndexPQ and index.metric_type == faiss.METRIC_INNER_PRODUCT and index.is_trained
    size = (index.ntotal if count is None else count, dim, _parts(dim), 4)
    if not ours or (index.ntotal, index.d, index.pq.M, index.pq.nbits) != size or reader.rp_ != len(file):
        raise _broken(f"is no index of {size[0]} passages of {dim} dimensions")
    if index.codes.size() != index.ntotal * index.code_size:
        raise _broken(f"has {index.codes.size()} bytes of codes")
    return index


def _parts(dim: int) -> int:
    """How many codes of 4 bits a vector has."""
    return dim // 2 if dim % 2 == 0 else dim


def _coded(index: Any, vectors: np.ndarray, rows: np.ndarray) -> np.ndarray:
    codes = np.empty((len(rows), index.code_size), np.uint8)
    for at in range(0, len(rows), _BLOCK):
        part = rows[at : at + _BLOCK]
        codes[at : at + len(part)] = index.sa_encode(np.ascontiguousarray(vectors[part], np.float32))
    return codes


def _save(learnt: Any, codes: np.ndarray, path: Path) -> None:
    faiss = load_faiss()
    index = faiss.IndexPQ(learnt.d, learnt.pq.M, 4, faiss.METRIC_INNER_PRODUCT)
    index.pq, index.is_trained = learnt.pq, True
    index.add_sa_codes(codes)
    data = faiss.serialize_index(index)
    disk.write(path, (data[at : at + 2**24].tobytes() for at in range(0, len(data), 2**24)))


def _held(index: Any) -> np.ndarray:
    """(n, code size) uint8, a view."""
    codes: np.ndarray = load_faiss().rev_swig_ptr(index.codes.data(), index.codes.size())
    return codes.reshape(-1, index.code_size)


def _broken(what: str) -> LibraryCorrupt:
    return LibraryCorrupt(f"{NAME} of the library {what}; delete the library and index its articles again")

"""Search by codes against brute force: what it finds, filters, updates, and files that are not ours."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Library, build, store
from index.errors import LibraryCorrupt
from index.search import approximate, codes
from index.search.approximate import Approximate
from index.search.codes import NAME, keep, refresh, write
from index.search.dense import Dense, load_faiss

ROWS, DIM = 6_000, 32


def clustered(count: int, seed: int) -> np.ndarray:
    draw = np.random.default_rng(seed)
    vectors = np.random.default_rng(9).normal(size=(60, DIM))[draw.integers(0, 60, count)]
    vectors = vectors + 0.6 * draw.normal(size=(count, DIM))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


VECTORS, QUESTIONS = clustered(ROWS, 1), clustered(40, 2)


def encode(question: str) -> np.ndarray:
    return QUESTIONS[int(question)]


def brute(vectors: np.ndarray, question: int, top: int, allowed: np.ndarray | None = None) -> list[int]:
    rows = np.arange(len(vectors)) if allowed is None else allowed
    scores = vectors[rows].astype(np.float64) @ QUESTIONS[question].astype(np.float64)
    return rows[np.lexsort((rows, -scores))][:top].tolist()


def opened(path: Path, vectors: np.ndarray, sha256: str | None = None) -> Approximate:
    file, its_own = _file(path)
    return Approximate(file, sha256 or its_own, vectors, encode)


def _file(path: Path) -> tuple[np.ndarray, str]:
    file = np.fromfile(path, np.uint8)
    return file, hashlib.sha256(file.tobytes()).hexdigest()


def rows_of(hits) -> list[int]:
    return [hit.row for hit in hits]


def recall(searcher: Approximate, vectors: np.ndarray, top: int = 10) -> float:
    shares = [
        len(set(rows_of(searcher.search(str(n), top))) & set(brute(vectors, n, top))) / top
        for n in range(len(QUESTIONS))
    ]
    return float(np.mean(shares))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("index") / NAME
    write(VECTORS, path)
    return path


def test_nearly_all_of_the_nearest_are_found_in_their_exact_order(place):
    searcher = opened(place, VECTORS)
    assert recall(searcher, VECTORS) >= 0.98
    for n in range(len(QUESTIONS)):
        hits = searcher.search(str(n), 50)
        exact = {row: VECTORS[row].astype(np.float64) @ QUESTIONS[n].astype(np.float64) for row in rows_of(hits)}
        assert [hit.score for hit in hits] == pytest.approx(list(exact.values()), abs=1e-12)
        assert rows_of(hits) == sorted(exact, key=lambda row: (-exact[row], row)) and len(exact) == 50
        assert hits == searcher.search(str(n), 50)


def test_codes_alone_find_less(place, monkeypatch):
    monkeypatch.setattr(approximate, "DEEPER", 1)
    monkeypatch.setattr(approximate, "LEAST", 1)
    assert recall(opened(place, VECTORS), VECTORS) < 0.9, "the other tests could not fail"


@pytest.mark.parametrize("dim", [1, 2, 9, 100, 1024])
def test_vectors_of_any_number_of_dimensions(dim, tmp_path):
    draw = np.random.default_rng(dim)
    vectors = draw.normal(size=(1_500, dim)) + draw.normal(size=(50, dim))[draw.integers(0, 50, 1_500)]
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    write(vectors, tmp_path / NAME)
    found = [Approximate(*_file(tmp_path / NAME), vectors, lambda _, n=n: vectors[n]).search("", 5) for n in range(40)]
    exact = [Dense(vectors, lambda _, n=n: vectors[n]).search("", 5) for n in range(40)]
    assert sum(len(set(one) & set(other)) for one, other in zip(found, exact, strict=True)) >= 0.98 * 200


@given(st.integers(0, 2**32), st.floats(0.001, 1.0), st.sampled_from([1, 10, 50, 500, ROWS]))
@settings(max_examples=60)
def test_a_filter_of_any_selectivity_is_brute_force(place, seed, share, top):
    draw = np.random.default_rng(seed)
    allowed = np.sort(draw.choice(ROWS, max(1, round(share * ROWS)), replace=False))
    if seed % 3 == 0:  # a stretch of rows with a few beyond, as a folder or a year gives them
        allowed = np.unique(np.append(np.arange(allowed[0], allowed[-1] + 1), allowed))
    question = seed % len(QUESTIONS)
    expected = brute(VECTORS, question, top, allowed)
    assert rows_of(opened(place, VECTORS).search(str(question), top, allowed)) == expected
    assert rows_of(Dense(VECTORS, encode).search(str(question), top, allowed)) == expected


@pytest.mark.parametrize("top", [ROWS // 8, ROWS - 1, ROWS, ROWS + 9])
def test_a_large_part_of_all_is_found_exactly(top, place):
    assert rows_of(opened(place, VECTORS).search("3", top)) == brute(VECTORS, 3, top)


def test_of_many_equal_vectors_the_lower_rows_are_found(tmp_path):
    vectors = VECTORS.copy()
    vectors[1000:5000:7] = QUESTIONS[0]
    write(vectors, tmp_path / NAME)
    assert rows_of(opened(tmp_path / NAME, vectors).search("0", 5)) == [1000, 1007, 1014, 1021, 1028]


# Updates


@pytest.mark.parametrize("seed", range(4))
def test_an_update_finds_what_a_new_file_does(seed, place, tmp_path):
    """Rows die and are filled with the last ones; others change; new ones come at the end."""
    draw = np.random.default_rng(seed)
    count = int(draw.integers(4_200, 8_100))
    vectors = np.concatenate([VECTORS, clustered(3_000, seed + 10)])[:count]
    changed = draw.choice(min(count, ROWS), 700, replace=False)
    vectors[changed] = clustered(700, seed + 20)
    refresh(place, tmp_path / "updated", vectors, np.append(changed, [count, ROWS + 500]))  # beyond an end: no matter
    write(vectors, tmp_path / "new")
    updated, new = (opened(tmp_path / name, vectors) for name in ("updated", "new"))
    assert recall(updated, vectors) >= max(0.98, recall(new, vectors) - 0.01)
    assert pairs(tmp_path / "updated") == pairs(place) != pairs(tmp_path / "new")
    for row in [*changed[:50].tolist(), 0, count - 1]:
        found = Approximate(updated._file, updated._sha256, vectors, lambda _, row=row: vectors[row]).search("", 1)
        assert rows_of(found) == [row]


def pairs(path: Path) -> list[float]:
    """What the codes stand for."""
    faiss = load_faiss()
    index = faiss.read_index(str(path))
    return faiss.vector_to_array(index.pq.centroids).tolist()


def test_an_update_by_the_same_codes_is_byte_for_byte_the_file_of_all(place, tmp_path):
    refresh(place, tmp_path / "fewer", VECTORS[:-900], np.empty(0, np.int64))
    refresh(tmp_path / "fewer", tmp_path / "again", VECTORS, np.array([3, 5, 5]))
    assert (tmp_path / "again").read_bytes() == place.read_bytes()


@pytest.mark.parametrize(
    ("count", "changed"), [(8_192, 0), (4_095, 0), (ROWS, ROWS // 2 + 1)], ids=["more", "fewer", "half of all changed"]
)
def test_codes_are_learnt_again_where_much_is_new(count, changed, place, tmp_path):
    vectors = np.concatenate([clustered(changed, 5), VECTORS[changed:], clustered(3_000, 6)])[:count]
    refresh(place, tmp_path / NAME, vectors, np.arange(changed))
    write(vectors, tmp_path / "new")
    assert pairs(tmp_path / NAME) == pytest.approx(pairs(tmp_path / "new"), abs=1e-3)
    assert pairs(tmp_path / NAME) != pairs(place)


@pytest.mark.parametrize("damage", ["cut", "flipped", "missing"])
def test_a_damaged_file_is_made_anew(damage, place, tmp_path):
    data = bytearray(place.read_bytes())
    data[-100:] = bytes(100) if damage == "flipped" else b""
    if damage != "missing":
        (tmp_path / "old").write_bytes(data)
    digest = hashlib.sha256(place.read_bytes()).hexdigest()
    refresh(tmp_path / "old", tmp_path / NAME, VECTORS, np.arange(3), digest)
    assert (tmp_path / NAME).read_bytes() == place.read_bytes()


def test_few_passages_have_no_file(tmp_path, monkeypatch):
    keep(tmp_path / NAME, VECTORS)
    assert not (tmp_path / NAME).exists()
    monkeypatch.setattr(codes, "FLAT_UP_TO", ROWS - 1)
    keep(tmp_path / NAME, VECTORS, tmp_path / "none", np.arange(3))
    assert opened(tmp_path / NAME, VECTORS).search("0", 5) == Dense(VECTORS, encode).search("0", 5)


# Files that are not ours


@pytest.mark.parametrize("damage", ["flipped", "cut", "longer", "other", "empty"])
def test_a_file_of_another_hash_is_refused_before_it_is_read(damage, place, tmp_path, monkeypatch):
    data = bytearray(place.read_bytes())
    if damage == "flipped":
        data[len(data) // 2] ^= 1
    data = {"cut": data[:-1], "longer": data + b"\0", "other": b"x" * len(data), "empty": b""}.get(damage, data)
    (tmp_path / NAME).write_bytes(data)
    monkeypatch.setattr(load_faiss(), "read_index", lambda *_: pytest.fail("FAISS read it"))
    searcher = opened(tmp_path / NAME, VECTORS, hashlib.sha256(place.read_bytes()).hexdigest())
    with pytest.raises(LibraryCorrupt, match=r"dense\.faiss .* changed .*index its articles again"):
        searcher.search("0", 5)


@pytest.mark.parametrize("size", [0, 1, 4, 50, 100, 200, 5_000, 40_000, -9, -1])
def test_a_cut_file_whose_hash_is_known_is_refused(size, place, tmp_path):
    (tmp_path / NAME).write_bytes(place.read_bytes()[:size])
    with pytest.raises(LibraryCorrupt, match=r"dense\.faiss"):
        opened(tmp_path / NAME, VECTORS).search("0", 5)


def others() -> dict[str, object]:
    """Good files of FAISS that are no index of these vectors."""
    faiss = load_faiss()

    def filled(factory: str, metric: int = faiss.METRIC_INNER_PRODUCT, vectors: np.ndarray = VECTORS) -> object:
        index = faiss.index_factory(vectors.shape[1], factory, metric)
        index.train(vectors[:600])
        index.add(vectors)
        return index

    return {
        "flat": filled("Flat"),
        "graph": filled("HNSW8"),
        "codes in lists": filled("IVF20,PQ16x4"),
        "codes in scanning order": filled("PQ16x4fs"),
        "codes of 5 bits": filled("PQ16x5"),
        "distances": filled("PQ16x4", faiss.METRIC_L2),
        "fewer parts": filled("PQ8x4"),
        "fewer": filled("PQ16x4", vectors=VECTORS[:-1]),
        "other dimensions": filled("PQ16x4", vectors=np.ascontiguousarray(VECTORS[:, :16])),
        "none": faiss.index_factory(DIM, "PQ16x4", faiss.METRIC_INNER_PRODUCT),
    }


def test_a_good_file_of_another_kind_is_refused(tmp_path):
    for name, index in others().items():
        (tmp_path / NAME).write_bytes(load_faiss().serialize_index(index).tobytes())
        with pytest.raises(LibraryCorrupt, match=f"is no index of {ROWS} passages of {DIM} dimensions"):
            opened(tmp_path / NAME, VECTORS).search("0", 5)
            pytest.fail(name)


# In a library


@pytest.fixture
def articles(write, monkeypatch) -> Path:
    monkeypatch.setattr(codes, "FLAT_UP_TO", 50)
    monkeypatch.setattr(approximate, "LEAST", 1)  # else so few are all ranked exactly
    return write({f"{n:02d}.txt": f"Letter {n} went to country {n % 7} in week {n % 11}." for n in range(100)})


def test_a_large_library_searches_approximately_and_a_small_one_exactly(articles, tmp_path):
    build(articles, tmp_path / "library", "hashed")
    library = Library.open(tmp_path / "library")
    assert isinstance(library._searchers["dense"], Approximate) and NAME in library.manifest["files"]
    assert library.passage(library.search("Letter 77 to country 0", 1)[0].row)[0].source == "77.txt"
    for n in range(50):
        (articles / f"{n:02d}.txt").unlink()
    build(articles, tmp_path / "library", "hashed")
    smaller = Library.open(tmp_path / "library")
    assert isinstance(smaller._searchers["dense"], Dense) and NAME not in smaller.manifest["files"]
    assert library.search("Letter 77 to country 0", 1), "a reader of the old generation goes on"


def test_a_reader_that_has_not_asked_yet_reads_on_after_its_generation_is_gone(articles, tmp_path):
    build(articles, tmp_path / "library", "hashed")
    library = Library.open(tmp_path / "library")
    shutil.rmtree(tmp_path / "library" / store.named(tmp_path / "library"))
    assert library.search("Letter 77 to country 0", 1)


@pytest.mark.parametrize("damage", ["flipped", "cut", "missing", "empty"])
@pytest.mark.parametrize("large", [False, True])
def test_a_damaged_file_of_a_library_is_refused(damage, large, articles, tmp_path, monkeypatch):
    build(articles, tmp_path / "library", "hashed")
    path = tmp_path / "library" / store.named(tmp_path / "library") / NAME
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 4
    path.write_bytes({"cut": data[:-7], "empty": b""}.get(damage, data))
    if damage == "missing":
        path.unlink()
    if large:  # too large for its hash to be compared at every open
        monkeypatch.setattr(store, "CHECKED_AT_OPEN", 0)
    with pytest.raises(LibraryCorrupt, match=r"dense\.faiss"):
        Library.open(tmp_path / "library")._searchers["dense"].search("Letter 17", 1)

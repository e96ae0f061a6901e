"""The vectors of a passage's parts: pooled and packed as said, kept beside those of the whole, and used to rank."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Library, build, generation
from index.encoders import Hashed, MiniLM, embed, layout
from index.parts import COUNT, by_nearness, nearness, packed, pooled, records
from index.search import Hit
from index.transfer import copy

TOLD = [
    "The ministers met in Oslo and talked for three hours about grain.",
    "Norway's prime minister thanked them all for the journey.",
    "The harbour of Bergen will be closed for repairs from Monday.",
    "A ferry carried four hundred guests to the islands.",
    "Farmers asked for lower taxes on fuel.",
]


@given(st.integers(1, 60), st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_the_parts_are_means_of_equal_runs_that_hold_every_word_piece(count, half, seed):
    tokens = np.random.default_rng(seed).normal(size=(count, 2 * half)).astype(np.float32)
    found = pooled(tokens)
    assert found.shape == (COUNT, 2 * half)
    runs = [range(count * n // COUNT, max(count * (n + 1) // COUNT, count * n // COUNT + 1)) for n in range(COUNT)]
    runs = [[min(n, count - 1) for n in run] for run in runs]
    assert {n for run in runs for n in run} == set(range(count))
    for part, run in zip(found, runs, strict=True):
        mean = tokens[run].astype(float).mean(0)
        assert np.allclose(part, mean / np.linalg.norm(mean), atol=1e-5)


@given(st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_a_passage_is_as_near_as_its_nearest_part(count, seed):
    rng = np.random.default_rng(seed)
    parts = np.stack([pooled(rng.normal(size=(40, 384))) for _ in range(count)])
    question = rng.normal(size=384).astype(np.float32)
    question /= np.linalg.norm(question)
    found = nearness(np.stack([packed(one) for one in parts]), question)
    kept = np.clip(np.rint(parts / 0.02), -8, 7) * 0.02
    assert np.allclose(found, (kept @ question).max(1), atol=1e-5)
    assert np.abs(found - (parts @ question).max(1)).max() < 0.05


def test_equal_passages_keep_the_order_of_their_rows():
    one, other = (packed(pooled(np.random.default_rng(n).normal(size=(40, 8)))) for n in (1, 2))
    question = np.ones(8, np.float32)
    near = nearness(np.stack([one, other]), question)
    better, worse = (one, other) if near[0] > near[1] else (other, one)
    found = by_nearness([2, 5, 7, 9], nearness(np.stack([worse, better, better, worse]), question), 3)
    assert found == [Hit(5, near.max()), Hit(7, near.max()), Hit(2, near.min())]


def test_an_encoder_without_parts_gives_its_vectors_alone():
    made = embed(Hashed(), ["one", "two"])
    assert made.dtype == layout(Hashed()) and made["parts"].shape == (2, 0)
    assert np.array_equal(made["vector"], Hashed().encode(["one", "two"]))


def test_the_part_that_tells_it_is_the_nearest_and_the_vector_is_the_same():
    encoder, text = MiniLM(), " ".join(TOLD)
    (made,) = embed(encoder, [text])
    assert made.dtype == layout(encoder) and np.array_equal(made["vector"], encoder.encode([text])[0])
    values = made["parts"].reshape(COUNT, -1)
    places = []
    for question in ("When did the ministers meet about grain?", "What do farmers want for fuel?"):
        asked = encoder.encode_question(question)
        near = [nearness(np.tile(part, COUNT)[None], asked)[0] for part in values]
        places.append(int(np.argmax(near)))
        assert nearness(made["parts"][None], asked)[0] == max(near) > made["vector"] @ asked
    assert places[0] < 3 and places[1] > 4


@pytest.mark.parametrize("text", ["", "x", "?!", "word " * 2000])
def test_any_text_has_parts(text):
    (made,) = embed(MiniLM(), [text])
    assert np.isfinite(made["vector"]).all() and made["parts"].shape == (COUNT * 192,)


@pytest.fixture
def folder(write) -> Path:
    return write({f"{n}.txt": f"{one} {' '.join(TOLD)} {n} guests came." for n, one in enumerate(TOLD)})


def kept(library: Library) -> dict[str, bytes]:
    """text of a passage -> what it was embedded as"""
    rows = range(library.manifest["passages"])
    places = [library.passage(row) for row in rows]
    texts = [article.text[passage.start : passage.end] for article, passage in places]
    return {text: one.tobytes() for text, one in zip(texts, library.records(rows), strict=True)}


@pytest.mark.parametrize("small", [0, generation.SMALL])
def test_after_updates_each_passage_has_its_own_parts(folder, write, tmp_path, monkeypatch, small):
    monkeypatch.setattr(generation, "SMALL", small)
    monkeypatch.setattr(generation, "WORN", 9)
    place = tmp_path / "library"
    build(folder, place)
    (folder / "1.txt").unlink()
    write({"0.txt": "Nothing else is known of it.", "9.txt": " ".join(TOLD[::-1])})
    build(folder, place)
    build(folder, tmp_path / "new")
    updated, new = Library.open(place), Library.open(tmp_path / "new")
    assert kept(updated) == kept(new) and updated.parts.shape == (5, COUNT * 192)
    again = copy(place, tmp_path / "copy")
    assert kept(again) == kept(new)
    asked = "Who asked for lower taxes?"
    assert [hit.score for hit in again.search(asked, 5)] == [hit.score for hit in updated.search(asked, 5)]


def test_the_dense_ranking_is_that_of_the_parts_of_all_that_any_searcher_found(folder, tmp_path):
    build(folder, tmp_path / "library")
    library, asked = Library.open(tmp_path / "library"), "What do farmers want?"
    near = nearness(library.parts_of(range(5)), library.encode_question(asked))
    found = library.search(asked, 5, weights=(1.0, 0.0, 0.0))
    assert [hit.row for hit in found] == sorted(range(5), key=lambda row: (-near[row], row))


def test_a_library_of_an_encoder_without_parts_is_searched_by_its_vectors(folder, tmp_path):
    build(folder, tmp_path / "library", "hashed")
    library = Library.open(tmp_path / "library")
    assert library.manifest["parts"] == 0 and library.parts_of([0, 1]).shape == (2, 0)
    assert library.records([0]).dtype == records(library.vectors_of([0])).dtype
    assert not (library.generation / "parts.u4").exists() and len(library.search("Who asked for lower taxes?", 5)) == 5


def test_parts_that_were_changed_on_the_disk_are_not_searched(folder, tmp_path):
    from index.errors import LibraryCorrupt

    build(folder, tmp_path / "library")
    path = Library.open(tmp_path / "library").generation / "parts.u4"
    data = bytearray(path.read_bytes())
    data[7] ^= 1
    path.write_bytes(data)
    with pytest.raises(LibraryCorrupt, match=r"parts.u4 has changed"):
        Library.open(tmp_path / "library")

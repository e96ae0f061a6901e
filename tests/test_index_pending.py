"""Embedding that is interrupted goes on where it stopped, and believes no record that does not check."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index import Library, build, pending
from index.encoders import ENCODERS, Hashed
from index.errors import LibraryError

TEXTS = [f"Text {n % 23} tells of number {n % 7}." for n in range(200)]  # 161 different ones


class Stopping(Hashed):
    """Embeds so many texts, and then stops like a user who has had enough."""

    def __init__(self, left: int = 10**9, name: str = "hashed") -> None:
        self.left, self.name, self.done = left, name, 0

    def encode(self, texts, progress=None):
        if len(texts) > self.left:
            raise KeyboardInterrupt
        self.left -= len(texts)
        self.done += len(texts)
        return super().encode(texts, progress)

    def encode_question(self, question):
        return super().encode([question])[0]


@pytest.fixture(autouse=True)
def blocks(monkeypatch):
    monkeypatch.setattr(pending, "BLOCK", 10)


def stopped(place: Path, after: int, name: str = "hashed") -> None:
    with pytest.raises(KeyboardInterrupt):
        pending.encode(place, Stopping(after, name), TEXTS)


def test_each_text_is_embedded_once_and_in_its_place(tmp_path):
    encoder, told = Stopping(), []
    made = pending.encode(tmp_path, encoder, TEXTS, lambda *step: told.append(step))
    assert np.array_equal(made["vector"], Hashed().encode(TEXTS))
    assert encoder.done == len(set(TEXTS))
    assert told == sorted(told) and told[-1] == (len(set(TEXTS)), len(set(TEXTS)))


@pytest.mark.parametrize("after", [0, 10, 155, 160])
def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path, after):
    stopped(tmp_path, after)
    encoder = Stopping()
    assert np.array_equal(pending.encode(tmp_path, encoder, TEXTS)["vector"], Hashed().encode(TEXTS))
    assert encoder.done == len(set(TEXTS)) - after // 10 * 10


def test_another_encoder_does_not_get_the_vectors(tmp_path):
    stopped(tmp_path, 100, "other")
    encoder = Stopping()
    pending.encode(tmp_path, encoder, TEXTS)
    assert encoder.done == len(set(TEXTS))


@pytest.mark.parametrize("at", range(0, 5000, 311))
def test_a_cut_or_changed_record_is_embedded_again(tmp_path, at):
    stopped(tmp_path, 50)
    file = tmp_path / "embedding" / "vectors"
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    for held, lost in ((data, 1), (data[: at + 1], None)):
        file.write_bytes(held)
        encoder = Stopping()
        assert np.array_equal(pending.encode(tmp_path, encoder, TEXTS)["vector"], Hashed().encode(TEXTS))
        assert lost is None or encoder.done == len(set(TEXTS)) - 50 + lost


def test_a_build_that_was_interrupted_embeds_the_rest_and_leaves_nothing_behind(write, tmp_path, monkeypatch):
    folder, place = write({f"{n}.txt": text for n, text in enumerate(TEXTS)}), tmp_path / "library"
    monkeypatch.setitem(ENCODERS, "hashed", lambda: Stopping(95))
    with pytest.raises(KeyboardInterrupt):
        build(folder, place, "hashed")
    encoder = Stopping()
    monkeypatch.setitem(ENCODERS, "hashed", lambda: encoder)
    build(folder, place, "hashed")
    assert encoder.done == len(set(TEXTS)) - 90
    assert not (place / "embedding").exists()
    library = Library.open(place)
    texts = [a.text[p.start : p.end] for a, p in map(library.passage, range(len(library.vectors)))]
    assert sorted(texts) == sorted(set(TEXTS)) and np.array_equal(library.vectors, Hashed().encode(texts))


def test_a_disk_that_is_full_while_embedding_is_said(write, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    folder, place = write({f"{n}.txt": text for n, text in enumerate(TEXTS)}), tmp_path / "library"
    monkeypatch.setattr("index.disk.append", full)
    with pytest.raises(LibraryError, match="No space left"):
        build(folder, place, "hashed")

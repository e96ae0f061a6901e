"""The measurement of search at several sizes runs, and says what it measured."""

import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from eval import neighbours, scale, vectors

SMALL = ["--most", "5", "--dim", "16"]


def test_each_size_is_measured_flat_and_approximate(tmp_path):
    assert scale.main([*SMALL, "--sizes", "300", "900", "--out", str(tmp_path)]) == 0
    result = json.loads((tmp_path / "scale.json").read_text())
    assert list(result)[:4] == ["command", "commit", "machine", "date"] and result["questions"] == 5
    assert [(row["passages"], row["search"]) for row in result["rows"]] == [
        (size, way) for size in (300, 900) for way in ("flat", "approximate")
    ]
    for row in result["rows"]:
        assert row["recall@10"] >= 0.9 and row["p50_ms"] <= row["p95_ms"] and row["open_s"] > 0
        assert row["search"] == "flat" or list(row["filtered_p50_ms"])[-1] == "100 %"
    for name in scale.CURVES:
        assert ET.parse(tmp_path / f"{name}.svg")


def test_kinds_of_index_are_compared(tmp_path):
    out = tmp_path / "n.json"
    kinds = ["--kinds", "IVF, SQ8", "HNSW 32, SQ8", "--deeper", "2"]
    assert neighbours.main([*SMALL, "--size", "2000", *kinds, "--out", str(out)]) == 0
    rows = json.loads(out.read_text())["rows"]
    assert [row["kind"] for row in rows] == ["IVF, SQ8"] * len(neighbours.PROBES) + ["HNSW 32, SQ8"] * 3
    assert rows[0]["recall@50"] <= rows[len(neighbours.PROBES) - 1]["recall@50"] == 1.0


def test_given_vectors_come_first_and_copies_lie_as_far_as_said(tmp_path):
    given = vectors.unit(np.random.default_rng(4).normal(size=(50, 256)))
    np.save(tmp_path / "given.npy", given)
    args = scale.argparse.Namespace(library=None, vectors=tmp_path / "given.npy", noise=0.5, dim=256)
    facts = vectors.fill(args, tmp_path / "v.f32", 400)
    made = np.fromfile(tmp_path / "v.f32", np.float32).reshape(400, 256)
    assert facts == {"real": 50, "filled": 350, "noise": 0.5, "dim": 256}
    assert {row.tobytes() for row in made[:50]} == {row.tobytes() for row in given}
    assert np.linalg.norm(made, axis=1) == pytest.approx(np.ones(400), abs=1e-5)
    assert (made[50:] @ given.T).max(axis=1).mean() == pytest.approx(1 / 1.25**0.5, abs=0.02)

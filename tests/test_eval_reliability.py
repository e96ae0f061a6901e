"""Calibration error, risk and coverage: worked by hand, and against slow references."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.reliability import area, bins, calibration_error, charts, risk_coverage, threshold_for

ANSWERS = st.lists(st.tuples(st.integers(0, 20).map(lambda n: n / 20), st.booleans()), min_size=1, max_size=40)


def test_ranges_by_hand():
    found = bins([0.05, 0.15, 0.17, 1.0], [False, True, False, True])
    assert [(one.right, one.count) for one in found] == [(0, 1), (0.5, 2), (1, 1)]
    assert [one.confidence for one in found] == pytest.approx([0.05, 0.16, 1])
    assert calibration_error([0.05, 0.15, 0.17, 1.0], [False, True, False, True]) == pytest.approx(
        (0.05 + 2 * abs(0.16 - 0.5) + 0) / 4
    )
    assert calibration_error([], []) is None and area([]) is None


def test_perfect_confidence_has_no_error_and_false_certainty_the_whole():
    assert calibration_error([1, 1, 0, 0], [True, True, False, False]) == 0
    assert calibration_error([1, 1], [False, False]) == 1
    assert calibration_error([0.75] * 4, [True, True, True, False]) == 0


def test_risk_and_coverage_by_hand():
    curve = risk_coverage([0.9, 0.5, 0.5, 0.1], [True, False, True, False])
    assert curve == [(0.25, 0), (0.75, pytest.approx(1 / 3)), (1, 0.5)]
    assert area(curve) == pytest.approx(0.5 / 3 + 0.25 * 0.5)
    assert risk_coverage([0.5, -math.inf, -math.inf], [True, True, False]) == [(pytest.approx(1 / 3), 0), (1, 1 / 3)]


@given(ANSWERS)
def test_risk_at_every_threshold_is_counted(answers):
    p, right = zip(*answers, strict=True)
    expected = []
    for threshold in sorted(set(p), reverse=True):
        taken = [ok for confidence, ok in answers if confidence >= threshold]
        expected.append((len(taken) / len(answers), taken.count(False) / len(taken)))
    assert risk_coverage(p, right) == [pytest.approx(point) for point in expected]


@given(ANSWERS, st.sampled_from([0.0, 0.2, 0.5, 1.0]))
def test_at_the_threshold_the_error_is_kept_and_no_lower_one_keeps_it(answers, error):
    p, right = zip(*answers, strict=True)
    threshold = threshold_for(p, right, error)

    def wrong(least):
        taken = [ok for confidence, ok in answers if confidence >= least]
        return taken.count(False) / len(taken) if taken else 0

    assert wrong(threshold) <= error
    assert all(wrong(confidence) > error for confidence in p if confidence < threshold)


def test_curves_are_drawn():
    drawn = charts({"attest": ([0.9, 0.2, 0.6], [True, False, True]), "raw": ([0.5], [False])})
    assert set(drawn) == {"reliability", "risk"}
    assert all(svg.startswith("<svg") and "attest" in svg for svg in drawn.values())

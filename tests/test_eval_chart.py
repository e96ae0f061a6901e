"""Charts: well-formed SVG whose marks stand where the numbers say."""

import math
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.chart import line_chart, ticks, whole

NUMBERS = st.floats(-1e6, 1e6).map(lambda x: round(x, 6))


def lines(svg):
    """The polylines of the series, as lists of points."""
    found = [e for e in ET.fromstring(svg).iter() if e.tag.endswith("polyline") and e.get("stroke-width") == "2"]
    return [[tuple(map(float, p.split(","))) for p in e.get("points").split()] for e in found][::2]


def test_higher_values_stand_higher_and_later_ones_further_right():
    ((first, second, third),) = lines(line_chart("t", "x", "y", {"a": [(0, 1), (1, 3), (2, 2)]}))
    assert first[0] < second[0] < third[0]
    assert second[1] < third[1] < first[1]  # SVG counts from the top


@given(st.dictionaries(st.text(max_size=8), st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=6), min_size=1))
def test_any_finite_numbers_and_any_names_make_a_chart_that_stays_inside_its_frame(series):
    clean = {re.sub(r"[^\x20-\ud7ff]", "", name): line for name, line in series.items()}
    for line in lines(line_chart("t <&>", "x", "y", clean)):
        assert all(56 <= x <= 620 and 34 <= y <= 294 for x, y in line)


@pytest.mark.parametrize("series", [{}, {"a": []}, {"a": [(0, math.nan)]}, {"a": [(math.inf, 0)]}])
def test_nothing_to_draw_is_said(series):
    with pytest.raises(ValueError, match="at least one, all finite"):
        line_chart("t", "x", "y", series)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0, 1], [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        ([3, 3], [3, 4]),
        ([0.0], [0, 0.2]),
        ([120, 980], [0, 200, 400, 600, 800, 1000]),
    ],
)
def test_ticks_are_round_and_hold_all_values(values, expected):
    assert ticks(values) == pytest.approx(expected)


@given(st.lists(NUMBERS, min_size=1))
def test_ticks_rise_evenly_from_below_to_above(values):
    found = ticks(values)
    near = max(1e-6, 1e-8 * (found[1] - found[0]))  # less than can be seen
    assert 2 <= len(found) <= 12 and found[0] <= min(values) + near and found[-1] >= max(values) - near
    assert found == sorted(set(found))


def test_markup_in_names_is_text():
    svg = line_chart("<script>", "&", '"', {"</svg>": [(0, 0)]})
    assert "<script" not in svg and ET.fromstring(svg).get("aria-label") == "<script>"


def test_on_logarithmic_axes_a_factor_is_a_distance():
    svg = line_chart("t", "x", "y", {"a": [(1_000, 0.02), (10_000, 0.2), (1_000_000, 20)]}, decades=True)
    ((first, second, third),) = lines(svg)
    assert third[0] - first[0] == pytest.approx(3 * (second[0] - first[0]), abs=0.2)
    assert first[1] - third[1] == pytest.approx(3 * (first[1] - second[1]), abs=0.2)
    labels = [e.text for e in ET.fromstring(svg).iter() if e.tag.endswith("text")]
    assert {"1,000", "10,000", "100,000", "1,000,000", "0.01", "0.1", "1", "10", "100"} <= set(labels)


@pytest.mark.parametrize("value", [0, -1, math.nan])
def test_a_logarithmic_axis_has_no_place_for_nothing(value):
    with pytest.raises(ValueError, match="finite"):
        line_chart("t", "x", "y", {"a": [(1, value)]}, decades=True)


@given(st.lists(NUMBERS, min_size=1))
def test_whole_numbers_hold_all_values(values):
    found = whole([value / 1e4 for value in values])
    assert len(found) >= 2 and found[0] <= min(values) / 1e4 + 1e-6 and found[-1] >= max(values) / 1e4 - 1e-6

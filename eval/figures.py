"""The charts of the report, as inline SVG without colours of its own: the page's style sheet gives them by class."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from eval.chart import ticks
from eval.metrics import Row
from eval.reliability import bins, risk_coverage

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 420, 300, 48, 16, 12, 44
BARS = 24
_DRAWN = 400  # points of a curve at most


def calibration(rows: Sequence[Row]) -> str:
    """Share of right answers by confidence; a dot's area says how many answers it stands for."""
    given = [row for row in rows if row.judged and row.answered]
    found = bins([row.confidence for row in given], [row.right for row in given]) if given else []
    frame = Frame((0, 1), (0, 1), "confidence", "share of right answers")
    most = max((one.count for one in found), default=1)
    dots = [_dot(*frame.at(one.confidence, one.right), 3 + 9 * math.sqrt(one.count / most), _of(one)) for one in found]
    ideal = frame.line([(0, 0), (1, 1)], "ideal")
    return frame.svg(ideal + frame.line([(one.confidence, one.right) for one in found], "curve") + "".join(dots))


def risk(rows: Sequence[Row]) -> str:
    """Share of wrong ones among the questions answered, if only the most confident answers are given."""
    judged = [row for row in rows if row.judged]
    curve = risk_coverage([row.confidence if row.answered else -1.0 for row in judged], [row.right for row in judged])
    given = [point for point in curve if point[0] <= sum(row.answered for row in judged) / len(judged) + 1e-9]
    frame = Frame((0, 1), (0, 1), "share of questions answered", "share of wrong answers")
    end = frame.line([(given[-1][0], 0), (given[-1][0], 1)], "ideal") if given else ""
    return frame.svg(end + frame.line([given[0], *_thin(given)] if given else [], "curve"))


def latency(rows: Sequence[Row]) -> str:
    """How many questions took how long, up to the slowest but one in a hundred; the last bar has the rest."""
    times = sorted(row.seconds * 1000 for row in rows)
    end = ticks([0, max(times[math.ceil(0.99 * len(times)) - 1], 1e-3)])[-1]
    counts = [0] * BARS
    for value in times:
        counts[min(BARS - 1, int(value / end * BARS))] += 1
    frame = Frame((0, end), (0, ticks([0, max(counts)])[-1]), "milliseconds for an answer", "questions")
    bars = [_bar(frame, end * n / BARS, end * (n + 1) / BARS, count) for n, count in enumerate(counts) if count]
    return frame.svg("".join(bars))


def strip(value: float, interval: Sequence[float] | None) -> str:
    """A small scale from 0 to 1 with a figure and its interval."""
    low, high = interval or (value, value)
    low, middle, high = (120 * min(1.0, max(0.0, place)) for place in (low, value, high))
    return (
        '<svg class="strip" viewBox="-4 0 128 12" aria-hidden="true"><rect class="track" y="5" width="120" height="2"/>'
        f'<rect class="span" x="{low:.1f}" y="3" width="{max(1.5, high - low):.1f}" height="6" rx="3"/>'
        f'<circle class="dot" cx="{middle:.1f}" cy="6" r="3"/></svg>'
    )


class Frame:
    """Axes over two ranges, and places in them."""

    def __init__(self, across: tuple[float, float], up: tuple[float, float], x_label: str, y_label: str) -> None:
        self.across, self.up, self.labels = across, up, (x_label, y_label)

    def at(self, x: float, y: float) -> tuple[float, float]:
        right = (x - self.across[0]) / (self.across[1] - self.across[0])
        above = (y - self.up[0]) / (self.up[1] - self.up[0])
        return LEFT + right * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - above * (HEIGHT - TOP - BOTTOM)

    def line(self, points: Sequence[tuple[float, float]], kind: str) -> str:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (self.at(*point) for point in points))
        return f'<polyline class="{kind}" points="{path}"/>' if points else ""

    def svg(self, marks: str) -> str:
        """The whole chart around what is drawn in it."""
        middle = (TOP + HEIGHT - BOTTOM) / 2
        x_label, y_label = map(escape, self.labels)
        parts = [
            f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{y_label} by {x_label}">',
            *(self._tick(value, down=True) for value in ticks(self.across)),
            *(self._tick(value, down=False) for value in ticks(self.up)),
            f'<text class="label" x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}">{x_label}</text>',
            f'<text class="label" transform="rotate(-90 12 {middle})" x="12" y="{middle}">{y_label}</text>',
        ]
        return "".join([*parts, marks, "</svg>"])

    def _tick(self, value: float, down: bool) -> str:
        if down:
            x, y = self.at(value, self.up[0])
            return f'<text class="tick" x="{x:.1f}" y="{y + 16:.1f}">{value:g}</text>'
        x, y = self.at(self.across[0], value)
        edge = self.line([(self.across[0], value), (self.across[1], value)], "grid")
        return f'{edge}<text class="tick side" x="{x - 7:.1f}" y="{y + 4:.1f}">{value:g}</text>'


def _dot(x: float, y: float, radius: float, title: str) -> str:
    return f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"><title>{escape(title)}</title></circle>'


def _of(one: object) -> str:
    return f"{getattr(one, 'count', 0)} answers of about this confidence"


def _bar(frame: Frame, start: float, end: float, count: int) -> str:
    (x, y), (right, floor) = frame.at(start, count), frame.at(end, 0)
    title = f"{count} questions, {start:.0f} to {end:.0f} ms"
    size = f'width="{right - x - 1:.1f}" height="{floor - y:.1f}"'
    return f'<rect class="bar" x="{x:.1f}" y="{y:.1f}" {size} rx="1"><title>{title}</title></rect>'


def _thin(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    step = max(1, len(points) // _DRAWN)
    return [*points[::step], points[-1]]

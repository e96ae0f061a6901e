"""Line charts as SVG text: no library, no script, no outside host; readable in light and dark."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

Points = Sequence[tuple[float, float]]
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 640, 340, 56, 20, 34, 46
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")  # Okabe and Ito: told apart by all eyes


def line_chart(title: str, x_label: str, y_label: str, series: Mapping[str, Points], decades: bool = False) -> str:
    """One line for each series, in the order given; a line of one point is drawn as a dot.

    decades: both axes are logarithmic. Raises ValueError where there is no point at all, or one that is not finite (for
    decades: not above zero).
    """
    if decades:
        series = {name: [(_log10(x), _log10(y)) for x, y in line] for name, line in series.items()}
    points = [point for line in series.values() for point in line]
    if not points or not all(math.isfinite(value) for point in points for value in point):
        raise ValueError(f"a chart {title!r} of {len(points)} points: needs at least one, all finite")
    x_ticks, y_ticks = ((whole if decades else ticks)([point[axis] for point in points]) for axis in (0, 1))

    def place(x: float, y: float) -> tuple[float, float]:
        across = (x - x_ticks[0]) / (x_ticks[-1] - x_ticks[0])
        up = (y - y_ticks[0]) / (y_ticks[-1] - y_ticks[0])
        return (
            round(_LEFT + across * (_WIDTH - _LEFT - _RIGHT), 1),
            round(_HEIGHT - _BOTTOM - up * (_HEIGHT - _TOP - _BOTTOM), 1),
        )

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(title)}" font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        _text(_WIDTH / 2, 18, title, "middle", 'font-size="14" font-weight="bold"'),
        _text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 10, x_label, "middle"),
        f'<g transform="rotate(-90 14 {_HEIGHT / 2})">{_text(14, _HEIGHT / 2, y_label, "middle")}</g>',
    ]
    for tick in x_ticks:
        x, y = place(tick, y_ticks[0])
        anchor = "end" if tick == x_ticks[-1] else "middle"  # the last label stays inside
        parts += [_line([(x, y), (x, _TOP)], "#dddddd"), _text(x, y + 16, _label(tick, decades), anchor)]
    for tick in y_ticks:
        x, y = place(x_ticks[0], tick)
        parts += [_line([(x, y), (_WIDTH - _RIGHT, y)], "#dddddd"), _text(x - 6, y + 4, _label(tick, decades), "end")]
    for number, (name, line) in enumerate(series.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        placed = [place(*point) for point in line]
        parts.append(_line(placed, colour, 'stroke-width="2"'))
        parts += [f'<circle cx="{x}" cy="{y}" r="2.5" fill="{colour}"/>' for x, y in placed if len(placed) <= 40]
        y = _TOP + 16 + 16 * number
        x = _LEFT + 12 if decades else _WIDTH - 150  # what grows leaves the upper left free
        parts += [_line([(x, y - 4), (x + 20, y - 4)], colour, 'stroke-width="2"'), _text(x + 26, y, name, "start")]
    return "\n".join([*parts, "</svg>\n"])


def ticks(values: Sequence[float], about: int = 6) -> list[float]:
    """Round numbers, evenly spaced, from at most the lowest value to at least the highest; at least two."""
    low, high = min(values), max(values)
    rough = (high - low or abs(high) or 1.0) / (about - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * n for n in (1, 2, 2.5, 5, 10) if power * n >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(n * step, 10) for n in range(first, max(last, first + 1) + 1)]


def whole(values: Sequence[float]) -> list[float]:
    """The whole numbers from at most the lowest value to at least the highest; at least two."""
    low, high = math.floor(min(values) + 1e-9), math.ceil(max(values) - 1e-9)
    return [float(n) for n in range(low, max(high, low + 1) + 1)]


def _log10(value: float) -> float:
    return math.log10(value) if value > 0 else math.nan


def _label(tick: float, decades: bool) -> str:
    return f"{10**tick:,.0f}" if decades and tick >= 0 else f"{10**tick if decades else tick:g}"


def _line(points: Points, colour: str, more: str = "") -> str:
    path = " ".join(f"{x:g},{y:g}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" {more}/>'


def _text(x: float, y: float, text: str, anchor: str, more: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="#222222" {more}>{escape(text)}</text>'

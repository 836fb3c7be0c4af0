"""Curves over the seconds of a run, as the points of an inline SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 800, 180


@dataclass(frozen=True)
class Curve:
    label: str
    colour: str
    points: str


@dataclass(frozen=True)
class Plot:
    """`top` is the value of the upper edge; the lower edge is zero."""

    title: str
    top: str
    seconds: int
    curves: list[Curve]
    width: int = WIDTH
    height: int = HEIGHT


def rate_plot(timeline: Sequence[dict[str, float]]) -> Plot:
    return _plot("Requests per second", timeline, {"requests": "#2563eb", "errors": "#dc2626"}, "")


def latency_plot(timeline: Sequence[dict[str, float]]) -> Plot:
    return _plot("Service time", timeline, {"p50": "#16a34a", "p95": "#ca8a04", "max": "#dc2626"}, " ms")


def _plot(title: str, timeline: Sequence[dict[str, float]], colours: dict[str, str], unit: str) -> Plot:
    top = max((row.get(name, 0.0) for row in timeline for name in colours), default=0.0)
    last = max(1, len(timeline) - 1)
    curves = []
    for name, colour in colours.items():
        places = [
            (row["second"] / last * WIDTH, HEIGHT - row[name] / (top or 1.0) * HEIGHT)
            for row in timeline
            if name in row
        ]
        curves.append(Curve(name, colour, " ".join(f"{x:.1f},{y:.1f}" for x, y in places)))
    return Plot(title, f"{top:,.0f}{unit}", len(timeline), curves)

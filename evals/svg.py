"""Charts as inline SVG: two axes, lines, dots, bars. Colours come from the page's style sheet."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from markupsafe import Markup, escape

WIDTH, HEIGHT = 560, 330
LEFT, RIGHT, TOP, BOTTOM = 62, 18, 16, 46


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis spans, where its ticks stand, and how they are written."""

    label: str
    low: float
    high: float
    ticks: Sequence[float]
    write: Callable[[float], str]

    def share(self, value: float) -> float:
        """How far along the axis a value lies, 0 to 1; values beyond the ends stay at them."""
        return (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)


@dataclass(slots=True)
class Chart:
    """Marks between two axes; `title` is what a screen reader says."""

    title: str
    x: Axis
    y: Axis
    marks: list[Markup] = field(default_factory=list)

    def line(self, points: Iterable[tuple[float, float]], style: str) -> None:
        """Straight lines from point to point."""
        path = " ".join(f"{self._x(x):.1f},{self._y(y):.1f}" for x, y in points)
        self.marks.append(Markup('<polyline class="{}" points="{}"/>').format(style, path))

    def steps(self, points: Sequence[tuple[float, float]], style: str) -> None:
        """Level from each point until the next, and from the last to the end of the axis."""
        corners = [points[0]]
        for (_, before), (x, y) in pairwise(points):
            if x > self.x.high:
                break
            corners += [(x, before), (x, y)]
        self.line([*corners, (self.x.high, corners[-1][1])], style)

    def dot(self, x: float, y: float, radius: float, style: str, hint: str = "") -> None:
        """A filled circle; `hint` shows when a pointer rests on it."""
        self.marks.append(
            Markup(
                '<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{:.1f}"><title>{}</title></circle>'
            ).format(style, self._x(x), self._y(y), radius, hint)
        )

    def bar(self, low: float, high: float, value: float, style: str) -> None:
        """A bar from the x axis up to a value, a pixel of air on its right."""
        left, right, top = self._x(low), self._x(high), self._y(value)
        self.marks.append(
            Markup(
                '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="1.5"/>'
            ).format(style, left, top, max(right - left - 1.5, 1), HEIGHT - BOTTOM - top)
        )

    def upright(self, x: float, style: str) -> None:
        """A line over the whole height."""
        self.line([(x, self.y.low), (x, self.y.high)], style)

    def note(self, x: float, y: float, text: str, style: str = "", anchor: str = "start") -> None:
        """Text at a point, a little above it."""
        self.marks.append(
            Markup('<text class="note {}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
                style, self._x(x), self._y(y) - 5, anchor, text
            )
        )

    def render(self) -> Markup:
        """The chart as an `<svg>` element."""
        return Markup(
            '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>'
        ).format(WIDTH, HEIGHT, self.title, self._frame(), Markup().join(self.marks))

    def _frame(self) -> Markup:
        bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
        rules = [
            Markup(
                '<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
                '<text class="tick" x="{}" y="{:.1f}" text-anchor="end">{}</text>'
            ).format(
                LEFT, right, self._y(tick), self._y(tick), LEFT - 8, self._y(tick) + 4,
                self.y.write(tick),
            )
            for tick in self.y.ticks
        ]  # fmt: skip
        marks = [
            Markup('<text class="tick" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
                self._x(tick), bottom + 18, self.x.write(tick)
            )
            for tick in self.x.ticks
        ]
        labels = Markup(
            '<line class="axis" x1="{}" x2="{}" y1="{}" y2="{}"/>'
            '<text class="label" x="{}" y="{}" text-anchor="end">{}</text>'
            '<text class="label" x="{}" y="{}" transform="rotate(-90 14 {})">{}</text>'
        ).format(
            LEFT, right, bottom, bottom, right, HEIGHT - 8, escape(self.x.label), 14, bottom,
            bottom, escape(self.y.label),
        )  # fmt: skip
        return Markup().join([*rules, *marks, labels])

    def _x(self, value: float) -> float:
        return LEFT + self.x.share(value) * (WIDTH - LEFT - RIGHT)

    def _y(self, value: float) -> float:
        return HEIGHT - BOTTOM - self.y.share(value) * (HEIGHT - TOP - BOTTOM)

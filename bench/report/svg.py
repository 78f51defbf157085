# svg.py: charts as SVG text, for bench/report/plots. Standard library only. The same
# input gives the same bytes, so that a plot under version control changes with its
# numbers alone. Colours follow the reader's light or dark scheme.
import math
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH = 760
# By place in a chart: for light and for dark backgrounds, apart for the colour-blind, too.
COLOURS = [("#0067a5", "#5cb3f0"), ("#c84c00", "#f5a05a"), ("#00805a", "#4fcf9f"), ("#8a5aa8", "#c9a0e8"), ("#6b6b6b", "#b0b0b0")]
STYLE = "\n".join(
    [
        "text { font: 13px sans-serif; fill: #24292f }",
        ".title { font-weight: bold; font-size: 15px }",
        ".ground { fill: #ffffff }",
        ".grid { stroke: #d8dee4; stroke-width: 1 }",
        ".line { fill: none; stroke-width: 2.2 }",
        ".behind { stroke-dasharray: 5 4; stroke-width: 1.6 }",
        *(f".c{i} {{ stroke: {light}; fill: {light} }}" for i, (light, _) in enumerate(COLOURS)),
        ".line { fill: none }",
        "@media (prefers-color-scheme: dark) {",
        "text { fill: #d1d7e0 }",
        ".ground { fill: #151b23 }",
        ".grid { stroke: #3d444d }",
        *(f".c{i} {{ stroke: {dark}; fill: {dark} }}" for i, (_, dark) in enumerate(COLOURS)),
        ".line { fill: none }",
        "}",
    ]
)


@dataclass
class Axis:
    """Where values lie between 0 and 1. `scale` is monotonic; ticks are (value, text)."""

    label: str
    ticks: list
    scale: object
    low: float
    high: float

    def place(self, value):
        low, high = self.scale(self.low), self.scale(self.high)
        return (self.scale(value) - low) / (high - low)


@dataclass
class Series:
    """Points (x, y) of a line. `behind`: dashed and without marks."""

    name: str
    colour: int
    points: list
    behind: bool = False


def short(value):
    """1500000 as 1.5M, 20000 as 20k."""
    for size, suffix in ((1e6, "M"), (1e3, "k")):
        if value >= size * 0.9995:
            return f"{value / size:.3g}{suffix}"
    return f"{value:.3g}"


def within(candidates, values):
    """Of sorted candidates those from the last one below all values to the first one above."""
    low = max((c for c in candidates if c < min(values)), default=candidates[0])
    high = min((c for c in candidates if c > max(values)), default=candidates[-1])
    return [c for c in candidates if low <= c <= high]


def logarithmic(label, values, text=short):
    ticks = within([m * 10.0**e for e in range(-4, 9) for m in (1, 2, 5)], values)
    return Axis(label, [(t, text(t)) for t in ticks], math.log10, ticks[0], ticks[-1])


def linear_from_zero(label, values):
    step = 10 ** math.floor(math.log10(max(values)))
    step = next(s for s in (step / 5, step / 2, step, step * 2) if max(values) / s <= 6)
    ticks = [step * i for i in range(math.ceil(max(values) / step * 1.04) + 1)]
    return Axis(label, [(t, short(t) if t else "0") for t in ticks], float, 0, ticks[-1])


def nines(label, values):
    """Shares near 1, such that 0.9 to 0.99 is as far as 0.99 to 0.999."""
    ticks = within([0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9999], values)
    return Axis(label, [(t, f"{t:g}") for t in ticks], lambda v: -math.log10(1 - min(v, 0.9999)), ticks[0], ticks[-1])


class Chart:
    """The elements of a picture, and its height."""

    def __init__(self, title, height):
        self.height = height
        self.elements = []
        self.text(WIDTH / 2, 24, title, "middle", "title")

    def text(self, x, y, text, anchor="start", kind="", turned=False):
        turn = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turned else ""
        kind = f' class="{kind}"' if kind else ""
        self.elements.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{kind}{turn}>{escape(text)}</text>')

    def line(self, points, kind):
        where = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.elements.append(f'<polyline class="{kind}" points="{where}"/>')

    def legend(self, y, entries):
        """Entries (name, colour, behind), centred, on as many lines as they need."""
        lines, width = [[]], 0
        for entry in entries:
            needed = 44 + 7.2 * len(entry[0])
            if lines[-1] and width + needed > WIDTH - 60:
                lines.append([])
                width = 0
            lines[-1].append((needed, entry))
            width += needed
        for line in lines:
            x = (WIDTH - sum(needed for needed, _ in line)) / 2
            for needed, (name, colour, behind) in line:
                self.line([(x, y - 4), (x + 22, y - 4)], f"line c{colour}{' behind' if behind else ''}")
                self.text(x + 28, y, name)
                x += needed
            y += 19

    def svg(self):
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height}" width="{WIDTH}" height="{self.height}">'
        ground = f'<rect class="ground" width="{WIDTH}" height="{self.height}"/>'
        return "\n".join([head, f"<style>\n{STYLE}\n</style>", ground, *self.elements, "</svg>", ""])


def frame(chart, box, x_axis, y_axis):
    """Grid and labels in box (left, top, right, bottom); returns the function that places points."""
    left, top, right, bottom = box

    def put(x, y):
        return left + x_axis.place(x) * (right - left), bottom - y_axis.place(y) * (bottom - top)

    for value, text in y_axis.ticks:
        y = put(x_axis.low, value)[1]
        chart.line([(left, y), (right, y)], "grid")
        chart.text(left - 7, y + 4, text, "end")
    for value, text in x_axis.ticks:
        x = put(value, y_axis.low)[0]
        if x_axis.scale is not slot:
            chart.line([(x, top), (x, bottom)], "grid")
        for row, part in enumerate(text.split("\n")):
            chart.text(x, bottom + 19 + 15 * row, part, "middle")
    chart.text((left + right) / 2, bottom + 42 + 4 * (x_axis.scale is slot), x_axis.label, "middle")
    chart.text(left - 50, (top + bottom) / 2, y_axis.label, "middle", turned=True)
    return put


def draw_lines(chart, put, series):
    for one in sorted(series, key=lambda s: not s.behind):
        places = [put(x, y) for x, y in one.points]
        chart.line(places, f"line c{one.colour}{' behind' if one.behind else ''}")
        if not one.behind:
            chart.elements += [f'<circle class="c{one.colour}" cx="{x:.1f}" cy="{y:.1f}" r="3.4"/>' for x, y in places]


def line_chart(title, x_axis, y_axis, series):
    chart = Chart(title, 470)
    chart.legend(50, [(s.name, s.colour, s.behind) for s in series])
    draw_lines(chart, frame(chart, (72, 74, WIDTH - 24, 410), x_axis, y_axis), series)
    return chart.svg()


def panels(title, rows):
    """Rows of (heading, x_axis, y_axis, series) side by side; series have the same names in all."""
    height = 210
    chart = Chart(title, 66 + len(rows) * height)
    names = {s.name: s for row in rows for panel in row for s in panel[3]}
    chart.legend(50, [(s.name, s.colour, s.behind) for s in names.values()])
    for i, row in enumerate(rows):
        width = (WIDTH - 12) / len(row)
        for j, (heading, x_axis, y_axis, series) in enumerate(row):
            left, top = 66 + j * width, 84 + i * height
            chart.text((left * 2 + width - 76) / 2, top - 8, heading, "middle")
            draw_lines(chart, frame(chart, (left, top, left + width - 76, top + height - 74), x_axis, y_axis), series)
    return chart.svg()


def slot(value):
    """The scale of an axis whose values are places of groups."""
    return value


def bar_chart(title, y_label, x_label, groups, series):
    """Groups are names (with a line break, if need be), series (name, colour, a value or None of each)."""
    chart = Chart(title, 400)
    chart.legend(50, [(name, colour, False) for name, colour, _ in series])
    x_axis = Axis(x_label, [(i + 0.5, name) for i, name in enumerate(groups)], slot, 0, len(groups))
    y_axis = linear_from_zero(y_label, [v for _, _, values in series for v in values if v is not None])
    put = frame(chart, (72, 70, WIDTH - 24, 340), x_axis, y_axis)
    for i in range(len(groups)):
        there = [(colour, values[i]) for _, colour, values in series if values[i] is not None]
        width = min(0.8 / max(len(there), 1), 0.26)
        for j, (colour, value) in enumerate(there):
            middle = i + 0.5 + (j - (len(there) - 1) / 2) * width
            left, top = put(middle - width * 0.44, value)
            right, bottom = put(middle + width * 0.44, 0)
            chart.elements.append(
                f'<rect class="c{colour}" x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}"/>'
            )
            chart.text((left + right) / 2, top - 5, short(value), "middle")
    return chart.svg()

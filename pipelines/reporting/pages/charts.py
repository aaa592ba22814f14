"""The two drawn charts: an objective's way to its target, and academies on a funnel. What they say is given; no figures are chosen here.

Each is one inline SVG with a title and a description, and no wider than its text can be read.
"""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import altair as alt
import pandas as pd
from markupsafe import Markup

from pipelines.reporting.commentary import say
from pipelines.reporting.funnels import FAR
from pipelines.reporting.pages.drawing import ALONG, BY_PIECE, FONT, SIDEWAYS, TEXT, UP_TO, Layer, Plane, box, drawn, spot, words
from pipelines.reporting.pages.plots import BAND, INK, NAVY, PAPER, RUST, SOFT, TEAL, Scale, ticks
from pipelines.reporting.words import count, per_cent

AMBER, EDGE, INNER = "#8a5a00", "#66737f", "#c9d5e0"
NOW = {"on_track": (TEAL, "circle"), "at_risk": (AMBER, "triangle-up"), "off_track": (RUST, "square")}
"""Colour and shape of this year's mark by status; any other status is a navy circle."""
POSITION_WORDS = {"above": "above", "below": "below", "far_above": "far above", "far_below": "far below"}
SIZES = {"95": 1.96, "998": 3.09}
"""Standard errors from the line to the two limits, as in ``mart_funnel``."""
OTHERS = "Other academies, beside the whole trust"
"""Academies without a phase of their own, or of several: the others are held against their phases."""
STEPS = 60
LETTER = 6.6
"""Width of a letter at the size of text, on the wide side."""
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Point:
    """A figure of one academic year, told by the calendar year in which it begins; without a ``value``, ``text`` is its symbol."""

    year: int
    text: str
    value: float | None = None


def trajectory(
    years: Sequence[Point],
    *,
    prefix: str,
    title: str,
    says: str,
    status: str = "",
    plan: Sequence[Point] = (),
    ends: tuple[float | None, float | None] = (None, None),
    beside: str = "",
    unit: str = "",
) -> Markup:
    """An objective's years as a solid line with ``ends`` as the range of the last, and its ``plan`` as a dotted one to an open diamond.

    ``years``: in order, the last being this year; one that is not shown is a hatched column with its symbol. ``plan``: the baseline and the
    target, or, with ``beside``, the figures of that geography, which end in its name. ``unit``: what the numbers count, where they do not say.
    """
    seen = [point for point in years if point.value is not None]
    now = years[-1] if years and years[-1].value is not None else None
    plane = _trajectory_plane(years, plan, ends if now else (None, None), beside, room_above=bool(unit))
    place = plane.encoding()
    layers = _hatched(plane, place, [point for point in years if point.value is None])
    layers += _planned(place, plan, beside)
    if now and ends[0] is not None and ends[1] is not None:
        layers.append(_range_bar(place, now.year, (ends[0], ends[1])))
    layers += _line(place, years)
    layers += [_dots(place, [point for point in seen if point is not now], NAVY, "circle", 34)]
    if now:
        layers.append(_dots(place, [now], *NOW.get(status, (NAVY, "circle")), 110))
    if plan and not beside:
        layers.append(_dots(place, [plan[-1]], NAVY, "diamond", 110, open_=True))
    layers += _value_labels(plane, place, seen, now, plan, beside)
    layers += _year_labels(plane, years, plan)
    if unit:
        layers.append(words([{}], {"x": alt.value(4), "y": alt.value(11)}, text=unit, align="left"))
    return drawn(layers, plane, prefix, title, says)


def _trajectory_plane(
    years: Sequence[Point], plan: Sequence[Point], ends: tuple[float | None, float | None], beside: str, room_above: bool
) -> Plane:
    every = [*years, *plan]
    first, last = min(point.year for point in every), max(point.year for point in every)
    numbers = [number for number in (*(point.value for point in every), *ends) if number is not None] or [0.0]
    low, high = min(numbers), max(numbers)
    room = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    above = 46 if room_above else 28
    margins = (34, 104 if beside else 56, above, 42)
    return Plane(300, above + 124, margins, (first, last if last > first else first + 1), (low - room, high + room))


def _hatched(plane: Plane, place: dict[str, Any], hidden: Sequence[Point]) -> list[Layer]:
    """A hatched column for each year that is not shown, with its symbol in the middle."""
    if not hidden:
        return []
    (bottom, top), half, step = plane.upwards, 17, 9
    lines: list[dict[str, Any] | None] = []
    boxes, plates, symbols = [], [], []
    for point in hidden:
        middle = plane.at(point.year, plane.y[0])[0]
        left, right = middle - half, middle + half
        boxes.append(box(plane, (left, bottom), (right, top)))
        for start in range(int(bottom - top) // step + 4):
            y = top + start * step
            begin, end = (left, y), (right, y - 2 * half)
            lines.append(_inside(plane, begin, end, (top, bottom)))
        centre = (bottom + top) / 2
        plates.append(box(plane, (middle - 13, centre + 10), (middle + 13, centre - 10)))
        x, y = plane.number(middle, centre)
        symbols.append({"x": x, "y": y, "text": point.text})
    kept = [line for line in lines if line]
    corners = {**place, "x2": SIDEWAYS, "y2": UP_TO}
    return [
        Layer(kept, {"type": "rule", "stroke": EDGE, "strokeWidth": 1}, corners),
        Layer(boxes, {"type": "rect", "filled": False, "stroke": EDGE, "strokeWidth": 1}, corners),
        Layer(plates, {"type": "rect", "fill": PAPER}, corners),
        words(symbols, place, colour=INK),
    ]


def _inside(plane: Plane, start: tuple[float, float], end: tuple[float, float], between: tuple[float, float]) -> dict[str, float] | None:
    """A line that rises to the right, cut off above and below; nothing where it lies wholly outside."""
    (x, y), (x2, y2) = start, end
    top, bottom = between
    if y2 >= bottom or y <= top:
        return None
    if y > bottom:
        x, y = x + (y - bottom), bottom
    if y2 < top:
        x2, y2 = x2 - (top - y2), top
    return box(plane, (x, y), (x2, y2))


def _planned(place: dict[str, Any], plan: Sequence[Point], beside: str) -> list[Layer]:
    rows = [{"x": point.year, "y": point.value} for point in plan if point.value is not None]
    dotted = {"type": "line", "stroke": EDGE, "strokeWidth": 2, "strokeDash": [2, 4], "strokeCap": "round"}
    line = Layer(rows if len(rows) > 1 else [], dotted, {**place, "order": ALONG})
    return [line, Layer(rows, spot("square", 30, PAPER, EDGE, 1.5), place)] if beside else [line]


def _range_bar(place: dict[str, Any], year: int, ends: tuple[float, float]) -> Layer:
    style = {"type": "bar", "size": 13, "fill": BAND, "stroke": EDGE, "strokeWidth": 1, "cornerRadius": 6, "opacity": 1}
    return Layer([{"x": year, "y": ends[0], "y2": ends[1]}], style, {**place, "y2": UP_TO})


def _line(place: dict[str, Any], years: Sequence[Point]) -> list[Layer]:
    """The years that are shown, joined where none between them is hidden."""
    rows, piece = [], 0
    for point in years:
        if point.value is None:
            piece += 1
        else:
            rows.append({"x": point.year, "y": point.value, "piece": piece})
    together = Counter(row["piece"] for row in rows)
    joined = [row for row in rows if together[row["piece"]] > 1]
    return [Layer(joined, {"type": "line", "stroke": NAVY, "strokeWidth": 2.25}, {**place, "detail": BY_PIECE, "order": ALONG})]


def _dots(place: dict[str, Any], points: Sequence[Point], colour: str, shape: str, size: int, open_: bool = False) -> Layer:
    rows = [{"x": point.year, "y": point.value} for point in points]
    return Layer(rows, spot(shape, size, PAPER, colour, 2) if open_ else spot(shape, size, colour, PAPER, 1), place)


def _value_labels(
    plane: Plane, place: dict[str, Any], seen: Sequence[Point], now: Point | None, plan: Sequence[Point], beside: str
) -> list[Layer]:
    """The first figure, this year's in bold, and the target or the last figure of elsewhere: no two over each other."""
    layers: list[Layer] = []
    start = min([*seen, *plan[:1]], key=lambda point: point.year, default=None)
    end = plan[-1] if plan else None
    if start and start is not now and start is not end and not (now and start.year == now.year):
        follows = [point for point in (*seen, *plan) if point.year > start.year and point.value is not None]
        falls = bool(follows) and _value(follows[0]) <= _value(start)
        layers.append(_label(place, start, start.text, dy=-13 if falls else 15, align="center"))
    shift = _apart(plane, now, plan) if now else 0
    if now:
        layers.append(_label(place, now, now.text, dx=12, dy=shift, bold=True))
    if end:
        text = f"{beside} {end.text}" if beside else end.text
        together = now is not None and end.year == now.year
        layers.append(_label(place, end, text, dx=12, dy=-shift if together else 0))
    return layers


def _value(point: Point) -> float:
    return 0.0 if point.value is None else point.value


def _on_line(plan: Sequence[Point], year: float) -> float | None:
    """Where the dotted line is in ``year`` or at a part of it."""
    known = [point for point in plan if point.value is not None]
    for one, other in pairwise(known):
        if one.year <= year <= other.year:
            share = (year - one.year) / (other.year - one.year)
            return _value(one) + share * (_value(other) - _value(one))
    return known[-1].value if known and known[-1].year <= year < known[-1].year + 1 else None


def _apart(plane: Plane, now: Point, plan: Sequence[Point]) -> float:
    """How far this year's label moves up or down, so that the dotted line beside it does not run through it."""
    label = plane.at(now.year, _value(now))
    planned = _on_line(plan, plane.number(label[0] + 30, label[1])[0])
    if planned is None:
        return 0
    far = label[1] - plane.at(now.year, planned)[1]
    away = max(0.0, 14 - abs(far))
    return away if far > 0 else -away


def _year_labels(plane: Plane, years: Sequence[Point], plan: Sequence[Point]) -> list[Layer]:
    """The first year, this year and the target's below the line."""
    every = sorted({point.year for point in (*years, *plan)})
    told = sorted({every[0], every[-1], *([years[-1].year] if years else [])})
    step = (plane.across[1] - plane.across[0]) / max(1, every[-1] - every[0])
    rows = [{"x": year, "text": _short_year(year, narrow=step < 54)} for year in told]
    place = {**plane.encoding(), "y": alt.value(plane.height - 8)}
    now = years[-1].year if years else None
    return [
        words([row for row in rows if row["x"] != now], place),
        words([row for row in rows if row["x"] == now], place, bold=True, colour=INK),
    ]


def _short_year(year: int, narrow: bool) -> str:
    return f"{year % 100:02d}/{(year + 1) % 100:02d}" if narrow else f"{year}/{(year + 1) % 100:02d}"


def _label(place: dict[str, Any], point: Point, text: str, dx: float = 0, dy: float = 0, align: str = "left", bold: bool = False) -> Layer:
    rows = [{"x": point.year, "y": point.value, "text": text}]
    return words(rows, place, align=align, dx=dx, dy=dy, bold=bold, colour=INK if bold else SOFT)


def funnels(rows: pd.DataFrame, areas: Mapping[tuple[str, str], str], *, prefix: str, title: str, people: str) -> tuple[Markup, ...]:
    """Rows of ``mart_funnel`` of one measure and period as one funnel for each rate that academies are held against, phases first.

    A funnel's limits belong to its own line, and academies of different phases have different lines: so each line has its drawing. All
    span as many percentage points upwards, so that as far from the line is as far in each. ``areas``: labels by level and code. ``people``:
    what is counted across, such as "pupils".
    """
    rows = rows.sort_values("area_code")
    targets = rows[["target_level", "target_code"]].drop_duplicates().itertuples(index=False, name=None)
    ordered = sorted(targets, key=lambda key: (key[0] == "trust", areas[key]))
    out = []
    for number, key in enumerate(ordered, start=1):
        own = rows[rows["target_level"].eq(key[0]) & rows["target_code"].eq(key[1])]
        name = areas[key] if key[0] != "trust" else "Whole trust" if len(ordered) == 1 else OTHERS
        names = {code: areas["academy", code] for code in own["area_code"]}
        out.append(_funnel(own, names, name, _furthest(rows), prefix=f"{prefix}-{number}", title=title, people=people))
    return tuple(out)


def _furthest(rows: pd.DataFrame) -> float:
    """How far from its line the furthest share or near limit lies, with a little room."""
    return 1.2 * float(max((rows[name] - rows["target"]).abs().max() for name in ("value", "low_95", "high_95")))


def _funnel(rows: pd.DataFrame, names: Mapping[str, str], line: str, reach: float, *, prefix: str, title: str, people: str) -> Markup:
    """The academies that are held against one rate: those beyond the inner limits named, those inside plain dots."""
    target, most = float(rows["target"].iloc[0]), float(rows["denominator"].max())
    low = min(max(0.0, target - reach), max(0.0, 1 - 2 * reach))
    plane = Plane(260, 226, (42, 44, 34, 44), (0.0, most * 1.08), (low, min(1.0, low + 2 * reach)))
    labels = {"labelColor": SOFT, "labelFontSize": TEXT, "labelFont": FONT, "labelFlush": False}
    axis: dict[str, Any] = {"domain": False, "tickColor": EDGE, "grid": False, **labels}
    shares = [number for number, _ in ticks(Scale(*plane.y))]
    across = alt.Axis(tickCount=3, format=",d", orient="bottom", offset=-(plane.height - plane.upwards[0]), **axis)
    up = alt.Axis(values=shares, format=".0%", orient="left", offset=-plane.across[0], **axis)
    place = plane.encoding(across, up)
    ends = [{"x": x, "y": target} for x in plane.x]
    middle = Layer(ends, {"type": "line", "stroke": INK, "strokeWidth": 1.5}, place)
    layers = [*_limits(rows, plane, place), middle, *_academies(rows, names, plane, place)]
    layers += _funnel_words(
        plane, place, line if line == OTHERS else f"{line}: {len(rows)} {'academy' if len(rows) == 1 else 'academies'}", target, people
    )
    return drawn(layers, plane, prefix, f"{title}: {line}", _funnel_says(rows, names, line, people))


def _limits(rows: pd.DataFrame, plane: Plane, place: dict[str, Any]) -> list[Layer]:
    """Where chance alone leaves 95% and 99.8% of academies, by their size: two shades with an edge each."""
    target, wide = float(rows["target"].iloc[0]), math.sqrt(float(rows["overdispersion"].iloc[0]))
    least, most = max(1.0, float(rows["denominator"].min()) * 0.6), plane.x[1]
    sizes = [least * (most / least) ** (step / STEPS) for step in range(STEPS + 1)]
    layers: list[Layer] = []
    for name, shade, dash in (("998", BAND, [2, 3]), ("95", INNER, [1, 0])):
        far = [SIZES[name] * wide * math.sqrt(target * (1 - target) / size) for size in sizes]
        band = [
            {"x": size, "y": max(plane.y[0], target - reach), "y2": min(plane.y[1], target + reach)}
            for size, reach in zip(sizes, far, strict=True)
        ]
        layers.append(Layer(band, {"type": "area", "fill": shade, "opacity": 1}, {**place, "y2": UP_TO}))
        edge = [{"x": size, "y": target + sign * reach, "piece": sign} for sign in (-1, 1) for size, reach in zip(sizes, far, strict=True)]
        edge = [row for row in edge if plane.y[0] <= row["y"] <= plane.y[1]]
        line = {"type": "line", "stroke": EDGE, "strokeWidth": 1, "strokeDash": dash}
        layers.append(Layer(edge, line, {**place, "detail": BY_PIECE}))
    return layers


def _academies(rows: pd.DataFrame, names: Mapping[str, str], plane: Plane, place: dict[str, Any]) -> list[Layer]:
    """Plain dots inside the inner limits, open diamonds between the limits, full ones beyond the outer."""
    far, beyond = rows["position"].isin(FAR), rows["position"].isin(POSITION_WORDS)
    inside, near, outside = (
        [{"x": float(x), "y": float(y)} for x, y in some[["denominator", "value"]].itertuples(index=False)]
        for some in (rows[~beyond], rows[beyond & ~far], rows[far])
    )
    plates, texts = _names(rows, names, plane, place)
    return [
        plates,
        Layer(inside, spot("circle", 52, PAPER, NAVY, 1.75), place),
        Layer(near, spot("diamond", 110, PAPER, NAVY, 2), place),
        Layer(outside, spot("diamond", 120, RUST, PAPER, 1), place),
        *texts,
    ]


def _names(rows: pd.DataFrame, names: Mapping[str, str], plane: Plane, place: dict[str, Any]) -> tuple[Layer, list[Layer]]:
    """The name of each academy beyond the inner limits on a plate of paper, where it covers no academy and no other name."""
    taken = [_around(plane.at(float(x), float(y)), 8, 8) for x, y in rows[["denominator", "value"]].itertuples(index=False)]
    plates: list[dict[str, Any]] = []
    texts: list[Layer] = []
    outside = rows[rows["position"].isin(POSITION_WORDS)].sort_values(["value", "area_code"], ascending=False)
    for row in outside.to_dict("records"):
        lines = [*textwrap.wrap(names[row["area_code"]], 18), f"{per_cent(row['value'])}, {POSITION_WORDS[row['position']]}"]
        width, height = max(len(line) for line in lines) * LETTER + 4, len(lines) * (TEXT + 3)
        free, align = _free_box(plane, plane.at(float(row["denominator"]), float(row["value"])), (width, height), taken)
        taken.append(free)
        plates.append(box(plane, free[:2], free[2:]))
        x, y = plane.number(free[0] + 2 if align == "left" else free[2] - 2, free[1] + (TEXT + 3) / 2)
        texts.append(words([{"x": x, "y": y, "text": "\n".join(lines)}], place, align=align, colour=INK))
    paper = {"type": "rect", "fill": PAPER, "fillOpacity": 0.9}
    return Layer(plates, paper, {**place, "x2": SIDEWAYS, "y2": UP_TO}), texts


def _around(point: tuple[float, float], half_width: float, half_height: float) -> Box:
    return point[0] - half_width, point[1] - half_height, point[0] + half_width, point[1] + half_height


def _free_box(plane: Plane, point: tuple[float, float], size: tuple[float, float], taken: Sequence[Box]) -> tuple[Box, str]:
    """The nearest place beside ``point`` for a box of ``size`` that touches nothing taken, or the one that is overlapped least."""
    (x, y), (width, height) = point, size
    (left, right), (bottom, top) = plane.across, plane.upwards
    sides = ["right", "left"] if x > (left + right) / 2 else ["left", "right"]
    choices: list[tuple[float, int, Box, str]] = []
    for step in (0, -1, 1, -2, 2, -3, 3):
        for align in sides:
            start = x + 10 if align == "left" else x - 10 - width
            middle = min(max(y + step * height * 0.6, top + height / 2), bottom - height / 2)
            around = (start, middle - height / 2, start + width, middle + height / 2)
            beyond = max(0.0, left - start) + max(0.0, around[2] - plane.width + 2)
            choices.append((sum(_overlap(around, other) for other in taken) + beyond * height, len(choices), around, align))
    best = min(choices)
    return best[2], best[3]


def _overlap(one: Box, other: Box) -> float:
    return max(0.0, min(one[2], other[2]) - max(one[0], other[0])) * max(0.0, min(one[3], other[3]) - max(one[1], other[1]))


def _funnel_words(plane: Plane, place: dict[str, Any], line: str, target: float, people: str) -> list[Layer]:
    """What the drawing is of, what is counted across, and the rate of the line at its right end."""
    nothing: list[dict[str, Any]] = [{}]
    end = [{"x": plane.x[1], "y": target}]
    middle = (plane.across[0] + plane.across[1]) / 2
    return [
        words(nothing, {"x": alt.value(4), "y": alt.value(12)}, text=line, align="left", bold=True, colour=INK),
        words(nothing, {"x": alt.value(middle), "y": alt.value(plane.height - 8)}, text=people),
        words(end, place, text=per_cent(target), align="left", dx=6, bold=True, colour=INK),
    ]


def _funnel_says(rows: pd.DataFrame, names: Mapping[str, str], line: str, people: str) -> str:
    value, line = per_cent(float(rows["target"].iloc[0])), "the whole trust" if rows["target_level"].eq("trust").all() else line
    outside = rows[rows["position"].isin(POSITION_WORDS)]
    if outside.empty:
        return say(57, area=line, value=value, academies=str(len(rows)))
    listed = "; ".join(
        f"{names[row['area_code']]}, {per_cent(row['value'])} of {count(int(row['denominator']))} {people}, {POSITION_WORDS[row['position']]}"
        for row in outside.to_dict("records")
    )
    return say(58, area=line, value=value, outside=listed, inside=str(len(rows) - len(outside)))

"""Small inline SVG for table cells: marks at percentage positions, painted one by one for print. No figures are chosen here."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipelines.reporting.words import MINUS

INK, SOFT, BAND, NAVY, PAPER = "#14212e", "#4c5a68", "#e3e9ef", "#12314d", "#ffffff"
RUST, TEAL, GREY = "#a8321a", "#0b6b62", "#66737f"
VERDICT_COLOURS = {"clear": RUST, "likely": RUST, "similar": TEAL, "cannot_tell": GREY}
FILLED = {"clear", "similar"}
TOLD_COLOURS = {"clear": RUST, "likely": "#cf7a62", "similar": "#3f8f85", "cannot_tell": "#8593a0", "not_shown": "#55626e"}
TIMES = "\N{MULTIPLICATION SIGN}"
MARGIN = 2.0


@dataclass(frozen=True)
class Scale:
    """A horizontal axis from ``low`` to ``high``; ``logarithmic`` for ratios. Positions are per cents of the cell's width."""

    low: float
    high: float
    logarithmic: bool = False

    def at(self, number: float) -> float:
        """Where ``number`` lies, kept inside the axis."""
        move: Callable[[float], float] = math.log if self.logarithmic else float
        inside = min(max(number, self.low), self.high)
        share = (move(inside) - move(self.low)) / (move(self.high) - move(self.low))
        return round(MARGIN + share * (100 - 2 * MARGIN), 2)

    def holds(self, number: float) -> bool:
        """Whether ``number`` lies on the axis."""
        return self.low <= number <= self.high


def ratio_scale(numbers: Sequence[float]) -> Scale:
    """A logarithmic scale around 1 that holds ``numbers``, from a half or less to 2 or more, at most sixteenfold either way."""
    low = min([0.5, *(number for number in numbers if number > 0)])
    high = max([2.0, *numbers])
    return Scale(max(low / 1.1, 1 / 16), min(high * 1.1, 16), logarithmic=True)


def difference_scale(numbers: Sequence[float]) -> Scale:
    """A linear scale that holds 0 and ``numbers`` with a little room at either end."""
    low, high = min([0.0, *numbers]), max([0.0, *numbers])
    room = (high - low or 1) * 0.06
    return Scale(low - room, high + room)


def share_scale(numbers: Sequence[float]) -> Scale:
    """A linear scale from 0 to a little above the largest of ``numbers``, at most 1."""
    return Scale(0.0, min(1.0, max([0.02, *numbers]) * 1.06))


PER_SIGN = 4.2
"""Per cents of the narrowest column that one sign of an axis takes: 8 points in 38 mm."""


def ticks(scale: Scale) -> list[tuple[float, str]]:
    """Round numbers on ``scale`` with their text: doublings of a ratio, else tens or fives of per cents."""
    if scale.logarithmic:
        steps = [(2.0**power, f"{2.0**power:g}{TIMES}") for power in range(-4, 5)]
        return [(number, text) for number, text in steps if scale.holds(number)]
    span = scale.high - scale.low
    step = next(size for size in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if span / size <= 5 or size == 1.0)
    first = math.ceil(scale.low / step - 1e-9)
    return [(index * step, _tick_text(index * step, scale)) for index in range(first, first + 12) if scale.holds(index * step)]


def _tick_text(number: float, scale: Scale) -> str:
    whole = round(number * 100)
    if scale.low == 0:
        return f"{whole}%"
    return "0" if whole == 0 else f"{'+' if whole > 0 else MINUS}{abs(whole)}"


def axis(scale: Scale, title: str) -> Markup:
    """The numbers of a scale, to stand above a column of plots."""
    texts = "".join(
        f'<text x="{scale.at(number)}%" y="12" text-anchor="{_anchor(scale.at(number))}" font-size="12" fill="{SOFT}">{text}</text>'
        for number, text in _apart(scale, ticks(scale))
    )
    return _svg("axis", 16, title, texts)


def _apart(scale: Scale, found: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Those of the ticks whose texts stand clear of one another in the narrowest column, that of paper; no gap first, then outwards."""
    neutral, kept = 1.0 if scale.logarithmic else 0.0, []
    taken: list[tuple[float, float]] = []
    for number, text in sorted(found, key=lambda tick: abs(scale.at(tick[0]) - scale.at(neutral))):
        wide, middle = PER_SIGN * (len(text) + 1), scale.at(number)
        left = {"start": middle, "end": middle - wide}.get(_anchor(middle), middle - wide / 2)
        if all(left >= end or left + wide <= begin for begin, end in taken):
            kept.append((number, text))
            taken.append((left, left + wide))
    return sorted(kept)


def gap_plot(
    scale: Scale, estimate: tuple[float, float, float], band: tuple[float, float], verdict: str, *, few: bool, title: str
) -> Markup:
    """One comparison (gap, low, high): the band too small to matter, the line of no gap, range and gap; dashed where few stand behind."""
    colour = VERDICT_COLOURS[verdict]
    none = 1.0 if scale.logarithmic else 0.0
    start, end = scale.at(band[0]), scale.at(band[1])
    gap, low, high = estimate
    marks = f'<rect x="{start}%" y="0" width="{round(end - start, 2)}%" height="100%" fill="{BAND}"/>'
    marks += f'<line x1="{scale.at(none)}%" x2="{scale.at(none)}%" y1="0" y2="100%" stroke="{INK}" stroke-width="1.25"/>'
    marks += _range(scale, (low, high), colour, few) + _point(scale, gap, colour, verdict in FILLED and not few)
    return _svg("plot", 28, title, marks)


def rate_plot(
    scale: Scale, rate: float, ends: tuple[float | None, float | None], reference: float | None, *, few: bool, title: str
) -> Markup:
    """One rate between the ``ends`` of its range, beside the line of the whole trust."""
    marks = f'<line x1="{MARGIN}%" x2="{100 - MARGIN}%" y1="50%" y2="50%" stroke="{BAND}" stroke-width="10"/>'
    if reference is not None:
        marks += f'<line x1="{scale.at(reference)}%" x2="{scale.at(reference)}%" y1="0" y2="100%" stroke="{INK}" stroke-width="1.25"/>'
    marks += _range(scale, ends, NAVY, few) + _point(scale, rate, NAVY, filled=False)
    return _svg("plot", 28, title, marks)


def share_bar(share: float, title: str, colour: str = NAVY) -> Markup:
    """A bar from 0 to 100%."""
    width = round(min(max(share, 0), 1) * 100, 2)
    marks = (
        f'<rect x="0" y="20%" width="100%" height="60%" fill="{BAND}"/><rect x="0" y="20%" width="{width}%" height="60%" fill="{colour}"/>'
    )
    return _svg("bar", 16, title, marks)


def told_bar(counts: dict[str, int], title: str) -> Markup:
    """One bar of how many comparisons got each verdict, in the order given."""
    whole, start, marks = sum(counts.values()), 0, ""
    for verdict, number in counts.items():
        if number:
            x, width = round(100 * start / whole, 2), round(100 * number / whole, 2)
            marks += (
                f'<rect x="{x}%" y="0" width="{width}%" height="24" fill="{TOLD_COLOURS[verdict]}" stroke="{PAPER}" stroke-width="1.5"/>'
            )
        start += number
    return _svg("told", 24, title, marks)


def _range(scale: Scale, ends: tuple[float | None, float | None], colour: str, few: bool) -> str:
    low, high = ends
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return ""
    dashes = ' stroke-dasharray="2 5"' if few else ' stroke-linecap="round"'
    line = (
        f'<line x1="{scale.at(low)}%" x2="{scale.at(high)}%" y1="50%" y2="50%" stroke="{colour}" stroke-width="{3 if few else 4}"{dashes}/>'
    )
    arrows = [(scale.at(low), "l 8 -5 v 10 z")] if not scale.holds(low) else []
    arrows += [(scale.at(high), "l -8 -5 v 10 z")] if not scale.holds(high) else []
    return line + "".join(
        f'<svg x="{place}%" y="50%" width="1" height="1" overflow="visible"><path d="M 0 0 {shape}" fill="{colour}"/></svg>'
        for place, shape in arrows
    )


def _point(scale: Scale, number: float, colour: str, filled: bool) -> str:
    if not scale.holds(number):
        return ""
    fill = colour if filled else PAPER
    return f'<circle cx="{scale.at(number)}%" cy="50%" r="5.5" fill="{fill}" stroke="{colour}" stroke-width="2.5"/>'


def _anchor(place: float) -> str:
    return "start" if place < 6 else "end" if place > 94 else "middle"


def _svg(kind: str, height: int, title: str, marks: str) -> Markup:
    """Hidden from screen readers, which meet the same figures as text in the next cell; the title serves pointers and PDF readers."""
    head = Markup('<svg class="{}" width="100%" height="{}" aria-hidden="true" focusable="false"><title>{}</title>').format(
        kind, height, title
    )
    return head + Markup(marks) + Markup("</svg>")

"""Marks lie where their numbers are, inside their cell, and whatever is written into SVG is escaped."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reporting.pages import plots

numbers = st.lists(st.floats(-1, 1), min_size=1, max_size=8)
ratios = st.lists(st.floats(0.01, 50), min_size=1, max_size=8)


@given(numbers)
def test_a_difference_scale_holds_nought_and_every_number_in_order(values: list[float]) -> None:
    scale = plots.difference_scale(values)
    assert all(scale.holds(value) for value in [0, *values])
    places = [scale.at(value) for value in sorted(values)]
    assert places == sorted(places)
    assert all(0 <= place <= 100 for place in places)


@given(ratios)
def test_a_ratio_scale_has_one_in_it_and_keeps_marks_inside(values: list[float]) -> None:
    scale = plots.ratio_scale(values)
    assert scale.holds(1)
    assert all(0 <= scale.at(value) <= 100 for value in values)


def test_doubling_and_halving_are_equally_far_from_no_gap() -> None:
    scale = plots.Scale(0.25, 4, logarithmic=True)
    assert scale.at(2) - scale.at(1) == pytest.approx(scale.at(1) - scale.at(0.5), abs=0.02)


@given(st.one_of(numbers.map(plots.difference_scale), ratios.map(plots.ratio_scale)))
def test_an_axis_has_some_ticks_and_not_too_many(scale: plots.Scale) -> None:
    marks = plots.ticks(scale)
    assert 1 <= len(marks) <= 9
    assert all(scale.holds(number) for number, _ in marks)


@given(st.one_of(numbers.map(plots.difference_scale), ratios.map(plots.ratio_scale)))
def test_no_two_texts_of_an_axis_touch_and_no_gap_is_always_told(scale: plots.Scale) -> None:
    found = re.findall(r'x="([\d.]+)%" y="12" text-anchor="(\w+)"[^>]*>([^<]+)<', plots.axis(scale, "t"))
    ends = []
    for place, anchor, text in found:
        wide = plots.PER_SIGN * len(text)
        left = float(place) - {"start": 0, "middle": wide / 2, "end": wide}[anchor]
        ends.append((left, left + wide))
    assert all(end < begin for (_, end), (begin, _) in itertools.pairwise(ends))
    assert any(text in ("0", f"1{plots.TIMES}") for *_, text in found)


def test_a_range_beyond_the_axis_ends_in_an_arrow() -> None:
    scale = plots.Scale(-0.1, 0.1)
    inside = plots.gap_plot(scale, (0.0, -0.05, 0.05), (-0.05, 0.05), "similar", few=False, title="t")
    beyond = plots.gap_plot(scale, (0.0, -0.5, 0.5), (-0.05, 0.05), "cannot_tell", few=False, title="t")
    assert (inside.count("<path"), beyond.count("<path")) == (0, 2)


def test_a_gap_without_range_is_a_point_alone() -> None:
    nan = float("nan")
    plot = plots.gap_plot(plots.Scale(-0.1, 0.1), (0.01, nan, nan), (-0.05, 0.05), "cannot_tell", few=False, title="t")
    assert "nan" not in plot
    assert plot.count("<circle") == 1


def test_titles_are_escaped() -> None:
    assert "<title>a &lt;b&gt; &amp; c</title>" in plots.share_bar(0.5, "a <b> & c")


def test_the_told_bar_is_as_long_as_its_counts() -> None:
    bar = plots.told_bar({"clear": 1, "likely": 0, "similar": 1, "cannot_tell": 2, "not_shown": 0}, "t")
    assert [float(width) for width in re.findall(r'<rect x="[^"]+" y="0" width="([\d.]+)%"', bar)] == [25, 25, 50]

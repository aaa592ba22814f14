"""Ranges agree with what was published about them, and appear only where they may."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_1samp

from pipelines.reporting.ranges import add_ranges, wilson


@pytest.mark.parametrize(
    ("cases", "people", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718), (29, 29, 0.8830, 1.0)],
)
def test_wilson_as_in_newcombe_1998(cases: int, people: int, low: float, high: float) -> None:
    found = wilson(np.array([cases]), np.array([people]))
    assert [float(bound[0]) for bound in found] == pytest.approx([low, high], abs=5e-5)


@settings(deadline=None, max_examples=50)
@given(people=st.integers(1, 5000), share=st.floats(0, 1))
def test_a_range_holds_its_rate_and_stays_a_share(people: int, share: float) -> None:
    cases = round(people * share)
    low, high = (float(bound[0]) for bound in wilson(np.array([cases]), np.array([people])))
    assert 0 <= low <= cases / people <= high <= 1


def frame(kind: str, numerator: int | None, denominator: int | None, value: float | None, sd: float | None) -> pd.DataFrame:
    row = {"kind": kind, "numerator": numerator, "denominator": denominator, "value": value, "low": None, "high": None, "sd": sd}
    numbers = dict.fromkeys(("value", "low", "high", "sd"), "float64")
    return pd.DataFrame([row]).astype({"numerator": "Int64", "denominator": "Int64", **numbers})


def test_the_range_of_a_mean_is_students() -> None:
    sample = np.array([98, 104, 101, 95, 110, 99, 103, 107, 100, 96, 105, 102], dtype=float)
    ranged = add_ranges(frame("mean", None, len(sample), sample.mean(), sample.std(ddof=1))).iloc[0]
    expected = ttest_1samp(sample, 0).confidence_interval()
    assert (ranged["low"], ranged["high"]) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("kind", ["rate", "mean"])
def test_below_ten_people_there_is_no_range(kind: str) -> None:
    few, enough = (add_ranges(frame(kind, 4, people, 0.5, 1.0)).iloc[0] for people in (9, 10))
    assert few[["low", "high"]].isna().all()
    assert enough[["low", "high"]].notna().all()


def test_a_figure_keeps_the_range_it_came_with() -> None:
    figure = frame("figure", None, 200, 0.12, None).assign(low=0.1, high=0.14)
    pd.testing.assert_frame_equal(add_ranges(figure), figure)


def test_the_rows_and_their_order_stay() -> None:
    cells = pd.concat([frame("rate", 5, 50, 0.1, None), frame("headcount", 9, None, 9, None), frame("mean", None, None, None, None)])
    cells.index = [7, 3, 5]
    ranged = add_ranges(cells)
    pd.testing.assert_frame_equal(ranged.drop(columns=["low", "high"]), cells.drop(columns=["low", "high"]))
    assert ranged["low"].notna().tolist() == [True, False, False]

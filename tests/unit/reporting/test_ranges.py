"""Ranges agree with what was published about them, and appear only where they may."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_1samp

from pipelines.reporting.ranges import FIGURE, add_figure_ranges, add_ranges, wilson


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


def paid(women: list[float], men: list[float], statistic: str = "mean") -> tuple[pd.DataFrame, pd.DataFrame]:
    """One figure's cell, and the people behind it."""
    place = dict(zip(FIGURE, ["gap", "paid", "2025-26", "trust", "T", "sex", "F", "all", "all"], strict=True))
    centre = np.mean if statistic == "mean" else np.median
    value = 1 - centre(women) / centre(men)
    cells = pd.DataFrame(
        [{**place, "kind": "figure", "smallest": min(len(women), len(men)), "value": value, "low": np.nan, "high": np.nan}]
    )
    people = pd.DataFrame({"value": [*women, *men], "is_group": [True] * len(women) + [False] * len(men)})
    return cells, people.assign(statistic=statistic, **place)


@pytest.mark.parametrize("statistic", ["mean", "median"])
def test_a_pay_gaps_range_holds_it_and_is_the_same_every_time(statistic: str) -> None:
    rng = np.random.default_rng(1)
    cells, people = paid(list(rng.normal(18, 3, 200)), list(rng.normal(20, 3, 150)), statistic)
    (first,) = add_figure_ranges(cells, people).to_dict("records")
    (again,) = add_figure_ranges(cells, people.sample(frac=1, random_state=2)).to_dict("records")
    assert first["low"] <= first["value"] <= first["high"] and 0.02 < first["high"] - first["low"] < 0.12
    assert (first["low"], first["high"]) == (again["low"], again["high"])
    assert first["low"] == round(first["low"], 3)


def test_the_bootstrap_covers_the_true_gap_about_as_often_as_it_says() -> None:
    rng, covered = np.random.default_rng(7), 0
    for _ in range(60):
        cells, people = paid(list(rng.gamma(9, 2, 120)), list(rng.gamma(9, 2.25, 120)))
        (row,) = add_figure_ranges(cells, people).to_dict("records")
        covered += row["low"] <= 1 - 2 / 2.25 <= row["high"]
    assert covered >= 51


def test_fewer_than_ten_on_either_side_have_no_range() -> None:
    cells, people = paid([10.0] * 9, [20.0] * 50)
    assert add_figure_ranges(cells, people)[["low", "high"]].isna().all(axis=None)

"""The five words follow their rules, and the adjustment for many comparisons is the published one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.reporting.verdicts import CANNOT_TELL, CLEAR, LIKELY, SIMILAR, VERDICTS, q_values, verdicts

BANDS = {"difference": (-0.05, 0.05), "ratio": (0.8, 1.25), "standardised": (-0.2, 0.2)}


def judge(statistic: str, gap: float, low: float, high: float, *, q_value: float = 0.01, silent: bool = False) -> str:
    band = BANDS[statistic]
    row = {"statistic": statistic, "gap": gap, "low": low, "high": high, "q_value": q_value, "silent": silent}
    return str(verdicts(pd.DataFrame([{**row, "matters_low": band[0], "matters_high": band[1]}])).iloc[0])


@pytest.mark.parametrize(
    ("statistic", "numbers", "q_value", "verdict"),
    [
        ("difference", (0.12, 0.06, 0.18), 0.01, CLEAR),
        ("difference", (-0.12, -0.18, -0.06), 0.01, CLEAR),
        ("difference", (0.12, 0.01, 0.23), 0.06, LIKELY),
        ("difference", (0.04, 0.01, 0.07), 0.01, LIKELY),
        ("difference", (0.02, -0.01, 0.04), 0.6, SIMILAR),
        ("difference", (0.02, 0.01, 0.03), 0.001, SIMILAR),
        ("difference", (0.02, -0.03, 0.07), 0.6, CANNOT_TELL),
        ("ratio", (2.9, 2.4, 3.5), 0.001, CLEAR),
        ("ratio", (0.6, 0.4, 0.9), 0.01, CLEAR),
        ("ratio", (1.0, 0.85, 1.2), 1.0, SIMILAR),
        ("ratio", (1.0, 0.5, 2.0), 1.0, CANNOT_TELL),
        ("ratio", (1.2, 1.05, 1.4), 0.01, LIKELY),
        ("standardised", (-0.4, -0.6, -0.2), 0.01, CLEAR),
        ("standardised", (0.0, -0.1, 0.1), 1.0, SIMILAR),
    ],
)
def test_the_word_of_each_kind_of_gap(statistic: str, numbers: tuple[float, float, float], q_value: float, verdict: str) -> None:
    assert judge(statistic, *numbers, q_value=q_value) == verdict


@settings(deadline=None, max_examples=50)
@given(st.sampled_from(sorted(BANDS)), st.floats(-1, 4), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_silent_comparison_is_never_told(statistic: str, gap: float, below: float, above: float, q_value: float) -> None:
    assert judge(statistic, gap, gap - below, gap + above, q_value=q_value, silent=True) == CANNOT_TELL


@settings(deadline=None, max_examples=50)
@given(st.sampled_from(sorted(BANDS)), st.floats(-1, 4), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_range_that_holds_no_gap_is_never_called_a_gap(statistic: str, gap: float, below: float, above: float, q_value: float) -> None:
    low, high = gap - below, gap + above
    if low <= (1 if statistic == "ratio" else 0) <= high:
        assert judge(statistic, gap, low, high, q_value=q_value) in (SIMILAR, CANNOT_TELL)


def test_a_gap_without_range_or_estimate_cannot_be_told() -> None:
    assert judge("difference", 0.3, np.nan, np.nan) == judge("ratio", np.nan, np.nan, np.nan) == CANNOT_TELL


def test_q_values_find_the_four_of_benjamini_and_hochberg_1995() -> None:
    published = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0
    ]  # fmt: skip
    adjusted = q_values(pd.Series([*published, np.nan]))
    assert int((adjusted < 0.05).sum()) == 4
    assert adjusted.isna().tolist() == [False] * 15 + [True]


def test_there_are_five_words() -> None:
    assert len(set(VERDICTS)) == 5

"""Every estimate agrees with a published example, or with a second way of computing it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, ttest_ind

from pipelines.reporting import estimates


def arrays(*numbers: float) -> list[np.ndarray]:
    return [np.array([number], dtype=float) for number in numbers]


def sample_of(mean: float, sd: float, people: float) -> estimates.Sample:
    return estimates.Sample(*arrays(mean, sd, people))


@pytest.mark.parametrize(
    ("counts", "low", "high"), [((56, 70, 48, 80), 0.0524, 0.3339), ((9, 10, 3, 10), 0.1705, 0.8090), ((5, 56, 0, 29), -0.0381, 0.1926)]
)
def test_the_difference_of_rates_as_in_newcombe_1998(counts: tuple[float, ...], low: float, high: float) -> None:
    found = estimates.rate_difference(*arrays(*counts))
    assert float(found.gap[0]) == pytest.approx(counts[0] / counts[1] - counts[2] / counts[3])
    assert (float(found.low[0]), float(found.high[0])) == pytest.approx((low, high), abs=5e-5)


def test_the_ratio_of_rates_as_in_the_physicians_health_study() -> None:
    """Heart attacks under placebo and aspirin (Agresti, Categorical Data Analysis, section 3.1): 1.82, 1.43 to 2.31."""
    found = estimates.rate_ratio(*arrays(189, 11034, 104, 11037))
    assert [round(float(part[0]), 2) for part in found[:3]] == [1.82, 1.43, 2.31]


def test_a_group_without_a_case_has_ratio_nought_and_a_finite_upper_end() -> None:
    found = estimates.rate_ratio(*arrays(0, 200, 30, 1000))
    assert (float(found.gap[0]), float(found.low[0])) == (0, 0)
    assert 0 < float(found.high[0]) < 2


def test_there_is_no_ratio_to_a_group_without_a_case() -> None:
    assert all(np.isnan(part[0]) for part in estimates.rate_ratio(*arrays(3, 100, 0, 100)))


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 300), st.integers(1, 300), st.data())
def test_the_test_of_equal_rates_is_pearsons(people: int, others: int, data: st.DataObject) -> None:
    cases, other_cases = data.draw(st.integers(0, people)), data.draw(st.integers(0, others))
    found = float(estimates.equal_rates_p(*arrays(cases, people, other_cases, others))[0])
    if 0 < cases + other_cases < people + others:
        table = [[cases, people - cases], [other_cases, others - other_cases]]
        assert found == pytest.approx(chi2_contingency(table, correction=False).pvalue)
    else:
        assert found == 1


samples = st.lists(st.integers(80, 120), min_size=3, max_size=30).filter(lambda sample: len(set(sample)) > 1)


@settings(deadline=None, max_examples=50)
@given(samples, samples)
def test_the_difference_of_means_is_welchs(sample: list[int], other: list[int]) -> None:
    sides = [(np.mean(side), np.std(side, ddof=1), len(side)) for side in (sample, other)]
    found = estimates.mean_difference(*(sample_of(*side) for side in sides))
    expected = ttest_ind(sample, other, equal_var=False)
    interval = expected.confidence_interval()
    assert float(found.p_value[0]) == pytest.approx(expected.pvalue)
    assert (float(found.low[0]), float(found.high[0])) == pytest.approx((interval.low, interval.high), abs=1e-9)


def test_means_without_any_spread_differ_surely_or_not_at_all() -> None:
    same, other = (estimates.mean_difference(sample_of(5, 0, 20), sample_of(mean, 0, 20)) for mean in (5, 6))
    assert [float(part[0]) for part in same] == [0, 0, 0, 1]
    assert [float(part[0]) for part in other] == [-1, -1, -1, 0]


def test_the_standardised_difference_is_hedges_g() -> None:
    """Borenstein and others, Introduction to Meta-Analysis, chapter 4: g = 0.5924 with variance 0.0411."""
    found = estimates.mean_effect(sample_of(103, 5.5, 50), sample_of(100, 4.5, 50))
    assert float(found.gap[0]) == pytest.approx(0.5924, abs=5e-4)
    assert float(found.high[0] - found.gap[0]) == pytest.approx(1.96 * 0.0411**0.5, abs=5e-3)


def test_cohens_h_as_in_cohen_1988() -> None:
    """Table 6.2.2: the arcsine of .25 is 1.047 and of .40 is 1.369, so h = 0.32."""
    found = estimates.rate_effect(*arrays(40, 100, 25, 100))
    assert float(found.gap[0]) == pytest.approx(1.369 - 1.047, abs=1e-3)
    assert float(found.high[0] - found.low[0]) == pytest.approx(2 * 1.96 * 0.02**0.5, abs=1e-3)

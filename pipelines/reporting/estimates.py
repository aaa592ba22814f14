"""How far one group lies from another, with the range that chance allows and a test of no gap. Arrays in, arrays out; no frames."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

ALPHA = 0.05
Floats = NDArray[np.float64]


class Estimate(NamedTuple):
    """``gap`` with its 95% range and the two-sided p value of "no gap"; NaN where a part is not defined."""

    gap: Floats
    low: Floats
    high: Floats
    p_value: Floats


def rate_difference(cases: Floats, people: Floats, other_cases: Floats, other_people: Floats) -> Estimate:
    """Difference of two shares (0-1): Newcombe's hybrid score interval (1998, method 10) and the pooled score test."""
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(
        cases, people, other_cases, other_people, method="newcomb", compare="diff", alpha=ALPHA, correction=False
    )
    gap = cases / people - other_cases / other_people
    return Estimate(gap, low, high, equal_rates_p(cases, people, other_cases, other_people))


def rate_ratio(cases: Floats, people: Floats, other_cases: Floats, other_people: Floats) -> Estimate:
    """Ratio of two shares: the log interval of Katz and others (1978), with a half added to each count where the group has no case.

    Against a comparison group without a case there is no ratio: everything is NaN there.
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    defined = other_cases > 0
    against = np.where(defined, other_cases, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = confint_proportions_2indep(
            cases, people, against, other_people, method="log", compare="ratio", alpha=ALPHA, correction=False
        )
        adjusted = confint_proportions_2indep(
            cases, people, against, other_people, method="log-adjusted", compare="ratio", alpha=ALPHA, correction=False
        )
    low, high = np.where(cases > 0, low, 0.0), np.where(cases > 0, high, adjusted[1])
    gap = (cases / people) / (against / other_people)
    p_value = equal_rates_p(cases, people, other_cases, other_people)
    return Estimate(*(np.where(defined, part, np.nan) for part in (gap, low, high, p_value)))


def rate_effect(cases: Floats, people: Floats, other_cases: Floats, other_people: Floats) -> Estimate:
    """Cohen's h of two shares (1988): the difference of their arcsines, whose variance is 1/n + 1/m whatever the shares."""
    from statsmodels.stats.proportion import proportion_effectsize

    gap = proportion_effectsize(cases / people, other_cases / other_people)
    low, high = _normal_range(gap, 1 / people + 1 / other_people)
    return Estimate(gap, low, high, equal_rates_p(cases, people, other_cases, other_people))


def equal_rates_p(cases: Floats, people: Floats, other_cases: Floats, other_people: Floats) -> Floats:
    """The score test of equal shares (pooled variance, no continuity correction); 1 where both shares are 0 or both are 1."""
    from scipy.stats import norm

    pooled = (cases + other_cases) / (people + other_people)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / people + 1 / other_people))
    flat = spread == 0
    z = (cases / people - other_cases / other_people) / np.where(flat, 1, spread)
    return np.where(flat, 1.0, 2 * norm.sf(np.abs(z)))


class Sample(NamedTuple):
    """What a mean rests on: the mean, the sample standard deviation and the number of people."""

    mean: Floats
    sd: Floats
    people: Floats


def mean_difference(own: Sample, other: Sample) -> Estimate:
    """Difference of two means in their unit: Welch's t interval and test (1947), degrees of freedom after Satterthwaite."""
    from scipy.stats import t

    gap = own.mean - other.mean
    parts = [side.sd**2 / side.people for side in (own, other)]
    variance = parts[0] + parts[1]
    flat = variance == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = variance**2 / (parts[0] ** 2 / (own.people - 1) + parts[1] ** 2 / (other.people - 1))
        p_value = 2 * t.sf(np.abs(gap) / np.sqrt(variance), freedom)
        half = t.ppf(1 - ALPHA / 2, freedom) * np.sqrt(variance)
    p_value = np.where(flat, np.where(gap == 0, 1.0, 0.0), p_value)
    half = np.where(flat, 0.0, half)
    return Estimate(gap, gap - half, gap + half, p_value)


def mean_effect(own: Sample, other: Sample) -> Estimate:
    """Standardised mean difference: Hedges' g (1981) with its large-sample variance; tested as the difference itself is."""
    from statsmodels.stats.meta_analysis import effectsize_smd

    with np.errstate(divide="ignore", invalid="ignore"):
        gap, variance = effectsize_smd(own.mean, own.sd, own.people, other.mean, other.sd, other.people)
    gap = np.where(np.isfinite(gap), gap, np.nan)
    low, high = _normal_range(gap, variance)
    return Estimate(gap, low, high, mean_difference(own, other).p_value)


def _normal_range(gap: Floats, variance: Floats) -> tuple[Floats, Floats]:
    from scipy.stats import norm

    half = norm.ppf(1 - ALPHA / 2) * np.sqrt(variance)
    return gap - half, gap + half

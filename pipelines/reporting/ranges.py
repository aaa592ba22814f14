"""The range that chance allows around one figure, added to cells before protection. Gaps between two figures belong to ``gaps``."""

from __future__ import annotations

import zlib

import numpy as np
import pandas as pd

CONFIDENCE = 0.95
SMALLEST_WITH_RANGE = 10
RESAMPLES = 2_000
PRINTED = 3
"""Decimals of a figure's range: it says no more than the figure does."""
FIGURE = [
    "measure", "population", "period", "area_level", "area_code",
    "characteristic", "group_code", "cross_characteristic", "cross_group_code",
]  # fmt: skip


def add_ranges(cells: pd.DataFrame) -> pd.DataFrame:
    """``cells`` with ``low`` and ``high`` (95%) for every rate and mean that rests on at least ten people; same rows, same order.

    rate: Wilson's interval from ``numerator`` and ``denominator``. mean: Student's t from ``value``, ``sd`` and ``denominator`` = n;
    ``value`` and ``sd`` are taken as they will be printed, so that the middle of the range says no more than the figure does.
    Other kinds keep the range they came with. Frame as in CONTRACT.md, with the internal column ``kind``.
    """
    people = cells["denominator"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    enough = people >= SMALLEST_WITH_RANGE
    rates = enough & cells["kind"].eq("rate").to_numpy()
    means = enough & cells["kind"].eq("mean").to_numpy()
    low = cells["low"].to_numpy(dtype=float, na_value=np.nan, copy=True)
    high = cells["high"].to_numpy(dtype=float, na_value=np.nan, copy=True)
    numerators = cells["numerator"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    low[rates], high[rates] = wilson(numerators[rates], people[rates])
    values = cells["value"].to_numpy(dtype=float, na_value=np.nan)
    spreads = cells["sd"].to_numpy(dtype=float, na_value=np.nan)
    low[means], high[means] = mean_range(values[means], spreads[means], people[means])
    return cells.assign(low=low, high=high)


def add_figure_ranges(cells: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    """``cells`` with ``low`` and ``high`` for every figure whose two sides have at least ten people each: the percentile bootstrap (Efron).

    ``values``: the people behind the figures, with ``measure``, the place of the cell, ``statistic``, ``is_group`` and ``value``. 2,000
    resamples of each side, seeded by the figure's own name and place: the same people give the same range.
    """
    places = cells.index[cells["kind"].eq("figure") & cells["smallest"].ge(SMALLEST_WITH_RANGE).fillna(False).astype(bool)]
    people = dict(iter(values.groupby(FIGURE, sort=False)))
    ranged = cells.copy()
    for row in places:
        key = tuple(cells.loc[row, FIGURE])
        low, high = figure_range(people[key], zlib.crc32("|".join(key).encode()))
        value = float(cells.loc[row, "value"])
        ranged.loc[row, ["low", "high"]] = min(round(low, PRINTED), value), max(round(high, PRINTED), value)
    return ranged


def figure_range(people: pd.DataFrame, seed: int) -> tuple[float, float]:
    """The 95% range of how far the mean or median of one side lies below the other's, as a share of the other's."""
    from scipy.stats import bootstrap

    centre = np.mean if people["statistic"].iloc[0] == "mean" else np.median
    people = people.sort_values(["value"])
    sides = [people.loc[people["is_group"].eq(side), "value"].to_numpy(float) for side in (True, False)]

    def gap(group: np.ndarray, other: np.ndarray, axis: int) -> np.ndarray:
        return np.asarray(1 - centre(group, axis=axis) / centre(other, axis=axis))

    found = bootstrap(
        sides,
        gap,
        n_resamples=RESAMPLES,
        batch=RESAMPLES // 4,
        method="percentile",
        confidence_level=CONFIDENCE,
        rng=np.random.default_rng(seed),
    )
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


def wilson(counts: np.ndarray, people: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Wilson's score interval (1927) for ``counts`` out of ``people``, as shares; exactly 0 for nobody, exactly 1 for everybody."""
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(counts, people, alpha=1 - CONFIDENCE, method="wilson")
    return np.where(counts == 0, 0.0, low), np.where(counts == people, 1.0, high)


def mean_range(means: np.ndarray, spreads: np.ndarray, people: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Student's t interval for a mean, in the mean's unit; ``spreads`` are sample standard deviations. No spread, no width."""
    from scipy.stats import t

    half = t.ppf((1 + CONFIDENCE) / 2, people - 1) * spreads / np.sqrt(people)
    return means - half, means + half

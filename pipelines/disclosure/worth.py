"""What hiding each statistic costs, and what readers know of its size beforehand. Nothing here says what is hidden."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.disclosure.policy import Policy
from pipelines.disclosure.relations import Geography


def worth(statistics: pd.DataFrame, world: Geography, policy: Policy) -> np.ndarray:
    """What hiding each statistic costs: 10 + 10 log2(1 + n), times what the policy says its area level and everyone's row are worth."""
    size = 10 + 10 * np.log2(1 + statistics["n"].clip(lower=0).to_numpy(float))
    level = world.areas.to_series().str.split("|").str[0].map(lambda name: policy.worth.get(name, 1.0)).to_numpy(float)
    everyone = (statistics["first"] == 0) & (statistics["second"] == 0)
    placed = statistics["area"].fillna(0).to_numpy(int)
    return np.asarray(size * level[placed] * np.where(everyone, policy.worth.get("everyone", 1.0), 1.0))


def steadied(cost: np.ndarray, last_time: np.ndarray, stability: float) -> np.ndarray:
    """What hiding costs where readers follow a series: dearer by `stability` what was shown last time (1), cheaper what was hidden (-1)."""
    return np.asarray(np.floor(cost * float(stability) ** last_time))


def scale_bounds(statistics: pd.DataFrame, families: pd.Index[str], measures: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Bounds known beforehand: 0 for counts; for sums, n times the ends of the measure's scale (0 where nothing is negative)."""
    floor, ceiling = np.zeros(len(statistics)), np.full(len(statistics), np.inf)
    sums_ = (statistics["kind"] == "sum").to_numpy()
    if sums_.any():
        n, value = statistics["n"].to_numpy(float), statistics["value"].to_numpy(float)
        family = statistics["family"].to_numpy(int)
        measure = pd.Series(families).str.split(":", n=1).str[1].to_numpy()[family]
        scale = measures.drop_duplicates("measure").set_index("measure")
        low = pd.Series(measure).map(scale["scale_min"].astype(float)).to_numpy(float)
        high = pd.Series(measure).map(scale["scale_max"].astype(float)).to_numpy(float)
        never_negative = pd.Series(value).groupby(family).transform("min").to_numpy() >= 0
        floor[sums_] = np.where(np.isnan(low), np.where(never_negative, 0.0, -np.inf), low * n)[sums_]
        ceiling[sums_] = np.where(np.isnan(high), np.inf, high * n)[sums_]
        floor[sums_ & np.isnan(n)] = -np.inf
        ceiling[sums_ & np.isnan(n)] = np.inf
    return np.minimum(floor, statistics["value"].to_numpy(float)), np.maximum(ceiling, statistics["value"].to_numpy(float))

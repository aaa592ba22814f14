"""The primary rules: which statistics disclose by themselves, and by which rule. What must be hidden for their sake belongs to `secondary`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipelines.disclosure.cells import Tables
from pipelines.disclosure.linked import Mask, take
from pipelines.disclosure.policy import Policy


@dataclass(frozen=True)
class Primary:
    """hidden: published statistics that a rule hides. rule: its name per statistic ('' for none). latent: unpublished
    statistics that may not be worked out. figures: rule per row of `cells` that is a figure ('' for shown)."""

    hidden: Mask
    rule: np.ndarray
    latent: Mask
    figures: np.ndarray


def small(value: np.ndarray, k: int) -> Mask:
    """Counts of 1..k-1 people (P2)."""
    return (value >= 1) & (value < k)


def primaries(tables: Tables, cells: pd.DataFrame, measures: pd.DataFrame, policy: Policy) -> Primary:
    """P2, P6 and P8 over the linked system. `cells` are the rows from which `tables` were built, in the same order."""
    statistics = tables.statistics
    value = statistics["value"].to_numpy(float)
    kind = statistics["kind"].to_numpy()
    published = tables.linked.published
    rule = np.full(len(value), "", dtype=object)

    def mark(ids: np.ndarray, name: str) -> None:
        ids = ids[published[ids] & ~tables.settled[ids] & (rule[ids] == "")]
        rule[ids] = name

    mark(np.flatnonzero((kind == "n") & small(value, policy.k)), "threshold")
    rate = np.flatnonzero((cells["kind"] == "rate").to_numpy() & (tables.row_own >= 0))
    own, whole, rest = tables.row_own[rate], tables.row_count[rate], tables.row_rest[rate]
    mark(own[small(value[whole], policy.k)], "threshold")
    mark(own[small(value[own], policy.k)], "numerator")
    mark(own[small(value[rest], policy.k)], "complement")
    sensitive = set(measures.loc[measures["sensitive"].astype(bool), "measure"])
    named = cells["measure"].isin(sensitive).to_numpy()[rate]
    mark(own[named & (value[whole] >= policy.k) & ((value[own] == 0) | (value[rest] == 0))], "whole_group")

    least = max(policy.k, policy.mean_minimum)
    mean = np.flatnonzero((cells["kind"] == "mean").to_numpy() & (tables.row_own >= 0))
    n = value[tables.row_count[mean]]
    own = tables.row_own[mean]
    mark(own[(n > 0) & (n < least)], "threshold")
    share = pd.to_numeric(cells["largest_share"]).to_numpy(float, na_value=np.nan)
    mark(own[share[mean] > policy.dominance], "dominance")
    mark(own[at_scale_end(cells.iloc[mean], measures, n)], "scale_end")

    known_rest = np.zeros(len(value), dtype=bool)
    both = take(tables.settled, tables.row_own, False) & take(tables.settled, tables.row_count, False)
    known_rest[tables.row_rest[both & (tables.row_rest >= 0)]] = True
    people = statistics["n"].to_numpy(float)
    latent = ~published & ~known_rest & np.where(kind == "sum", (people > 0) & (people < least), small(value, policy.k))

    figures = np.full(len(cells), "", dtype=object)
    figure = (cells["kind"] == "figure").to_numpy()
    smallest = cells["smallest"].astype("Float64").fillna(0).to_numpy(float)
    some = cells["denominator"].astype("Float64").fillna(0).to_numpy(float) > 0
    figures[figure & some & (share > policy.dominance)] = "dominance"
    figures[figure & some & (smallest < least)] = "threshold"
    return Primary(rule != "", rule, latent, figures)


def at_scale_end(means: pd.DataFrame, measures: pd.DataFrame, n: np.ndarray) -> Mask:
    """Means of bounded scores within range / n of an end: nearly everybody then has the same score (P8)."""
    scale = measures.drop_duplicates("measure").set_index("measure")
    low = means["measure"].map(scale["scale_min"].astype(float)).to_numpy(float)
    high = means["measure"].map(scale["scale_max"].astype(float)).to_numpy(float)
    mean = means["value"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        step = (high - low) / n
        return np.asarray((n > 0) & ((mean - low <= step) | (high - mean <= step)))

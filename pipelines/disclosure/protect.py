"""protect(): from the frame of unsafe figures to the frame of publishable ones, with a report. Reading and writing belong to the caller."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipelines.disclosure import intervals, rounded, secondary
from pipelines.disclosure.cells import Tables, build
from pipelines.disclosure.linked import Mask, take
from pipelines.disclosure.policy import Policy
from pipelines.disclosure.primary import Primary, primaries, small

NUMBERS = ["numerator", "denominator", "value", "low", "high", "sd"]
SPREAD = ["low", "high", "sd"]
MEASURED = 4_000
"""Statistics up to which level exact also counts the intervals that level interval would not accept."""


@dataclass(frozen=True)
class Protected:
    """cells: the published rows with `status` and `rule`, every number of a row that is not shown null. report: plain
    values for a manifest; all of it but `seconds` is a function of the inputs."""

    cells: pd.DataFrame
    report: dict[str, Any]


def protect(
    cells: pd.DataFrame,
    links: pd.DataFrame,
    groups: pd.DataFrame,
    areas: pd.DataFrame,
    measures: pd.DataFrame,
    populations: pd.DataFrame,
    policy: Policy,
) -> Protected:
    """Decide for each published row whether it is shown.

    Returns statuses shown, u, c, x, z (DfE symbols) and the internal rule. Raises ValueError, with a sentence and no figure, if the
    frames contradict themselves. A population that is not declared, or a measure, is an error too.
    """
    started = time.perf_counter()
    _declared(cells, measures, populations)
    rows = cells.reset_index(drop=True)
    tables = build(rows, links, groups, areas, measures, policy)
    primary = primaries(tables, rows, measures, policy)
    every_primary, at_once = primary, rounded.plan(rows, None, links, populations, policy)
    primary = rounded.set_aside(primary, at_once.statistics(tables))
    pattern = secondary.exact(tables.linked, primary.hidden, primary.latent, policy.insider_third)
    goals = interval_goals(tables, primary, policy)
    thin: Mask | None = None
    if policy.level == "interval":
        pattern, thin = intervals.widen(tables.linked, pattern, primary.latent, goals, policy.k, policy.insider_third)
    elif len(tables.linked) <= MEASURED:
        thin = intervals.narrow(tables.linked, pattern.hidden, goals, policy.k)
    published = rows["published"].astype(bool).to_numpy()
    status, rule = decide(rows, tables, primary, pattern.hidden, policy)
    rounding = at_once if at_once.populations else rounded.plan(rows, status, links, populations, policy)
    if rounding.populations:
        apart = rounding.statistics(tables)
        pattern, goals, thin = rounded.without(pattern, tables, apart), goals & ~apart, None if thin is None else thin & ~apart
        status, rule = decide(rows, tables, primary, pattern.hidden, policy)
    shown, told = rounded.printed(rows.assign(status=status, rule=rule), tables, every_primary, measures, rounding, policy)
    shown.loc[~shown["status"].isin(["shown", "u"]), NUMBERS] = None
    few = rows["denominator"].where(rows["kind"] != "headcount", rows["numerator"]).astype("Float64").fillna(0) < policy.mean_minimum
    shown.loc[few, SPREAD] = None
    shown.loc[shown["kind"] == "figure", "denominator"] = None  # a count that no equation ties is a count that nobody protects
    shown = shown[published].drop(columns=["published", "smallest", "largest_share"]).reset_index(drop=True)
    report = _report(rows[published], shown, tables, pattern, policy)
    by_rule = told.pop("zero_hidden_by_rule", [])
    report |= told | {
        "zero_hidden": sorted(report["zero_hidden"] + by_rule),
        "unprotected": report["unprotected"] + told.get("rounded_determined", 0),
        "interval_goals": int(goals.sum()),
        "narrow_intervals": None if thin is None else int(thin.sum()),
        "seconds": time.perf_counter() - started,
    }
    return Protected(shown, report)


def interval_goals(tables: Tables, primary: Primary, policy: Policy) -> Mask:
    """Primaries to which P5 applies: counts of 1..k-1, printed or latent, and whole groups that a rule hides."""
    counts = tables.linked.counts & (primary.hidden | primary.latent)
    return np.asarray(counts & (small(tables.linked.value, policy.k) | (primary.rule == "whole_group")))


def _declared(cells: pd.DataFrame, measures: pd.DataFrame, populations: pd.DataFrame) -> None:
    unknown = set(cells["measure"]) - set(measures["measure"]) - {"headcount"}
    if unknown:
        raise ValueError(f"Figures of measures that are not declared: {', '.join(sorted(unknown))}.")
    strange = set(cells["population"]) - set(populations["population"])
    if strange:
        raise ValueError(f"Figures of populations that are not declared: {', '.join(sorted(strange))}.")


def decide(rows: pd.DataFrame, tables: Tables, primary: Primary, hidden: Mask, policy: Policy) -> tuple[np.ndarray, np.ndarray]:
    """Status and rule per row. A row falls with any statistic it prints (P7); `c` outranks `x`, `z` and `u`."""
    count, own = tables.row_count, tables.row_own
    n = np.where(count >= 0, take(tables.linked.value, count, 0.0), rows["denominator"].astype("Float64").fillna(0).to_numpy(float))
    kind = rows["kind"].to_numpy()
    count_hidden, own_hidden = take(hidden, count, False), take(hidden, own, False)
    figure_hidden = primary.figures != ""

    rule = np.full(len(rows), None, dtype=object)
    rule[own_hidden] = "secondary"
    rule[count_hidden & (kind == "rate")] = "closure"
    rule[count_hidden & (kind == "mean")] = "mean_follows_count"
    named = own_hidden & (take(primary.rule, own, "") != "")
    rule[named] = primary.rule[own[named]]
    rule[figure_hidden] = primary.figures[figure_hidden]

    status = np.full(len(rows), "shown", dtype=object)
    status[(kind != "headcount") & (n < policy.unreliable_below)] = "u"
    status[(kind != "headcount") & (n == 0)] = "z"
    status[_empty(rows, n)] = "x"
    status[count_hidden | own_hidden | figure_hidden] = "c"
    return status, rule


def _empty(rows: pd.DataFrame, n: np.ndarray) -> Mask:
    """Rows of a population that has nobody at all in that area and period."""
    place = ["population", "period", "area_level", "area_code"]
    everyone = rows[["characteristic", "cross_characteristic"]].isin(["all"]).all(axis=1).to_numpy() & (rows["kind"] != "figure").to_numpy()
    nobody = rows.loc[everyone & (n == 0), place].drop_duplicates()
    return pd.MultiIndex.from_frame(rows[place]).isin(pd.MultiIndex.from_frame(nobody))


def _report(rows: pd.DataFrame, shown: pd.DataFrame, tables: Tables, pattern: secondary.Pattern, policy: Policy) -> dict[str, Any]:
    secret = (shown["status"] == "c").to_numpy()
    second = shown["rule"].isin(["secondary", "closure", "mean_follows_count"]).to_numpy()
    people = rows["denominator"].where(rows["kind"] != "headcount", rows["numerator"]).astype("Float64").fillna(0).astype(int)
    table = (shown["population"] + " " + shown["measure"] + " by " + shown["characteristic"]).where(
        shown["cross_characteristic"] == "all",
        shown["population"] + " " + shown["measure"] + " by " + shown["characteristic"] + " and " + shown["cross_characteristic"],
    )
    hidden_people = pd.Series(people.to_numpy()[secret]).groupby(table.to_numpy()[secret]).sum()
    zero = np.flatnonzero(tables.linked.zero_families(pattern.hidden))
    return {
        "k": policy.k,
        "level": policy.level,
        "cells": len(shown),
        "statistics": len(tables.linked),
        "equations": int(tables.linked.equations.shape[0]),
        "hidden": {"primary": int((secret & ~second).sum()), "secondary": int((secret & second).sum())},
        "rules": {str(name): int(number) for name, number in shown.loc[secret, "rule"].value_counts().sort_index().items()},
        "people_hidden": {str(name): int(number) for name, number in hidden_people.items()},
        "zero_hidden": [list(tables.families[code]) for code in zero],
        "families_hidden_whole": [list(tables.families[code]) for code in pattern.whole_families],
        "families_whose_zeros_had_to_be_hidden": [list(tables.families[code]) for code in pattern.opened_families],
        "unprotected": int(pattern.unprotected.sum()),
        "audits": pattern.rounds,
    }

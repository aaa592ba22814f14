"""protect(): from the frame of unsafe figures to the frame of publishable ones, with a report. Reading and writing belong to the caller."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipelines.disclosure import intervals, loss, past, rounded, secondary
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
    values for a manifest; all of it but `seconds` is a function of the inputs. movers: people who joined and left each area between
    two publications, as whoever stands at the gate knows it, for a judge; it never leaves the home."""

    cells: pd.DataFrame
    report: dict[str, Any]
    movers: pd.DataFrame


def protect(
    cells: pd.DataFrame,
    links: pd.DataFrame,
    groups: pd.DataFrame,
    areas: pd.DataFrame,
    measures: pd.DataFrame,
    populations: pd.DataFrame,
    policy: Policy,
    released: pd.DataFrame | None = None,
    movements: pd.DataFrame | None = None,
    pools: pd.DataFrame | None = None,
) -> Protected:
    """Decide for each published row whether it is shown.

    All rows are one publication, whatever mart, page or set prints them: a figure shown in one is known everywhere, and there is no
    second threshold. ``released``: the cells of every earlier release that stands (CONTRACT.md's columns and `release`, in order); they
    are known to every reader. ``movements``: population, period, earlier_period, place, joined, left: people of a cell who were not in
    it at the earlier period, and the reverse, for periods that share people. ``pools``: ``pool`` and ``period``, which periods a longer one
    is the sum of.

    Returns statuses shown, u, c, x, z (DfE symbols) and the internal rule. Raises ValueError, with a sentence and no figure, if the
    frames contradict themselves. A population that is not declared, or a measure, is an error too.
    """
    started = time.perf_counter()
    _declared(cells, measures, populations)
    rows = cells.reset_index(drop=True)
    tables = build(rows, ordered(links), groups, areas, measures, policy, pools)
    tables, told = past.remember(tables, released, None if movements is None else ordered(movements), measures, policy)
    primary = primaries(tables, rows, measures, policy)
    every_primary, at_once = primary, rounded.plan(rows, None, links, populations, policy)
    primary = rounded.set_aside(primary, at_once.statistics(tables))
    begun = past.start(tables, primary, told, policy)
    goals = interval_goals(tables, primary, policy) & (begun.hidden | begun.latent)
    if told is not None:
        goals &= ~told.movement  # who moved may not be worked out; how close one comes is bounded by how many moved
    wanted = goals if policy.level == "interval" else begun.hidden | begun.latent
    found = intervals.cheapest(begun.system, begun.hidden, wanted, policy.k, policy.level, policy.budget)
    pattern = secondary.exact(begun.system, found.hidden, begun.latent, policy.insider_third)
    thin: Mask | None = None
    if policy.level == "interval":
        thin = intervals.narrow(begun.system, pattern.hidden, goals & ~found.met, policy.k)
    elif len(tables.linked) <= MEASURED:
        thin = intervals.narrow(begun.system, pattern.hidden, goals, policy.k)
    published = rows["published"].astype(bool).to_numpy()
    hidden = pattern.hidden | primary.hidden | begun.withheld
    held = past.held(tables, primary, told, begun, hidden)
    status, rule = decide(rows, tables, primary, hidden, policy)
    rounding = at_once if at_once.populations else rounded.plan(rows, status, links, populations, policy)
    if rounding.populations:
        apart = rounding.statistics(tables)
        pattern, goals, thin = rounded.without(pattern, tables, apart), goals & ~apart, None if thin is None else thin & ~apart
        status, rule = decide(rows, tables, primary, hidden & ~apart, policy)
    rule[np.isin(tables.row_own, held.loc[held["lost"] == 0, "now"]) & (rule == "secondary")] = past.HELD
    shown, said = rounded.printed(rows.assign(status=status, rule=rule), tables, every_primary, measures, rounding, policy)
    shown.loc[~shown["status"].isin(["shown", "u"]), NUMBERS] = None
    few = rows["denominator"].where(rows["kind"] != "headcount", rows["numerator"]).astype("Float64").fillna(0) < policy.mean_minimum
    shown.loc[few, SPREAD] = None
    shown.loc[shown["kind"] == "figure", "denominator"] = None  # a count that no equation ties is a count that nobody protects
    shown = shown[published].drop(columns=["published", "smallest", "largest_share"]).reset_index(drop=True)
    effort = loss.Effort(found.cost_of(pattern.hidden), found.bound, found.proven, found.seconds, policy.budget)
    report = loss.report(rows[published], shown, tables, primary, pattern, policy, effort)
    by_rule = said.pop("zero_hidden_by_rule", [])
    report |= said | {
        "zero_hidden": sorted(report["zero_hidden"] + by_rule),
        "unprotected": report["unprotected"] + said.get("rounded_determined", 0),
        "interval_goals": int(goals.sum()),
        "narrow_intervals": None if thin is None else int(thin.sum()),
        "narrow_places": [] if thin is None else loss.resting_on(rows[published], tables, thin[: len(tables.linked)]),
        **past.report(rows, tables, told, begun, primary, held),
        "seconds": time.perf_counter() - started,
    }
    return Protected(shown, report, pd.DataFrame() if told is None else told.movers)


def ordered(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its rows in the order of their texts: the order in which a database hands them over must decide nothing."""
    texts = [name for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name])]
    return frame.sort_values(texts, kind="stable", ignore_index=True)


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

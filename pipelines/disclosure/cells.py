"""From the frames of figures to the linked system: each statistic once, however many rows print it. No rule decides anything here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from pipelines.disclosure import naming
from pipelines.disclosure.differences import differences, link_entries
from pipelines.disclosure.linked import Ids, Linked, Mask, take
from pipelines.disclosure.policy import Policy
from pipelines.disclosure.relations import KEY, Space, geography, places, pooled_periods, sums, with_missing_wholes
from pipelines.disclosure.worth import scale_bounds, worth

DESCRIPTION = [
    "population", "period", "area_level", "area_code", "measure",
    "characteristic", "group_code", "cross_characteristic", "cross_group_code",
]  # fmt: skip


@dataclass(frozen=True)
class Tables:
    """The linked system of one set of figures.

    statistics: one row per statistic (kind n, num, sum, comp, only_here, only_base, rest; family; n it rests on).
    families: label [population, statistic] by family index. row_count, row_own: per row of `cells`, the statistic that is its
    count n, and the one it prints beside it (numerator, sum; n itself for a headcount; -1 for none). row_rest: complement.
    settled: statistics every reader knows (public, structural, empty). space: what the integer codes of `statistics` stand for.
    """

    linked: Linked
    statistics: pd.DataFrame
    families: list[tuple[str, str]]
    row_count: Ids
    row_own: Ids
    row_rest: Ids
    settled: Mask
    space: Space


@dataclass(frozen=True)
class Printed:
    """Which statistics the rows print: their count, their own, and those that every reader knows already."""

    count: Ids
    own: Ids
    settled: Ids


def matching(frame: pd.DataFrame, descriptions: Sequence[Mapping[str, str]]) -> Mask:
    """Rows that fit at least one partial description (a key left out fits everything)."""
    found = np.zeros(len(frame), dtype=bool)
    for wanted in descriptions:
        strange = set(wanted) - set(DESCRIPTION)
        if strange:
            raise ValueError(f"A policy describes cells by {', '.join(sorted(strange))}, which no cell has.")
        fits = np.ones(len(frame), dtype=bool)
        for name, code in wanted.items():
            fits &= (frame[name] == str(code)).to_numpy()
        found |= fits
    return found


def build(
    cells: pd.DataFrame,
    links: pd.DataFrame,
    groups: pd.DataFrame,
    areas: pd.DataFrame,
    measures: pd.DataFrame,
    policy: Policy,
    pools: pd.DataFrame | None = None,
) -> Tables:
    """The linked system. ``pools``: ``pool`` and ``period``, which periods add up to a longer one.

    Raises ValueError, naming the tables and places, for counts that are negative, contradict each other or do not add up.
    """
    world = geography(groups, areas)
    rows = cells.reset_index(drop=True)
    place = places(rows, world)
    own_kind = rows["kind"].map({"headcount": "n", "rate": "num", "mean": "sum", "figure": "figure"})
    if own_kind.isna().any():
        strange = naming.listed(sorted(rows.loc[own_kind.isna(), "measure"].unique()))
        raise ValueError(f"A measure is of a kind that disclosure control does not know: {strange}.")
    count = rows["denominator"].where(rows["kind"] != "headcount", rows["numerator"]).astype("Float64").fillna(0).to_numpy(float)
    numerator = rows["numerator"].astype("Float64").fillna(0).to_numpy(float)
    mean = rows["value"].to_numpy(float)
    missing = (rows["kind"] == "mean") & (count > 0) & np.isnan(mean)
    if missing.any():
        raise ValueError(f"A mean of somebody has no value: {naming.rows(rows[missing])}.")
    total = np.where(count > 0, np.nan_to_num(mean) * count, 0.0)

    counted = (rows["kind"] != "figure").to_numpy()
    listed = [place.assign(family=rows["population"] + "|n", kind="n", value=count, n=count)[counted]]
    for kind, value in (("num", numerator), ("sum", total)):
        chosen = (own_kind == kind).to_numpy()
        listed.append(place.assign(family=rows["population"] + "|" + kind + ":" + rows["measure"], kind=kind, value=value, n=count)[chosen])
    long = pd.concat([part.assign(row=part.index) for part in listed], ignore_index=True)
    long["published"] = rows["published"].astype(bool).to_numpy()[long["row"]]
    long = pd.concat([long, differences(links, world)], ignore_index=True)
    families, periods = pd.Index(sorted(set(long["family"]))), pd.Index(sorted(set(long["period"])))
    long["family"], long["period"] = families.get_indexer(long["family"]), periods.get_indexer(long["period"])
    space = Space(families, periods, world, pooled_periods(pools, periods))
    negative = (long["kind"] != "sum") & (long["value"] < 0)
    if negative.any():
        raise ValueError(f"A count is negative: {naming.statistics(long[negative], space)}.")
    long["key"] = space.keys(long)
    grouped = long.groupby("key", sort=True)
    differ = grouped["value"].max() - grouped["value"].min() > 1e-9 * (1 + grouped["value"].max().abs())
    if differ.any():
        told = naming.statistics(long[long["key"].isin(differ.index[differ])], space)
        raise ValueError(f"Two rows print different numbers for one and the same statistic: {told}.")
    statistics = grouped.agg(dict.fromkeys([*KEY, "kind", "value", "n"], "first") | {"published": "any"}).reset_index()
    statistics = with_missing_wholes(statistics.drop(columns="key"), space)
    statistics["n"] = statistics["n"].where(statistics["kind"] == "sum", statistics["value"])

    index = pd.Index(space.keys(statistics))
    row_count, row_own = (np.full(len(rows), -1) for _ in range(2))
    printed = long.dropna(subset=["row"])
    at = printed["row"].to_numpy(int)
    ids = index.get_indexer(printed["key"])
    is_count = (printed["kind"] == "n").to_numpy()
    row_count[at[is_count]] = ids[is_count]
    row_own[at[is_count]] = ids[is_count]
    row_own[at[~is_count]] = ids[~is_count]
    settled = row_own[matching(rows, [*policy.public_totals, *policy.known]) & (row_own >= 0)]
    return _bind(statistics, space, links, measures, policy, Printed(row_count, row_own, settled))


def _bind(statistics: pd.DataFrame, space: Space, links: pd.DataFrame, measures: pd.DataFrame, policy: Policy, printed: Printed) -> Tables:
    """Statistics, then the equations between them: sums over groups and areas, complements, differences of populations."""
    index: pd.Index[int] = pd.Index(space.keys(statistics))
    families = space.families
    entries, rests = sums(statistics, space)
    equations = int(entries["equation"].max() + 1) if len(entries) else 0
    lines = equations
    blocks = [entries]

    n_stat = len(statistics)
    if len(rests):
        blocks.append(pd.DataFrame({"equation": rests["equation"], "statistic": n_stat + np.arange(len(rests)), "coefficient": -1.0}))
        extra = pd.DataFrame({"family": rests["family"], "kind": rests["kind"], "value": rests["value"], "published": False})
        extra["n"] = extra["value"].where(extra["kind"] != "sum")
        statistics = pd.concat([statistics, extra], ignore_index=True)

    # numerator + complement = count
    population = pd.Series(families).str.split("|").str[0]
    count_family = families.get_indexer(pd.Index(population + "|n"))
    dependent = np.flatnonzero(statistics["kind"].isin(["num", "sum"]) & statistics["area"].notna())
    of = statistics.iloc[dependent]
    counts = index.get_indexer(pd.Index(space.keys(of[KEY].astype(int).assign(family=count_family[of["family"].astype(int)]))))
    dependent, counts = dependent[counts >= 0], counts[counts >= 0]
    value = statistics["value"].to_numpy(float)
    numerator = statistics["kind"].to_numpy()[dependent] == "num"
    part, whole = dependent[numerator], counts[numerator]
    larger = part[value[part] > value[whole]]
    if len(larger):
        raise ValueError(f"A numerator is larger than its denominator: {naming.statistics(statistics.iloc[larger], space)}.")
    rest = len(statistics) + np.arange(len(part))
    blocks.append(_entries(equations, [(whole, 1.0), (part, -1.0), (rest, -1.0)]))
    equations += len(part)
    complement = pd.DataFrame(
        {"family": statistics["family"].to_numpy()[part], "kind": "comp", "value": value[whole] - value[part], "published": False}
    )
    complement["n"] = complement["value"]
    rest_of = np.full(len(statistics), -1)
    rest_of[part] = rest
    statistics = pd.concat([statistics, complement], ignore_index=True)

    block, used = link_entries(links, index, space, equations, statistics["value"].to_numpy(float))
    blocks.append(block)
    equations += used

    entry = pd.concat(blocks)
    matrix = sp.csr_matrix((entry["coefficient"], (entry["equation"], entry["statistic"])), shape=(equations, len(statistics)))
    # P7: numerators and sums are printed only beside their count
    implies = np.column_stack([counts, dependent])
    implies = implies[statistics["published"].to_numpy()[implies].all(axis=1)] if len(implies) else np.empty((0, 2), dtype=int)
    line = np.zeros(equations, dtype=bool)
    line[:lines] = True

    settled = np.zeros(len(statistics), dtype=bool)
    settled[printed.settled] = True
    settled[dependent[statistics["value"].to_numpy()[counts] == 0]] = True
    kind = statistics["kind"].to_numpy()
    floor, ceiling = scale_bounds(statistics, families, measures)
    value = statistics["value"].to_numpy(float)
    published = statistics["published"].to_numpy(bool)
    linked = Linked(
        value=value,
        equations=matrix,
        published=published,
        candidate=published & ~settled,
        cost=np.where(published, np.floor(worth(statistics, space.world, policy)), 0.0),
        family=statistics["family"].to_numpy(int),
        counts=kind != "sum",
        floor=floor,
        ceiling=ceiling,
        implies=implies.astype(np.int64),
        lines=line,
    )
    row_rest = take(rest_of, printed.own, -1)
    names = [(name.split("|", 1)[0], name.split("|", 1)[1]) for name in families]
    return Tables(linked, statistics, names, printed.count, printed.own, row_rest, settled, space)


def _entries(start: int, columns: list[tuple[np.ndarray, float]]) -> pd.DataFrame:
    """Equations numbered from `start`, one per position, each with one term per (ids, coefficient)."""
    return pd.concat(
        [pd.DataFrame({"equation": start + np.arange(len(ids)), "statistic": ids, "coefficient": sign}) for ids, sign in columns]
    )

"""From the frames of figures to the linked system: each statistic once, however many rows print it. No rule decides anything here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from pipelines.disclosure.linked import Ids, Linked, Mask, take
from pipelines.disclosure.policy import Policy
from pipelines.disclosure.relations import KEY, geography, keys, sums, with_missing_wholes

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
    settled: statistics every reader knows (public, structural, empty).
    """

    linked: Linked
    statistics: pd.DataFrame
    families: list[tuple[str, str]]
    row_count: Ids
    row_own: Ids
    row_rest: Ids
    settled: Mask


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
    cells: pd.DataFrame, links: pd.DataFrame, groups: pd.DataFrame, areas: pd.DataFrame, measures: pd.DataFrame, policy: Policy
) -> Tables:
    """The linked system. Raises ValueError for counts that are negative, contradict each other or do not add up."""
    world = geography(groups, areas)
    rows = cells.reset_index(drop=True)
    place = _places(rows, world)
    own_kind = rows["kind"].map({"headcount": "n", "rate": "num", "mean": "sum", "figure": "figure"})
    if own_kind.isna().any():
        raise ValueError("A measure is of a kind that disclosure control does not know.")
    count = rows["denominator"].where(rows["kind"] != "headcount", rows["numerator"]).astype("Float64").fillna(0).to_numpy(float)
    numerator = rows["numerator"].astype("Float64").fillna(0).to_numpy(float)
    mean = rows["value"].to_numpy(float)
    if ((rows["kind"] == "mean") & (count > 0) & np.isnan(mean)).any():
        raise ValueError("A mean of somebody has no value.")
    total = np.where(count > 0, np.nan_to_num(mean) * count, 0.0)

    counted = (rows["kind"] != "figure").to_numpy()
    listed = [place.assign(family=rows["population"] + "|n", kind="n", value=count, n=count)[counted]]
    for kind, value in (("num", numerator), ("sum", total)):
        chosen = (own_kind == kind).to_numpy()
        listed.append(place.assign(family=rows["population"] + "|" + kind + ":" + rows["measure"], kind=kind, value=value, n=count)[chosen])
    long = pd.concat([part.assign(row=part.index) for part in listed], ignore_index=True)
    long["published"] = rows["published"].astype(bool).to_numpy()[long["row"]]
    long = pd.concat([long, _differences(links, world)], ignore_index=True)
    if (long.loc[long["kind"] != "sum", "value"] < 0).any():
        raise ValueError("A count is negative.")

    families, periods = pd.Index(long["family"].unique()), pd.Index(long["period"].unique())
    long["family"], long["period"] = families.get_indexer(long["family"]), periods.get_indexer(long["period"])
    shape = (max(len(families), 1), max(len(periods), 1), len(world.areas), len(world.groups), len(world.groups))
    long["key"] = keys(long, shape)
    grouped = long.groupby("key", sort=True)
    if (grouped["value"].max() - grouped["value"].min() > 1e-9 * (1 + grouped["value"].max().abs())).any():
        raise ValueError("Two rows print different numbers for one and the same statistic.")
    statistics = grouped.agg(dict.fromkeys([*KEY, "kind", "value", "n"], "first") | {"published": "any"}).reset_index()
    statistics = with_missing_wholes(statistics.drop(columns="key"), world, shape)
    statistics["n"] = statistics["n"].where(statistics["kind"] == "sum", statistics["value"])

    index = pd.Index(keys(statistics, shape))
    row_count, row_own = (np.full(len(rows), -1) for _ in range(2))
    printed = long.dropna(subset=["row"])
    at = printed["row"].to_numpy(int)
    ids = index.get_indexer(printed["key"])
    is_count = (printed["kind"] == "n").to_numpy()
    row_count[at[is_count]] = ids[is_count]
    row_own[at[is_count]] = ids[is_count]
    row_own[at[~is_count]] = ids[~is_count]
    return _assemble(rows, statistics, world, shape, families, row_count, row_own, links, periods, measures, policy)


def _places(frame: pd.DataFrame, world) -> pd.DataFrame:
    """Integer codes of period, area and the unordered pair of groups; an undeclared code stops everything."""
    area = world.areas.get_indexer(frame["area_level"] + "|" + frame["area_code"])
    if (area < 0).any():
        raise ValueError("A figure stands in an area that dim_areas does not know.")
    pair = np.column_stack(
        [
            world.groups.get_indexer(frame["characteristic"] + "|" + frame["group_code"]),
            world.groups.get_indexer(frame["cross_characteristic"] + "|" + frame["cross_group_code"]),
        ]
    )
    if (pair < 0).any():
        raise ValueError("A figure is of a group that dim_groups does not know.")
    pair.sort(axis=1)
    return pd.DataFrame({"period": frame["period"], "area": area, "first": pair[:, 0], "second": pair[:, 1]}, index=frame.index)


def _differences(links: pd.DataFrame, world) -> pd.DataFrame:
    """Latent statistics of two populations: who is only in the one, who only in the other.

    In a population that is declared `nested` nobody can stand outside its base, so its `only_here` is no secret and no unknown. Where
    `links` does not say, one of which nobody ever does is taken as nested: an intruder may suspect as much.
    """
    if links.empty:
        return pd.DataFrame()
    links = links.reset_index(drop=True)
    place = _places(links, world)
    outside = links["only_here"].astype("Float64").fillna(0).to_numpy(float)
    never_outside = pd.Series(outside).groupby(links["population"]).transform("max") == 0
    nested = links["nested"].astype(bool) if "nested" in links else never_outside
    if (outside[nested.to_numpy()] > 0).any():
        raise ValueError("A population that is declared nested has people outside its base.")
    found = []
    for kind, kept in (("only_here", ~nested.to_numpy()), ("only_base", np.ones(len(links), dtype=bool))):
        value = links[kind].astype("Float64").fillna(0).to_numpy(float)
        name = links["population"] + "|" + kind + ":" + links["base"]
        found.append(place.assign(family=name, kind=kind, value=value, n=value, published=False)[kept])
    return pd.concat(found, ignore_index=True)


def _assemble(
    rows: pd.DataFrame, statistics: pd.DataFrame, world, shape, families: pd.Index, row_count, row_own, links, periods, measures, policy: Policy
) -> Tables:
    index = pd.Index(keys(statistics, shape))
    family_code = {name: code for code, name in enumerate(families)}
    entries, rests = sums(statistics, world, shape)
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
    count_family = population.map(lambda name: family_code.get(f"{name}|n", -1)).to_numpy()
    dependent = np.flatnonzero(statistics["kind"].isin(["num", "sum"]) & statistics["area"].notna())
    of = statistics.iloc[dependent]
    counts = index.get_indexer(keys(of[KEY].astype(int).assign(family=count_family[of["family"].astype(int)]), shape))
    dependent, counts = dependent[counts >= 0], counts[counts >= 0]
    value = statistics["value"].to_numpy(float)
    numerator = statistics["kind"].to_numpy()[dependent] == "num"
    part, whole = dependent[numerator], counts[numerator]
    if (value[part] > value[whole]).any():
        raise ValueError("A numerator is larger than its denominator.")
    rest = len(statistics) + np.arange(len(part))
    blocks.append(_entries(equations, [(whole, 1.0), (part, -1.0), (rest, -1.0)]))
    equations += len(part)
    complement = pd.DataFrame({"family": statistics["family"].to_numpy()[part], "kind": "comp", "value": value[whole] - value[part], "published": False})
    complement["n"] = complement["value"]
    rest_of = np.full(len(statistics), -1)
    rest_of[part] = rest
    statistics = pd.concat([statistics, complement], ignore_index=True)

    block, used = _link_entries(links, index, family_code, periods, world, shape, equations, statistics["value"].to_numpy(float))
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
    settled[row_own[matching(rows, [*policy.public_totals, *policy.known]) & (row_own >= 0)]] = True
    settled[dependent[statistics["value"].to_numpy()[counts] == 0]] = True
    kind = statistics["kind"].to_numpy()
    floor, ceiling = _scale(statistics, families, measures)
    value = statistics["value"].to_numpy(float)
    published = statistics["published"].to_numpy(bool)
    linked = Linked(
        value=value,
        equations=matrix,
        published=published,
        candidate=published & ~settled,
        cost=np.where(published, np.floor(_worth(statistics, world, policy)), 0.0),
        family=statistics["family"].to_numpy(int),
        counts=kind != "sum",
        floor=floor,
        ceiling=ceiling,
        implies=implies.astype(np.int64),
        lines=line,
    )
    row_rest = take(rest_of, row_own, -1)
    names = [(name.split("|", 1)[0], name.split("|", 1)[1]) for name in families]
    return Tables(linked, statistics, names, row_count, row_own, row_rest, settled)


def _entries(start: int, columns) -> pd.DataFrame:
    """Equations numbered from `start`, one per position, each with one term per (ids, coefficient)."""
    return pd.concat(
        [pd.DataFrame({"equation": start + np.arange(len(ids)), "statistic": ids, "coefficient": sign}) for ids, sign in columns]
    )


def _link_entries(links, index, family_code, periods, world, shape, start, value) -> tuple[pd.DataFrame, int]:
    """n(population) + only_base = n(base) + only_here, wherever both counts are statistics."""
    empty = pd.DataFrame({"equation": [], "statistic": [], "coefficient": []})
    if links.empty:
        return empty, 0
    links = links.reset_index(drop=True)
    place = _places(links, world)
    place["period"] = periods.get_indexer(place["period"])

    def ids(names: pd.Series) -> np.ndarray:
        family = names.map(lambda name: family_code.get(name, -1)).to_numpy()
        found = index.get_indexer(keys(place.assign(family=np.maximum(family, 0)), shape))
        return np.where(family >= 0, found, -1)

    here, base = ids(links["population"] + "|n"), ids(links["base"] + "|n")
    only_here = ids(links["population"] + "|only_here:" + links["base"])
    only_base = ids(links["population"] + "|only_base:" + links["base"])
    both = np.flatnonzero((here >= 0) & (base >= 0))
    number = pd.Series(start + np.arange(len(both)))
    found = []
    for column, sign in ((here, 1.0), (only_base, 1.0), (base, -1.0), (only_here, -1.0)):
        present = column[both] >= 0
        found.append(pd.DataFrame({"equation": number[present], "statistic": column[both][present], "coefficient": sign}))
    entries = pd.concat(found)
    balance = (entries["coefficient"] * value[entries["statistic"].astype(int)]).groupby(entries["equation"]).sum()
    if (balance.abs() > 0.5).any():
        raise ValueError("Two populations and their difference contradict each other.")
    return entries, len(both)


def _worth(statistics: pd.DataFrame, world, policy: Policy) -> np.ndarray:
    """What hiding each statistic costs: 10 + 10 log2(1 + n), times what the policy says its area level and everyone's row are worth."""
    size = 10 + 10 * np.log2(1 + statistics["n"].clip(lower=0).to_numpy(float))
    level = world.areas.to_series().str.split("|").str[0].map(lambda name: policy.worth.get(name, 1.0)).to_numpy(float)
    everyone = (statistics["first"] == 0) & (statistics["second"] == 0)
    placed = statistics["area"].fillna(0).to_numpy(int)
    return size * level[placed] * np.where(everyone, policy.worth.get("everyone", 1.0), 1.0)


def _scale(statistics: pd.DataFrame, families: pd.Index, measures: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
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

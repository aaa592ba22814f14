"""Which statistics add up to which: parents and parts over groups, crosses, areas and periods, as sparse equations. No thresholds here."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from pipelines.disclosure import naming

ALL = "all"
KEY = ["family", "period", "area", "first", "second"]
ADDS_UP = 1e-6
"""Relative tolerance for sums of real numbers; counts must agree exactly."""


OVER_TIME = -1_000_000
"""The partition of a longer period into its periods; those of groups and areas have numbers of their own."""


Shape = tuple[int, int, int, int, int]
"""Numbers of families, periods, areas, groups and groups again: the space of statistics."""


class NotAdditive(ValueError):
    """Parts that do not make their whole: a system of cells that contradicts itself cannot be protected."""


@dataclass(frozen=True)
class Geography:
    """Areas and groups as integers. `parents`: (area, parent, partition) rows; `sizes` of complete partitions."""

    areas: pd.Index
    parents: pd.DataFrame
    groups: pd.Index
    group_parent: np.ndarray
    group_characteristic: np.ndarray
    siblings: np.ndarray


def geography(groups: pd.DataFrame, areas: pd.DataFrame) -> Geography:
    """Integer codes for the declared groups (0 = everyone) and areas, and who lies wholly inside whom.

    An area with two parents of one level lies wholly in neither; its atoms (level `academy_phase`) do, and take the place
    of their academy in the partition of the phase.
    """
    declared = groups.drop_duplicates(["characteristic", "group_code"])
    declared = pd.concat([declared[declared["characteristic"] == ALL], declared[declared["characteristic"] != ALL]])
    if declared.empty or declared["characteristic"].iloc[0] != ALL:
        everyone = pd.DataFrame({"characteristic": [ALL], "group_code": [ALL], "parent_characteristic": [""], "parent_group_code": [""]})
        declared = pd.concat([everyone, declared], ignore_index=True)
    group_index = pd.Index(declared["characteristic"] + "|" + declared["group_code"])
    parent = group_index.get_indexer(
        pd.Index(declared["parent_characteristic"].fillna("") + "|" + declared["parent_group_code"].fillna(""))
    )
    parent[1:][parent[1:] < 0] = 0
    characteristic = pd.factorize(declared["characteristic"])[0]
    siblings = pd.Series(1, index=range(len(declared))).groupby([parent, characteristic]).transform("sum").to_numpy()

    area_index = pd.Index((areas["area_level"] + "|" + areas["area_code"]).drop_duplicates())
    edges = areas[areas["parent_code"].fillna("") != ""].drop_duplicates()
    edges = pd.DataFrame(
        {
            "area": area_index.get_indexer(pd.Index(edges["area_level"] + "|" + edges["area_code"])),
            "parent": area_index.get_indexer(pd.Index(edges["parent_level"] + "|" + edges["parent_code"])),
            "parent_level": edges["parent_level"].to_numpy(),
            "partition": [level.removesuffix(f"_{above}") for level, above in zip(edges["area_level"], edges["parent_level"], strict=True)],
        }
    )
    if (edges["parent"] < 0).any():
        orphans = naming.listed(str(area_index[area]).replace("|", " ") for area in edges.loc[edges["parent"] < 0, "area"])
        raise ValueError(f"An area names a parent that is not itself in dim_areas: {orphans}.")
    whole = edges.groupby(["area", "parent_level"])["parent"].transform("size") == 1
    edges = edges[whole].reset_index(drop=True)
    edges["size"] = edges.groupby(["parent", "partition"])["area"].transform("size")
    return Geography(area_index, edges, group_index, parent, characteristic, siblings)


def places(frame: pd.DataFrame, world: Geography) -> pd.DataFrame:
    """Integer codes of period, area and the unordered pair of groups; an undeclared code stops everything."""
    area = world.areas.get_indexer(pd.Index(frame["area_level"] + "|" + frame["area_code"]))
    if (area < 0).any():
        strange = frame[area < 0]
        where = naming.listed(
            naming.printable(f"{level} {code}") for level, code in zip(strange["area_level"], strange["area_code"], strict=True)
        )
        raise ValueError(f"A figure stands in an area that dim_areas does not know: {where}.")
    pair = np.column_stack(
        [
            world.groups.get_indexer(pd.Index(frame["characteristic"] + "|" + frame["group_code"])),
            world.groups.get_indexer(pd.Index(frame["cross_characteristic"] + "|" + frame["cross_group_code"])),
        ]
    )
    undeclared = frame[(pair < 0).any(axis=1)]
    if len(undeclared):  # the code itself is not told: one that nobody declared may be anything
        tables = undeclared["population"] + " by " + undeclared["characteristic"] + " and " + undeclared["cross_characteristic"]
        raise ValueError(f"A figure is of a group that dim_groups does not know: {naming.listed(tables.str.removesuffix(' and all'))}.")
    pair.sort(axis=1)
    return pd.DataFrame({"period": frame["period"], "area": area, "first": pair[:, 0], "second": pair[:, 1]}, index=frame.index)


def pooled_periods(pools: pd.DataFrame | None, periods: pd.Index[str]) -> pd.DataFrame:
    """``pools`` (``pool``, ``period``) as rows of :attr:`Space.pools`; a period or pool that no figure has is left out."""
    if pools is None or pools.empty:
        return pd.DataFrame(columns=["period", "parent", "size"], dtype=int)
    table = pd.DataFrame({"period": periods.get_indexer(pd.Index(pools["period"])), "parent": periods.get_indexer(pd.Index(pools["pool"]))})
    table["size"] = pools.groupby("pool")["period"].transform("size").to_numpy()
    return table[(table["period"] >= 0) & (table["parent"] >= 0)].reset_index(drop=True)


@dataclass(frozen=True)
class Space:
    """Where statistics live: statistic families, periods, areas and pairs of groups, each by number.

    ``pools``: (period, parent, size) rows: a period that adds up, with ``size`` in all, to a longer one.
    """

    families: pd.Index[str]
    periods: pd.Index[str]
    world: Geography
    pools: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["period", "parent", "size"], dtype=int))

    @property
    def shape(self) -> Shape:
        groups = len(self.world.groups)
        return max(len(self.families), 1), max(len(self.periods), 1), len(self.world.areas), groups, groups

    def keys(self, statistics: pd.DataFrame) -> np.ndarray:
        """One int64 per statistic, from its five integer codes."""
        return np.ravel_multi_index(tuple(statistics[name].to_numpy(np.int64) for name in KEY), self.shape)


def parts(statistics: pd.DataFrame, space: Space) -> pd.DataFrame:
    """Rows (relation, parent_key, part, expected): each statistic as a part of each whole it belongs to.

    `relation` numbers one sum; `expected` is how many parts would make it complete; `dimension` is `group`, `area` or `period`.
    """
    found = []
    base = statistics.reset_index(drop=True)
    for slot, other in (("first", "second"), ("second", "first")):
        inside = base[base[slot] > 0]
        group = inside[slot].to_numpy()
        above = np.column_stack([space.world.group_parent[group], inside[other].to_numpy()])
        above.sort(axis=1)
        whole = inside[KEY].assign(first=above[:, 0], second=above[:, 1])
        found.append(
            pd.DataFrame(
                {
                    "parent_key": space.keys(whole),
                    "partition": space.world.group_characteristic[group],
                    "part": inside.index.to_numpy(),
                    "expected": space.world.siblings[group],
                    "dimension": "group",
                }
            )
        )
    joined = base.reset_index(names="part").merge(space.world.parents, on="area")
    partition = pd.factorize(space.world.parents["partition"])[0]
    lookup = dict(zip(space.world.parents["partition"], partition, strict=True))
    found.append(
        pd.DataFrame(
            {
                "parent_key": space.keys(joined[KEY].assign(area=joined["parent"])),
                "partition": -1 - joined["partition"].map(lookup).astype(int).to_numpy(),
                "part": joined["part"].to_numpy(),
                "expected": joined["size"].to_numpy(),
                "dimension": "area",
            }
        )
    )
    pooled = base.reset_index(names="part").merge(space.pools, on="period")
    found.append(
        pd.DataFrame(
            {
                "parent_key": space.keys(pooled[KEY].assign(period=pooled["parent"])),
                "partition": OVER_TIME,
                "part": pooled["part"].to_numpy(),
                "expected": pooled["size"].to_numpy(),
                "dimension": "period",
            }
        )
    )
    rows = pd.concat(found, ignore_index=True).drop_duplicates(["parent_key", "partition", "part"])
    rows["relation"] = rows.groupby(["parent_key", "partition"], sort=True).ngroup()
    return rows


def with_missing_wholes(statistics: pd.DataFrame, space: Space) -> pd.DataFrame:
    """The statistics plus latent ones for wholes over groups that nobody prints but whose parts are all there.

    (A cross of sex with minor ethnic groups implies one with major groups, printed or not.)
    """
    while True:
        rows = parts(statistics, space)
        rows = rows[(rows["dimension"] == "group") & ~rows["parent_key"].isin(space.keys(statistics))]
        rows = rows[rows.groupby("relation")["part"].transform("size") == rows["expected"]]
        if rows.empty:
            return statistics
        sums = rows.assign(value=statistics["value"].to_numpy()[rows["part"]]).groupby(["parent_key", "partition"])["value"].sum()
        new = sums.groupby("parent_key").first()
        codes = np.unravel_index(new.index.to_numpy(), space.shape)
        latent = pd.DataFrame(dict(zip(KEY, codes, strict=True)) | {"value": new.to_numpy(), "published": False})
        latent["kind"] = latent["family"].map(statistics.drop_duplicates("family").set_index("family")["kind"])
        statistics = pd.concat([statistics, latent], ignore_index=True)


def sums(statistics: pd.DataFrame, space: Space) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The sums as entries (equation, statistic, coefficient), and `rests`: (equation, value) of parts that nobody lists.

    An incomplete sum of counts that does not add up carries a latent rest. Raises NotAdditive where a complete one does not
    add up, or where the parts exceed their whole.
    """
    if statistics.empty:
        return pd.DataFrame({"equation": [], "statistic": [], "coefficient": []}), pd.DataFrame()
    own = space.keys(statistics)
    order = np.argsort(own)
    rows = parts(statistics, space)
    place = np.searchsorted(own[order], rows["parent_key"]).clip(max=len(own) - 1)
    rows["parent"] = order[place]
    rows = rows[own[rows["parent"]] == rows["parent_key"]]
    value = statistics["value"].to_numpy()
    rows = rows.assign(value=value[rows["part"]], size=np.abs(value[rows["part"]]))
    whole = rows.groupby("relation").agg(
        parent=("parent", "first"), total=("value", "sum"), size=("size", "sum"), found=("part", "size"), expected=("expected", "first")
    )
    whole["rest"] = value[whole["parent"]] - whole["total"]
    kind = statistics["kind"].to_numpy()[whole["parent"]]
    whole["real"] = kind == "sum"
    whole["printed"] = statistics["published"].to_numpy()[whole["parent"]]
    off = whole["rest"].abs() > np.where(whole["real"], ADDS_UP * (1 + whole["size"]), 0)
    complete = whole["found"] == whole["expected"]
    wrong = off & ((complete & ~whole["real"]) | (~complete & ~whole["real"] & (whole["rest"] < 0) & whole["printed"]))
    if wrong.any():
        places = naming.statistics(statistics.iloc[whole.loc[wrong, "parent"]], space)
        raise NotAdditive(f"{int(wrong.sum())} totals do not equal the sum of their parts, so the tables contradict each other: {places}.")
    incomplete = off & ~complete
    whole = whole[~incomplete | whole["printed"]]
    rows = rows[rows["relation"].isin(whole.index)]
    number = pd.Series(np.arange(len(whole)), index=whole.index)
    entries = pd.concat(
        [
            pd.DataFrame({"equation": number.to_numpy(), "statistic": whole["parent"].to_numpy(), "coefficient": 1.0}),
            pd.DataFrame({"equation": number[rows["relation"]].to_numpy(), "statistic": rows["part"].to_numpy(), "coefficient": -1.0}),
        ]
    )
    rests = whole[incomplete.reindex(whole.index)]
    return entries, pd.DataFrame(
        {
            "equation": number[rests.index].to_numpy(),
            "value": rests["rest"].to_numpy(),
            "family": statistics["family"].to_numpy()[rests["parent"]],
            "kind": np.where(rests["real"], "sum", "rest"),
        }
    )

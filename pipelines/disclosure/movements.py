"""Who joined and who left between two publications, as latent statistics of the linked system (P9). What was told before is in ``told``.

Per cell now + left = then + joined. `then` is a number that an earlier release shows (a correction), or the same cell of an earlier
period that was released (overlapping people). Whoever stands at the gate knows how many joined and left an area in all, and by
characteristic: these totals, and the movement of everyone, are known constants, no unknowns. The parts are not: a group's `joined`
or `left` of 1..k-1 must not be worked out. Within a whole of which one can be part without being new (pupils who move between two
academies, or between two minor groups of one major group) the parts exceed the whole by a latent `between`, unless all that is nought.

Nobody can have joined a cell that is shown to be empty, or left one that was. A total movement of nought is known.
Corrections count net, because the people behind the figure that was corrected are gone; a correction of a cell that was hidden is not
modelled; nor are movements of numerators between two periods (their counts are), nor corrected means beyond those of their counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipelines.disclosure.linked import Mask
from pipelines.disclosure.relations import KEY, Space
from pipelines.disclosure.told import Told

SIDES = ("joined", "left")
MOVERS = ["population", "period", "earlier_period", "earlier_release", "area_level", "area_code", "characteristic", *SIDES]


@dataclass(frozen=True)
class Moved:
    """rows: one per cell and earlier publication it is held against: link, family, period, area, first, second; now, then (statistics; -1
    where `then` is a number); before, joined, left (people); earlier (its period, '' for a correction); release (its number); block (cells
    of one link, area and characteristic). known: the reader knows both ends of the whole block. joined_id, left_id: latent (-1: known)."""

    rows: pd.DataFrame

    @property
    def latent(self) -> pd.DataFrame:
        """One row per latent movement: statistic, and the row of `rows` that it belongs to."""
        found = [pd.DataFrame({"statistic": self.rows[f"{side}_id"], "row": self.rows.index, "side": side}) for side in SIDES]
        every = pd.concat(found, ignore_index=True)
        return every[every["statistic"] >= 0].reset_index(drop=True)


def moved(statistics: pd.DataFrame, space: Space, earlier: Told, movements: pd.DataFrame, known: Mask, last: dict[str, int]) -> Moved:
    """Every cell held against what was published before. `last`: the latest release (its number) of each `population|period`.

    Raises ValueError when the people who joined and left do not explain a change.
    """
    value = statistics["value"].to_numpy(float)
    rows = pd.concat([_restated(statistics, space, earlier), *_between_periods(statistics, space, movements, last)], ignore_index=True)
    before = np.where(rows["then"] >= 0, value[rows["then"].to_numpy(int)], rows["before"].astype(float))
    rows["before"] = before
    if (np.abs(value[rows["now"].to_numpy(int)] + rows["left"] - before - rows["joined"]) > 0.5).any():
        raise ValueError("The people who joined and left do not explain the change between two publications.")
    rows["link"] = pd.factorize(rows["link"])[0]
    rows["block"] = _blocks(rows, space, "link")
    ends = known[rows["now"].to_numpy(int)] & ((rows["then"] < 0) | known[rows["then"].to_numpy(int)])
    rows["known"] = ends.groupby(rows["block"]).transform("all").astype(bool)
    return Moved(rows.assign(joined_id=-1, left_id=-1))


def corrected(statistics: pd.DataFrame, space: Space, earlier: Told, same: Mask) -> Mask:
    """Counts in a block (family, period, area, characteristic) of which some number was corrected since it was last shown."""
    found = np.zeros(len(statistics), dtype=bool)
    here = np.flatnonzero(statistics["kind"].isin(["n", "num"]) & statistics["area"].notna())
    block = _blocks(statistics.iloc[here], space, "family", "period")
    differs = pd.Series(~np.isnan(earlier.value[here]) & ~same[here])
    found[here] = differs.groupby(block).transform("any").to_numpy()
    return found


def _blocks(rows: pd.DataFrame, space: Space, *names: str) -> np.ndarray:
    of = space.world.group_characteristic
    keys = [rows[name].to_numpy(int) for name in (*names, "area")] + [of[rows[slot].to_numpy(int)] for slot in ("first", "second")]
    return pd.DataFrame(dict(enumerate(keys))).groupby(list(range(len(keys)))).ngroup().to_numpy() if len(rows) else np.zeros(0, dtype=int)


def _restated(statistics: pd.DataFrame, space: Space, earlier: Told) -> pd.DataFrame:
    """Cells of one period whose number was shown before, in the blocks in which some number has been corrected."""
    value = statistics["value"].to_numpy(float)
    same = np.abs(earlier.value - value) < 0.5
    chosen = corrected(statistics, space, earlier, same) & ~np.isnan(earlier.value) & statistics["published"].to_numpy(bool)
    rows: pd.DataFrame = statistics.loc[chosen, KEY].astype(int)
    change = (value - earlier.value)[chosen]
    return rows.assign(
        link=[f"{family} {period}" for family, period in zip(rows["family"], rows["period"], strict=True)],
        now=np.flatnonzero(chosen),
        then=-1,
        before=earlier.value[chosen],
        joined=np.maximum(change, 0.0),
        left=np.maximum(-change, 0.0),
        earlier="",
        release=earlier.release[chosen],
    )


def _between_periods(statistics: pd.DataFrame, space: Space, movements: pd.DataFrame, last: dict[str, int]) -> list[pd.DataFrame]:
    """Headcounts of a period held against those of an earlier, released period of the same population, for each such pair."""
    counts = statistics[(statistics["kind"] == "n") & statistics["area"].notna() & statistics["published"].astype(bool)]
    counts = counts[KEY].astype(int).assign(at=counts.index)
    counts["cell"] = space.keys(counts.assign(family=0, period=0))
    found = []
    for (population, period, before), people in movements.groupby(["population", "period", "earlier_period"], sort=True):
        family = space.families.get_indexer(pd.Index([f"{population}|n"]))[0]
        now, then = space.periods.get_indexer(pd.Index([period, before]))
        if min(family, now, then) < 0 or f"{population}|{before}" not in last:
            continue
        mine = counts[counts["family"] == family]
        both = mine[mine["period"] == now].merge(mine.loc[mine["period"] == then, ["cell", "at"]], on="cell", suffixes=("", "_then"))
        of = people.assign(cell=_cells_of(people, space))[["cell", *SIDES]]
        both = both.merge(of[of["cell"] >= 0], on="cell", how="left").fillna(dict.fromkeys(SIDES, 0.0))
        found.append(
            both[[*KEY, *SIDES]].assign(
                link=f"{family} {now} {then}",
                now=both["at"],
                then=both["at_then"],
                before=np.nan,
                earlier=before,
                release=last[f"{population}|{before}"],
            )
        )
    return found


def _cells_of(people: pd.DataFrame, space: Space) -> np.ndarray:
    """The cell of each row, whatever its family and period; -1 where this space does not have it."""
    world = space.world
    pair = np.column_stack(
        [
            world.groups.get_indexer(pd.Index(people["characteristic"] + "|" + people["group_code"])),
            world.groups.get_indexer(pd.Index(people["cross_characteristic"] + "|" + people["cross_group_code"])),
        ]
    )
    pair.sort(axis=1)
    area = world.areas.get_indexer(pd.Index(people["area_level"] + "|" + people["area_code"]))
    there = (pair >= 0).all(axis=1) & (area >= 0)
    codes = pd.DataFrame({"family": 0, "period": 0, "area": area, "first": pair[:, 0], "second": pair[:, 1]}).clip(lower=0)
    return np.where(there, space.keys(codes), -1)


def is_everyone(rows: pd.DataFrame) -> Mask:
    """Rows of everyone in an area."""
    return np.asarray((rows["first"] == 0) & (rows["second"] == 0))


def block_totals(moves: Moved, space: Space) -> pd.DataFrame:
    """Per block: family; joined, left; rest_joined, rest_left of groups that were hidden then, by the difference of everyone; complete
    (all groups are there); tied (one whole characteristic, so that the total is known); sure (the rest is known)."""
    rows, of = moves.rows, space.world.group_characteristic
    totals = rows.groupby("block").agg(
        family=("family", "first"), link=("link", "first"), area=("area", "first"), first=("first", "max"), group=("second", "first"),
        size=("now", "size"), joined=("joined", "sum"), left=("left", "sum"),
    )  # fmt: skip
    totals["tied"] = (totals["first"] == 0) & (totals["group"] > 0)  # of an unordered pair, everyone comes first
    totals["complete"] = totals["size"] == np.bincount(of)[of[totals["group"]]]
    all_ = rows[is_everyone(rows)].set_index(["link", "area"])
    net = (all_["joined"] - all_["left"]).reindex(pd.MultiIndex.from_frame(totals[["link", "area"]])).to_numpy(float)
    totals["sure"] = totals["complete"] | ~np.isnan(net)
    lost = np.where(totals["tied"] & ~totals["complete"], np.nan_to_num(net - (totals["joined"] - totals["left"])), 0.0)
    return totals.assign(rest_joined=np.maximum(lost, 0.0), rest_left=np.maximum(-lost, 0.0))


def gate_totals(moves: Moved, space: Space, families: list[tuple[str, str]], releases: list[str]) -> pd.DataFrame:
    """What the gate insider knows, for a judge: people who joined and left by population, period, area and characteristic."""
    if moves.rows.empty:
        return pd.DataFrame(columns=MOVERS)
    totals, world = block_totals(moves, space), space.world
    first = moves.rows.groupby("block")[["period", "earlier"]].first().assign(release=moves.rows.groupby("block")["release"].max())
    totals = totals.join(first)
    counts = np.array([families[family][1] == "n" for family in totals["family"]], dtype=bool)
    totals = totals[counts & (totals["first"] == 0).to_numpy() & totals["sure"].to_numpy(bool)]
    area = world.areas[totals["area"].to_numpy(int)].str.split("|", n=1)
    period = space.periods[totals["period"].to_numpy(int)].to_numpy()
    return pd.DataFrame(
        {
            "population": [families[family][0] for family in totals["family"]],
            "period": period,
            "earlier_period": totals["earlier"].where(totals["earlier"] != "", period).to_numpy(),
            "earlier_release": [releases[number] for number in totals["release"]],
            "area_level": area.str[0],
            "area_code": area.str[1],
            "characteristic": world.groups[totals["group"].to_numpy(int)].str.split("|").str[0],
            "joined": (totals["joined"] + totals["rest_joined"]).to_numpy("int64"),
            "left": (totals["left"] + totals["rest_left"]).to_numpy("int64"),
        }
    )

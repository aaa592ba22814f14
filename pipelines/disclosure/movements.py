"""Who joined and who left between two publications, as latent statistics of the linked system (P9). What was told before is in ``told``.

Per cell now + left = then + joined. `then` is a number that an earlier release shows (a correction), or the same cell of an earlier
period that was released (overlapping people). Whoever stands at the gate knows how many joined and left an area in all, and by
characteristic: these totals, and the movement of everyone, are known constants, no unknowns. The parts are not: a group's `joined`
or `left` of 1..k-1 must not be worked out. Within a whole of which one can be part without being new (pupils who move between two
academies, or between two minor groups of one major group) the parts exceed the whole by a latent `between`, unless all that is nought.

Nobody can have joined a cell that is shown to be empty, or left one that was. A total movement of nought is known. Corrections count
net, because the people behind the figure that was corrected are gone; of cells that were hidden then the least changes that add up are
assumed, and only that they add up is known. Not modelled are movements of numerators between two periods (their counts are), and
corrected means beyond those of their counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from pipelines.disclosure import linear
from pipelines.disclosure.linked import Mask
from pipelines.disclosure.relations import KEY, Space, parts
from pipelines.disclosure.told import Told

SIDES = ("joined", "left")
ELSEWHERE = 10.0
"""How many times less likely an unseen correction is taken to be where nothing else changed."""
MOVERS = ["population", "period", "earlier_period", "earlier_release", "area_level", "area_code", "characteristic", *SIDES]


@dataclass(frozen=True)
class Moved:
    """rows: one per cell and earlier publication it is held against, with the columns

    link, family, period, area, first, second: the pair of publications, and the place; block: cells of one link, area, characteristic;
    now, then: statistics, `then` -1 where it is a number; before: that number; seen: it was shown, or is a statistic;
    joined, left: people; joined_id, left_id: their latent statistics (-1: known);
    earlier: the earlier period ('' for a correction); release: its number; known: the reader knows both ends of the whole block.
    """

    rows: pd.DataFrame

    @property
    def latent(self) -> pd.DataFrame:
        """One row per latent movement: statistic, and the row of `rows` that it belongs to."""
        found = [pd.DataFrame({"statistic": self.rows[f"{side}_id"], "row": self.rows.index, "side": side}) for side in SIDES]
        every = pd.concat(found, ignore_index=True)
        return every[every["statistic"] >= 0].reset_index(drop=True)


def moved(
    statistics: pd.DataFrame, space: Space, restated: pd.DataFrame, movements: pd.DataFrame, known: Mask, last: dict[str, int]
) -> Moved:
    """Every cell held against what was published before: ``restated`` figures, and earlier periods. `last`: the latest release (its
    number) of each `population|period`.

    Raises ValueError when the people who joined and left do not explain a change.
    """
    value = statistics["value"].to_numpy(float)
    found = [part for part in (restated, *_between_periods(statistics, space, movements, last)) if len(part)] or [restated]
    rows = pd.concat(found, ignore_index=True).astype(dict.fromkeys([*KEY, "now", "then", "release"], int) | dict.fromkeys(SIDES, float))
    before = np.where(rows["then"] >= 0, value[rows["then"].to_numpy(int)], rows["before"].astype(float))
    rows["before"] = before
    if (np.abs(value[rows["now"].to_numpy(int)] + rows["left"] - before - rows["joined"]) > 0.5).any():
        raise ValueError("The people who joined and left do not explain the change between two publications.")
    rows["link"] = pd.factorize(rows["link"])[0]
    rows["block"] = _blocks(rows, space, "link")
    ends = known[rows["now"].to_numpy(int)] & ((rows["then"] < 0) | known[rows["then"].to_numpy(int)])
    rows["known"] = ends.groupby(rows["block"]).transform("all").astype(bool)
    return Moved(rows.assign(seen=rows["seen"].astype(bool), joined_id=-1, left_id=-1))


def corrected(restated: pd.DataFrame, space: Space, earlier: Told) -> Mask:
    """Statistics in a block (release, family, period, area, characteristic) of which some number was corrected since they were last shown.

    Or whose area's total was: next to a group that was never shown nobody can tell that the change was not in this one.
    """
    found = np.zeros(len(earlier.value), dtype=bool)
    moves = restated["joined"] + restated["left"] > 0
    blocks = _blocks(restated, space, "release", "family", "period")
    areas = [restated[name] for name in ("release", "family", "period", "area")]
    around = moves.groupby(blocks).transform("any") | (moves & is_everyone(restated)).groupby(areas).transform("any")
    now = restated["now"].to_numpy(int)
    found[now[around.to_numpy(bool) & (restated["release"].to_numpy(int) == earlier.release[now])]] = True
    return found


def _blocks(rows: pd.DataFrame, space: Space, *names: str) -> np.ndarray:
    of = space.world.group_characteristic
    keys = [rows[name].to_numpy(int) for name in (*names, "area")] + [of[rows[slot].to_numpy(int)] for slot in ("first", "second")]
    return pd.DataFrame(dict(enumerate(keys))).groupby(list(range(len(keys)))).ngroup().to_numpy() if len(rows) else np.zeros(0, dtype=int)


def restated(statistics: pd.DataFrame, space: Space, earlier: Told) -> pd.DataFrame:
    """Per earlier release, the cells of each family and period in which it shows some other number: by how much (people joined, left)."""
    counts = (statistics["kind"].isin(["n", "num"]) & statistics["area"].notna() & statistics["published"].astype(bool)).to_numpy(bool)
    every = earlier.every[counts[earlier.every["at"].to_numpy(int)]]
    found = [pd.DataFrame(columns=[*KEY, "link", "now", "then", "before", *SIDES, "earlier", "release", "seen"])]
    for release, told in every.groupby("order"):
        now = told["at"].to_numpy(int)
        rows: pd.DataFrame = statistics.loc[now, KEY].astype(int).reset_index(drop=True)
        value = statistics["value"].to_numpy(float)[now]
        change = value - told["value"].to_numpy(float)
        differs = pd.Series(np.abs(np.nan_to_num(change)) > 0.5).groupby([rows["family"], rows["period"]]).transform("any").to_numpy(bool)
        if not differs.any():
            continue
        rows, value, change = rows[differs].reset_index(drop=True), value[differs], change[differs]
        seen = ~np.isnan(change)
        change = _unseen(rows, space, change, value)
        link = [f"{family} {period} in {release}" for family, period in zip(rows["family"], rows["period"], strict=True)]
        moves = {"before": value - change, "joined": np.maximum(change, 0.0), "left": np.maximum(-change, 0.0)}
        found.append(rows.assign(link=link, now=now[differs], then=-1, **moves, earlier="", release=release, seen=seen))
    return pd.concat(found if len(found) == 1 else found[1:], ignore_index=True)


def _unseen(rows: pd.DataFrame, space: Space, change: np.ndarray, value: np.ndarray) -> np.ndarray:
    """The changes, with those of cells that were hidden then filled in: nobody kept the number, so the least changes that add up, and
    where some number next to them is seen to have changed rather than elsewhere."""
    open_ = np.flatnonzero(np.isnan(change))
    known: np.ndarray = np.nan_to_num(change)
    relation, parent = relations(rows, space)
    if not len(open_) or not len(parent):
        return np.asarray(known)
    row = np.concatenate([relation["whole"].to_numpy(int), np.arange(len(parent))])
    at = np.concatenate([relation["part"].to_numpy(int), parent])
    sign = np.concatenate([np.ones(len(relation)), -np.ones(len(parent))])
    sums = sp.csc_matrix((sign, (row, at)), shape=(len(parent), len(rows)))
    right, free = -(sums @ known), sums[:, open_]
    wide, most = sp.hstack([free, -free], format="csc"), np.concatenate([value[open_], np.full(len(open_), linear.INFINITY)])
    touched = pd.Series(known != 0).groupby(_blocks(rows, space, "family", "period")).transform("any").to_numpy(bool)[open_]
    found = linear.solve(np.tile(np.where(touched, 1.0, ELSEWHERE), 2), wide, right, right, np.zeros(2 * len(open_)), most)
    if found is not None:
        known[open_] = np.round(found.x[: len(open_)] - found.x[len(open_) :])
    return np.asarray(known)


def relations(rows: pd.DataFrame, space: Space) -> tuple[pd.DataFrame, np.ndarray]:
    """Which of these cells are the parts of which: (whole, part), and the row of each whole. All parts must be there."""
    if rows.empty:
        return pd.DataFrame({"whole": [], "part": []}, dtype=int), np.zeros(0, dtype=int)
    found = parts(rows[KEY], space)
    found["parent"] = pd.Index(space.keys(rows)).get_indexer(pd.Index(found["parent_key"]))
    size = found.groupby("relation")["part"].transform("size")
    found = found[(found["parent"] >= 0) & (size == found["expected"])]
    wholes = found.drop_duplicates("relation")
    number = pd.Series(np.arange(len(wholes)), index=wholes["relation"])
    whole = number[found["relation"]].to_numpy(int)
    return pd.DataFrame({"whole": whole, "part": found["part"].to_numpy(int)}), wholes["parent"].to_numpy(int)


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
                seen=True,
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

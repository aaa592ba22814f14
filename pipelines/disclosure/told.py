"""What earlier releases have already told of the statistics of this one. What changed between two publications is in ``movements``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipelines.disclosure.linked import Floats, Mask
from pipelines.disclosure.relations import KEY, Space

SHOWN = ("shown", "u")
NOBODY = ("z", "x")
"""Statuses that say of a count that it is nought."""
PLACE = ["population", "period", "area_level", "area_code", "characteristic", "group_code", "cross_characteristic", "cross_group_code"]
SAME = 1e-9
"""Relative difference under which two sums made from printed means are one and the same."""


@dataclass(frozen=True)
class Told:
    """Per statistic of the present system. value: the number last shown for it in an earlier release (nan if none was). release: the
    number, in order of release, of the one that showed it (-1). shown, hidden: how the same statistic stood in the latest release that
    had it. unprinted: that release has rows that would tell it, be they its own or of rates and means of these people, and none does.
    before: 1 shown, -1 hidden, 0 unknown, for the same cell of the latest earlier *period*, where its own period was never told. every: one
    row per statistic and release that had it: at, order (the release's number), value (nan where hidden)."""

    value: Floats
    release: np.ndarray
    shown: Mask
    hidden: Mask
    unprinted: Mask
    before: np.ndarray
    every: pd.DataFrame


def told(released: pd.DataFrame, measures: pd.DataFrame, statistics: pd.DataFrame, space: Space) -> Told:
    """Look every statistic up in ``released``: rows of cells with `release`, in order of release, and optionally `rounded`.

    A rounded number is not the number: it counts as shown, and tells no value. Areas, groups and measures that are gone since are left out.
    """
    size = len(statistics)
    rows = _located(_figures(released, measures), space)
    here = statistics["area"].notna().to_numpy()
    keys = np.full(size, -1)
    keys[here] = space.keys(statistics.loc[here, KEY].astype(int))
    index = pd.Index(keys[here])
    place = np.flatnonzero(here)

    same = rows[rows["period"] >= 0]
    at = index.get_indexer(pd.Index(space.keys(same))) if len(same) else np.zeros(0, dtype=int)
    any_row = same[at >= 0].assign(at=place[at[at >= 0]])
    latest = any_row[~any_row["nobody"]]
    every = latest.groupby(["at", "order"])["value"].first().reset_index()
    shown, hidden, unprinted = (np.zeros(size, dtype=bool) for _ in range(3))
    found = Told(np.full(size, np.nan), np.full(size, -1), shown, hidden, unprinted, np.zeros(size, dtype=int), every)
    printed = latest[latest["value"].notna()].drop_duplicates("at", keep="last")
    found.value[printed["at"]], found.release[printed["at"]] = printed["value"], printed["order"]
    stood = latest[latest["stands"]].drop_duplicates("at", keep="last")
    shown[stood["at"]], hidden[stood["at"]] = stood["shown"], ~stood["shown"]
    printed_by_any = any_row.groupby(["order", "at"])["shown"].any().reset_index().drop_duplicates(subset="at", keep="last")
    unprinted[printed_by_any["at"]] = ~printed_by_any["shown"]

    fresh = place[~(shown | hidden)[place]]
    wanted = statistics.iloc[fresh]
    now = pd.DataFrame({"at": fresh, "cell": _cells(wanted, space), "name": space.periods[wanted["period"].to_numpy(int)]})
    then = rows[rows["stands"] & ~rows["nobody"]].assign(cell=lambda frame: _cells(frame, space))[["cell", "name", "order", "shown"]]
    both = now.merge(then, on="cell", suffixes=("", "_then"))
    both = both[both["name_then"] < both["name"]].sort_values(["name_then", "order"], kind="stable").drop_duplicates("at", keep="last")
    found.before[both["at"]] = np.where(both["shown"], 1, -1)
    return found


def unchanged(earlier: Told, value: Floats) -> Mask:
    """Statistics that still have the number last shown for them."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(earlier.value - value) <= SAME * np.maximum(1.0, np.abs(value)))


def _figures(released: pd.DataFrame, measures: pd.DataFrame) -> pd.DataFrame:
    """One row per number that a release printed or hid: family, place, value (nan if not told), shown, stands (the row is its own), nobody
    (no number, but a status that says of a count that it is nought)."""
    kind = measures.drop_duplicates("measure").set_index("measure")["kind"]
    rows = released.assign(
        kind=released["measure"].map(kind).where(released["measure"] != "headcount", "headcount"),
        order=pd.factorize(released["release"])[0],
        shown=released["status"].isin([*SHOWN, "low", *NOBODY]),
        nobody=released["status"].isin(NOBODY),
        exact=~released.get("rounded", pd.Series(False, index=released.index)).astype(bool) & released["status"].isin(SHOWN),
    )
    rows = rows[rows["shown"] | (rows["status"] == "c")]
    count, own, mean = (rows[name].astype("Float64").to_numpy(float, na_value=np.nan) for name in ("denominator", "numerator", "value"))
    found = []
    for wanted, family, value, stands in (
        ("headcount", "|n", own, True),
        ("rate", "|n", count, False),
        ("mean", "|n", count, False),
        ("rate", "|num:", own, True),
        ("mean", "|sum:", count * mean, True),
    ):
        of = ((rows["kind"] == wanted) & (~rows["nobody"] | (family == "|n"))).to_numpy()
        part = rows.loc[of, [*PLACE, "order", "shown", "nobody"]]
        name = rows.loc[of, "population"] + family + (rows.loc[of, "measure"] if family.endswith(":") else "")
        known = np.where(rows["exact"], value, np.nan)[of]
        found.append(part.assign(family=name, value=known, stands=stands))
    return pd.concat(found, ignore_index=True).sort_values("order", kind="stable", ignore_index=True)


def _located(rows: pd.DataFrame, space: Space) -> pd.DataFrame:
    """The rows with the integer codes of this space; a period that is gone has the code -1, any other unknown row is left out."""
    world = space.world
    pair = np.column_stack(
        [
            world.groups.get_indexer(pd.Index(rows["characteristic"] + "|" + rows["group_code"])),
            world.groups.get_indexer(pd.Index(rows["cross_characteristic"] + "|" + rows["cross_group_code"])),
        ]
    )
    pair.sort(axis=1)
    coded = pd.DataFrame(
        {
            "family": space.families.get_indexer(pd.Index(rows["family"])),
            "period": space.periods.get_indexer(pd.Index(rows["period"])),
            "area": world.areas.get_indexer(pd.Index(rows["area_level"] + "|" + rows["area_code"])),
            "first": pair[:, 0],
            "second": pair[:, 1],
            "name": rows["period"].to_numpy(),
            **{name: rows[name].to_numpy() for name in ("value", "shown", "nobody", "stands", "order")},
        }
    )
    return coded[(coded[["family", "area", "first", "second"]] >= 0).all(axis=1)].reset_index(drop=True)


def _cells(statistics: pd.DataFrame, space: Space) -> np.ndarray:
    """One number per cell whatever its period."""
    return space.keys(statistics[KEY].astype(int).assign(period=0))

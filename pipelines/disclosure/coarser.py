"""What a coarser grouping would win back: the release protected again without one finer table. Advice for a person; it hides nothing itself."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipelines.disclosure.cells import DESCRIPTION
from pipelines.disclosure.loss import HIDDEN, SHOWN
from pipelines.disclosure.policy import Policy
from pipelines.disclosure.protect import Protected, protect
from pipelines.disclosure.relations import ALL


@dataclass(frozen=True)
class Finer:
    """A finer table that could be left out. `named`: in words. `kept`: what still stands in its place. `rows`: mask over some frame."""

    named: str
    kept: str
    population: str
    characteristics: frozenset[str] = frozenset()
    area_levels: frozenset[str] = frozenset()

    def holds(self, frame: pd.DataFrame) -> pd.Series:
        """Which rows of a frame with the columns of a cell are of this table."""
        one, other = frame["characteristic"], frame["cross_characteristic"]
        found = frame["population"] == self.population
        if self.area_levels:  # everyone's figures stay
            return found & frame["area_level"].isin(self.area_levels) & ((one != ALL) | (other != ALL))
        if len(self.characteristics) == 1:
            return found & (one.isin(self.characteristics) | other.isin(self.characteristics))
        return found & one.isin(self.characteristics) & other.isin(self.characteristics)


def finer(cells: pd.DataFrame, groups: pd.DataFrame, areas: pd.DataFrame) -> Iterator[Finer]:
    """Every table with something coarser behind it: minor groups with major ones, crosses, and the lowest level of areas."""
    parents = groups[~groups["parent_characteristic"].fillna("").isin(["", ALL])]
    above = parents.drop_duplicates("characteristic").set_index("characteristic")["parent_characteristic"]
    lowest = _lowest_level(cells, areas)
    for population, rows in cells[cells["published"].astype(bool)].groupby("population", sort=True):
        pairs = rows[["characteristic", "cross_characteristic"]].drop_duplicates()
        single = sorted(set(pairs.to_numpy().ravel()) & set(above.index))
        for name in single:
            yield Finer(f"{population} by {name}", f"by {above[name]}", str(population), frozenset([name]))
        for one, other in sorted({tuple(sorted(pair)) for pair in pairs.to_numpy() if ALL not in pair}):
            yield Finer(f"{population} by {one} and {other}", f"by {one}, and by {other}", str(population), frozenset([one, other]))
        if lowest and len(set(rows["area_level"])) > 1 and (rows["area_level"].isin(lowest) & (rows["characteristic"] != ALL)).any():
            kept = " and ".join(sorted(set(rows["area_level"]) - lowest))
            yield Finer(f"{population} by group in each {min(lowest)}", f"by {kept}", str(population), area_levels=lowest)


def _lowest_level(cells: pd.DataFrame, areas: pd.DataFrame) -> frozenset[str]:
    """The published level that no published level lies in, with the unpublished atoms below it; empty where levels do not nest."""
    published = set(cells.loc[cells["published"].astype(bool), "area_level"])
    upper = set(areas.loc[areas["area_level"].isin(published), "parent_level"])
    lowest = sorted(published - upper)
    atoms = set(areas.loc[areas["parent_level"].isin(lowest), "area_level"])
    return frozenset({*lowest, *atoms}) if len(lowest) == 1 and len(published) > 1 else frozenset()


def winnings(
    protected: Protected,
    cells: pd.DataFrame,
    links: pd.DataFrame,
    groups: pd.DataFrame,
    areas: pd.DataFrame,
    measures: pd.DataFrame,
    populations: pd.DataFrame,
    policy: Policy,
    most: int,
    seconds: float,
    released: pd.DataFrame | None = None,
    movements: pd.DataFrame | None = None,
    pools: pd.DataFrame | None = None,
) -> list[dict[str, Any]]:
    """For the finer tables that lose most, at most `most` of them: what the rest would show were the table not published.

    Each answer is exact: the release is protected again without it, so it takes about as long as `protect` did. The order is fixed by what
    is hidden, levels of areas last; another is begun only while `seconds` are expected to suffice, and one that was not says so. Entries:
    without, keeps, given_up (shown figures of the table), hidden (its hidden ones), won (more figures of the rest that are shown,
    negative if fewer), still_hidden (of the rest); won and still_hidden are None where time was short.
    """
    before = protected.cells
    listed = [(int((table.holds(before) & before["status"].isin(HIDDEN)).sum()), table) for table in finer(cells, groups, areas)]
    chosen = sorted((entry for entry in listed if entry[0]), key=lambda entry: (bool(entry[1].area_levels), -entry[0], entry[1].named))[
        :most
    ]
    spent, last = 0.0, float(protected.report["seconds"])
    found = []
    for hidden, table in chosen:
        inside = table.holds(before)
        entry: dict[str, Any] = {
            "without": table.named,
            "keeps": table.kept,
            "given_up": int((inside & before["status"].isin(SHOWN)).sum()),
            "hidden": hidden,
        }
        if spent + last <= seconds:
            started = time.perf_counter()
            links_, movements_ = (frame if frame is None or frame.empty else frame[~table.holds(frame)] for frame in (links, movements))
            frames = {"links": links_, "groups": groups, "areas": areas, "measures": measures, "populations": populations}
            frames |= {"released": released, "movements": movements_, "pools": pools}
            entry |= _again(before[~inside], cells[~table.holds(cells)], frames, policy)
            last = time.perf_counter() - started
            spent += last
        else:
            entry |= {"won": None, "still_hidden": None}
        found.append(entry)
    return found


def _again(rest: pd.DataFrame, cells: pd.DataFrame, frames: Mapping[str, Any], policy: Policy) -> dict[str, int]:
    after = protect(cells, policy=policy, **frames).cells
    both = rest[[*DESCRIPTION, "status"]].merge(after[[*DESCRIPTION, "status"]], on=DESCRIPTION, suffixes=("", "_after"), validate="1:1")
    if len(both) != len(rest):
        raise ValueError("A release without one of its tables does not hold the rest of them.")
    won = int(both["status_after"].isin(SHOWN).sum()) - int(both["status"].isin(SHOWN).sum())
    return {"won": won, "still_hidden": int(both["status_after"].isin(HIDDEN).sum())}

"""A seeded trust of invented people who join, leave, change groups and are corrected, publication after publication, as protect() reads it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

MINORS = {
    "BB": "B", "BC": "B", "AI": "A", "AP": "A", "AO": "A", "MW": "M", "MO": "M", "WB": "W", "WO": "W", "WR": "W", "OO": "O", "UU": "U",
}  # fmt: skip
SHARES = {
    "sex": {"F": 0.5, "M": 0.5},
    "fsm": {"N": 0.72, "Y": 0.28},
    "sen": {"N": 0.82, "K": 0.14, "E": 0.04},
    "ethnicity": dict(zip(MINORS, (0.06, 0.03, 0.05, 0.06, 0.03, 0.04, 0.03, 0.55, 0.07, 0.01, 0.04, 0.03), strict=True)),
}
CHARACTERISTICS = ("all", "sex", "fsm", "sen", "ethnicity_major", "ethnicity")
CELL = ["period", "area_level", "area_code", "characteristic", "group_code"]


@dataclass
class Trust:
    """periods: the roll of each period as it is known now (person, academy and one column per characteristic), newest last."""

    draw: np.random.Generator
    periods: dict[str, pd.DataFrame] = field(default_factory=dict)
    people: int = 0

    def newcomers(self, academy: str, number: int) -> pd.DataFrame:
        found = pd.DataFrame({"person": np.arange(self.people, self.people + number), "academy": academy})
        self.people += number
        return found.assign(**{name: self.draw.choice(list(shares), number, p=list(shares.values())) for name, shares in SHARES.items()})

    def begin(self, period: str, academies: int, smallest: int, largest: int) -> None:
        """The first roll."""
        sizes = self.draw.integers(smallest, largest + 1, academies)
        self.periods[period] = pd.concat([self.newcomers(f"1{at:05d}", int(size)) for at, size in enumerate(sizes)], ignore_index=True)

    def move_on(self, period: str, joiners: int, leavers: int, changers: int) -> None:
        """The next roll: in each academy up to so many join and leave, and in the whole trust so many change a group."""
        roll = next(reversed(self.periods.values())).copy()
        gone = [
            roll[roll["academy"] == name].sample(int(self.draw.integers(0, leavers + 1)), random_state=self.draw) for name in self.names()
        ]
        roll = roll.drop(pd.concat(gone).index)
        come = [self.newcomers(name, int(self.draw.integers(0, joiners + 1))) for name in self.names()]
        self.periods[period] = pd.concat([roll, *come], ignore_index=True)
        self.change(period, changers)

    def change(self, period: str, number: int) -> None:
        """So many people of one period get another group: changers of the newest, corrections of an older one."""
        roll = self.periods[period]
        for row in self.draw.choice(len(roll), number, replace=False):
            name = str(self.draw.choice(["fsm", "sen", "ethnicity"]))
            roll.loc[row, name] = self.draw.choice([code for code in SHARES[name] if code != roll.loc[row, name]])

    def names(self) -> list[str]:
        return sorted(next(iter(self.periods.values()))["academy"].unique())

    def placed(self) -> pd.DataFrame:
        """One row per period, area, characteristic, group and person."""
        everyone = pd.concat([roll.assign(period=period) for period, roll in self.periods.items()], ignore_index=True)
        everyone = everyone.assign(all="all", ethnicity_major=everyone["ethnicity"].map(MINORS))
        areas = pd.concat(
            [everyone.assign(area_level="trust", area_code="T"), everyone.assign(area_level="academy", area_code=everyone["academy"])]
        )
        return areas.melt(["period", "area_level", "area_code", "person"], list(CHARACTERISTICS), "characteristic", "group_code")

    def frames(self, newest: int = 99) -> dict[str, pd.DataFrame]:
        """The arguments of protect() but the policy and what was released, for the newest so many periods."""
        groups = [("all", "all", "", "")]
        groups += [(name, code, "all", "all") for name in ("sex", "fsm", "sen") for code in SHARES[name]]
        groups += [("ethnicity_major", code, "all", "all") for code in dict.fromkeys(MINORS.values())]
        groups += [("ethnicity", code, "ethnicity_major", major) for code, major in MINORS.items()]
        group_frame = pd.DataFrame(groups, columns=["characteristic", "group_code", "parent_characteristic", "parent_group_code"])
        areas = [("trust", "T", "", ""), *(("academy", name, "trust", "T") for name in self.names())]
        area_frame = pd.DataFrame(areas, columns=["area_level", "area_code", "parent_level", "parent_code"])
        placed = self.placed()
        grid = pd.DataFrame({"period": list(self.periods)[-newest:]}).merge(area_frame[["area_level", "area_code"]], how="cross")
        grid = grid.merge(group_frame[["characteristic", "group_code"]], how="cross")
        counts = placed.groupby(CELL).size().rename("numerator").reset_index()
        cells = grid.merge(counts, on=CELL, how="left").fillna({"numerator": 0}).astype({"numerator": "Int64"})
        cells = cells.assign(
            population="pupils", measure="headcount", kind="headcount", cross_characteristic="all", cross_group_code="all",
            denominator=pd.array([pd.NA] * len(cells), dtype="Int64"), value=cells["numerator"].astype(float), low=np.nan, high=np.nan,
            sd=np.nan, smallest=pd.array([pd.NA] * len(cells), dtype="Int64"), largest_share=np.nan, published=True,
        )  # fmt: skip
        return {
            "cells": cells,
            "links": pd.DataFrame(),
            "groups": group_frame,
            "areas": area_frame,
            "measures": pd.DataFrame([("headcount", "headcount", False, np.nan, np.nan)], columns=MEASURES),
            "populations": pd.DataFrame({"population": ["pupils"], "base": [""]}),
            "movements": movements(placed),
        }


MEASURES = ["measure", "kind", "sensitive", "scale_min", "scale_max"]


def movements(placed: pd.DataFrame) -> pd.DataFrame:
    """Who joined and left each cell between each two periods, from the people themselves."""
    periods = sorted(placed["period"].unique())
    found = []
    cell = [name for name in CELL if name != "period"]
    for at, now in enumerate(periods):
        for then in periods[:at]:
            both = placed[placed["period"] == now].merge(
                placed[placed["period"] == then], on=[*cell, "person"], how="outer", indicator=True
            )
            counted = both.groupby(cell)["_merge"].value_counts().unstack(fill_value=0).reset_index()
            counted = counted.rename(columns={"left_only": "joined", "right_only": "left"})
            found.append(counted[[*cell, "joined", "left"]].assign(period=now, earlier_period=then))
    moved = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=[*CELL, "earlier_period", "joined", "left"])
    return moved.assign(population="pupils", cross_characteristic="all", cross_group_code="all")

"""``mart_completeness``: of whom the group is not known, from shown headcounts alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.reporting.ranges import SMALLEST_WITH_RANGE, wilson

SHOWN = ("shown", "u")
PLACE = ["population", "period", "area_level", "area_code"]
COLUMNS = [*PLACE, "characteristic", "not_known", "people", "share", "low", "high", "status", "verdict"]
MUCH = 0.1
VERDICTS = ("known", "too_much_not_known", "cannot_tell", "not_shown")


def completeness(cells: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """One row for each population, period, area and characteristic whose headcounts are published.

    ``cells``: protected headcounts in the shape of the marts. ``groups``: dim_groups. ``share``: people of the unknown group over everyone,
    with Wilson's range. ``verdict``: too_much_not_known where the whole range is over a tenth, known where it is at or under it. Where
    the unknown group or everyone is hidden, so is the row, with the same status; ``x`` where there is nobody.
    """
    plain = cells[cells["cross_characteristic"].eq("all")]
    unknown = groups.loc[groups["is_unknown"].astype(bool), ["characteristic", "group_code"]]
    own = plain.merge(unknown, on=["characteristic", "group_code"])[[*PLACE, "characteristic", "numerator", "status"]]
    whole = plain.loc[plain["characteristic"].eq("all"), [*PLACE, "numerator", "status"]]
    table = own.merge(whole.rename(columns={"numerator": "people", "status": "whole_status"}), on=PLACE)
    shown = table["status"].isin(SHOWN) & table["whole_status"].isin(SHOWN) & table["people"].gt(0).fillna(False)
    status = table["status"].where(~table["status"].isin(SHOWN), table["whole_status"])
    counts = table[["numerator", "people"]].astype("Int64").where(shown)
    people = counts["people"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    not_known = counts["numerator"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    low, high = (np.full(len(table), np.nan) for _ in range(2))
    enough = people >= SMALLEST_WITH_RANGE
    low[enough], high[enough] = wilson(not_known[enough], people[enough])
    words = np.select([~shown.to_numpy(), low > MUCH, high <= MUCH], ["not_shown", "too_much_not_known", "known"], default="cannot_tell")
    table = table.assign(
        not_known=counts["numerator"],
        people=counts["people"],
        share=not_known / people,
        low=low,
        high=high,
        status=status.where(~shown, "shown"),
        verdict=pd.Series(words, index=table.index, dtype="str"),
    )
    return table[COLUMNS].sort_values([*PLACE, "characteristic"], kind="stable", ignore_index=True)

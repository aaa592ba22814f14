"""``mart_incidents``: how many incidents for each hundred people, with the exact range of a rare event. Academies are never ranked by it.

More reports may be a sign of trust, and none may be a sign of silence: a nought that chance would rarely give is told apart.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

SHOWN = ("shown", "u")
PLACE = ["period", "area_level", "area_code"]
HARMED = "incident_harmed"
OF_STAFF = "staff"
COLUMNS = [
    *PLACE, "characteristic", "group_code", "of_population", "incidents", "people", "per_hundred", "low", "high",
    "chance_of_none", "earlier_period", "p_value", "verdict",
]  # fmt: skip
VERDICTS = ("more", "fewer", "no_clear_change", "none_is_unlikely", "cannot_tell", "not_shown")
TESTED = ("incidents", "people", "incidents_then", "people_then")
UNLIKELY = 0.01
ALPHA = 0.05


def incident_rates(cells: pd.DataFrame, periods: list[str], returns: pd.DataFrame) -> pd.DataFrame:
    """One row for each group of incidents, period and area whose headcount is published beside the people it is of.

    ``cells``: protected headcounts of incidents, pupils and staff. ``periods`` in order. ``returns``: ``period`` and ``academy_urn`` of
    every academy that has sent its incidents: one of them without any has none, while an academy that sent nothing has no data.
    Incidents that harmed staff are of staff in post, all others of pupils on roll. ``low``, ``high``: the exact Poisson range (Garwood
    1936). ``p_value``: the exact conditional test of the same rate as in the period before. ``chance_of_none``: the chance of no incident
    at an academy at the trust's rate; where none was recorded and that chance is under one in a hundred, the verdict is
    *none_is_unlikely*.
    """
    from statsmodels.stats.rates import confint_poisson, test_poisson_2indep

    plain = cells[cells["cross_characteristic"].eq("all")]
    counted = plain[plain["population"].eq("incidents")][[*PLACE, "characteristic", "group_code", "numerator", "status"]]
    sent = pd.MultiIndex.from_frame(counted[["period", "area_code"]]).isin(pd.MultiIndex.from_frame(returns[["period", "academy_urn"]]))
    none = counted["status"].eq("x") & sent
    counted = counted.assign(numerator=counted["numerator"].mask(none, 0), status=counted["status"].mask(none, "shown"))
    whole = plain[plain["characteristic"].eq("all") & plain["population"].isin(["pupils", OF_STAFF])]
    whole = whole[[*PLACE, "population", "numerator", "status"]].rename(
        columns={"numerator": "people", "status": "people_status", "population": "of_population"}
    )
    of_staff = counted["characteristic"].eq(HARMED) & counted["group_code"].eq(OF_STAFF)
    table = counted.assign(of_population=of_staff.map({True: OF_STAFF, False: "pupils"})).merge(whole, on=[*PLACE, "of_population"])
    shown = table["status"].isin(SHOWN) & table["people_status"].isin(SHOWN) & table["people"].gt(0).fillna(False)
    numbers = table[["numerator", "people"]].astype("Float64").where(shown)
    count, people = (numbers[name].to_numpy(dtype=float, na_value=np.nan) for name in ("numerator", "people"))
    low, high, chance = (np.full(len(table), np.nan) for _ in range(3))
    some = shown.to_numpy()
    if some.any():
        low[some], high[some] = confint_poisson(count[some], people[some], method="exact-c", alpha=ALPHA)
    table = table.assign(incidents=count, people=people, per_hundred=100 * count / people, low=100 * low, high=100 * high)
    rates = table[table["area_level"].eq("trust") & table["characteristic"].eq("all")].set_index("period")["per_hundred"]
    at_academy = some & table["area_level"].eq("academy").to_numpy() & table["characteristic"].eq("all").to_numpy()
    expected = table["period"].map(rates).to_numpy(float) / 100 * people
    chance[at_academy] = np.exp(-expected[at_academy])
    before = dict(zip(periods[1:], periods[:-1], strict=True))
    table = table.assign(chance_of_none=chance, earlier_period=table["period"].map(before).fillna("").astype("str"))
    keys = ["area_level", "area_code", "characteristic", "group_code"]
    earlier = table[["period", *keys, "incidents", "people"]].rename(
        columns={"period": "earlier_period", "incidents": "incidents_then", "people": "people_then"}
    )
    table = table.merge(earlier, how="left", on=["earlier_period", *keys])
    tested = table[list(TESTED)].notna().all(axis=1) & table["area_level"].eq("trust")
    p_values = [
        float(test_poisson_2indep(*row, method="exact-cond").pvalue) if row[0] + row[2] else 1.0
        for row in table.loc[tested, list(TESTED)].astype(int).itertuples(index=False, name=None)
    ]
    table["p_value"] = pd.Series(p_values, index=table.index[tested], dtype=float).reindex(table.index)
    then = table["incidents_then"] / table["people_then"] * 100
    rules = [
        (table["incidents"].isna(), "not_shown"),
        (table["incidents"].eq(0) & table["chance_of_none"].lt(UNLIKELY), "none_is_unlikely"),
        (table["p_value"].isna(), "cannot_tell"),
        (table["p_value"].lt(ALPHA) & table["per_hundred"].gt(then), "more"),
        (table["p_value"].lt(ALPHA), "fewer"),
    ]
    words = np.select([rule.to_numpy(dtype=bool) for rule, _ in rules], [word for _, word in rules], default="no_clear_change")
    table = table.assign(verdict=pd.Series(words, index=table.index, dtype="str"))
    table = table.astype({"incidents": "Int64", "people": "Int64"})
    return table[COLUMNS].sort_values([*PLACE, "characteristic", "group_code"], kind="stable", ignore_index=True)

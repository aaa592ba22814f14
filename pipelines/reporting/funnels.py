"""``mart_funnel``: each academy against the trust's rate of its phase, with limits that allow for chance. An order it does not give.

Spiegelhalter, Funnel plots for comparing institutional performance (Statistics in Medicine, 2005): control limits around a target, widened by
the over-dispersion that the academies themselves show.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

SHOWN = ("shown", "u")
PLACE = ["population", "period", "measure"]
COLUMNS = [
    *PLACE, "area_code", "target_level", "target_code", "numerator", "denominator", "value", "target",
    "low_95", "high_95", "low_998", "high_998", "overdispersion", "position",
]  # fmt: skip
POSITIONS = ("inside", "above", "below", "far_above", "far_below")
FAR = ("far_above", "far_below")
"""Beyond the outer limits, where chance leaves 1 academy in 500: only these are called outside the range that chance explains."""
FEWEST_ACADEMIES = 5
WINSORISED = 0.1
"""The share of z scores at each end that is pulled in before over-dispersion is estimated, so that one academy does not widen all limits."""


def funnel(cells: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """One row for each academy, period and rate of everyone that is shown there, where five academies or more show it.

    ``cells``: protected cells of rates in the shape of the marts. ``areas``: dim_areas. The target is the rate of the one phase that the
    academy teaches, where it is shown, else the trust's. ``overdispersion`` is the mean square of the winsorised z scores, at least 1; limits
    are the target give or take 1.96 and 3.09 standard errors times its root, within 0 and 1.
    """
    everyone = cells[cells["characteristic"].eq("all") & cells["cross_characteristic"].eq("all") & cells["status"].isin(SHOWN)]
    everyone = everyone[everyone["numerator"].notna() & everyone["denominator"].notna()]
    own = everyone[everyone["area_level"].eq("academy")][[*PLACE, "area_code", "numerator", "denominator", "value"]]
    table = own.merge(_targets(areas), on="area_code")
    targets = everyone[[*PLACE, "area_level", "area_code", "value"]]
    targets = targets.rename(columns={"area_level": "target_level", "area_code": "target_code", "value": "target"})
    phase = table[table["target_level"].eq("phase")].merge(targets, on=[*PLACE, "target_level", "target_code"])
    trust = areas.loc[areas["area_level"].eq("trust"), "area_code"].iloc[0]
    rest = table[~table.set_index([*PLACE, "area_code"]).index.isin(phase.set_index([*PLACE, "area_code"]).index)]
    rest = rest.assign(target_level="trust", target_code=trust).merge(targets, on=[*PLACE, "target_level", "target_code"])
    table = pd.concat([phase, rest], ignore_index=True)
    table = table[(table["target"] > 0) & (table["target"] < 1)]
    table = table[table.groupby(PLACE)["area_code"].transform("nunique").ge(FEWEST_ACADEMIES)]
    error = np.sqrt(table["target"] * (1 - table["target"]) / table["denominator"].astype(float))
    z = (table["value"] - table["target"]) / error
    table["overdispersion"] = z.groupby([table[name] for name in PLACE]).transform(_overdispersion).astype(float)
    wide = error * np.sqrt(table["overdispersion"])
    for name, size in (("95", 1.96), ("998", 3.09)):
        table[f"low_{name}"] = (table["target"] - size * wide).clip(lower=0)
        table[f"high_{name}"] = (table["target"] + size * wide).clip(upper=1)
    value = table["value"]
    choices = [
        (value > table["high_998"], "far_above"),
        (value < table["low_998"], "far_below"),
        (value > table["high_95"], "above"),
        (value < table["low_95"], "below"),
    ]
    words = np.select([rule.to_numpy(dtype=bool) for rule, _ in choices], [word for _, word in choices], default="inside")
    table = table.assign(position=pd.Series(words, index=table.index, dtype="str"))
    return table[COLUMNS].sort_values([*PLACE, "area_code"], kind="stable", ignore_index=True)


def _targets(areas: pd.DataFrame) -> pd.DataFrame:
    """The area that each academy is held against: its phase where it has one, else the trust."""
    phases = areas[areas["area_level"].eq("academy") & areas["parent_level"].eq("phase")]
    trust = areas.loc[areas["area_level"].eq("trust"), "area_code"].iloc[0]
    alone = phases.groupby("area_code")["parent_code"].transform("size").eq(1)
    one = phases[alone].set_index("area_code")["parent_code"]
    academies = areas.loc[areas["area_level"].eq("academy") & areas["area_code"].ne(trust), "area_code"].drop_duplicates()
    frame = pd.DataFrame({"area_code": academies, "target_code": academies.map(one)})
    level = frame["target_code"].notna().map({True: "phase", False: "trust"})
    return frame.assign(target_level=level, target_code=frame["target_code"].fillna(trust))


def _overdispersion(z: pd.Series) -> float:
    ordered = np.sort(z.to_numpy(float))
    pulled = int(np.floor(WINSORISED * len(ordered)))
    if pulled:
        ordered = np.clip(ordered, ordered[pulled], ordered[-pulled - 1])
    return max(1.0, float(np.mean(ordered**2)))

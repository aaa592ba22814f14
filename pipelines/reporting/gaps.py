"""``mart_gaps``: every group against its named comparison group, from shown cells alone. Wording them belongs to ``commentary``."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from pipelines.reporting import estimates
from pipelines.reporting.verdicts import NOT_SHOWN, q_values, verdicts

PLACE = ["population", "period", "area_level", "area_code", "measure", "characteristic"]
SHOWN = ("shown", "u")
NO_COMPARISON = ("x", "z")
COLUMNS = [
    *PLACE, "group_code", "comparator_code", "statistic", "value", "comparator_value", "gap", "low", "high",
    "denominator", "comparator_denominator", "people_behind", "p_value", "q_value", "family", "verdict",
]  # fmt: skip
COUNTS = ["denominator", "comparator_denominator", "people_behind", "family"]
NUMBERS = ["value", "comparator_value", "gap", "low", "high", "p_value", "q_value"]
RULES = ["matters_low", "matters_high", "smallest_group", "smallest_expected", "known_at_least"]


def gaps(cells: pd.DataFrame, measures: pd.DataFrame, comparators: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """One row for each group, area, period and measure (rate or mean that says when a gap matters) with a comparison group there.

    ``cells``: protected cells in the shape of the marts. ``measures``: dim_measures with ``matters_statistic``, ``matters_low``,
    ``matters_high``, ``smallest_group``, ``smallest_expected``, ``known_at_least``. ``comparators``: ``characteristic``, ``comparator_code``.
    ``groups``: dim_groups; people whose group is unknown are no group to compare. A group nobody is in, or without data there, makes
    no row; a hidden side makes a row *not_shown* with every number null. ``gap`` is group minus (or over) comparator, in the unit of
    ``statistic``; ``people_behind``: how many people of the group would have to change for its rate to equal the comparator's.
    ``family``: the number of comparisons tested together, over which ``q_value`` is adjusted. ``ValueError`` for a ratio of means.
    """
    pairs = _pairs(cells, measures, comparators, groups)
    shown = pairs[pairs["both_shown"]].copy()
    shown = pd.concat([_estimated(shown, kind, statistic) for (kind, statistic) in ESTIMATORS], ignore_index=True)
    shown["q_value"] = q_values(shown["p_value"])
    shown["family"] = int(shown["p_value"].notna().sum())
    shown["verdict"] = verdicts(shown)
    hidden = pairs[~pairs["both_shown"]].reindex(columns=COLUMNS)
    hidden = hidden.assign(verdict=NOT_SHOWN, **dict.fromkeys(COUNTS + NUMBERS, np.nan))
    table = pd.concat([part[COLUMNS].astype(_types()) for part in (shown, hidden)], ignore_index=True)
    return table.sort_values([*PLACE, "group_code"], kind="stable", ignore_index=True)


def _pairs(cells: pd.DataFrame, measures: pd.DataFrame, comparators: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Each group's cell beside its comparator's, with the measure's rules; numbers of hidden cells never enter."""
    judged = measures.loc[measures["kind"].isin(["rate", "mean"]) & measures["matters_statistic"].notna()]
    judged = judged[["measure", "population", "kind", "matters_statistic", *RULES]].rename(columns={"matters_statistic": "statistic"})
    impossible = judged[~pd.Series(list(zip(judged["kind"], judged["statistic"], strict=True)), index=judged.index).isin(list(ESTIMATORS))]
    if len(impossible):
        raise ValueError(f"no way to compare: {', '.join(sorted(impossible['measure']))}")
    sides = cells.loc[cells["cross_characteristic"].eq("all") & ~cells["status"].isin(NO_COMPARISON)]
    sides = sides[[*PLACE, "group_code", "numerator", "denominator", "value", "sd", "status"]]
    sides = sides.merge(comparators[["characteristic", "comparator_code"]].dropna(), on="characteristic")
    own = sides[sides["group_code"] != sides["comparator_code"]].drop(columns="comparator_code")
    unknown = groups.loc[groups["is_unknown"].astype(bool), ["characteristic", "group_code"]].assign(unknown=True)
    own = own.merge(unknown, how="left", on=["characteristic", "group_code"])
    own = own[own["unknown"].isna()].drop(columns="unknown")
    other = sides[sides["group_code"] == sides["comparator_code"]].drop(columns="group_code")
    renamed = {name: f"comparator_{name}" for name in ("numerator", "denominator", "value", "sd", "status")}
    pairs = own.merge(other.rename(columns=renamed), on=PLACE, validate="many_to_one").merge(judged, on=["population", "measure"])
    pairs = pairs.merge(_known(cells, groups), how="left", on=PLACE)
    return pairs.assign(both_shown=pairs["status"].isin(SHOWN) & pairs["comparator_status"].isin(SHOWN))


def _known(cells: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Of the people of each place, the share whose group is known (``known``), as far as what is shown tells it.

    That is everyone but the unknown group; where that is hidden, the known groups that are shown.
    """
    shown = cells[cells["cross_characteristic"].eq("all") & cells["status"].isin((*SHOWN, *NO_COMPARISON))]
    people = shown.assign(people=_floats(shown["denominator"].fillna(0))).merge(
        groups[["characteristic", "group_code", "is_unknown"]], on=["characteristic", "group_code"]
    )
    everyone = people.loc[people["characteristic"].eq("all"), [*PLACE[:-1], "people"]].rename(columns={"people": "everyone"})
    by_group = people[people["characteristic"].ne("all")]
    known = by_group[~by_group["is_unknown"].astype(bool)].groupby(PLACE)["people"].sum().rename("known_people")
    unknown = by_group[by_group["is_unknown"].astype(bool)].groupby(PLACE)["people"].sum().rename("unknown_people")
    table = pd.concat([known, unknown], axis=1).reset_index().merge(everyone, on=PLACE[:-1])
    counted = (table["everyone"] - table["unknown_people"]).fillna(table["known_people"])
    return table.assign(known=counted / table["everyone"].where(table["everyone"] > 0))[[*PLACE, "known"]]


def _estimated(shown: pd.DataFrame, kind: str, statistic: str) -> pd.DataFrame:
    """The comparisons of one kind and statistic, with gap, range, p value, people behind and whether they rest on too few."""
    some = shown[shown["kind"].eq(kind) & shown["statistic"].eq(statistic)].copy()
    people, other_people = _floats(some["denominator"]), _floats(some["comparator_denominator"])
    if kind == "rate":
        cases, other_cases = _floats(some["numerator"]), _floats(some["comparator_numerator"])
        estimate = ESTIMATORS[kind, statistic](cases, people, other_cases, other_people)
        pooled = (cases + other_cases) / (people + other_people)
        some["people_behind"] = np.rint(np.abs(cases - people * other_cases / other_people))
    else:
        own = estimates.Sample(_floats(some["value"]), _floats(some["sd"]), people)
        other = estimates.Sample(_floats(some["comparator_value"]), _floats(some["comparator_sd"]), other_people)
        estimate = ESTIMATORS[kind, statistic](own, other)
        pooled = np.full(len(some), np.inf)
        some["people_behind"] = np.nan
    smaller = np.minimum(people, other_people)
    too_few = (smaller < _floats(some["smallest_group"])) | (smaller * pooled < _floats(some["smallest_expected"]))
    too_little_known = np.nan_to_num(_floats(some["known"])) < _floats(some["known_at_least"])
    return some.assign(silent=too_few | too_little_known, **estimate._asdict())


ESTIMATORS: dict[tuple[str, str], Callable[..., estimates.Estimate]] = {
    ("rate", "difference"): estimates.rate_difference,
    ("rate", "ratio"): estimates.rate_ratio,
    ("rate", "standardised"): estimates.rate_effect,
    ("mean", "difference"): estimates.mean_difference,
    ("mean", "standardised"): estimates.mean_effect,
}


def _floats(column: pd.Series) -> estimates.Floats:
    return np.asarray(column.astype("Float64").to_numpy(dtype=float, na_value=np.nan), dtype=np.float64)


def _types() -> dict[str, str]:
    return {name: "Int64" if name in COUNTS else "float64" if name in NUMBERS else "str" for name in COLUMNS}

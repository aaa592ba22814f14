"""``mart_due_regard``: for each aim of section 149 of the Equality Act 2010 the evidence looked at, what it showed, and what answers it."""

from __future__ import annotations

import pandas as pd

from pipelines.reporting.verdicts import CANNOT_TELL, CLEAR, LIKELY, NOT_SHOWN, SIMILAR

SHOWN = ("shown", "u")
AIMS = ("eliminate", "advance", "foster")
COUNTED = {CLEAR: "clear_gaps", LIKELY: "likely_gaps", SIMILAR: "similar_groups", CANNOT_TELL: "cannot_be_told", NOT_SHOWN: "not_shown"}
COUNTS = ["looked_at", *COUNTED.values()]
COLUMNS = ["aim", "period", "evidence", "name", "title", *COUNTS, "value", "status", "answered_by"]


def due_regard(gaps: pd.DataFrame, cells: pd.DataFrame, objectives: pd.DataFrame, measures: pd.DataFrame) -> pd.DataFrame:
    """One row for each aim, period and piece of evidence: a measure of that aim, or an objective.

    ``gaps``: mart_gaps. ``cells``: protected rates, means and figures. ``objectives``: mart_objectives. ``measures``: dim_measures with
    ``aim``. Of a measure: how many comparisons across the trust were looked at and their verdicts, and the trust's own figure where it is
    shown; ``answered_by``: the objectives set on it. Of an objective: its status in the period, with the figure of its only measure.
    """
    declared = measures[measures["aim"].ne("") & measures["kind"].ne("headcount")][["aim", "measure", "label", "population"]]
    whole = gaps[gaps["area_level"].eq("trust")]
    verdicts = whole.groupby(["measure", "period", "verdict"]).size().unstack(fill_value=0).reindex(columns=list(COUNTED), fill_value=0)
    verdicts = verdicts.rename(columns=COUNTED)
    trust = cells[cells["area_level"].eq("trust") & cells["cross_characteristic"].eq("all")]
    periods = trust[["measure", "period"]].drop_duplicates()
    everyone = trust[trust["characteristic"].eq("all") & trust["status"].isin(SHOWN)]
    table = declared.merge(periods, on="measure").merge(verdicts.reset_index(), how="left", on=["measure", "period"])
    table = table.merge(everyone[["measure", "population", "period", "value"]], how="left", on=["measure", "population", "period"])
    table[list(COUNTED.values())] = table[list(COUNTED.values())].fillna(0).astype("int64")
    set_on = objectives[objectives["measure"].ne("")].groupby("measure")["objective"].agg(lambda codes: ", ".join(sorted(set(codes))))
    table = table.assign(
        evidence="measure", title=table["label"], looked_at=table[list(COUNTED.values())].sum(axis=1), status="",
        answered_by=table["measure"].map(set_on).fillna(""),
    ).rename(columns={"measure": "name"})  # fmt: skip
    return (
        pd.concat([table[COLUMNS], _objectives(objectives)], ignore_index=True)
        .astype(_types())
        .sort_values(["aim", "period", "evidence", "name"], kind="stable", ignore_index=True)
    )


def _objectives(objectives: pd.DataFrame) -> pd.DataFrame:
    """Each objective once a period: its worst status, and its figure where it has one measure."""
    worst = {"off_track": 0, "at_risk": 1, "cannot_tell_yet": 2, "on_track": 3, "monitored": 4, "refused": 5}
    ordered = objectives.assign(rank=objectives["status"].map(worst)).sort_values(["objective", "period", "rank"], kind="stable")
    alone = ordered.groupby(["objective", "period"])["measure"].transform("size").eq(1)
    ordered = ordered.assign(value=ordered["value"].where(alone)).drop_duplicates(["objective", "period"])
    nothing = dict.fromkeys(COUNTS, 0)
    return ordered.assign(evidence="objective", name=ordered["objective"], answered_by=ordered["owner"], **nothing)[COLUMNS]


def _types() -> dict[str, str]:
    return {name: "int64" if name in COUNTS else "float64" if name == "value" else "str" for name in COLUMNS}

"""Academies outside the range that chance explains, for one measure of pupils. Limits are made in ``funnels``; the chart in ``charts``."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from pipelines.reporting.commentary import say
from pipelines.reporting.funnels import FAR
from pipelines.reporting.marts import Marts
from pipelines.reporting.words import count, joined, per_cent

NEAR = ("above", "below")
"""Between the limits, where chance alone leaves about 1 in 20."""


@dataclass(frozen=True)
class Funnel:
    """One measure: its ``rows`` of mart_funnel with the academy's name as ``label``, what is said of those outside, that there is none
    (``inside``), and how many lie between the limits (``near``)."""

    title: str
    rows: pd.DataFrame
    sentences: tuple[tuple[str, str], ...]
    inside: str
    near: str


def outside(marts: Marts) -> Funnel | None:
    """The measure of pupils with most academies outside the range that chance explains, then between the limits, then the one that most
    academies show; ``None`` where there is no funnel."""
    rates = marts.measures[marts.measures["subject"].eq("pupil")]
    rows = marts.further["funnel"].merge(rates[["population", "measure", "label", "better"]], on=["population", "measure"])
    if rows.empty:
        return None
    marked = rows.assign(far=rows["position"].isin(FAR), near=rows["position"].isin(NEAR))
    out = marked.groupby(["measure", "label"]).agg(far=("far", "sum"), near=("near", "sum"), size=("far", "size")).reset_index()
    measure = out.sort_values(["far", "near", "size", "label"], ascending=[False, False, False, True])["measure"].iloc[0]
    rows = rows[rows["measure"].eq(measure)]
    title = str(rows["label"].iloc[0])
    rows = rows.assign(label=rows["area_code"].map(marts.academies)).sort_values("label", ignore_index=True)
    sentences = tuple(_sentences(row) for _, row in rows[rows["position"].isin(FAR)].iterrows())
    near = rows[rows["position"].isin(NEAR)]
    beyond = [f"{row['label']} ({per_cent(row['value'])}, {row['position']})" for _, row in near.iterrows()]
    counted = {"beyond": str(len(near)), "academies": str(len(rows)), "names": joined(beyond)}
    return Funnel(title, rows, sentences, "" if sentences else say(32), say(59, **counted) if beyond else "")


def _sentences(row: pd.Series) -> tuple[str, str]:
    """Where an academy lies, and what to ask: for help where it is worse, for what to learn where it is better."""
    side = "above" if row["position"].endswith("above") else "below"
    better = (row["better"], side) in (("lower", "below"), ("higher", "above"))
    told = say(29, academy=row["label"], value=per_cent(row["value"]), people=count(int(row["denominator"])), whom="pupils", side=side)
    return told, say(31 if better else 30)

"""Between the catalogue's policy and the disclosure engine: what dbt's protection model calls. No rule is decided here."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from pipelines.catalogue.policy import DisclosurePolicy
from pipelines.disclosure import Policy, Rounding, protect
from pipelines.home.vault import write_whole
from pipelines.reporting.ranges import add_ranges


def engine_policy(policy: DisclosurePolicy, known_groups: pd.DataFrame) -> Policy:
    """The declared policy in the engine's terms: public totals and structurally known groups are cells that everyone knows."""
    totals = [
        {"population": total.population, "measure": total.measure, "area_level": total.area_level, "characteristic": "all"}
        for total in policy.public_totals
    ]
    known = [
        {"area_level": "academy", "area_code": urn, "characteristic": characteristic, "group_code": group}
        for urn, characteristic, group in known_groups[["academy_urn", "characteristic", "group_code"]].astype(str).to_numpy()
    ]
    rounding = None
    if policy.rounding is not None:
        rounding = Rounding(
            base=policy.rounding.base,
            hidden_share=None if policy.rounding.when == "always" else policy.rounding.when.hidden_share,
            populations=None if policy.rounding.populations == "all" else policy.rounding.populations,
        )
    return Policy(
        k=policy.threshold,
        level=policy.level,
        dominance=policy.dominance,
        mean_minimum=policy.figure_floor,
        unreliable_below=policy.few_below,
        public_totals=totals,
        known=known,
        worth=policy.worth,
        rounding=rounding,
    )


def protected_cells(policy: str, known_groups: pd.DataFrame, report: Path, **frames: pd.DataFrame) -> pd.DataFrame:
    """Every published cell with its status. ``policy`` is the catalogue's policy as JSON; the frames are those of ``protect``.

    The engine's report (counts by table and rule, never a value) is written to ``report``. ``ValueError`` when the engine says that it
    could not protect everything.
    """
    declared = DisclosurePolicy.model_validate_json(policy)
    protected = protect(policy=engine_policy(declared, known_groups), **frames)
    if protected.report["unprotected"]:
        raise ValueError("Some small numbers could not be protected, so nothing of this draft may be published.")
    write_whole(report, json.dumps(protected.report, sort_keys=True, indent=2).encode())
    return with_ranges(protected.cells, protected.report["rounded_populations"])


def with_ranges(cells: pd.DataFrame, rounded_populations: list[str]) -> pd.DataFrame:
    """``cells`` with the ranges of shown rounded figures made anew from what is printed: a range of the true counts would give them back."""
    again = cells["population"].isin(rounded_populations) & cells["status"].isin(["shown", "u"]) & cells["kind"].isin(["rate", "mean"])
    made = add_ranges(cells[again])
    ranged = cells.copy()
    ranged.loc[again, ["low", "high"]] = made[["low", "high"]]
    return ranged

"""Between the catalogue's policy and the disclosure engine: what dbt's protection model calls. No rule is decided here."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd

from pipelines.catalogue.policy import DisclosurePolicy
from pipelines.disclosure import Policy, Rounding, naming, protect
from pipelines.disclosure.coarser import winnings
from pipelines.home import Home, HomeError, load_keys
from pipelines.home.vault import seal
from pipelines.home.whole import write_whole
from pipelines.orchestration.opened import MOVERS
from pipelines.orchestration.quiet import quiet
from pipelines.reporting.ranges import add_ranges

LEAST_SECONDS = 3.0
"""What pricing coarser tables may take where protection itself was quicker; elsewhere it may take as long as protection did."""


def engine_policy(policy: DisclosurePolicy, known_groups: pd.DataFrame) -> Policy:
    """The declared policy in the engine's terms: public totals and structurally known groups are cells that everyone knows."""
    totals = [
        {"population": total.population, "measure": total.measure, "area_level": total.area_level, "characteristic": "all"}
        for total in policy.public_totals
    ]
    columns = {"population": "population", "area_code": "academy_urn", "characteristic": "characteristic", "group_code": "group_code"}
    known = [
        {"area_level": "academy", **{name: str(row[column]) for name, column in columns.items() if str(row[column])}}
        for row in known_groups.to_dict("records")
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
        insider_third=policy.insider_third,
        worth=policy.worth,
        budget=policy.budget,
        stability=policy.stability,
        rounding=rounding,
    )


class Unprotected(HomeError, ValueError):
    """The engine could not protect everything, so nothing may be published."""


@quiet
def protected_cells(policy: str, known_groups: pd.DataFrame, home: Home, report: Path, **frames: pd.DataFrame) -> pd.DataFrame:
    """Every published cell with its status. ``policy`` is the catalogue's policy as JSON; the frames are those of ``protect``.

    The engine's report (counts by table and rule, never a value) is written to ``report``, with what coarser tables would win back as
    far as the policy asks and time allows, and the movers for the judge sealed beside it. :class:`Unprotected` when the engine says that
    it could not protect everything.
    """
    declared = DisclosurePolicy.model_validate_json(policy)
    engine = engine_policy(declared, known_groups)
    protected = protect(policy=engine, **frames)
    if protected.report["unprotected"]:
        places = naming.listed(protected.report["unprotected_places"])
        raise Unprotected(
            f"Some small numbers could not be protected, so nothing of this draft may be published: {places}. Merge groups, or leave a table out."
        )
    movers = io.BytesIO()
    protected.movers.to_parquet(movers)
    sealed = report.with_name(MOVERS)
    write_whole(sealed, seal(load_keys(home), sealed.name, movers.getvalue()))
    allowed = max(LEAST_SECONDS, protected.report["seconds"])
    coarser = winnings(protected, **frames, policy=engine, most=declared.price_coarser, seconds=allowed) if declared.price_coarser else []
    write_whole(report, json.dumps(protected.report | {"coarser": coarser}, sort_keys=True, indent=2).encode())
    return with_ranges(protected.cells, protected.report["rounded_populations"])


def with_ranges(cells: pd.DataFrame, rounded_populations: list[str]) -> pd.DataFrame:
    """``cells`` with the ranges of shown rounded figures made anew from what is printed: a range of the true counts would give them back."""
    again = cells["population"].isin(rounded_populations) & cells["status"].isin(["shown", "u"]) & cells["kind"].isin(["rate", "mean"])
    made = add_ranges(cells[again])
    ranged = cells.copy()
    ranged.loc[again, ["low", "high"]] = made[["low", "high"]]
    return ranged

"""The central team through the whole line: figures of staff count it beside the academies, and nobody hides a pupil behind it."""

from __future__ import annotations

import pandas as pd

from pipelines.demo.trust import CODE, SMALL
from pipelines.demo.workforce import CENTRAL_TEAM
from pipelines.home import Home


def cells(home: Home, mart: str) -> pd.DataFrame:
    """The cells of everyone and of each sex, at the level of academies and of the trust."""
    frame = pd.read_parquet(home.releases / "current" / "marts" / f"mart_{mart}.parquet")
    return frame[frame["cross_characteristic"].eq("all")]


def test_staff_of_the_trust_are_those_of_its_academies_and_the_central_team(demonstration: Home) -> None:
    headcounts = cells(demonstration, "staff_composition").query("population == 'staff' and characteristic == 'all'")
    by_area = headcounts.set_index(["area_level", "area_code"])["numerator"]
    team = by_area["academy", CODE]
    assert 0.8 * sum(CENTRAL_TEAM) <= team <= sum(CENTRAL_TEAM)
    assert by_area["trust", CODE] == team + sum(by_area["academy", site.urn] for site in SMALL.sites)


def test_everyone_knows_that_it_has_no_pupils_so_none_is_hidden_there(demonstration: Home) -> None:
    for mart in ("pupil_composition", "pupil_outcomes"):
        team = cells(demonstration, mart).query("area_level == 'academy' and area_code == @CODE")
        assert len(team) > 0
        assert set(team["status"]) == {"x"}
        assert team["numerator"].isna().all()

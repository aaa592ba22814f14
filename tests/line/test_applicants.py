"""Applicants through the whole line: a planted gap in who is shortlisted is found, and none where chance alone decides."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.demo.applicants import PLACES, POSTS
from pipelines.demo.trust import SMALL
from pipelines.home import Home


def mart(home: Home, name: str) -> pd.DataFrame:
    return pd.read_parquet(home.releases / "current" / "marts" / f"mart_{name}.parquet")


@pytest.mark.parametrize(("population", "each"), [("applicants_staff", POSTS), ("applicants_pupil", PLACES)])
def test_every_application_is_one_applicant(demonstration: Home, population: str, each: int) -> None:
    cells = mart(demonstration, "applicant_composition").query("population == @population and characteristic == 'all'")
    assert cells["numerator"].tolist() == [each * len(SMALL.sites)]


def test_the_gap_in_shortlisting_is_found(demonstration: Home) -> None:
    gaps = mart(demonstration, "gaps").query("measure == 'shortlisted' and characteristic == 'ethnicity_major'")
    told = gaps[gaps["verdict"].ne("not_shown")].set_index("group_code")
    assert len(told) >= 2
    assert (told["verdict"] == "clear").all() and (told["gap"] < 0.8).all()


def test_no_gap_is_found_where_an_offer_follows_nothing(demonstration: Home) -> None:
    gaps = mart(demonstration, "gaps").query("measure == 'offered'")
    assert "clear" not in set(gaps["verdict"])
    assert len(gaps[gaps["verdict"].ne("not_shown")]) > 0


def test_no_table_of_applicants_lies_below_the_trust(demonstration: Home) -> None:
    for name in ("applicant_composition", "applicant_outcomes"):
        assert set(mart(demonstration, name)["area_level"]) == {"trust"}

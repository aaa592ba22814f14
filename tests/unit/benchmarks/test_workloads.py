"""The trusts and authorities that the benchmarks are run on are as large as they say, and the same whenever they are made."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import authority
from benchmarks.__main__ import WORKLOADS
from benchmarks.authority import AUTHORITIES, PUPILS, SCHOOLS, Authority, authorities, chosen, pupils_of
from benchmarks.backlog import as_of
from benchmarks.refreshing import by_kind
from benchmarks.session_marks import drawn, school_days
from benchmarks.workloads import sites
from benchmarks.years import FORMS, by_term, in_form
from pipelines.catalogue import load
from pipelines.demo.identifiers import check_letter
from pipelines.demo.pupils import roll
from pipelines.demo.trust import calendar
from pipelines.home import Home

PERIOD = calendar(("2025-26",)).periods[0]
TOTALS = pd.DataFrame(
    {
        "upn": ["A1", "A2", "A3"],
        "sessions_possible": [380, 7, 1],
        "sessions_absent": [41, 7, 0],
        "sessions_attended": [339, 0, 1],
        "sessions_late": [13, 0, 1],
        "sessions_unauthorised": [20, 9, 0],
        "sessions_late_after_close": [2, 0, 0],
        "sessions_missing": [0, 0, 0],
    }
)


@pytest.fixture
def small() -> Authority:
    return replace(authorities(1)[0], pupils=900, schools=45)


def test_the_workloads_have_the_academies_and_years_that_they_are_named_for() -> None:
    sizes = {name: (one.academies, len(one.periods)) for name, one in WORKLOADS.items()}
    assert sizes == {"W1": (5, 1), "W2": (25, 1), "W3": (60, 5), "W4": (100, 1)}
    assert "30 nights" in WORKLOADS["W4"].says


def test_no_pupil_of_a_large_trust_has_the_number_of_another() -> None:
    pupils = roll(PERIOD, 1, sites(20))
    assert pupils["urn"].nunique() == 20
    assert pupils["upn"].is_unique


def test_a_year_of_marks_of_sixty_academies_is_of_sixty_thousand_pupils() -> None:
    three = WORKLOADS["W3"]
    pupils = sum(site.places_in(year) for site in sites(three.academies, three.larger) for year in site.academy.year_groups)
    assert 22.0e6 < pupils * len(school_days()) * 2 < 23.5e6


def test_every_form_of_a_register_holds_the_same_marks() -> None:
    marks = drawn(np.random.default_rng(1), ["A1", "A2", "A3"], school_days())
    long, by_day, wide = (in_form(marks, form).to_pandas() for form in FORMS)
    assert (len(long), len(by_day), len(wide)) == (3 * 380, 3 * 190, 3)
    assert (
        sorted(long["Mark"]) == sorted([*by_day["AM"], *by_day["PM"]]) == sorted(wide.drop(columns=["UPN", "Surname"]).to_numpy().ravel())
    )
    assert wide["04/09/2025 PM"][1] == by_day["PM"][190 + 1] == long["Mark"][380 + 3]


def test_totals_by_term_add_up_to_those_of_the_year() -> None:
    terms = by_term(TOTALS)
    whole = terms.groupby("upn").sum(numeric_only=True)
    assert list(terms.groupby("upn")["term"].nunique()) == [3, 3, 3]
    assert list(whole["sessions_possible"]) == list(TOTALS["sessions_possible"])
    assert (terms["sessions_attended"] + terms["sessions_absent"] == terms["sessions_possible"]).all()
    assert (terms["sessions_unauthorised"] <= terms["sessions_absent"]).all()


def test_totals_of_some_nights_ago_are_possible_and_no_larger() -> None:
    before = as_of(TOTALS, 29)
    assert (before["sessions_possible"] <= TOTALS["sessions_possible"]).all()
    assert (before["sessions_attended"] + before["sessions_absent"] == before["sessions_possible"]).all()
    assert as_of(TOTALS, 0).equals(TOTALS)


def test_the_nation_has_its_pupils_schools_and_authorities_whatever_share_of_it_is_run() -> None:
    nation = authorities(1)
    assert nation == authorities(1) != authorities(2)
    assert (len(nation), sum(one.pupils for one in nation), sum(one.schools for one in nation)) == (AUTHORITIES, PUPILS, SCHOOLS)
    urns = [range(one.first_urn, one.first_urn + one.schools) for one in nation]
    assert len({urn for some in urns for urn in some}) == SCHOOLS
    tenth = chosen(nation, 0.1)
    assert len(tenth) == 15
    assert sum(one.pupils for one in tenth) == pytest.approx(PUPILS / 10, rel=0.1)
    assert sorted(chosen(nation, 1), key=lambda one: one.number) == nation


def test_an_authority_is_made_twice_to_the_same_bytes(tmp_path: Path, small: Authority) -> None:
    made = [authority.make(Home.at(tmp_path / name), [small], 1) for name in ("one", "other")]
    one, other = ([hashlib.sha256(path.read_bytes()).hexdigest() for path in paths] for paths in made)
    assert one == other
    assert len(one) == 2  # so many schools a file


def test_pupils_of_an_authority_are_of_its_schools_with_numbers_that_are_right(small: Authority) -> None:
    pupils = pupils_of(small, 1).to_pandas()
    assert len(pupils) == small.pupils
    assert pupils["UPN"].is_unique
    assert all(upn[0] == check_letter(upn[1:]) for upn in pupils["UPN"])
    assert set(pupils["URN"]) == {str(small.first_urn + place) for place in range(small.schools)}


def test_an_authority_publishes_headcounts_of_pupils_and_nothing_else(tmp_path: Path, small: Authority) -> None:
    from pipelines.catalogue.tables import reference_tables

    home = Home.at(tmp_path)
    authority.make(home, [small], 1)
    published = reference_tables(load(home.trust))["publications"]
    assert set(published["measure"]) == {"headcount"}
    assert set(published["population"]) == {"pupils"}
    assert set(published["area_level"]) == {"trust", "academy"}
    assert set(published["characteristic"]) == {"all", *authority.HEADINGS.values()}


def test_a_moment_in_which_two_models_are_built_counts_once_for_the_first_in_order() -> None:
    spans = [(0.0, 4.0, "counts"), (3.0, 6.0, "protect"), (8.0, 9.0, "counts")]
    assert by_kind(spans, ("protect", "counts")) == {"protect": 3.0, "counts": 4.0}

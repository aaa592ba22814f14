"""The people of the demonstration: nobody real, England's rates, and the planted gaps. Files belong in ``test_dropped_files``."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pandas as pd
import pytest

from pipelines.catalogue.trust import CalendarPeriod
from pipelines.demo import PLANTED, Demonstration, Planted, england
from pipelines.demo.identifiers import SURNAMES, unique_pupil_number
from pipelines.demo.make import people_and_events
from pipelines.demo.trust import SITES, calendar
from pipelines.demo.workforce import staff

SEEDS = (2010, 1, 2)
PERMANENT_UPN = re.compile(r"[A-HJ-NP-RT-Z]\d{12}")
Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def period() -> CalendarPeriod:
    return calendar(("2025-26",)).periods[0]


@pytest.fixture(scope="module", params=SEEDS)
def tables(request: pytest.FixtureRequest, period: CalendarPeriod) -> Tables:
    return people_and_events(period, request.param)


def check_letter_by_hand(upn: str) -> str:
    return "ABCDEFGHJKLMNPQRTUVWXYZ"[sum(weight * int(upn[weight - 1]) for weight in range(2, 14)) % 23]


def january_roll(tables: Tables, period: CalendarPeriod) -> pd.DataFrame:
    pupils = tables["pupils"]
    day = period.reference_date
    there = [start <= day and (pd.isna(end) or end > day) for start, end in zip(pupils["entry_date"], pupils["leaving_date"], strict=True)]
    return pupils[np.array(there) & pupils["enrolment_status"].isin(["C", "M"])]


def test_a_pupil_number_has_the_check_letter_of_the_published_example() -> None:
    assert check_letter_by_hand("H801200001001") == "H"
    assert unique_pupil_number(2001, 2014, 7)[0] == check_letter_by_hand(unique_pupil_number(2001, 2014, 7))


def test_every_pupil_number_is_valid_and_of_an_authority_that_does_not_exist(tables: Tables) -> None:
    upns = pd.concat([tables[name]["upn"] for name in ("pupils", "attendance", "attainment", "suspensions")])
    assert upns.map(lambda upn: bool(PERMANENT_UPN.fullmatch(upn)) and upn[0] == check_letter_by_hand(upn)).all()
    assert set(upns.str[1:4]) == {"999"}


def test_nobody_is_real(tables: Tables) -> None:
    for name in ("pupils", "staff"):
        assert set(tables[name]["surname"]) <= set(SURNAMES)
    assert {site.academy.laestab[:3] for site in SITES if site.academy.laestab} == {"999"}


def test_academies_have_realistic_rolls(tables: Tables, period: CalendarPeriod) -> None:
    rolls = january_roll(tables, period).groupby("urn").size()
    assert rolls[["900401", "900402", "900403"]].between(190, 425).all()
    assert rolls[["900404", "900405", "900406"]].between(850, 1230).all()


def test_a_pupil_is_once_on_the_january_roll(tables: Tables, period: CalendarPeriod) -> None:
    assert january_roll(tables, period)["upn"].is_unique


def test_dual_registrations_movers_leavers_and_guests_are_among_them(tables: Tables, period: CalendarPeriod) -> None:
    pupils = tables["pupils"]
    main, subsidiary = (pupils[pupils["enrolment_status"] == status] for status in ("M", "S"))
    assert set(main["upn"]) == set(subsidiary["upn"]) and len(main) == 11
    assert not set(main["urn"]) & set(subsidiary["urn"])
    spells = pupils[pupils["enrolment_status"] == "C"].groupby("upn").size()
    assert (spells == 2).sum() == 8
    guests = pupils[pupils["enrolment_status"] == "G"]
    assert len(guests) == 3 and not set(guests["upn"]) & set(january_roll(tables, period)["upn"])
    assert pupils["leaving_date"].notna().sum() > 50


def test_the_trust_is_large_enough_for_a_statutory_pay_gap_report(tables: Tables) -> None:
    assert (tables["payroll"]["relevant"] == "Y").sum() > 250
    assert set(zip(tables["payroll"]["urn"], tables["payroll"]["staff_ref"], strict=True)) <= set(
        zip(tables["staff"]["urn"], tables["staff"]["staff_ref"], strict=True)
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_who_leaves_does_so_once_in_the_year_and_another_has_the_post_from_september(seed: int) -> None:
    periods = calendar(("2023-24", "2024-25", "2025-26")).periods
    years = [staff(item, seed, SITES) for item in periods]
    for item, people in zip(periods, years, strict=True):
        left = people[people["leaving_date"].notna()]
        assert len(left) > 30 and people["staff_ref"].is_unique
        assert all(item.starts <= day <= item.ends for day in left["leaving_date"])
        assert all(start < end for start, end in zip(left["entry_date"], left["leaving_date"], strict=True))
    for earlier, later in itertools.pairwise(years):
        gone = set(earlier.loc[earlier["leaving_date"].notna(), "staff_ref"])
        assert not gone & set(later["staff_ref"])
        assert {f"{ref}N" for ref in gone} <= set(later["staff_ref"])


def test_small_groups_and_unknown_ethnicity_are_everywhere(tables: Tables, period: CalendarPeriod) -> None:
    roll = january_roll(tables, period)
    sizes = roll.groupby(["urn", "ethnicity"]).size()
    assert (sizes < 10).groupby("urn").any().all()
    assert 0 < (roll["ethnicity"] == "WROM").sum() < 40
    assert roll["ethnicity"].isin(["REFU", "NOBT"]).mean() == pytest.approx(0.017, abs=0.01)
    assert (roll["eal"] == "").any() and (roll["disability"] == "").any()


@pytest.mark.parametrize("phase", ["primary", "secondary"])
def test_absence_and_suspensions_are_at_englands_level(tables: Tables, period: CalendarPeriod, phase: str) -> None:
    roll = january_roll(tables, period)
    persistent = outcome(tables, roll, "persistent_absence")
    suspended = outcome(tables, roll, "suspended")
    of_phase = roll["phase"] == phase
    assert persistent[of_phase].mean() == pytest.approx(england.PERSISTENT_ABSENCE[phase].value, abs=0.04)
    assert suspended[of_phase].mean() == pytest.approx(england.SUSPENDED[phase].value, abs=0.02)


def test_attainment_is_at_englands_level(tables: Tables) -> None:
    means = tables["attainment"].groupby(["stage", "subject"])["score"].mean()
    assert means["ks2", "reading"] == pytest.approx(england.READING_SCORE.value, abs=2)
    assert means["ks4", "attainment_8"] == pytest.approx(england.ATTAINMENT_8.value, abs=3)


def outcome(tables: Tables, people: pd.DataFrame, measure: str) -> pd.Series:
    """The value of ``measure`` for each of ``people``, missing where a person is not in its population."""
    if measure == "persistent_absence":
        totals = tables["attendance"].groupby("upn")[["sessions_absent", "sessions_possible"]].sum()
        share = totals["sessions_absent"] / totals["sessions_possible"]
        return people["upn"].map((share >= 0.1).astype(float))
    if measure == "suspended":
        return people["upn"].isin(tables["suspensions"]["upn"]).astype(float)
    if measure == "enrichment":
        joined = tables["participation"].query("kind == 'club' and attended == 'Y'")
        return people["upn"].isin(joined["upn"]).astype(float)
    if measure == "phonics_met":
        checked = tables["attainment"].query("stage == 'phonics'").set_index("upn")["outcome"]
        return people["upn"].map(checked.eq("WA").astype(float)).where(people["year_group"].eq("1"))
    stage, subject = measure.removesuffix("_score").split("_", 1)
    results = tables["attainment"].set_index(["stage", "subject", "upn"])["score"].sort_index()
    return people["upn"].map(results.loc[stage, subject])


# The members of the catalogue's groups that are planted on; the agreement with the catalogue is tested below.
CODE = {
    "disadvantaged": "Y",
    "other": "N",
    "sen_support": "K",
    "none": "N",
    "eal": "Y",
    "english": "N",
    "F": "F",
    "M": "M",
    "BAFR": "BAFR",
    "WBRI": "WBRI",
}


@pytest.mark.parametrize("planted", PLANTED, ids=lambda item: f"{item.measure}-{item.characteristic}")
def test_a_planted_gap_can_be_asked_for_back(tables: Tables, period: CalendarPeriod, planted: Planted) -> None:
    if planted.measure == "voice_safe":
        answers = tables["pupil_voice"].query("question == 'safe' and characteristic == @planted.characteristic")
        counted = answers.groupby("group")[["agreed", "answered"]].sum()
        means = counted["agreed"] / counted["answered"]
        assert means[planted.group] - means[planted.against] == pytest.approx(planted.value, abs=planted.tolerance)
        return
    if planted.statistic == "figure":
        people = tables["payroll"].merge(tables["staff"][["urn", "staff_ref", "sex"]], on=["urn", "staff_ref"])
        people = people[people["full_pay"] == "Y"]
        values = people["hourly_pay"]
    elif planted.measure == "shortlisted":
        people = tables["recruitment"]
        values = people["shortlisted"].eq("Y").astype(float)
    else:
        people = january_roll(tables, period)
        values = outcome(tables, people, planted.measure)
    means = values.groupby(people[planted.characteristic]).mean()
    group, against = means[CODE[planted.group]], means[CODE[planted.against]]
    observed = {"difference": group - against, "ratio": group / against, "figure": 1 - group / against}[planted.statistic]
    assert observed == pytest.approx(planted.value, abs=planted.tolerance)


def test_planted_gaps_name_groups_and_measures_of_the_catalogue(demonstration: Demonstration) -> None:
    catalogue = demonstration.catalogue
    for planted in PLANTED:
        groups = {group.code: group for group in catalogue.characteristics[planted.characteristic].groups}
        assert planted.measure in catalogue.measures
        assert CODE[planted.group] in groups[planted.group].members
        assert CODE[planted.against] in groups[planted.against].members


def test_the_same_children_return_a_year_older() -> None:
    before, after = (people_and_events(period, 2010)["pupils"] for period in calendar(("2024-25", "2025-26")).periods)
    stayed = before[before["enrolment_status"] == "C"].merge(after[after["enrolment_status"] == "C"], on=["urn", "upn"])
    assert len(stayed) > 2_500
    for constant in ("sex", "ethnicity", "date_of_birth", "surname"):
        assert (stayed[f"{constant}_x"] == stayed[f"{constant}_y"]).all()
    years = ["R", *(str(year) for year in range(1, 12))]
    assert (stayed["year_group_y"].map(years.index) == stayed["year_group_x"].map(years.index) + 1).all()

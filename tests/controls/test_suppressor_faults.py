"""The faults that a suppressor could have, one at a time in a release that is safe without it: each lets a small number out, each is caught."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from gate_two import failed_checks
from small_release import DISCLOSURE, PRIMARY_ONE, PRIMARY_TWO, Marts, change, small_release, write
from test_attack_controls import COMPOSITION, OUTCOMES, with_all_but_three_read, with_local_authorities

from expectations.attack import attack

TRUTH = small_release(rectangle=())
ALONE = {(PRIMARY_ONE, "indian"): (1, 0), (PRIMARY_ONE, "pakistani"): (3, 0)}
"""In one academy the only Indian pupil, and three Pakistani ones."""
HEADCOUNT = {"characteristic": "ethnicity", "cross_characteristic": "all", "measure": "headcount", "area_code": PRIMARY_TWO}


def shown_again(marts: Marts, mart: str, **place: str) -> Marts:
    """One row printed after all, with the numbers it truly has."""
    key = list(place)
    keys = [
        "population",
        "period",
        "area_level",
        "area_code",
        "measure",
        "characteristic",
        "group_code",
        "cross_characteristic",
        "cross_group_code",
    ]
    hidden, true = marts[mart].set_index(keys), TRUTH[mart].set_index(keys)
    chosen = hidden.reset_index()[key].eq(pd.Series(place)).all(axis=1).to_numpy() & (hidden["status"] == "c").to_numpy()
    assert chosen.any()
    hidden.loc[chosen] = true.reindex(hidden.index[chosen])[hidden.columns]
    return {**marts, mart: hidden.reset_index()[marts[mart].columns]}


def a_secondary_dropped(marts: Marts) -> Marts:
    return shown_again(marts, COMPOSITION, **HEADCOUNT, group_code="pakistani")


def a_secondary_dropped_from_one_table_of_two(marts: Marts) -> Marts:
    return shown_again(marts, OUTCOMES, **{**HEADCOUNT, "measure": "persistent_absence"}, group_code="indian")


def a_mean_and_its_number_of_people(marts: Marts) -> Marts:
    return shown_again(marts, OUTCOMES, **{**HEADCOUNT, "measure": "reading_score"}, group_code="indian")


def a_complement(marts: Marts) -> Marts:
    """Of a hidden rate the number who were not absent, as a measure of its own that nobody declared: refused as no release."""
    rates = marts[OUTCOMES].query("measure == 'persistent_absence'")
    told = rates.assign(measure="not_absent", numerator=rates["denominator"] - rates["numerator"], value=1 - rates["value"])
    return {**marts, OUTCOMES: pd.concat([marts[OUTCOMES], told], ignore_index=True)}


def a_percentage_with_all_its_digits(marts: Marts) -> Marts:
    """Of a hidden rate the share alone: enough digits of it fix both its numbers."""
    return change(marts, OUTCOMES, {"measure": "persistent_absence", "status": "c"}, value=2 / 7)


FAULTS: dict[str, Callable[[Marts], Marts]] = {
    "a secondary dropped": a_secondary_dropped,
    "a secondary dropped from one table of two": a_secondary_dropped_from_one_table_of_two,
    "a margin added": with_local_authorities,
    "a mean printed with the number of people": a_mean_and_its_number_of_people,
    "a population that lacks three": with_all_but_three_read,
    "a complement printed": a_complement,
    "a percentage with all its digits": a_percentage_with_all_its_digits,
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_suppressor_is_caught(name: str, marts: Marts, tmp_path: Path) -> None:
    assert failed_checks(write(marts, tmp_path / "safe")) == []
    assert failed_checks(write(FAULTS[name](marts), tmp_path / "faulty")) != []


def test_no_headcount_is_hidden_in_vain(marts: Marts, tmp_path: Path) -> None:
    """Printing any one of the four after all tells the small one."""
    academies, groups = (PRIMARY_ONE, PRIMARY_TWO), ("indian", "pakistani")
    for number, (academy, group) in enumerate(itertools.product(academies, groups)):
        told = shown_again(marts, COMPOSITION, **{**HEADCOUNT, "area_code": academy}, group_code=group)
        assert failed_checks(write(told, tmp_path / str(number))) != [], (academy, group)


def test_an_older_release_that_showed_what_is_hidden_now(marts: Marts, tmp_path: Path) -> None:
    older = write(small_release(rectangle=()), tmp_path / "older")
    now = write(marts, tmp_path / "now")
    assert attack(now).passed
    assert not attack(now, [older]).passed


def test_the_only_one_of_a_group_works_out_the_other_hidden_group(tmp_path: Path) -> None:
    """One girl knows that she is the hidden 1; the shown total less the others leaves how many the second hidden group has."""
    folder = write(small_release(small=ALONE), tmp_path / "release")
    report = attack(folder, truth=_every_cell(small_release(rectangle=(), small=ALONE)))
    assert {item.place["group_code"] for item in report.told_by_oneself} == {"pakistani"}
    assert not report.passed
    assert not attack(folder).told_by_oneself  # only a judge knows where a person is alone


def test_an_insider_that_a_policy_accepts_on_record_does_not_block(tmp_path: Path) -> None:
    folder = write(small_release(small=ALONE), tmp_path / "release", {**DISCLOSURE, "insider_third": False})
    assert not attack(folder, truth=_every_cell(small_release(rectangle=(), small=ALONE))).told_by_oneself


def test_where_nobody_is_alone_nobody_is_told(marts: Marts, tmp_path: Path) -> None:
    report = attack(write(marts, tmp_path / "release"), truth=_every_cell(TRUTH))
    assert [item for item in report.told_by_oneself if item.statistic == "n"] == []


def _every_cell(marts: Marts) -> pd.DataFrame:
    return pd.concat([marts[name] for name in (COMPOSITION, OUTCOMES, "mart_staff_composition", "mart_staff_outcomes")])

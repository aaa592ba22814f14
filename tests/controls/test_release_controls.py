"""Each check of gate 2 has a release broken on purpose that trips it, and it alone. What each check asks is in ``expectations``."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from gate_two import failed_checks
from small_release import BOTH, DISCLOSURE, PRIMARY_TWO, SECONDARY, TRUST, Breakage, Marts, change, pupils, with_derived, without, write

COMPOSITION, OUTCOMES, STAFF = "mart_pupil_composition", "mart_pupil_outcomes", "mart_staff_composition"
SECONDARY_CELL = {"area_code": PRIMARY_TWO, "group_code": "pakistani"}


def people(academy: str, minor: str) -> int:
    """How many made-up pupils of a group an academy has."""
    everyone = pupils()
    return int(((everyone["academy"] == academy) & (everyone["ethnicity"] == minor)).sum())


def unhide_one_secondary(marts: Marts) -> Marts:
    count = people(PRIMARY_TWO, "pakistani")
    return change(marts, COMPOSITION, SECONDARY_CELL, numerator=count, value=float(count), status="shown")


def print_a_complement(marts: Marts) -> Marts:
    """A rate that all but three girls of the trust reached, with nothing else of the measure published."""
    girls = "measure == 'persistent_absence' and not (area_level == 'trust' and characteristic in ['sex', 'all'])"
    kept = without(marts, OUTCOMES, girls)
    for group in ("F", "all"):
        where = {"measure": "persistent_absence", "group_code": group}
        rows = kept[OUTCOMES].query("measure == 'persistent_absence'").set_index("group_code")
        boys = int(rows.loc["M", "numerator"]) if group == "all" else 0
        everyone = int(rows.loc[group, "denominator"])
        reached = int(rows.loc["F", "denominator"]) - 3 + boys
        kept = change(kept, OUTCOMES, where, numerator=reached, value=reached / everyone, low=0.1, high=1.0)
    return kept


def leave_a_percentage_beside_a_hidden_count(marts: Marts) -> Marts:
    return change(marts, OUTCOMES, {**SECONDARY_CELL, "measure": "persistent_absence"}, value=12 / 31)


def print_a_hidden_count_as_a_denominator(marts: Marts) -> Marts:
    """A large count is hidden in the headcounts, while the rates of the same pupils go on printing it."""
    return change(marts, COMPOSITION, {"area_code": PRIMARY_TWO, "group_code": "british"}, numerator=None, value=None, status="c")


def hold_a_hidden_cell_against_england(marts: Marts) -> Marts:
    where = {"geography": "England"}
    area = {"area_level": "academy", "area_code": PRIMARY_TWO, "characteristic": "ethnicity", "group_code": "pakistani"}
    return change(with_derived(marts), "mart_benchmarks", where, **area, value=0.4)


def misquote_everyone_where_a_group_is_not_known(marts: Marts) -> Marts:
    derived = with_derived(marts)
    everyone = int(derived["mart_completeness"]["people"].iloc[0])
    return change(derived, "mart_completeness", {"characteristic": "sex"}, people=everyone + 10)


def repeat_a_row(marts: Marts) -> Marts:
    return {**marts, STAFF: pd.concat([marts[STAFF], marts[STAFF].tail(1)], ignore_index=True)}


def drop_a_row_of_the_grid(marts: Marts) -> Marts:
    staff = marts[STAFF]
    return {**marts, STAFF: staff[~((staff["area_code"] == BOTH) & (staff["group_code"] == "U"))]}


def add_a_person_key(marts: Marts) -> Marts:
    return {**marts, "dim_areas": marts["dim_areas"].assign(person_key="kept")}


def add_a_pseudonym(marts: Marts) -> Marts:
    return change(marts, "dim_areas", {"area_level": "trust"}, label="0123456789abcdef0123456789abcdef")


def say_why_a_figure_is_hidden(marts: Marts) -> Marts:
    return {**marts, "mart_gaps": marts["mart_gaps"].assign(rule="threshold")}


def add_a_column_to_the_cell(marts: Marts) -> Marts:
    return {**marts, STAFF: marts[STAFF].assign(note="one more")}


def print_a_spread_as_text(marts: Marts) -> Marts:
    return {**marts, STAFF: marts[STAFF].astype({"sd": "str"})}


def lose_the_mark_of_few_people(marts: Marts) -> Marts:
    return change(marts, "mart_staff_outcomes", {"status": "u"}, status="shown")


def use_an_undeclared_symbol(marts: Marts) -> Marts:
    return change(marts, COMPOSITION, SECONDARY_CELL, status="*")


def leave_a_status_out(marts: Marts) -> Marts:
    return change(marts, COMPOSITION, SECONDARY_CELL, status=None)


def publish_a_linking_level(marts: Marts) -> Marts:
    """The parts of an academy in its two phases, which are equal, as rows of their own."""
    whole = marts[COMPOSITION].query(f"area_code == '{BOTH}'")
    parts = [
        whole.assign(area_level="academy_phase", area_code=f"{BOTH}|{phase}", numerator=whole["numerator"] // 2, value=whole["value"] / 2)
        for phase in ("primary", "secondary")
    ]
    return {**marts, COMPOSITION: pd.concat([marts[COMPOSITION], *parts], ignore_index=True)}


def use_an_undeclared_measure(marts: Marts) -> Marts:
    return change(marts, "mart_staff_outcomes", {"measure": "pay_gap"}, population="pupils")


def misprint_a_period(marts: Marts) -> Marts:
    return change(marts, "mart_staff_outcomes", {"measure": "pay_gap"}, period="this year")


def leave_an_area_out(marts: Marts) -> Marts:
    return change(marts, "mart_staff_outcomes", {"measure": "pay_gap"}, period=None)


def show_a_three(marts: Marts) -> Marts:
    """Staff without a declared sex, three at one academy and so three in the trust."""
    for area, added in (("100003", 3), (TRUST, 3)):
        marts = change(marts, STAFF, {"area_code": area, "group_code": "U"}, numerator=3, value=3.0)
        before = int(marts[STAFF].query("area_code == @area and group_code == 'all'", local_dict={"area": area})["numerator"].iloc[0])
        marts = change(marts, STAFF, {"area_code": area, "group_code": "all"}, numerator=before + added, value=float(before + added))
    return only_staff_headcounts(marts)


def only_staff_headcounts(marts: Marts) -> Marts:
    """Without the pay of staff, whose denominators would have to follow a changed headcount."""
    outcomes = marts["mart_staff_outcomes"]
    return {**marts, "mart_staff_outcomes": outcomes[outcomes["measure"] == "pay_gap"]}


def print_a_negative_count(marts: Marts) -> Marts:
    """Two groups that still add up to their total, one of them below nought."""
    changed = only_staff_headcounts(marts)
    for area in (SECONDARY, TRUST):
        rows = changed[STAFF].query("area_code == @area", local_dict={"area": area}).set_index("group_code")["numerator"]
        changed = change(changed, STAFF, {"area_code": area, "group_code": "U"}, numerator=-20, value=-20.0)
        women = int(rows["F"]) + 20
        changed = change(changed, STAFF, {"area_code": area, "group_code": "F"}, numerator=women, value=float(women))
    return changed


def disclose_a_whole_group(marts: Marts) -> Marts:
    """Nobody in the trust suspended, with nothing else of the measure published."""
    only = without(marts, OUTCOMES, "measure == 'suspended' and (area_level != 'trust' or group_code != 'all')")
    return change(only, OUTCOMES, {"measure": "suspended"}, numerator=0, value=0.0, low=0.0, high=0.1)


def show_a_mean_of_nine(marts: Marts) -> Marts:
    return change(marts, "mart_pupil_outcomes", {"measure": "reading_score", "area_code": TRUST, "group_code": "all"}, denominator=9)


def print_a_count_beside_a_figure(marts: Marts) -> Marts:
    return change(marts, "mart_staff_outcomes", {"measure": "pay_gap"}, denominator=90)


def rest_an_interval_on_too_few(marts: Marts) -> Marts:
    return change(marts, STAFF, {"area_code": TRUST, "group_code": "U"}, low=0.0, high=1.0)


def move_an_interval_off_its_value(marts: Marts) -> Marts:
    return change(marts, "mart_staff_outcomes", {"measure": "pay_gap"}, low=50.0, high=60.0)


def push_a_mean_to_the_end_of_its_scale(marts: Marts) -> Marts:
    """A mean within range / n of the top, with no other mean of the measure published."""
    only = without(marts, OUTCOMES, "measure == 'reading_score' and (area_level != 'trust' or group_code != 'all')")
    return change(only, OUTCOMES, {"measure": "reading_score"}, value=120.0, low=119.0, high=120.0)


def print_a_wrong_value(marts: Marts) -> Marts:
    where = {"measure": "persistent_absence", "area_level": "trust", "group_code": "all"}
    return change(marts, OUTCOMES, where, value=0.5, low=0.3, high=0.6)


def leave_a_number_out(marts: Marts) -> Marts:
    return change(marts, STAFF, {"area_code": TRUST, "group_code": "U"}, value=None)


def print_two_values_of_one_count(marts: Marts) -> Marts:
    where = {"measure": "hourly_pay", "area_code": TRUST, "group_code": "all"}
    return change(marts, "mart_staff_outcomes", where, denominator=500)


def make_a_gap_of_a_hidden_cell(marts: Marts) -> Marts:
    where = {"measure": "persistent_absence", "area_code": PRIMARY_TWO, "group_code": "pakistani"}
    return change(marts, "mart_gaps", where, gap=0.1)


def misquote_a_cell_in_a_gap(marts: Marts) -> Marts:
    return change(marts, "mart_gaps", {"measure": "persistent_absence", "area_code": TRUST, "group_code": "irish"}, value=0.99)


def show_parts_that_do_not_add_up(marts: Marts) -> Marts:
    """The trust's headcount of staff is ten more than its academies'. An attacker has no such release to solve either."""
    staff = only_staff_headcounts(marts)
    everyone = int(staff[STAFF].query("area_level == 'trust' and group_code == 'all'")["numerator"].iloc[0]) + 20
    women = int(staff[STAFF].query("area_level == 'trust' and group_code == 'F'")["numerator"].iloc[0]) + 20
    staff = change(staff, STAFF, {"area_level": "trust", "group_code": "all"}, numerator=everyone, value=float(everyone))
    return change(staff, STAFF, {"area_level": "trust", "group_code": "F"}, numerator=women, value=float(women))


CONTROLS: list[tuple[Breakage, str]] = [
    (unhide_one_secondary, "nothing_can_be_recovered"),
    (leave_a_percentage_beside_a_hidden_count, "hidden_rows_are_empty"),
    (print_a_hidden_count_as_a_denominator, "hidden_counts_are_hidden_everywhere"),
    (repeat_a_row, "keys_are_unique"),
    (drop_a_row_of_the_grid, "grid_is_dense"),
    (add_a_person_key, "no_column_is_about_a_person"),
    (add_a_pseudonym, "no_text_is_about_a_person"),
    (say_why_a_figure_is_hidden, "no_column_says_why_a_figure_is_hidden"),
    (add_a_column_to_the_cell, "columns_are_the_contract"),
    (print_a_spread_as_text, "types_are_the_contract"),
    (lose_the_mark_of_few_people, "few_people_are_marked"),
    (use_an_undeclared_symbol, "statuses_are_declared"),
    (leave_a_status_out, "status_is_present"),
    (publish_a_linking_level, "area_levels_are_published_ones"),
    (use_an_undeclared_measure, "measures_are_declared"),
    (misprint_a_period, "periods_are_periods"),
    (leave_an_area_out, "coordinates_are_present"),
    (show_a_three, "nothing_small_is_shown"),
    (print_a_negative_count, "counts_are_not_negative"),
    (disclose_a_whole_group, "no_whole_group_is_disclosed"),
    (rest_an_interval_on_too_few, "intervals_rest_on_enough_people"),
    (move_an_interval_off_its_value, "intervals_hold_their_value"),
    (push_a_mean_to_the_end_of_its_scale, "means_are_clear_of_scale_ends"),
    (print_a_wrong_value, "values_agree_with_counts"),
    (leave_a_number_out, "shown_rows_are_whole"),
    (make_a_gap_of_a_hidden_cell, "gaps_rest_on_shown_cells"),
    (misquote_a_cell_in_a_gap, "gaps_repeat_their_cells"),
    (hold_a_hidden_cell_against_england, "derived_figures_rest_on_shown_cells"),
    (misquote_everyone_where_a_group_is_not_known, "derived_figures_repeat_their_cells"),
]
# What contradicts itself cannot be attacked either: the second judge says so rather than guess which number is right.
CONTRADICTIONS: list[tuple[Breakage, str]] = [
    (print_two_values_of_one_count, "one_count_has_one_value"),
    (show_parts_that_do_not_add_up, "parts_add_up"),
]


def names(controls: list[tuple[Breakage, str]]) -> list[str]:
    return [breakage.__name__ for breakage, _ in controls]


def test_the_unbroken_release_passes_every_check(marts: Marts, tmp_path: Path) -> None:
    assert failed_checks(write(marts, tmp_path / "release")) == []
    assert failed_checks(write(with_derived(marts), tmp_path / "with_derived")) == []


@pytest.mark.parametrize(("breakage", "trips"), CONTROLS, ids=names(CONTROLS))
def test_a_broken_release_trips_its_own_check_alone(breakage: Breakage, trips: str, marts: Marts, tmp_path: Path) -> None:
    assert failed_checks(write(breakage(marts), tmp_path / "release")) == [trips]


@pytest.mark.parametrize(("breakage", "trips"), CONTRADICTIONS, ids=names(CONTRADICTIONS))
def test_a_release_that_contradicts_itself_trips_its_own_check_and_cannot_be_attacked(
    breakage: Breakage, trips: str, marts: Marts, tmp_path: Path
) -> None:
    assert failed_checks(write(breakage(marts), tmp_path / "release")) == ["attack_was_complete", trips]


def test_a_printed_complement_is_seen_by_both_judges(marts: Marts, tmp_path: Path) -> None:
    broken = write(print_a_complement(marts), tmp_path / "release")
    assert failed_checks(broken) == ["nothing_can_be_recovered", "nothing_small_is_shown"]


def test_a_figure_that_prints_a_count_is_refused(marts: Marts, tmp_path: Path) -> None:
    broken = write(print_a_count_beside_a_figure(marts), tmp_path / "release")
    assert failed_checks(broken) == ["shown_rows_are_whole"]


def test_a_mean_of_nine_people_is_refused_even_where_nine_may_be_counted(marts: Marts, tmp_path: Path) -> None:
    broken = write(show_a_mean_of_nine(marts), tmp_path / "release", {**DISCLOSURE, "k": 5})
    assert "means_rest_on_enough_people" in failed_checks(broken)

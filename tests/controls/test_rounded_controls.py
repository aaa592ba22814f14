"""A release whose pupil counts are rounded to five: what gate 2 and the attack ask of it, broken on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest
from gate_two import failed_checks
from small_release import DISCLOSURE, PRIMARY_ONE, Marts, change, small_release, write

from expectations.attack import attack

COMPOSITION = "mart_pupil_composition"
ROUNDED = {**DISCLOSURE, "rounding": 5, "rounding_reach": 4, "rounded_populations": ["pupils", "pupils_read"]}
LOW = {"numerator": None, "denominator": None, "value": None, "low": None, "high": None, "sd": None, "status": "low"}
INDIAN = {"area_code": PRIMARY_ONE, "group_code": "indian"}


@pytest.fixture
def rounded() -> Marts:
    """Headcounts alone, 60 to a group and academy but for one of 4, which stands as low; its totals are rounded so that they agree."""
    marts = small_release(rectangle=(), small={(PRIMARY_ONE, "indian"): (2, 2)})
    counts = marts[COMPOSITION]
    counts = counts.assign(numerator=(counts["numerator"] // 5 * 5).astype("Int64"))
    counts["value"] = counts["numerator"].astype("float64")
    only = {**marts, COMPOSITION: counts, "mart_gaps": marts["mart_gaps"].head(0)}
    only["mart_pupil_outcomes"] = marts["mart_pupil_outcomes"].head(0)
    return change(only, COMPOSITION, INDIAN, **LOW)


def test_a_rounded_release_passes_both_judges(rounded: Marts, tmp_path: Path) -> None:
    folder = write(rounded, tmp_path / "release", ROUNDED)
    assert failed_checks(folder) == []
    assert attack(folder).attacked > 0


def test_an_exact_total_beside_rounded_parts_is_refused(rounded: Marts, tmp_path: Path) -> None:
    where = {"area_level": "academy", "area_code": PRIMARY_ONE, "group_code": "all"}
    exact = int(rounded[COMPOSITION].query("area_code == @PRIMARY_ONE and group_code == 'all'")["numerator"].iloc[0]) + 4
    broken = change(rounded, COMPOSITION, where, numerator=exact, value=float(exact))
    assert "rounded_populations_are_rounded_whole" in failed_checks(write(broken, tmp_path / "release", ROUNDED))


def test_low_is_no_symbol_of_a_population_that_is_not_rounded(rounded: Marts, tmp_path: Path) -> None:
    block = {**ROUNDED, "rounded_populations": ["pupils_read"]}
    assert "low_stands_in_rounded_populations" in failed_checks(write(rounded, tmp_path / "release", block))


def test_rounded_totals_that_do_not_agree_are_refused(rounded: Marts, tmp_path: Path) -> None:
    where = {"area_level": "academy", "area_code": PRIMARY_ONE, "group_code": "pakistani"}
    broken = change(rounded, COMPOSITION, where, numerator=70, value=70.0)
    assert "parts_add_up" in failed_checks(write(broken, tmp_path / "release", ROUNDED)) or not attack(tmp_path / "release").passed


def test_a_block_that_rounds_without_saying_how_far_is_no_release(rounded: Marts, tmp_path: Path) -> None:
    folder = write(rounded, tmp_path / "release", {**DISCLOSURE, "rounding": 5})
    assert not attack(folder).passed

"""Real grades and absences of two schools through the whole line: every figure shown equals the answer worked out separately."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from homes import KEY, REAL, compare, published, truth

BY = "characteristic in ['all', 'sex', 'address']"


def test_the_rolls_are_right(uci: Path) -> None:
    cells = published(uci)
    roll = cells[(cells["measure"] == "headcount") & (cells["population"] == "pupils")]
    right = truth("uci_mat", "counts").query("characteristic in ['sex', 'address']")
    found = compare(roll, right, {"n": "numerator"}, 0)
    assert (found.compared, found.differing) == (12, 0) and found.shown >= 8


def test_grades_are_right_where_shown(uci: Path) -> None:
    cells, right = published(uci), truth("uci_mat", "outcomes").query(BY)
    shown = 0
    for stage in ("1", "2", "3"):
        of_stage = right[right["stage"] == f"G{stage}"]
        means = compare(cells[cells["measure"] == f"uci_g{stage}_mean"], of_stage, {"mean": "value", "n": "denominator"}, 0.00006)
        rates = compare(cells[cells["measure"] == f"uci_g{stage}_10"], of_stage, {"n_at_or_above": "numerator", "n": "denominator"}, 0)
        assert (means.differing, rates.differing) == (0, 0)
        shown += means.shown + rates.shown
    assert shown > 50


def test_absences_and_their_ranges_are_right_where_shown(uci: Path) -> None:
    cells, right = published(uci), truth("uci_mat", "absence").query(BY)
    means = compare(cells[cells["measure"] == "uci_absent_mean"], right, {"mean": "value", "n": "denominator", "sd": "sd"}, 0.00006)
    rates = compare(cells[cells["measure"] == "uci_absent_10"], right, {"n_at_or_above": "numerator", "n": "denominator"}, 0)
    assert (means.differing, rates.differing) == (0, 0)
    wilson = cells[cells["measure"] == "uci_absent_10"].merge(right, on=KEY)
    wilson = wilson[wilson["status"].isin(["shown", "u"])]
    for ours, theirs in (("low", "pct_ci95_lo"), ("high", "pct_ci95_hi")):
        assert ((100 * wilson[ours] - wilson[theirs]).abs() < 1e-4).all()
    assert len(wilson) >= 3


def test_the_gap_between_girls_and_boys_is_the_published_one(uci: Path) -> None:
    """The answers give Wald's range, ours is Newcombe's; they give Cohen's d, ours is Hedges' g, which is a little less."""
    gaps = (
        pd.read_parquet(uci / "marts" / "mart_gaps.parquet").query("area_level == 'trust' and characteristic == 'sex'").set_index("measure")
    )
    right = pd.read_csv(REAL / "truth" / "uci_mat_gaps.csv").query("characteristic == 'sex' and urn == 'TRUST'").set_index("stage")
    compared = 0
    for stage in ("1", "2", "3"):
        rates, means, theirs = gaps.loc[f"uci_g{stage}_10"], gaps.loc[f"uci_g{stage}_mean"], right.loc[f"G{stage}"]
        if rates["verdict"] != "not_shown":
            assert -100 * rates["gap"] == pytest.approx(theirs["pct_gap"], abs=1e-4)
            assert -100 * rates["high"] == pytest.approx(theirs["pct_gap_ci95_lo"], abs=0.3)
            assert -100 * rates["low"] == pytest.approx(theirs["pct_gap_ci95_hi"], abs=0.3)
            compared += 1
        if means["verdict"] != "not_shown":
            assert -means["gap"] == pytest.approx(theirs["cohens_d"], abs=0.003)
            compared += 1
    assert compared >= 4

"""Real salaries and real absence through the whole line, against published answers."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from homes import REAL, compare, published, truth


def test_the_gender_pay_gap_of_the_salaries_is_the_published_one(salaries: Path) -> None:
    right = pd.read_csv(REAL / "truth" / "salaries_pay_gap.csv").set_index("statistic")["value"]
    figures = published(salaries).set_index("measure")["value"]
    assert 100 * figures["gender_pay_gap_mean"] == pytest.approx(right["mean_gap_pct"], abs=0.05)
    assert 100 * figures["gender_pay_gap_median"] == pytest.approx(right["median_gap_pct"], abs=0.05)


def test_pay_by_group_is_right_where_shown(salaries: Path) -> None:
    pay = published(salaries).query("measure == 'nine_month_pay'")
    right = truth("salaries", "outcomes").query("stage == 'all'")
    found = compare(pay, right, {"mean": "value", "n": "denominator"}, 0.006)
    assert found.differing == 0
    assert found.shown == found.compared


def test_without_bonuses_there_is_no_bonus_figure(salaries: Path) -> None:
    bonus = published(salaries).query("measure == 'gender_bonus_gap_mean'")
    assert not bonus["status"].isin(["shown", "u"]).any()


def test_an_analyst_sees_what_coarser_tables_would_win_back(salaries: Path) -> None:
    home = salaries.parent
    assert any(entry["won"] is not None for entry in json.loads((home / "warehouse" / "protection.json").read_bytes())["coarser"])
    with closing(sqlite3.connect(home / "dagster" / "history" / "runs" / "index.db")) as index:
        events = [event for (event,) in index.execute("select event from event_logs where dagster_event_type = 'ASSET_MATERIALIZATION'")]
    assert any("what coarser tables would win back" in event for event in events)


def test_days_absent_are_right_without_possible_sessions(quine: Path) -> None:
    cells, right = published(quine), truth("quine", "absence")
    means = compare(cells.query("measure == 'days_absent_mean'"), right, {"mean": "value", "n": "denominator"}, 0.00006)
    rates = compare(cells.query("measure == 'days_absent_19'"), right, {"n_at_or_above": "numerator", "n": "denominator"}, 0)
    assert (means.differing, rates.differing) == (0, 0)
    assert means.shown == means.compared == 5


def test_persistent_absence_is_not_made_up_where_possible_sessions_are_unknown(quine: Path) -> None:
    assert published(quine).query("measure == 'persistent_absence'").empty

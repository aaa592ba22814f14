"""Real pupils through the whole line: every figure shown for Project STAR equals the answer worked out separately."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from homes import compare_star, published

from expectations.attack import attack


def test_every_shown_figure_of_project_star_is_right(star: Path) -> None:
    found = compare_star(star)
    assert {what: result.differing for what, result in found.items()} == dict.fromkeys(found, 0)
    assert all(result.shown > 100 for result in found.values()), found


def test_no_small_group_of_project_star_is_shown(star: Path) -> None:
    cells = published(star)
    shown = cells[cells["status"].isin(["shown", "u"])]
    people = pd.concat([shown["numerator"], shown["denominator"], shown["denominator"] - shown["numerator"]]).dropna()
    assert not people.between(1, 9).any()


def test_an_intruder_with_the_whole_draft_of_project_star_works_out_nothing(star: Path) -> None:
    report = attack(star)
    assert report.passed
    assert not report.recovered

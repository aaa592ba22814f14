"""Which comparisons are made, from what, and what they say."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from pipelines.reporting.gaps import COLUMNS, NUMBERS, gaps
from tests.unit.reporting.made_cells import cell, cells

Dims = dict[str, pd.DataFrame]


def judged(frame: pd.DataFrame, dims: Dims) -> pd.DataFrame:
    return gaps(frame, dims["measures"], dims["characteristics"], dims["groups"])


def test_each_group_meets_its_named_comparator_once(pupil_outcomes: pd.DataFrame, dims: Dims) -> None:
    table = judged(pupil_outcomes, dims)
    assert list(table.columns) == COLUMNS
    pairs = list(zip(table["measure"], table["group_code"], table["comparator_code"], table["verdict"], strict=True))
    assert pairs == [
        ("absent", "support", "none", "clear"),
        ("absent", "F", "M", "similar"),
        ("suspended", "BAFR", "WBRI", "not_shown"),
        ("suspended", "BCRB", "WBRI", "clear"),
        ("suspended", "plan", "none", "not_shown"),
        ("suspended", "support", "none", "clear"),
        ("score", "support", "none", "clear"),
    ]


def test_people_behind_are_those_above_the_comparators_rate(pupil_outcomes: pd.DataFrame, dims: Dims) -> None:
    table = judged(pupil_outcomes, dims).set_index(["measure", "group_code"])
    assert table.loc[("suspended", "support"), "people_behind"] == round(40 - 350 * 60 / 1600)
    assert table.loc[("absent", "support"), "people_behind"] == round(100 - 350 * 280 / 1600)
    assert table.loc[("absent", "F"), "people_behind"] == 0
    assert pd.isna(table.loc[("score", "support"), "people_behind"])


def test_a_hidden_side_leaves_no_number(pupil_outcomes: pd.DataFrame, dims: Dims) -> None:
    without_comparator = pupil_outcomes.copy()
    hidden = without_comparator["group_code"].eq("none")
    without_comparator.loc[hidden, ["numerator", "denominator"]] = pd.NA
    without_comparator.loc[hidden, ["value", "sd"]] = np.nan
    without_comparator.loc[hidden, "status"] = "c"
    table = judged(without_comparator, dims)
    rows = table[table["comparator_code"].eq("none")]
    assert set(rows["verdict"]) == {"not_shown"}
    assert rows[[*NUMBERS, "denominator", "comparator_denominator", "people_behind", "family"]].isna().all(axis=None)


def test_numbers_left_in_a_hidden_cell_never_reach_a_gap(pupil_outcomes: pd.DataFrame, dims: Dims) -> None:
    leaking = pupil_outcomes.copy()
    leaking.loc[leaking["status"].eq("c"), ["numerator", "denominator", "value"]] = [5, 9, 5 / 9]
    pd.testing.assert_frame_equal(judged(leaking, dims), judged(pupil_outcomes, dims))


@pytest.mark.parametrize("status", ["x", "z"])
def test_where_there_is_nobody_to_compare_there_is_no_row(pupil_outcomes: pd.DataFrame, dims: Dims, status: str) -> None:
    without = pupil_outcomes.assign(status=pupil_outcomes["status"].mask(pupil_outcomes["group_code"].eq("plan"), status))
    assert "plan" not in set(judged(without, dims)["group_code"])


def test_people_of_unknown_group_are_not_compared(dims: Dims) -> None:
    frame = cells(cell("pupils", "absent", ("sex", "unknown"), 30, 100), cell("pupils", "absent", ("sex", "M"), 30, 100))
    assert len(judged(frame, dims)) == 0


def test_crossed_cells_and_measures_without_a_rule_are_not_compared(dims: Dims) -> None:
    frame = cells(
        cell("pupils", "absent", ("sex", "F"), 30, 100, cross=("sen", "none")),
        cell("pupils", "absent", ("sex", "M"), 30, 100, cross=("sen", "none")),
        cell("staff_relevant", "bonus", ("sex", "F"), 30, 100),
        cell("staff_relevant", "bonus", ("sex", "M"), 60, 100),
    )
    assert len(judged(frame, dims)) == 0


def test_areas_and_periods_are_kept_apart(pupil_outcomes: pd.DataFrame, dims: Dims) -> None:
    elsewhere = pupil_outcomes[pupil_outcomes["group_code"].ne("none")].assign(area_level="academy", area_code="100001")
    earlier = pupil_outcomes[pupil_outcomes["group_code"].eq("none")].assign(period="2024-25")
    table = judged(pd.concat([pupil_outcomes, elsewhere, earlier]), dims)
    assert not (table["comparator_code"].eq("none") & table["area_level"].eq("academy")).any()
    assert set(table["period"]) == {"2025-26"}


@pytest.mark.parametrize(
    ("group", "comparator", "verdict"),
    [((15, 19), (40, 1000), "cannot_tell"), ((9, 20), (100, 1000), "cannot_tell"), ((60, 200), (100, 1000), "clear")],
)
def test_small_groups_and_few_expected_cases_stay_silent(
    dims: Dims, group: tuple[int, int], comparator: tuple[int, int], verdict: str
) -> None:
    frame = cells(cell("pupils", "suspended", ("sex", "F"), *group), cell("pupils", "suspended", ("sex", "M"), *comparator))
    assert judged(frame, dims)["verdict"].tolist() == [verdict]


def test_the_family_counts_what_was_tested_and_only_that(pupil_outcomes: pd.DataFrame, dims: Dims) -> None:
    table = judged(pupil_outcomes, dims)
    assert set(table["family"].dropna()) == {int(table["p_value"].notna().sum())} == {5}
    assert (table["q_value"].dropna() >= table["p_value"].dropna()).all()


def test_a_ratio_of_means_is_refused_by_name(dims: Dims) -> None:
    dims["measures"].loc[dims["measures"]["measure"].eq("score"), "matters_statistic"] = "ratio"
    with pytest.raises(ValueError, match="score"):
        judged(cells(cell("pupils", "absent", ("sex", "F"), 1, 2)), dims)


def test_no_cells_make_an_empty_table_of_the_same_columns(pupil_outcomes: pd.DataFrame, dims: Dims) -> None:
    assert judged(pupil_outcomes[:0], dims).dtypes.equals(judged(pupil_outcomes, dims).dtypes)


def test_twenty_thousand_comparisons_take_seconds(dims: Dims) -> None:
    areas = [f"{number:06d}" for number in range(10_000)]
    frame = pd.concat(
        [cells(cell("pupils", "absent", ("sex", code), 30, 100)).loc[[0] * len(areas)].assign(area_code=areas) for code in "FM"]
    )
    started = time.perf_counter()
    assert len(judged(pd.concat([frame, frame.assign(measure="suspended")], ignore_index=True), dims)) == 20_000
    assert time.perf_counter() - started < 10


def test_a_gap_is_silent_where_too_few_have_said_what_they_are(dims: Dims) -> None:
    """Three in ten unknown is too much where eight in ten must be known, whether the unknown group is shown or not."""
    asked = {**dims, "measures": dims["measures"].assign(known_at_least=0.8)}
    groups = [cell("pupils", "absent", ("sex", code), *counts) for code, counts in {"F": (150, 300), "M": (80, 400)}.items()]
    unknown = cell("pupils", "absent", ("sex", "unknown"), 100, 300)
    everyone = cell("pupils", "absent", ("all", "all"), 330, 1000)
    for rows in ([*groups, unknown, everyone], [*groups, everyone], groups):
        assert judged(cells(*rows), asked)["verdict"].tolist() == ["cannot_tell"]
        assert judged(cells(*rows), dims)["verdict"].tolist() == ["clear"]
    known = cell("pupils", "absent", ("all", "all"), 230, 710)
    assert judged(cells(*groups, known), asked)["verdict"].tolist() == ["clear"]

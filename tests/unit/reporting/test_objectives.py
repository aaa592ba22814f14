"""Where an objective stands: computed from a figure, its range and the line, never typed."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.reporting.objectives import COLUMNS, Figures, Reading, progress, status_of

PERIODS = ["2023-24", "2024-25", "2025-26"]
CELL = [
    "measure",
    "period",
    "area_level",
    "area_code",
    "characteristic",
    "group_code",
    "cross_characteristic",
    "value",
    "low",
    "high",
    "sd",
    "denominator",
    "status",
]
GAP = ["measure", "period", "area_level", "area_code", "characteristic", "group_code", "comparator_code", "statistic", "gap", "low", "high"]
MEASURES = pd.DataFrame([("absent", "lower"), ("score", "higher")], columns=["measure", "better"])


@pytest.mark.parametrize(
    ("value", "low", "high", "upwards", "status"),
    [
        (0.20, 0.18, 0.22, False, "on_track"),
        (0.209, 0.205, 0.22, False, "on_track"),
        (0.23, 0.19, 0.27, False, "at_risk"),
        (0.23, 0.21, 0.25, False, "off_track"),
        (0.17, 0.15, 0.19, True, "off_track"),
        (0.17, 0.15, 0.21, True, "at_risk"),
        (0.23, None, None, False, "at_risk"),
        (None, None, None, False, "cannot_tell_yet"),
    ],
)
def test_the_range_decides_between_at_risk_and_off_track(
    value: float | None, low: float | None, high: float | None, upwards: bool, status: str
) -> None:
    """The line is at 0.2 and a tenth of the planned improvement is 0.01."""
    assert status_of(Reading(value, low, high), 0.2, upwards, planned=0.1) == status


def objective(kind: str, **more: object) -> pd.DataFrame:
    plain: dict[str, object] = {
        "objective": "O1", "title": "Something", "kind": kind, "measure": "absent", "area_level": "trust", "area_code": "T",
        "characteristic": "all", "group_code": "all", "comparator_code": "", "against": "", "spread": False, "baseline_period": "",
        "baseline_value": None, "target_period": "", "target_value": None, "owner": "X", "aim": "advance", "why": "", "reason": "",
    }  # fmt: skip
    return pd.DataFrame([{**plain, **more}])


def values(*numbers: float, measure: str = "absent", group: tuple[str, str] = ("all", "all")) -> pd.DataFrame:
    rows = [
        (measure, period, "trust", "T", *group, "all", value, value - 0.02, value + 0.02, 10.0, 100, "shown")
        for period, value in zip(PERIODS, numbers, strict=False)
    ]
    return pd.DataFrame(rows, columns=CELL)


def figures(
    cells: pd.DataFrame | None = None, gaps: pd.DataFrame | None = None, england: float | None = None, changed: str | None = None
) -> Figures:
    published = [] if england is None else [("absent", "England", "all", "all", "2023-24", "all", england)]
    columns = ["measure", "geography", "characteristic", "group_code", "period", "phase", "value"]
    empty = pd.DataFrame(columns=GAP), pd.DataFrame(columns=CELL)
    anew = pd.DataFrame([("absent", changed, "break", "Other ages.")] if changed else [], columns=["measure", "period", "change", "why"])
    return Figures(empty[1] if cells is None else cells, empty[0] if gaps is None else gaps, pd.DataFrame(published, columns=columns), anew)


def test_a_target_moves_along_a_straight_line_from_a_computed_baseline() -> None:
    wanted = objective("target", baseline_period="2023-24", target_period="2026-27", target_value=0.21)
    table = progress(wanted, figures(values(0.3, 0.28, 0.29)), MEASURES, PERIODS)
    assert list(table) == COLUMNS
    assert table["expected"].tolist() == pytest.approx([0.3, 0.27, 0.24])
    assert table["status"].tolist() == ["on_track", "at_risk", "off_track"]


def test_before_its_baseline_and_where_it_is_hidden_nothing_can_be_told() -> None:
    wanted = objective("target", baseline_period="2024-25", baseline_value=0.3, target_period="2026-27", target_value=0.2)
    table = progress(wanted, figures(values(0.2, 0.3)), MEASURES, PERIODS)
    assert table["status"].tolist() == ["cannot_tell_yet", "on_track", "cannot_tell_yet"]


def test_a_benchmark_is_met_from_the_better_side() -> None:
    wanted = objective("benchmark", against="England")
    table = progress(wanted, figures(values(0.1, 0.21, 0.3), england=0.2), MEASURES, PERIODS)
    assert table["status"].tolist() == ["on_track", "at_risk", "off_track"]


def gap_rows(*gaps: float, statistic: str = "ratio", group: str = "sen", comparator: str = "none") -> pd.DataFrame:
    rows = [
        ("absent", period, "trust", "T", "sen", group, comparator, statistic, gap, gap * 0.8, gap * 1.25)
        for period, gap in zip(PERIODS, gaps, strict=False)
    ]
    return pd.DataFrame(rows, columns=GAP)


def test_a_gap_can_be_named_from_either_side() -> None:
    sides = {"characteristic": "sen", "group_code": "none", "comparator_code": "sen"}
    wanted = objective("gap", **sides, baseline_period="2023-24", target_period="2025-26", target_value=1.0)
    table = progress(wanted, figures(gaps=gap_rows(4.0, 2.0)), MEASURES, PERIODS)
    assert table["value"].tolist()[:2] == [0.25, 0.5]
    assert (table["low"].iloc[0], table["high"].iloc[0]) == (pytest.approx(0.2), pytest.approx(0.3125))


def test_a_gap_of_means_is_told_in_their_unit() -> None:
    sides = {"measure": "score", "characteristic": "sen", "group_code": "sen", "comparator_code": "none"}
    wanted = objective("gap", **sides, baseline_period="2023-24", target_period="2025-26", target_value=0.0)
    cells = pd.concat([values(40.0, measure="score", group=("sen", "sen")), values(50.0, measure="score", group=("sen", "none"))])
    gaps = gap_rows(-0.7, statistic="standardised").assign(measure="score")
    row = progress(wanted, figures(cells, gaps), MEASURES, PERIODS).iloc[0]
    assert row["value"] == pytest.approx(-10.0)
    assert row["low"] == pytest.approx(-10 - 1.972 * 10 * (2 / 100) ** 0.5, abs=0.01)


def test_a_gap_to_peers_elsewhere_is_the_figure_less_theirs() -> None:
    wanted = objective(
        "gap", comparator_code="all", against="England", baseline_period="2023-24", target_period="2025-26", target_value=0.0
    )
    table = progress(wanted, figures(values(0.3, 0.25), england=0.2), MEASURES, PERIODS)
    assert table["value"].tolist()[:2] == pytest.approx([0.1, 0.05])


def test_a_spread_is_from_the_lowest_to_the_highest_group() -> None:
    cells = pd.concat([values(0.1, group=("year", "7")), values(0.16, group=("year", "8")), values(0.12, group=("year", "9"))])
    wanted = objective("target", characteristic="year", spread=True, baseline_period="2023-24", target_period="2025-26", target_value=0.02)
    assert progress(wanted, figures(cells), MEASURES, PERIODS)["value"].iloc[0] == pytest.approx(0.06)


def test_what_is_monitored_says_that_nothing_can_be_met_and_what_is_refused_says_why() -> None:
    monitored = progress(objective("monitor"), figures(values(0.1)), MEASURES, PERIODS)
    assert monitored["status"].unique().tolist() == ["monitored"] and monitored["said"].str.startswith("Monitored").all()
    refused = progress(objective("refused", measure="", reason="One or two children."), figures(), MEASURES, PERIODS)
    assert refused[["status", "said"]].to_numpy().tolist() == [["refused", "One or two children."]]


def test_nothing_is_told_across_a_break_in_the_definition() -> None:
    wanted = objective("target", baseline_period="2023-24", baseline_value=0.3, target_period="2026-27", target_value=0.21)
    table = progress(wanted, figures(values(0.3, 0.27, 0.24), changed="2025-26"), MEASURES, PERIODS)
    assert table["status"].tolist() == ["on_track", "on_track", "cannot_tell_yet"]
    assert table["said"].tolist() == ["", "", "Defined anew from 2025-26, so that nothing before compares: Other ages."]

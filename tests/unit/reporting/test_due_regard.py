"""For each aim: what was looked at, what it showed, what answers it."""

from __future__ import annotations

import pandas as pd

from pipelines.reporting.due_regard import COLUMNS, due_regard

MEASURES = pd.DataFrame(
    [
        ("suspended", "Suspended", "pupils", "rate", "eliminate"),
        ("heads", "Heads", "pupils", "headcount", ""),
        ("safe", "Safe", "pupils", "rate", "foster"),
    ],
    columns=["measure", "label", "population", "kind", "aim"],
)
CELL = ["population", "period", "area_level", "measure", "characteristic", "cross_characteristic", "value", "status"]
CELLS = pd.DataFrame(
    [
        ("pupils", "2025-26", "trust", "suspended", "all", "all", 0.06, "shown"),
        ("pupils", "2025-26", "trust", "safe", "all", "all", 0.8, "c"),
        ("pupils", "2025-26", "academy", "suspended", "all", "all", 0.5, "shown"),
    ],
    columns=CELL,
)
GAPS = pd.DataFrame(
    [
        ("suspended", "2025-26", "trust", "clear"),
        ("suspended", "2025-26", "trust", "not_shown"),
        ("suspended", "2025-26", "academy", "clear"),
    ],
    columns=["measure", "period", "area_level", "verdict"],
)
OBJECTIVES = pd.DataFrame(
    [
        ("O1", "Fewer", "eliminate", "Head", "suspended", "2025-26", 0.06, "at_risk"),
        ("O2", "Both", "foster", "Head", "safe", "2025-26", 0.8, "on_track"),
        ("O2", "Both", "foster", "Head", "suspended", "2025-26", 0.06, "off_track"),
    ],
    columns=["objective", "title", "aim", "owner", "measure", "period", "value", "status"],
)


def test_each_aim_has_its_measures_and_objectives_and_academies_are_not_counted_twice() -> None:
    table = due_regard(GAPS, CELLS, OBJECTIVES, MEASURES)
    assert list(table) == COLUMNS
    assert table[["aim", "evidence", "name"]].to_numpy().tolist() == [
        ["eliminate", "measure", "suspended"],
        ["eliminate", "objective", "O1"],
        ["foster", "measure", "safe"],
        ["foster", "objective", "O2"],
    ]
    row = table.iloc[0]
    assert (row["looked_at"], row["clear_gaps"], row["not_shown"], row["value"]) == (2, 1, 1, 0.06)
    assert row["answered_by"] == "O1, O2"


def test_a_hidden_figure_is_not_told_and_an_objective_has_its_worst_status() -> None:
    table = due_regard(GAPS, CELLS, OBJECTIVES, MEASURES).set_index("name")
    assert pd.isna(table.loc["safe", "value"])
    assert table.loc["O2", "status"] == "off_track" and pd.isna(table.loc["O2", "value"])

"""What is wrong with figures is told as one sentence that names the table and the place, and never a number of people."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from made_trust import Frames, made_trust

from pipelines.disclosure import Policy, naming, protect

MANY = 987_654
"""A number that stands nowhere else: were it told, the sentence would hold it."""


@pytest.fixture(scope="module")
def frames() -> Frames:
    return made_trust(seed=3, academies=3, roll=40)


def heads(frames: Frames) -> pd.DataFrame:
    return frames.cells[frames.cells["kind"] == "headcount"].reset_index(drop=True)


def changed(cells: pd.DataFrame, column: str, value: object, **where: str) -> pd.DataFrame:
    """The cells with one entry changed: the first row that `where` describes."""
    found = np.logical_and.reduce([(cells[name] == code).to_numpy() for name, code in where.items()])
    cells = cells.copy()
    cells.loc[cells.index[found][0], column] = value
    return cells


def negative(frames):
    return {"cells": changed(heads(frames), "numerator", -MANY, area_level="academy", characteristic="sex", group_code="M")}


def not_additive(frames):
    cells = changed(heads(frames), "numerator", MANY, population="pupils", area_code="1000", characteristic="fsm")
    return {"cells": cells, "links": frames.links.iloc[:0]}


def two_numbers(frames):
    return {"cells": changed(frames.cells, "denominator", MANY, kind="rate", characteristic="sex")}


def mean_without_value(frames):
    return {"cells": changed(frames.cells, "value", np.nan, kind="mean", characteristic="all")}


def numerator_too_large(frames):
    rates = frames.cells[frames.cells["kind"] == "rate"].reset_index(drop=True)
    return {"cells": rates.assign(numerator=rates["denominator"], denominator=0), "links": frames.links.iloc[:0]}


def unknown_kind(frames):
    return {"cells": changed(frames.cells, "kind", "odd", measure="score")}


def outside_a_nested_base(frames):
    return {"links": changed(frames.links.assign(nested=True), "only_here", MANY, area_code="1002", characteristic="fsm")}


def undeclared_area(frames):
    return {"areas": frames.areas[frames.areas["area_code"] != "1001"]}


def orphaned_area(frames):
    return {"areas": frames.areas[frames.areas["area_level"] != "trust"]}


def undeclared_group(frames):
    return {"groups": frames.groups[frames.groups["group_code"] != "F"]}


def undeclared_measure(frames):
    return {"measures": frames.measures[frames.measures["measure"] != "score"]}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (negative, "A count is negative: pupils, number of people, 2020-21, academy 1000, sex=M."),
        (not_additive, "fsm=N; pupils, number of people, 2020-21, academy 1000, everyone"),
        (two_numbers, "one and the same statistic: pupils, number of people, 2020-21, trust T, sex=F."),
        (mean_without_value, "no value: pupils, score, 2020-21, trust T, everyone."),
        (numerator_too_large, "than its denominator: pupils, people counted for suspended, 2020-21, trust T, everyone; "),
        (unknown_kind, "does not know: score."),
        (outside_a_nested_base, "outside its base: stable, 2020-21, academy 1002, fsm="),
        (undeclared_area, "dim_areas does not know: academy 1001."),
        (orphaned_area, "dim_areas: phase primary; phase secondary; academy "),
        (undeclared_group, "dim_groups does not know: pupils by sex; pupils by sex and ethnicity_major; stable by sex."),
        (undeclared_measure, "not declared: score."),
    ],
)
def test_what_is_wrong_is_told_by_table_and_place_and_never_by_number(frames, wrong, told):
    arguments = {**frames.__dict__, **wrong(frames)}
    del arguments["persons"]
    with pytest.raises(ValueError, match=r"^[A-Z0-9][^.]*\.$") as caught:
        protect(**arguments, policy=Policy(k=10, level="exact"))
    assert told in str(caught.value)
    assert str(MANY) not in str(caught.value)


def test_a_long_list_is_cut_short_and_what_cannot_be_printed_is_told_by_its_code():
    assert naming.listed(["a", "b", "a", "c", "d", "e"]) == "a; b; c and 2 more"
    assert naming.printable("a\x1b[31m\ud800\n") == "a\\x1b[31m\\ud800\\n"
    assert len(naming.printable("long" * 100)) == 80
    assert naming.cell(3, "one|two|three", {"sex": "F"}) == "cell 3 of one and 2 more tables (sex F)"
    assert naming.group("sex", "F", "fsm", "Y") == "sex=F and fsm=Y"

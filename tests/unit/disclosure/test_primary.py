"""Each primary rule hides what it must and no more; one test per likely mistake."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipelines.disclosure import Policy, protect

KEY = {
    "population": "pupils",
    "period": "2025-26",
    "area_level": "trust",
    "area_code": "T",
    "characteristic": "all",
    "group_code": "all",
    "cross_characteristic": "all",
    "cross_group_code": "all",
}
GROUPS = pd.DataFrame(
    [("all", "all", "", ""), ("sex", "F", "all", "all"), ("sex", "M", "all", "all")],
    columns=["characteristic", "group_code", "parent_characteristic", "parent_group_code"],
)
AREAS = pd.DataFrame([("trust", "T", "", "")], columns=["area_level", "area_code", "parent_level", "parent_code"])
POPULATIONS = pd.DataFrame({"population": ["pupils"], "base": [""]})
MEASURES = pd.DataFrame(
    [
        ("headcount", "headcount", False, None, None),
        ("rate", "rate", False, None, None),
        ("sensitive_rate", "rate", True, None, None),
        ("score", "mean", False, 0.0, 100.0),
        ("pay", "mean", False, None, None),
        ("pay_gap", "figure", False, None, None),
    ],
    columns=["measure", "kind", "sensitive", "scale_min", "scale_max"],
).astype({"scale_min": float, "scale_max": float})
LINKS = pd.DataFrame(columns=["population", "base", "period", "area_level", "area_code", "characteristic", "group_code",
                              "cross_characteristic", "cross_group_code", "only_here", "only_base"])  # fmt: skip


def row(measure="headcount", numerator=None, denominator=None, value=np.nan, smallest=None, share=np.nan, **place):
    kind = MEASURES.set_index("measure")["kind"].get(measure)
    return KEY | {
        "measure": measure, "kind": kind, "numerator": numerator, "denominator": denominator, "value": value,
        "low": 0.1, "high": 0.9, "sd": 1.0, "smallest": smallest, "largest_share": share, "published": True,
    } | place  # fmt: skip


def decided(*rows, policy=None):
    cells = pd.DataFrame(rows).astype({"numerator": "Int64", "denominator": "Int64", "smallest": "Int64"})
    frames = (cells, LINKS, GROUPS, AREAS, MEASURES, POPULATIONS)
    return protect(*frames, policy or Policy(k=10, level="exact", insider_third=False)).cells


def only(*rows, policy=None):
    last = decided(*rows, policy=policy).iloc[-1]
    return last["status"], last["rule"]


@pytest.mark.parametrize(("count", "status"), [(0, "x"), (1, "c"), (9, "c"), (10, "shown"), (500, "shown")])
def test_counts_of_one_to_k_minus_one_are_hidden_and_k_itself_is_not(count, status):
    assert only(row(numerator=count))[0] == status


@pytest.mark.parametrize(
    ("numerator", "denominator", "rule"),
    [
        (9, 100, "numerator"),
        (91, 100, "complement"),
        (3, 9, "threshold"),
        (10, 100, None),
        (90, 100, None),
        (0, 100, None),
        (100, 100, None),
    ],
)
def test_a_rate_is_hidden_for_its_numerator_its_complement_or_its_denominator(numerator, denominator, rule):
    status, found = only(row("rate", numerator, denominator, numerator / denominator))
    assert found == rule
    assert status == ("c" if rule else "shown")


@pytest.mark.parametrize("numerator", [0, 40])
def test_a_whole_group_is_hidden_for_a_sensitive_outcome_only(numerator):
    assert only(row("sensitive_rate", numerator, 40, numerator / 40)) == ("c", "whole_group")
    assert only(row("rate", numerator, 40, numerator / 40))[0] == "shown"


def test_a_rate_of_nobody_is_not_applicable_rather_than_hidden():
    rows = decided(
        row(numerator=30), row(numerator=0, characteristic="sex", group_code="F"), row(numerator=30, characteristic="sex", group_code="M"),
        row("rate", 0, 0, np.nan, characteristic="sex", group_code="F"),
    )  # fmt: skip
    assert rows["status"].tolist() == ["shown", "shown", "shown", "z"]


def test_a_known_cell_is_not_a_disclosure():
    known = Policy(k=10, level="exact", known=[{"area_code": "T", "group_code": "all"}])
    assert only(row(numerator=4), policy=known)[0] == "shown"
    elsewhere = Policy(k=10, level="exact", known=[{"area_code": "another"}])
    assert only(row(numerator=4), policy=elsewhere)[0] == "c"


def test_a_public_total_is_never_hidden_even_to_protect_its_parts():
    public = Policy(k=10, level="exact", public_totals=[{"measure": "headcount", "group_code": "all"}])
    parts = [row(numerator=n, characteristic="sex", group_code=code) for n, code in ((4, "F"), (30, "M"))]
    assert decided(row(numerator=34), *parts, policy=public)["status"].tolist() == ["shown", "c", "c"]


def test_a_description_of_something_no_cell_has_is_an_error():
    with pytest.raises(ValueError, match="which no cell has"):
        only(row(numerator=4), policy=Policy(k=10, level="exact", known=[{"school": "T"}]))


@pytest.mark.parametrize(("n", "status"), [(9, "c"), (10, "u"), (19, "u"), (20, "shown")])
def test_a_mean_needs_ten_people_even_where_counts_need_five(n, status):
    five = Policy(k=5, level="exact")
    assert only(row(numerator=n), row("pay", None, n, 20.0), policy=five)[0] == status


@pytest.mark.parametrize(("mean", "rule"), [(97.0, "scale_end"), (2.0, "scale_end"), (50.0, None), (94.0, None)])
def test_a_mean_within_one_persons_reach_of_an_end_of_its_scale_is_hidden(mean, rule):
    assert only(row(numerator=20), row("score", None, 20, mean))[1] == rule


@pytest.mark.parametrize(("share", "rule"), [(0.51, "dominance"), (0.5, None)])
def test_one_person_may_hold_half_of_a_sum_but_no_more(share, rule):
    assert only(row(numerator=40), row("pay", None, 40, 20.0, share=share))[1] == rule


@pytest.mark.parametrize(("smallest", "share", "rule"), [(9, 0.1, "threshold"), (30, 0.6, "dominance"), (30, 0.1, None)])
def test_a_figure_rests_on_enough_people_and_on_no_single_one(smallest, share, rule):
    assert only(row("pay_gap", None, 60, 4.2, smallest=smallest, share=share))[1] == rule


def test_the_mean_of_a_hidden_count_is_hidden_with_it():
    public = Policy(k=10, level="exact", public_totals=[{"measure": "headcount", "group_code": "all"}])
    rows = decided(
        row(numerator=55), row(numerator=5, characteristic="sex", group_code="F"), row(numerator=50, characteristic="sex", group_code="M"),
        row("pay", None, 50, 20.0, characteristic="sex", group_code="M"), policy=public,
    )  # fmt: skip
    assert rows["status"].tolist() == ["shown", "c", "c", "c"]
    assert rows["rule"].tolist()[1:] == ["threshold", "secondary", "mean_follows_count"]


def test_a_hidden_row_keeps_no_number_at_all():
    rows = decided(row("rate", 4, 100, 0.04), row(numerator=100, value=100.0))
    hidden = rows[rows["status"] == "c"]
    assert len(hidden) == 1
    assert hidden[["numerator", "denominator", "value", "low", "high", "sd"]].isna().all(axis=None)
    shown = rows[rows["status"] == "shown"]
    assert shown[["numerator", "value"]].notna().all(axis=None)


def test_spread_is_not_published_under_ten_people_even_where_the_count_is():
    rows = decided(row(numerator=7), policy=Policy(k=5, level="exact"))
    assert rows["status"].tolist() == ["shown"]
    assert rows[["low", "high", "sd"]].isna().all(axis=None)

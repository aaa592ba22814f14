"""Marts made from marts: funnels, what is not known, incidents, benchmarks and restatements, each against an answer worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipelines.reporting.benchmarks import benchmarks
from pipelines.reporting.completeness import completeness
from pipelines.reporting.funnels import funnel
from pipelines.reporting.incident_rates import incident_rates
from pipelines.reporting.restatements import restatements

CELL = [
    "population", "period", "area_level", "area_code", "measure", "characteristic", "group_code",
    "cross_characteristic", "cross_group_code", "numerator", "denominator", "value", "low", "high", "sd", "status",
]  # fmt: skip


def cell(**parts: object) -> dict[str, object]:
    plain: dict[str, object] = {
        "population": "pupils", "period": "2025-26", "area_level": "trust", "area_code": "T", "measure": "absent",
        "characteristic": "all", "group_code": "all", "cross_characteristic": "all", "cross_group_code": "all", "status": "shown",
    }  # fmt: skip
    return {**plain, **parts}


def cells(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=CELL).astype(
        {"numerator": "Int64", "denominator": "Int64", "value": "float64", "low": "float64", "high": "float64"}
    )


def rate(reached: int, people: int, **parts: object) -> dict[str, object]:
    return cell(numerator=reached, denominator=people, value=reached / people, **parts)


def academies(rates: dict[str, tuple[int, int]]) -> pd.DataFrame:
    return cells(*(rate(*counts, area_level="academy", area_code=urn) for urn, counts in rates.items()), rate(500, 1000))


def areas(*urns: str, phase: str = "") -> pd.DataFrame:
    rows = [("trust", "T", "", "")]
    rows += [("phase", phase, "trust", "T")] if phase else []
    rows += [("academy", urn, "trust", "T") for urn in urns]
    rows += [("academy", urn, "phase", phase) for urn in urns if phase]
    return pd.DataFrame(rows, columns=["area_level", "area_code", "parent_level", "parent_code"])


def test_limits_of_a_funnel_without_more_than_chance_are_those_of_the_binomial() -> None:
    table = funnel(academies(dict.fromkeys("abcde", (50, 100))), areas(*"abcde"))
    assert table["overdispersion"].eq(1.0).all()
    assert table["low_95"].iloc[0] == pytest.approx(0.5 - 1.96 * 0.05)
    assert table["high_998"].iloc[0] == pytest.approx(0.5 + 3.09 * 0.05)
    assert table["position"].eq("inside").all()


def test_academies_that_differ_by_more_than_chance_widen_the_limits_of_all() -> None:
    """z scores of 4, -4, 4, -4 and 0: their mean square is 12.8, so that what lay far outside is inside."""
    counts = {"a": (70, 100), "b": (30, 100), "c": (70, 100), "d": (30, 100), "e": (50, 100)}
    table = funnel(academies(counts), areas(*"abcde"))
    assert table["overdispersion"].iloc[0] == pytest.approx(12.8)
    assert table["position"].eq("inside").all()


def test_one_academy_far_from_the_rest_is_told_apart_and_widens_nothing() -> None:
    counts = dict.fromkeys("abcdefghij", (50, 100)) | {"k": (90, 100)}
    table = funnel(academies(counts), areas(*"abcdefghijk")).set_index("area_code")
    assert table["overdispersion"].iloc[0] == 1.0
    assert table.loc["k", "position"] == "far_above"
    assert table["position"].eq("inside").sum() == 10


def test_an_academy_of_one_phase_is_held_against_that_phase() -> None:
    rows = academies(dict.fromkeys("abcde", (20, 100)))
    phase = cells(rate(200, 1000, area_level="phase", area_code="primary"))
    table = funnel(pd.concat([rows, phase]), areas(*"abcde", phase="primary"))
    assert table["target"].eq(0.2).all() and table["target_level"].eq("phase").all()


def test_too_few_academies_make_no_funnel_and_a_hidden_one_is_not_in_it() -> None:
    assert funnel(academies(dict.fromkeys("abcd", (50, 100))), areas(*"abcd")).empty
    rows = academies(dict.fromkeys("abcdef", (50, 100)))
    rows.loc[0, "status"] = "c"
    assert "a" not in set(funnel(rows, areas(*"abcdef"))["area_code"])


GROUPS = pd.DataFrame(
    [("all", "all", False), ("sex", "F", False), ("sex", "unknown", True), ("incident_kind", "bullying", False), ("eal", "unknown", True)],
    columns=["characteristic", "group_code", "is_unknown"],
)


def heads(people: int | None, **parts: object) -> dict[str, object]:
    return cell(measure="headcount", numerator=people, value=people, **({"status": "c"} if people is None else {}), **parts)


def test_what_is_not_known_is_a_share_of_everyone_and_a_hidden_side_hides_it() -> None:
    rows = cells(
        heads(1000),
        heads(150, characteristic="sex", group_code="unknown"),
        heads(None, characteristic="eal", group_code="unknown"),
        heads(850, characteristic="sex", group_code="F"),
    )
    table = completeness(rows, GROUPS).set_index("characteristic")
    assert table.loc["sex", "share"] == 0.15 and table.loc["sex", "verdict"] == "too_much_not_known"
    assert table.loc["eal", ["not_known", "people", "share", "low"]].isna().all()
    assert (table.loc["eal", "status"], table.loc["eal", "verdict"]) == ("c", "not_shown")


@pytest.mark.parametrize(("unknown", "verdict"), [(20, "known"), (100, "cannot_tell"), (300, "too_much_not_known")])
def test_a_tenth_is_much_only_where_the_whole_range_says_so(unknown: int, verdict: str) -> None:
    table = completeness(cells(heads(1000), heads(unknown, characteristic="sex", group_code="unknown")), GROUPS)
    assert table["verdict"].tolist() == [verdict]


SENT = pd.DataFrame({"period": ["2025-26"], "academy_urn": ["100003"]})


def incidents(now: int | None, then: int | None, **parts: object) -> pd.DataFrame:
    of = {"population": "incidents", **parts}
    place = {name: value for name, value in parts.items() if name.startswith("area")}
    return cells(
        heads(now, **of), heads(then, period="2024-25", **of), heads(1000, **place), heads(1000, period="2024-25", **place),
    )  # fmt: skip


def test_ten_incidents_have_the_exact_range_of_ten() -> None:
    """Garwood's limits of a count of ten are 4.795 and 18.390."""
    row = incident_rates(incidents(10, 10), ["2024-25", "2025-26"], SENT).iloc[-1]
    assert row["per_hundred"] == pytest.approx(1.0)
    assert (row["low"], row["high"]) == (pytest.approx(0.4795, abs=1e-4), pytest.approx(1.8390, abs=1e-4))
    assert row["verdict"] == "no_clear_change"


@pytest.mark.parametrize(
    ("now", "then", "verdict"), [(60, 30, "more"), (30, 60, "fewer"), (31, 30, "no_clear_change"), (None, 30, "not_shown")]
)
def test_a_change_is_told_where_chance_would_rarely_make_it(now: int | None, then: int, verdict: str) -> None:
    assert incident_rates(incidents(now, then), ["2024-25", "2025-26"], SENT)["verdict"].iloc[-1] == verdict


def test_no_incident_is_told_apart_where_the_trusts_rate_makes_it_unlikely() -> None:
    at_academy = {"area_level": "academy", "area_code": "100001"}
    small = cells(
        heads(0, population="incidents", area_level="academy", area_code="100002"), heads(20, area_level="academy", area_code="100002")
    )
    table = incident_rates(pd.concat([incidents(10, 10), incidents(0, 0, **at_academy), small]), ["2024-25", "2025-26"], SENT)
    now = table[table["period"].eq("2025-26")].set_index("area_code")
    assert now.loc["100001", "chance_of_none"] == pytest.approx(np.exp(-10))
    assert now.loc["100001", "verdict"] == "none_is_unlikely"
    assert now.loc["100002", "verdict"] == "cannot_tell"


def test_an_academy_that_sent_none_has_none_and_one_that_sent_nothing_has_no_data() -> None:
    def academy(urn: str) -> list[dict[str, object]]:
        place = {"area_level": "academy", "area_code": urn}
        return [heads(None, population="incidents", **place) | {"status": "x"}, heads(1000, **place)]

    table = incident_rates(pd.concat([incidents(10, 10), cells(*academy("100003"), *academy("100004"))]), ["2024-25", "2025-26"], SENT)
    now = table[table["area_level"].eq("academy")].set_index("area_code")
    assert now.loc["100003", ["incidents", "verdict"]].tolist() == [0, "none_is_unlikely"]
    assert pd.isna(now.loc["100004", "incidents"]) and now.loc["100004", "verdict"] == "not_shown"


def test_incidents_that_harmed_staff_are_of_staff() -> None:
    harmed = heads(10, population="incidents", characteristic="incident_harmed", group_code="staff")
    table = incident_rates(cells(harmed, heads(1000), heads(200, population="staff")), ["2025-26"], SENT)
    assert table["per_hundred"].tolist() == [pytest.approx(5.0)]


def published(*rows: tuple[str, str, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["phase", "period", "value"])
    return table.assign(measure="absent", characteristic="all", group_code="all", geography="England", source="DfE")


def test_the_latest_benchmark_no_later_than_the_figure_is_taken() -> None:
    table = benchmarks(
        cells(rate(200, 1000) | {"low": 0.18, "high": 0.23}),
        published(("all", "2023-24", 0.3), ("all", "2024-25", 0.21), ("all", "2026-27", 0.1), ("primary", "2024-25", 0.5)),
        areas(),
    )
    assert table[["benchmark_period", "benchmark", "position"]].to_numpy().tolist() == [["2024-25", 0.21, "in_line"]]
    assert table["difference"].iloc[0] == pytest.approx(-0.01)


def test_a_tiny_group_and_a_hidden_one_are_not_judged() -> None:
    few = rate(5, 19) | {"low": 0.1, "high": 0.5}
    assert benchmarks(cells(few), published(("all", "2024-25", 0.9)), areas())["position"].tolist() == ["too_few"]
    hidden = cells(cell(status="c"))
    table = benchmarks(hidden, published(("all", "2024-25", 0.9)), areas())
    assert table["position"].tolist() == ["not_shown"] and table["value"].isna().all()


def test_a_phase_is_held_against_its_own_and_the_trust_where_only_one_phase_has_the_measure() -> None:
    rows = cells(rate(200, 1000, area_level="phase", area_code="early_years_and_primary") | {"low": 0.1, "high": 0.3}, rate(300, 1000))
    whole = pd.concat([areas(), pd.DataFrame([("phase", "early_years_and_primary", "trust", "T")], columns=areas().columns)])
    both = benchmarks(rows, published(("all", "2024-25", 0.4), ("primary", "2024-25", 0.2)), whole).set_index("area_level")
    assert both["benchmark"].to_dict() == {"phase": 0.2, "trust": 0.4}
    one = benchmarks(rows, published(("primary", "2024-25", 0.2)), whole).set_index("area_level")
    assert one["benchmark"].to_dict() == {"phase": 0.2, "trust": 0.2}


def test_a_figure_told_otherwise_than_before_is_listed_with_its_reason() -> None:
    now = cells(
        rate(200, 1000), rate(10, 100, group_code="F", characteristic="sex"), cell(status="c", group_code="M", characteristic="sex")
    )
    then = cells(rate(210, 1000), rate(10, 100, group_code="F", characteristic="sex"), rate(12, 100, group_code="M", characteristic="sex"))
    released = pd.concat([then.assign(numerator=1, release="r0"), then.assign(release="r1")])
    why = pd.DataFrame([("r1", "2025-26", "Files were replaced: Attendance.")], columns=["release", "period", "why"])
    table = restatements(now, released, why)
    assert table[["release", "numerator_then", "numerator_now", "why"]].to_numpy().tolist() == [
        ["r1", 210, 200, "Files were replaced: Attendance."]
    ]
    assert restatements(now, then.assign(release="r1").head(0), why).empty


def test_a_groups_share_of_pupils_is_held_against_the_countrys() -> None:
    """240 of 1,000 against 23.4%: the range of the share holds it; a hidden group and staff are not held against anything."""
    rows = cells(
        heads(1000),
        heads(240, characteristic="eal", group_code="eal"),
        heads(None, characteristic="eal", group_code="unknown"),
        heads(50, population="staff"),
    )
    england = published(("all", "2024-25", 0.234)).assign(measure="headcount", characteristic="eal", group_code="eal")
    both = pd.concat([england, england.assign(group_code="unknown")])
    table = benchmarks(rows, both, areas()).set_index("group_code")
    assert table.loc["eal", ["numerator", "value", "position"]].tolist() == [240, 0.24, "in_line"]
    assert table.loc["unknown", "position"] == "not_shown" and pd.isna(table.loc["unknown", "numerator"])

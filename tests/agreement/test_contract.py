"""The marts' contracts are enforced, and the cell is the one that the release's judge and the reports read."""

from __future__ import annotations

from typing import Any

import pytest

from expectations.attack.reading import CELL
from expectations.release_view import CELL_MARTS
from pipelines.reporting import benchmarks, completeness, due_regard, funnels, gaps, incident_rates, objectives, restatements

CELL_TYPES = dict.fromkeys(CELL, "varchar")
CELL_TYPES |= {"numerator": "bigint", "denominator": "bigint"} | dict.fromkeys(("value", "low", "high", "sd"), "double")
DERIVED = {
    "mart_gaps": gaps.COLUMNS,
    "mart_funnel": funnels.COLUMNS,
    "mart_completeness": completeness.COLUMNS,
    "mart_incidents": incident_rates.COLUMNS,
    "mart_benchmarks": benchmarks.COLUMNS,
    "mart_objectives": objectives.COLUMNS,
    "mart_due_regard": due_regard.COLUMNS,
    "mart_restatements": restatements.COLUMNS,
}
NUMBERS = {"numerator", "denominator", "value", "low", "high", "sd"}


def contract(models: dict[str, Any], name: str) -> dict[str, str]:
    return {column: item["data_type"] for column, item in models[name]["columns"].items()}


def never_null(models: dict[str, Any], name: str) -> set[str]:
    return {
        column
        for column, item in models[name]["columns"].items()
        if any(constraint["type"] == "not_null" for constraint in item["constraints"])
    }


def test_every_mart_has_an_enforced_contract(models: dict[str, Any]) -> None:
    published = {name: node for name, node in models.items() if node["fqn"][1] == "marts"}
    assert {name for name, node in published.items() if not node["config"]["contract"]["enforced"]} == set()
    assert {name for name in published if None in contract(models, name).values()} == set()


def test_the_marts_of_figures_are_those_the_judge_reads(models: dict[str, Any]) -> None:
    assert {name for name in models if name.startswith("mart_")} == {*CELL_MARTS, *DERIVED}


@pytest.mark.parametrize("mart", CELL_MARTS)
def test_a_mart_of_figures_is_the_cell(models: dict[str, Any], mart: str) -> None:
    assert list(contract(models, mart).items()) == list(CELL_TYPES.items())
    assert never_null(models, mart) == set(CELL) - NUMBERS


@pytest.mark.parametrize("mart", DERIVED)
def test_a_derived_mart_has_the_columns_that_its_maker_gives_it(models: dict[str, Any], mart: str) -> None:
    assert list(contract(models, mart)) == DERIVED[mart]


def test_a_gap_always_says_where_it_is_and_what_it_comes_to(models: dict[str, Any]) -> None:
    assert never_null(models, "mart_gaps") >= {"population", "period", "area_level", "area_code", "measure", "verdict"}


def test_the_dimensions_are_built_as_their_contracts_say(models: dict[str, Any], built: dict[str, list[tuple[str, str]]]) -> None:
    dimensions = [name for name in models if name.startswith("dim_")]
    assert len(dimensions) == 7
    for name in dimensions:
        assert list(contract(models, name).items()) == built[name], name

"""Lists that stand in dbt's YAML or SQL are those of the catalogue and of the code that writes the values."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest

from expectations.release_contract import STATUSES
from pipelines.catalogue import Catalogue
from pipelines.catalogue.entry import AreaLevel, Subject
from pipelines.catalogue.model import Matters, Measure
from pipelines.reporting.verdicts import VERDICTS

AREA_LEVELS = get_args(AreaLevel)
LISTS = {
    ("status", None): STATUSES,
    ("verdict", None): VERDICTS,
    ("area_level", None): AREA_LEVELS,
    ("area_level", "dim_areas"): (*AREA_LEVELS, "academy_phase"),
    ("kind", None): get_args(Measure.model_fields["kind"].annotation),
    ("statistic", None): get_args(Matters.model_fields["statistic"].annotation),
    ("subject", None): get_args(Subject),
}
MADE_BY_MODELS = (
    r"on_roll|registered|in_post|relevant_employee|hourly_pay|bonus_pay|absence_share|sessions_absent|days_absent|suspensions"
    r"|taken_part|family_came|trained_in_equality|policy_acknowledged"
    r"|applied|shortlisted|appointed|applied_for_place|offered"
)


def code_of(models: dict[str, Any]) -> dict[str, str]:
    return {name: str(node["raw_code"]) for name, node in models.items()}


def accepted_values(manifest: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    """Column, model and values of every such test."""
    return [
        (node["column_name"], node["attached_node"].rsplit(".", 1)[1], node["test_metadata"]["kwargs"]["values"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") == "accepted_values"
    ]


def test_accepted_values_are_the_declared_lists(manifest: dict[str, Any]) -> None:
    tested = accepted_values(manifest)
    assert {column for column, _, _ in tested} == {column for column, _ in LISTS}
    for column, model, values in tested:
        assert set(values) == set(LISTS.get((column, model), LISTS[column, None])), (column, model)


def test_every_mart_of_figures_says_what_it_accepts(manifest: dict[str, Any], models: dict[str, Any]) -> None:
    tested = {(model, column) for column, model, _ in accepted_values(manifest)}
    listed = ("area_level", "status", "verdict", "statistic")
    marts = {name: node["columns"] for name, node in models.items() if name.startswith("mart_")}
    assert {(name, column) for name, columns in marts.items() for column in listed if column in columns} - tested == set()


def test_a_mark_that_sql_asks_for_is_on_some_code_of_that_set(models: dict[str, Any], catalogue: Catalogue) -> None:
    asked = [
        (code_set, mark)
        for code in code_of(models).values()
        for code_set, mark in re.findall(r"code_set = '(\w+)'\s+and marks\.mark = '(\w+)'", code)
    ]
    assert len(asked) >= 2
    for code_set, mark in asked:
        assert any(mark in value.marks for value in catalogue.code_sets[code_set].codes), (code_set, mark)


def test_every_fact_that_the_catalogue_counts_is_made_by_a_model(models: dict[str, Any], catalogue: Catalogue) -> None:
    stages, subjects = (
        "|".join(value.code for value in catalogue.code_sets[name].codes) for name in ("attainment_stage", "attainment_subject")
    )
    cohorts = "|".join(re.escape(cohort.fact) for cohort in catalogue.cohorts)
    datasets = "|".join(catalogue.datasets)
    made = re.compile(rf"({MADE_BY_MODELS}|{cohorts}|attainment\.({stages})\.({subjects})|returned\.({datasets}))")
    counted = {fact for measure in catalogue.measures.values() for fact in measure.facts}
    counted |= {fact for population in catalogue.populations.values() for fact in population.facts}
    assert {fact for fact in counted if not made.fullmatch(fact)} == set()


@pytest.mark.parametrize("fact", MADE_BY_MODELS.split("|"))
def test_a_model_spells_the_fact(models: dict[str, Any], fact: str) -> None:
    assert any(f"'{fact}' as fact" in code for name, code in code_of(models).items() if name.startswith("int_facts_"))


def test_a_derived_field_of_a_characteristic_is_worked_out_by_a_model(models: dict[str, Any], catalogue: Catalogue) -> None:
    wanted = {field.split(".")[1] for item in catalogue.characteristics.values() for field in item.fields.values() if "derived." in field}
    made = set(re.findall(r"'derived' as dataset,.*?'(\w+)' as field", models["int_person_codes"]["raw_code"], re.DOTALL))
    assert wanted == made


def test_pay_quarters_are_the_codes_of_the_pay_quartile(models: dict[str, Any], catalogue: Catalogue) -> None:
    made = set(re.findall(r"(?:then|else) '(\w+)'", models["int_pay_quartiles"]["raw_code"]))
    assert made == {member for group in catalogue.characteristics["pay_quartile"].groups for member in group.members}

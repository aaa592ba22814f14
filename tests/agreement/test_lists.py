"""Lists that stand in dbt's YAML or SQL are those of the catalogue and of the code that writes the values."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest

from expectations.release_contract import STATUSES
from pipelines.catalogue import Catalogue
from pipelines.catalogue.entry import AreaLevel, Subject
from pipelines.catalogue.model import Matters, Measure
from pipelines.catalogue.trust import Objective
from pipelines.reporting import benchmarks, completeness, funnels, incident_rates, objectives
from pipelines.reporting.verdicts import VERDICTS

AREA_LEVELS = get_args(AreaLevel)
LISTS = {
    ("status", None): STATUSES,
    ("verdict", None): VERDICTS,
    ("verdict", "mart_completeness"): completeness.VERDICTS,
    ("verdict", "mart_incidents"): incident_rates.VERDICTS,
    ("position", "mart_funnel"): funnels.POSITIONS,
    ("position", "mart_benchmarks"): benchmarks.POSITIONS,
    ("status", "mart_objectives"): objectives.STATUSES,
    ("status", "mart_due_regard"): (*objectives.STATUSES, ""),
    ("kind", "mart_objectives"): get_args(Objective.model_fields["kind"].annotation),
    ("area_level", None): AREA_LEVELS,
    ("area_level", "dim_areas"): (*AREA_LEVELS, "academy_phase"),
    ("kind", None): get_args(Measure.model_fields["kind"].annotation),
    ("statistic", None): get_args(Matters.model_fields["statistic"].annotation),
    ("subject", None): get_args(Subject),
}
MADE_BY_MODELS = (
    r"on_roll|registered|in_post|in_post_three_months|in_office|relevant_employee|hourly_pay|bonus_pay|suspensions|exclusions"
    r"|absence_share|absence_share_post_16|attendance_share|late_share|sessions_possible|sessions_attended|sessions_absent|days_absent"
    r"|taken_part|family_came|trained_in_equality|policy_acknowledged|trained_otherwise|sen_recorded|sen_identified"
    r"|employed|leadership_post|permanent_contract|fte|incident|resolved_in_time|entry_done|entry_in_date"
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
        listed = LISTS[column, model] if (column, model) in LISTS else LISTS[column, None]
        assert set(values) == set(listed), (column, model)


def test_every_mart_of_figures_says_what_it_accepts(manifest: dict[str, Any], models: dict[str, Any]) -> None:
    tested = {(model, column) for column, model, _ in accepted_values(manifest)}
    listed = ("area_level", "status", "verdict", "statistic", "position")
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
    results = rf"(attainment|reached|higher)\.({stages})\.({subjects})"
    coded = [
        (r"sen_need", "sen_need"), (r"(event|procedure)", "staff_event"), (r"entry", "register_kind|incident_kind"),
        (r"(asked|answered|heard|agreed)", "voice_question"),
    ]  # fmt: skip
    by_code = "|".join(
        rf"{name}\.({'|'.join(value.code.lower() for code_set in sets.split('|') for value in catalogue.code_sets[code_set].codes)})"
        for name, sets in coded
    )
    made = re.compile(rf"({MADE_BY_MODELS}|{cohorts}|{results}|{by_code}|returned\.({datasets}))")
    counted = {fact for measure in catalogue.measures.values() for fact in (*measure.facts, *filter(None, [measure.weight]))}
    counted |= {fact for population in catalogue.populations.values() for fact in population.facts}
    assert {fact for fact in counted if not made.fullmatch(fact)} == set()


@pytest.mark.parametrize("fact", MADE_BY_MODELS.split("|"))
def test_a_model_spells_the_fact(models: dict[str, Any], fact: str) -> None:
    spelt = re.compile(rf"'{fact}'( end)? as fact|'{fact}'\n|then '{fact}'|else '{fact}' end as fact")
    assert any(spelt.search(code) for name, code in code_of(models).items() if name.startswith("int_facts_"))


def test_a_derived_field_of_a_characteristic_is_worked_out_by_a_model(models: dict[str, Any], catalogue: Catalogue) -> None:
    wanted = {field.split(".")[1] for item in catalogue.characteristics.values() for field in item.fields.values() if "derived." in field}
    code = models["int_person_codes"]["compiled_code"]
    made = set(re.findall(r"'derived' as dataset,.*?'(\w+)' as field", code, re.DOTALL))
    assert {field for field in wanted if not field.startswith("voice_")} == made
    questions = {value.code for value in catalogue.code_sets["voice_characteristic"].codes}
    assert {field.removeprefix("voice_") for field in wanted - made} <= questions and "'voice_' || characteristic as field" in code


def test_pay_quarters_are_the_codes_of_the_pay_quartile(models: dict[str, Any], catalogue: Catalogue) -> None:
    made = set(re.findall(r"(?:then|else) '(\w+)'", models["int_pay_quartiles"]["raw_code"]))
    assert made == {member for group in catalogue.characteristics["pay_quartile"].groups for member in group.members}

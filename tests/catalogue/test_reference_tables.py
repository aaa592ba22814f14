"""The tables that dbt reads say exactly what the entries declare."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from pipelines.catalogue import Catalogue, load
from pipelines.catalogue.tables import reference_tables

FAMILY = ["population", "measure", "characteristic", "cross_characteristic"]


@pytest.fixture(scope="module")
def tables(catalogue: Catalogue) -> dict[str, pd.DataFrame]:
    return reference_tables(catalogue)


def test_an_academy_of_two_phases_has_a_part_in_each_and_one_of_one_phase_none(tables: dict[str, pd.DataFrame]) -> None:
    areas = tables["areas"]
    parts = areas[areas["area_level"] == "academy_phase"]
    assert set(parts["area_code"]) == {"900405|primary", "900405|secondary"}
    assert set(zip(parts["parent_level"], parts["parent_code"], strict=True)) == {
        ("academy", "900405"),
        ("phase", "primary"),
        ("phase", "secondary"),
    }
    taught = tables["academies"].set_index("academy_urn")["phases_taught"]
    assert taught.to_dict() == {"900401": 1, "900402": 1, "900403": 1, "900404": 1, "900405": 2}


def test_every_parent_of_an_area_is_an_area(tables: dict[str, pd.DataFrame]) -> None:
    areas = tables["areas"]
    known = set(zip(areas["area_level"], areas["area_code"], strict=True)) | {("", "")}
    assert set(zip(areas["parent_level"], areas["parent_code"], strict=True)) <= known
    assert list(areas.loc[areas["parent_level"] == "", "area_level"]) == ["trust"]


def test_parts_are_counted_only_where_both_academies_and_phases_are(tables: dict[str, pd.DataFrame]) -> None:
    families = tables["publications"].groupby([*FAMILY, "kind"])["area_level"].agg(set).reset_index()
    for family in families.itertuples():
        both = {"academy", "phase"} <= family.area_level and family.kind != "figure"
        assert ("academy_phase" in family.area_level) == both, family
    assert families["area_level"].map(lambda levels: "academy_phase" in levels).any()


def test_no_family_is_published_twice(tables: dict[str, pd.DataFrame]) -> None:
    assert not tables["publications"].duplicated([*FAMILY, "area_level"]).any()


def test_a_figure_is_counted_for_the_trust_alone_and_once(tables: dict[str, pd.DataFrame]) -> None:
    figures = tables["publications"].query("kind == 'figure'")
    assert set(figures["area_level"]) == {"trust"}
    assert not figures.duplicated(["measure", "cross_characteristic"]).any()


def test_a_characteristic_is_crossed_only_as_the_policy_approves(tables: dict[str, pd.DataFrame], catalogue: Catalogue) -> None:
    crossed = tables["publications"].query("cross_characteristic != 'all'")
    found = set(zip(crossed["population"], crossed["measure"], crossed["characteristic"], crossed["cross_characteristic"], strict=True))
    approved = {(cross.population, cross.measure, cross.characteristic, cross.cross_characteristic) for cross in catalogue.policy.crosses}
    figures = [measure for measure in catalogue.measures.values() if measure.across and not measure.optional]
    assert found == approved | {(measure.population, measure.name, measure.characteristic, measure.across) for measure in figures}


def test_a_characteristic_is_published_only_for_subjects_and_levels_it_names(tables: dict[str, pd.DataFrame], catalogue: Catalogue) -> None:
    for row in tables["publications"].query("characteristic != 'all' and area_level != 'academy_phase'").itertuples():
        item, population = catalogue.characteristics[row.characteristic], catalogue.populations[row.population]
        assert population.subject in item.fields
        assert not item.populations or row.population in item.populations
        assert row.area_level in item.areas


def test_a_code_is_in_one_group_of_a_characteristic_and_blanks_are_unknown(tables: dict[str, pd.DataFrame], catalogue: Catalogue) -> None:
    members = tables["group_members"]
    assert not members.duplicated(["subject", "characteristic", "code"]).any()
    blanks = members[members["code"] == ""]
    for row in blanks.itertuples():
        assert row.group_code == catalogue.characteristics[row.characteristic].unknown.code
    assert len(blanks) == sum(len(item.fields) for item in catalogue.characteristics.values())


def test_a_group_lies_in_the_group_its_codes_are_in_above(tables: dict[str, pd.DataFrame]) -> None:
    groups, members = tables["groups"], tables["group_members"]
    nested = groups[~groups["parent_characteristic"].isin(["", "all"])]
    assert not nested.empty
    joined = members.merge(nested, on=["characteristic", "group_code"]).merge(
        members,
        left_on=["subject", "parent_characteristic", "code"],
        right_on=["subject", "characteristic", "code"],
        suffixes=("", "_above"),
    )
    assert len(joined) == len(members[members["characteristic"].isin(nested["characteristic"])])
    assert (joined["parent_group_code"] == joined["group_code_above"]).all()


def test_marks_of_codes_are_rows(tables: dict[str, pd.DataFrame]) -> None:
    marks = set(tables["code_marks"].itertuples(index=False, name=None))
    assert {code for code_set, code, mark in marks if (code_set, mark) == ("enrolment_status", "main_registration")} == {"C", "M"}
    assert {code for code_set, code, mark in marks if (code_set, mark) == ("suspension_type", "suspension")} == {"SUSP", "LNCH"}


def test_the_policy_travels_whole(tables: dict[str, pd.DataFrame], catalogue: Catalogue) -> None:
    assert json.loads(tables["policy"]["policy"].item()) == catalogue.policy.model_dump(mode="json")


def test_headcount_is_a_measure_of_every_population_with_composition(tables: dict[str, pd.DataFrame], catalogue: Catalogue) -> None:
    counted = set(tables["measures"].query("measure == 'headcount'")["population"])
    assert counted == {population.name for population in catalogue.populations.values() if population.composition}
    assert not tables["measures"].duplicated(["measure", "population"]).any()


def test_an_optional_measure_is_counted_only_where_the_policy_names_it(small_trust: Path) -> None:
    def counted() -> set[str]:
        return set(reference_tables(load(small_trust))["measures"]["measure"])

    assert "ethnicity_pay_gap_mean" not in counted()
    policy = small_trust / "disclosure_policy.yml"
    policy.write_text(policy.read_text("utf-8") + "optional: [ethnicity_pay_gap_mean]\n", "utf-8")
    assert "ethnicity_pay_gap_mean" in counted() and "disability_pay_gap_mean" not in counted()


def test_academies_get_everyone_and_the_characteristics_a_measure_names_for_them(
    tables: dict[str, pd.DataFrame], catalogue: Catalogue
) -> None:
    for row in tables["publications"].query("area_level == 'academy' and characteristic != 'all'").itertuples():
        named = catalogue.measures[row.measure].at_academies
        assert named is None or row.characteristic in named
    everyone = tables["publications"].query("area_level == 'academy' and characteristic == 'all'")
    assert "ks2_expected" in set(everyone["measure"])


def test_a_groups_own_code_stands_for_it_unless_it_is_a_member(tables: dict[str, pd.DataFrame]) -> None:
    answers = (
        tables["group_members"].query("subject == 'pupil_answer' and characteristic == 'ethnicity_major'").set_index("code")["group_code"]
    )
    assert answers["black"] == "black" and answers["BAFR"] == "black" and answers[""] == "unknown"
    sex = tables["group_members"].query("subject == 'pupil' and characteristic == 'sex'")
    assert sorted(sex["code"]) == ["", "F", "M"]


def test_how_gaps_are_judged_is_text_even_where_none_is_judged(catalogue: Catalogue) -> None:
    headcount = catalogue.model_copy(update={"measures": {"headcount": catalogue.measures["headcount"]}})
    statistic = reference_tables(headcount)["measures"]["matters_statistic"]
    assert len(statistic) and statistic.isna().all()
    assert statistic.dtype == "string"

"""A trust's entries lie over ours by name: they replace what has the same name, add the rest, and take nothing away."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from pipelines.catalogue import Catalogue, load
from pipelines.catalogue.tables import reference_tables

Declare = Callable[..., Path]
PUBLISHED_DATA = Path(__file__).parent.parent / "line"
PRIVATE = {"purpose": "Test.", "lawful_basis": "Test.", "retention_years": 1}


def test_a_field_of_a_new_name_is_added_and_the_rest_stays(declare: Declare, catalogue: Catalogue) -> None:
    house = {"name": "house", "title": "House", "type": "text", **PRIVATE}
    changed = load(declare("datasets/pupils.yml", name="pupils", fields=[house])).datasets["pupils"]
    ours = catalogue.datasets["pupils"]
    assert [field.name for field in changed.fields] == [*(field.name for field in ours.fields), "house"]
    assert changed.model_copy(update={"fields": ours.fields}) == ours


def test_a_field_of_the_same_name_is_replaced_where_it_stands(declare: Declare, catalogue: Catalogue) -> None:
    eal = {"name": "eal", "title": "First language", "type": "text", **PRIVATE}
    changed = load(declare("datasets/pupils.yml", name="pupils", fields=[eal])).datasets["pupils"]
    ours = catalogue.datasets["pupils"]
    assert [field.name for field in changed.fields] == [field.name for field in ours.fields]
    assert changed.field("eal").title == "First language"
    assert changed.field("eal").attribute is False, "the whole field is the trust's, not a mixture"


def test_codes_and_groups_merge_by_code(declare: Declare, catalogue: Catalogue) -> None:
    declare("codes/sex.yml", name="sex", codes=[{"code": "F", "label": "Girl"}, {"code": "X", "label": "Another"}])
    trust = declare("characteristics/sex.yml", name="sex", groups=[{"code": "X", "label": "Another", "members": ["X"]}])
    changed = load(trust)
    ours = catalogue.code_sets["sex"]
    assert [value.code for value in changed.code_sets["sex"].codes] == [*(value.code for value in ours.codes), "X"]
    assert next(value.label for value in changed.code_sets["sex"].codes if value.code == "F") == "Girl"
    assert [group.code for group in changed.characteristics["sex"].groups] == ["F", "M", "unknown", "X"]
    assert changed.characteristics["sex"].comparator == "M"


def test_a_new_characteristic_costs_one_file(declare: Declare, catalogue: Catalogue) -> None:
    groups = [{"code": "young", "label": "Young", "members": ["5"]}, {"code": "unknown", "label": "Unknown", "unknown": True}]
    trust = declare(
        "characteristics/first_language.yml", name="first_language", title="First", fields={"pupil": "pupils.eal"}, groups=groups
    )
    before, after = reference_tables(catalogue), reference_tables(load(trust))
    assert {name: list(table.columns) for name, table in before.items()} == {name: list(table.columns) for name, table in after.items()}
    added = after["publications"].query("characteristic == 'first_language' and measure == 'headcount'")
    assert set(added["area_level"]) == {"trust", "phase", "academy", "academy_phase"}


def test_a_policy_is_its_profile_and_what_the_trust_says_otherwise(declare: Declare, catalogue: Catalogue) -> None:
    changed = load(declare("disclosure_policy.yml", profile="threshold_5", level="interval")).policy
    assert (changed.threshold, changed.level) == (5, "interval")
    assert changed.dominance == catalogue.policy.dominance


@pytest.mark.parametrize("name", ["star", "salaries", "quine"])
def test_the_overlays_of_published_data_load_and_add_to_ours(small_trust: Path, catalogue: Catalogue, name: str) -> None:
    for folder in ("datasets", "codes", "formats"):
        shutil.copytree(PUBLISHED_DATA / name / "trust" / folder, small_trust / folder)
    changed = load(small_trust)
    files = {path.stem for path in (small_trust / "formats").glob("*.yml")}
    assert set(changed.formats) == set(catalogue.formats) | files
    for path in (small_trust / "datasets").glob("*.yml"):
        ours, theirs = (item.datasets[path.stem].fields for item in (catalogue, changed))
        assert {field.name for field in ours} <= {field.name for field in theirs}
        assert ours != theirs


def test_the_fields_of_a_characteristic_are_replaced_and_its_groups_added(small_trust: Path) -> None:
    (small_trust / "characteristics").mkdir(exist_ok=True)
    other = {"code": "other", "label": "Other", "members": ["U"]}
    entry = {"name": "sex", "title": "Sex", "protected": "sex", "fields": {"pupil": "pupils.sex"}, "groups": [other]}
    (small_trust / "characteristics" / "sex.yml").write_text(yaml.safe_dump(entry), "utf-8")
    sex = load(small_trust).characteristics["sex"]
    assert sex.fields == {"pupil": "pupils.sex"}
    assert [group.code for group in sex.groups] == ["F", "M", "unknown", "other"]

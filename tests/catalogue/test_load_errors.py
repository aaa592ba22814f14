"""A wrong entry stops everything with a sentence that names it and says what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.catalogue import CatalogueError, load

Declare = Callable[..., Path]
PRIVATE = {"purpose": "Test.", "lawful_basis": "Test.", "retention_years": 1}
MEASURE = {
    "title": "Test",
    "kind": "rate",
    "population": "pupils",
    "at_least": 1,
    "unit": "share",
    "definition": "Test.",
    "source": "Test.",
}
UNKNOWN = {"code": "unknown", "label": "Unknown", "unknown": True}

UNDECLARED = {
    "a dataset": ("formats/a.yml", {"system": "S", "report": "R", "dataset": "meals", "recognise": ["a"]}, "Format a", "dataset 'meals'"),
    "a format's field": (
        "formats/a.yml",
        {"system": "S", "report": "R", "dataset": "pupils", "recognise": ["a"], "columns": {"a": "shoe_size"}},
        "Format a",
        "field 'pupils.shoe_size'",
    ),
    "a code set": (
        "datasets/pupils.yml",
        {"fields": [{"name": "house", "title": "House", "type": "code", "codes": "houses", **PRIVATE}]},
        "Field pupils.house",
        "code set 'houses'",
    ),
    "a dataset's key": ("datasets/pupils.yml", {"key": ["upn", "shoe_size"]}, "Dataset pupils", "field 'shoe_size'"),
    "a population's base": (
        "populations.yml",
        {"populations": [{"name": "some", "title": "Some", "subject": "pupil", "facts": ["on_roll"], "base": "many"}]},
        "Population some",
        "population 'many'",
    ),
    "a characteristic's field": (
        "characteristics/house.yml",
        {"title": "House", "fields": {"pupil": "pupils.house"}, "groups": [UNKNOWN]},
        "Characteristic house",
        "field 'pupils.house'",
    ),
    "a comparator": ("characteristics/sex.yml", {"comparator": "X"}, "Characteristic sex", "group 'X'"),
    "a parent": ("characteristics/sex.yml", {"parent": "gender"}, "Characteristic sex", "characteristic 'gender'"),
    "a group to lie within": (
        "characteristics/ethnicity.yml",
        {"groups": [{"code": "WBRI", "label": "White British", "members": ["WBRI"], "within": "whites"}]},
        "Characteristic ethnicity, group WBRI",
        "group 'whites'",
    ),
    "a measure's population": ("measures/a.yml", {**MEASURE, "population": "many"}, "Measure a", "population 'many'"),
    "a measure's characteristic": ("measures/a.yml", {**MEASURE, "characteristics": ["gender"]}, "Measure a", "characteristic 'gender'"),
}


@pytest.mark.parametrize("named", UNDECLARED)
def test_a_name_that_nothing_declares_is_said_with_the_entry_that_uses_it(declare: Declare, named: str) -> None:
    file, entry, where, what = UNDECLARED[named]
    with pytest.raises(CatalogueError) as error:
        load(declare(file, name=Path(file).stem, **entry) if "/" in file else declare(file, **entry))
    assert str(error.value) == f"{where} names the {what}, which nothing declares."


def test_a_misspelt_key_is_said_with_its_file_and_place(declare: Declare) -> None:
    trust = declare("codes/houses.yml", name="houses", title="Houses", source="Test", codes=[{"code": "R", "lable": "Red"}])
    with pytest.raises(CatalogueError, match=r"^houses\.yml, at codes\.0\.label: Field required\.$"):
        load(trust)
    trust = declare("brand.yml", short_name="Small", color="#000000")
    (trust / "codes" / "houses.yml").unlink()
    with pytest.raises(CatalogueError, match=r"^brand\.yml, at color: Extra inputs are not permitted\.$"):
        load(trust)


def test_a_value_of_the_wrong_form_is_said_with_its_file_and_place(declare: Declare) -> None:
    trust = declare("academies.yml", code="S", name="Small", academies=[{"urn": "12345", "name": "A", "year_groups": ["1"]}])
    with pytest.raises(CatalogueError, match=r"^academies\.yml, at academies\.0\.urn: .*pattern"):
        load(trust)


@pytest.mark.parametrize("file", ["academies.yml", "calendar.yml", "brand.yml", "disclosure_policy.yml"])
def test_a_missing_file_is_named_with_the_verb_that_makes_one(small_trust: Path, file: str) -> None:
    (small_trust / file).unlink()
    with pytest.raises(CatalogueError, match=rf"{file} is missing\. .*equality init$"):
        load(small_trust)


@pytest.mark.parametrize(
    ("text", "said"), [("a: [1", "not readable as YAML"), ("- a\n- b\n", "should hold named entries"), ("", "named entries")]
)
def test_a_file_that_is_no_yaml_of_entries_is_named(small_trust: Path, text: str, said: str) -> None:
    (small_trust / "brand.yml").write_text(text, "utf-8")
    with pytest.raises(CatalogueError, match=rf"^brand\.yml .*{said}"):
        load(small_trust)


def test_an_unknown_profile_is_said_with_those_there_are(declare: Declare) -> None:
    with pytest.raises(
        CatalogueError, match=r"^disclosure_policy\.yml: .*'lenient'; the profiles are publication, rounding, threshold_5\.$"
    ):
        load(declare("disclosure_policy.yml", profile="lenient"))


@pytest.mark.parametrize("groups", [[], [UNKNOWN, {**UNKNOWN, "code": "refused"}]])
def test_a_characteristic_has_exactly_one_unknown_group(declare: Declare, groups: list[dict[str, object]]) -> None:
    groups = [{"code": "Y", "label": "Yes", "members": ["Y"]}, *groups]
    with pytest.raises(CatalogueError, match=r"^Characteristic carer needs exactly one group marked unknown"):
        load(declare("characteristics/carer.yml", name="carer", title="Young carer", fields={"pupil": "pupils.eal"}, groups=groups))


def test_a_rate_needs_its_bar(declare: Declare) -> None:
    with pytest.raises(CatalogueError, match=r"^Measure a is a rate and needs at_least\.$"):
        load(declare("measures/a.yml", name="a", **{**MEASURE, "at_least": None}))


def test_a_logo_is_read_in_and_one_that_is_no_picture_is_named(small_trust: Path) -> None:
    brand = small_trust / "brand.yml"
    brand.write_text("short_name: Test\nlogo: logo.svg\n", "utf-8")
    with pytest.raises(CatalogueError, match=r"logo: there is no picture 'logo\.svg'"):
        load(small_trust)
    (small_trust / "logo.svg").write_text("<svg/>", "utf-8")
    assert load(small_trust).brand.logo == "data:image/svg+xml;base64,PHN2Zy8+"
    for outside in ("../brand.yml", "brand.yml", "/etc/hostname"):
        brand.write_text(f"short_name: Test\nlogo: {outside}\n", "utf-8")
        with pytest.raises(CatalogueError, match="there is no picture"):
            load(small_trust)
    brand.write_text("short_name: Test\nlogo: big.png\n", "utf-8")
    (small_trust / "big.png").write_bytes(b"\x89PNG" + bytes(300_000))
    with pytest.raises(CatalogueError, match="has 300 kB; every page holds it"):
        load(small_trust)

"""Recognition: the headings alone say what a file is, in any order and spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.catalogue import Catalogue
from pipelines.catalogue.model import Format
from pipelines.intake.problems import Refused
from pipelines.intake.recognise import known_headings, recognise

PUPILS = ("UPN", "Year Group", "Sex", "Ethnicity")


def respelt(heading: str, spelling: int) -> str:
    return (heading, heading.upper(), heading.lower().replace(" ", "_"), f" {heading} ", heading.replace(" ", "  "))[spelling]


@given(st.permutations(PUPILS), st.integers(0, 4))
def test_order_and_spelling_of_headings_do_not_matter(catalogue: Catalogue, headings: list[str], spelling: int) -> None:
    found = recognise(tuple(respelt(heading, spelling) for heading in headings), "x.csv", catalogue)
    assert found.dataset.name == "pupils"
    assert {name: headings[position] for name, position in found.columns.items()} == {
        "upn": "UPN", "year_group": "Year Group", "sex": "Sex", "ethnicity": "Ethnicity",
    }  # fmt: skip


def test_every_report_in_the_catalogue_is_recognised_by_its_own_headings(catalogue: Catalogue) -> None:
    for report in catalogue.formats.values():
        parts = [heading for one in report.spreads for heading in one.columns] + [part for parts in report.sums.values() for part in parts]
        headings = tuple(dict.fromkeys((*report.recognise, *report.columns, *parts, *report.ignore)))
        found = recognise(headings, "export.csv", catalogue)
        assert found.format is report
        assert found.unexpected == ()
        assert {name: headings[position] for name, position in found.columns.items()} == {
            name: heading for heading, name in report.columns.items()
        }


def test_every_dataset_is_recognised_by_the_headings_of_its_contract(catalogue: Catalogue) -> None:
    for dataset in catalogue.datasets.values():
        headings = tuple(item.title for item in dataset.fields if item.headings)
        found = recognise(tuple(item.headings[0] for item in dataset.fields if item.headings), "x.csv", catalogue)
        assert found.dataset is dataset, headings


def test_a_report_outranks_the_contracts_own_headings(catalogue: Catalogue) -> None:
    report = Format(
        name="own", system="Own", report="Own", dataset="pupils", recognise=("Sex", "Gender at birth"), columns={"Gender at birth": "sex"}
    )
    changed = catalogue.model_copy(update={"formats": {"own": report}})
    found = recognise(("UPN", "Year Group", "Sex", "Gender at birth", "Ethnicity"), "x.csv", changed)
    assert found.columns["sex"] == 3
    assert found.spare == ("Sex",)


def test_headings_that_nobody_named_are_listed_and_names_are_dropped_without_remark(catalogue: Catalogue) -> None:
    found = recognise((*PUPILS, "Surname", "Home Address", "Shoe size"), "x.csv", catalogue)
    assert found.unexpected == ("Home Address", "Shoe size")
    assert set(found.columns.values()) == {0, 1, 2, 3}


def test_what_is_never_collected_is_named_by_what_it_tells(catalogue: Catalogue) -> None:
    found = recognise((*PUPILS, "Nationality", "Sexual Orientation", "Notes"), "x.csv", catalogue)
    assert found.unexpected == ()
    assert found.never == {
        "nationality or immigration status": ("Nationality",),
        "gender identity or sexual orientation of pupils": ("Sexual Orientation",),
        "free text": ("Notes",),
    }
    staff = recognise(("Staff ref", "Sex", "Role", "Sexual Orientation"), "x.csv", catalogue)
    assert (staff.dataset.name, staff.never, staff.columns["sexual_orientation"]) == ("staff", {}, 3)


def test_required_columns_that_are_not_there_are_named(catalogue: Catalogue) -> None:
    assert recognise(("UPN", "Year Group", "Ethnicity"), "x.csv", catalogue).missing == ("Sex",)


def test_a_heading_that_comes_near_a_missing_one_is_proposed(catalogue: Catalogue) -> None:
    found = recognise(("UPN", "Yeer Group", "Gendr", "Ethnicity", "Home Address"), "pupils.csv", catalogue)
    assert (found.missing, found.near) == (("Year group", "Sex"), {"year_group": "Yeer Group", "sex": "Gendr"})
    assert recognise(("UPN", "Year Group", "Home Address", "Ethnicity"), "pupils.csv", catalogue).near == {}


def test_a_heading_that_stands_there_twice_is_a_twin(catalogue: Catalogue) -> None:
    assert recognise((*PUPILS, "sex"), "x.csv", catalogue).twins == {"sex": (2, 4)}


def test_a_list_of_something_else_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(Refused) as refused:
        recognise(("UPN", "Shoe size", "Favourite colour"), "pupils.csv", catalogue)
    assert refused.value.problem.kind == "unrecognised"


def test_known_headings_are_in_plain_form(catalogue: Catalogue) -> None:
    assert {"upn", "yeargroupsthisacademicyear", "possiblesessions"} <= known_headings(catalogue)

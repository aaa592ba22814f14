"""The page for the data protection officer says what the catalogue says."""

from __future__ import annotations

from pathlib import Path

from pipelines.catalogue import load
from pipelines.intake.privacy import as_markdown

PROJECT = Path(__file__).parents[2]


def test_the_page_has_the_table_of_the_catalogue() -> None:
    page = (PROJECT / "docs" / "privacy.md").read_text("utf-8")
    assert page.endswith(as_markdown(load(PROJECT / "tests" / "small_trust")) + "\n")


def test_every_field_of_a_person_stands_in_it_once() -> None:
    catalogue = load(PROJECT / "tests" / "small_trust")
    sections = as_markdown(catalogue).split("### ")
    for dataset in catalogue.datasets.values():
        (section,) = [part for part in sections if part.startswith(f"{dataset.title}\n")]
        listed = [title for line in section.splitlines() if line.startswith("| ") for title in line.split(" | ")[0][2:].split(", ")]
        assert sorted(listed) == sorted(["Fields", "---", *(part for item in dataset.fields for part in item.title.split(", "))]), (
            dataset.name
        )

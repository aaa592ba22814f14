"""dbt's sources are the catalogue's datasets and reference tables, column for column."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.catalogue import Catalogue
from pipelines.catalogue.tables import reference_tables
from pipelines.release.history import RELEASED

FROM_THE_LEDGER = {"returns"}


def tables(manifest: dict[str, Any], source: str) -> set[str]:
    return {node["name"] for node in manifest["sources"].values() if node["source_name"] == source}


def test_the_landing_has_a_source_for_every_dataset(manifest: dict[str, Any], catalogue: Catalogue) -> None:
    assert tables(manifest, "landing") == set(catalogue.datasets) | FROM_THE_LEDGER


def test_the_catalogue_has_a_source_for_every_reference_table(manifest: dict[str, Any], catalogue: Catalogue) -> None:
    assert tables(manifest, "catalogue") == set(reference_tables(catalogue))


def test_earlier_releases_are_a_source_of_the_cells_that_history_reads(
    manifest: dict[str, Any], built: dict[str, list[tuple[str, str]]]
) -> None:
    assert tables(manifest, "releases") == {"released_cells"}
    assert [column for column, _ in built["stg_released_cells"]] == list(RELEASED)


def test_every_source_is_read_by_the_staging_model_of_its_name(manifest: dict[str, Any], models: dict[str, Any]) -> None:
    for source, node in manifest["sources"].items():
        assert models[f"stg_{node['name']}"]["depends_on"]["nodes"] == [source]


def test_a_reference_tables_staging_model_has_its_columns(built: dict[str, list[tuple[str, str]]], catalogue: Catalogue) -> None:
    for name, table in reference_tables(catalogue).items():
        assert [column for column, _ in built[f"stg_{name}"]] == list(table.columns), name


@pytest.mark.parametrize("model", ["stg_pupils", "stg_attendance", "stg_attainment", "stg_suspensions", "stg_staff", "stg_payroll"])
def test_what_is_staged_of_a_person_carries_key_academy_and_period(built: dict[str, list[tuple[str, str]]], model: str) -> None:
    assert {"person_key", "academy_urn", "period"} <= {column for column, _ in built[model]}

"""dbt's sources are the catalogue's datasets and reference tables, column for column."""

from __future__ import annotations

from typing import Any

from pipelines.catalogue import Catalogue
from pipelines.catalogue.tables import reference_tables
from pipelines.release.history import RELEASED

FROM_THE_LEDGER = {"returns"}
PUPIL_KEYS = "model.equality.stg_pupil_keys"


def tables(manifest: dict[str, Any], source: str) -> set[str]:
    return {node["name"] for node in manifest["sources"].values() if node["source_name"] == source}


def test_the_landing_has_a_source_for_every_dataset(manifest: dict[str, Any], catalogue: Catalogue) -> None:
    assert tables(manifest, "landing") == set(catalogue.datasets) | FROM_THE_LEDGER


def test_the_catalogue_has_a_source_for_every_reference_table(manifest: dict[str, Any], catalogue: Catalogue) -> None:
    assert tables(manifest, "catalogue") == set(reference_tables(catalogue))


def test_earlier_releases_are_a_source_of_the_cells_that_history_reads(
    manifest: dict[str, Any], built: dict[str, list[tuple[str, str]]]
) -> None:
    assert tables(manifest, "releases") == {"released_cells", "release_changes"}
    assert [column for column, _ in built["stg_released_cells"]] == list(RELEASED)


def test_every_source_is_read_by_the_staging_model_of_its_name(manifest: dict[str, Any], models: dict[str, Any]) -> None:
    for source, node in manifest["sources"].items():
        assert set(models[f"stg_{node['name']}"]["depends_on"]["nodes"]) - {PUPIL_KEYS} == {source}


def test_whatever_names_a_pupil_is_staged_under_the_number_the_pupil_has_now(models: dict[str, Any], catalogue: Catalogue) -> None:
    for dataset in catalogue.datasets.values():
        follows = PUPIL_KEYS in models[f"stg_{dataset.name}"]["depends_on"]["nodes"]
        assert follows == (dataset.person is not None and dataset.field(dataset.person).type == "upn"), dataset.name


def test_a_reference_tables_staging_model_has_its_columns(built: dict[str, list[tuple[str, str]]], catalogue: Catalogue) -> None:
    for name, table in reference_tables(catalogue).items():
        assert [column for column, _ in built[f"stg_{name}"]] == list(table.columns), name


def test_what_is_staged_of_a_person_carries_key_academy_and_period(built: dict[str, list[tuple[str, str]]], catalogue: Catalogue) -> None:
    for dataset in catalogue.datasets.values():
        wanted = {"academy_urn", "period"} | ({"person_key"} if dataset.person else set())
        assert wanted <= {column for column, _ in built[f"stg_{dataset.name}"]}, dataset.name

"""dbt's models as Dagster assets: how they are named, grouped and described, and the one build that makes them."""

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dagster import AssetExecutionContext, AssetKey, AssetsDefinition
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, dbt_assets
from packaging.version import Version

from pipelines.orchestration import dbt
from pipelines.orchestration.resources import TrustHome

CATALOGUE, EARLIER = AssetKey("catalogue"), AssetKey(["releases", "earlier"])
OWNERS = ["team:trust-data"]


class Rooms(DagsterDbtTranslator):
    """Models are grouped by their folder; every reference table is one asset, the catalogue they are compiled from."""

    def __init__(self) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True, enable_source_tests_as_checks=False))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        if dbt_resource_props["resource_type"] != "source":
            return AssetKey([_room(dbt_resource_props), dbt_resource_props["name"]])
        if dbt_resource_props["source_name"] == "catalogue":
            return CATALOGUE
        if dbt_resource_props["source_name"] == "releases":
            return EARLIER
        return AssetKey(["landing", dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return _room(dbt_resource_props)

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        return OWNERS


def _room(resource: Mapping[str, Any]) -> str:
    return str(resource["fqn"][1]) if len(resource["fqn"]) > 2 else "warehouse"


class Dbt(DbtCliResource):
    """dbt's command line, whose version is read where it is installed: ``dbt --version`` asks the package index for newer ones."""

    @cached_property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:
        """None: Dagster would count rows and read columns with it, and we do not ask for either."""
        return None


def warehouse_assets(manifest: Path) -> AssetsDefinition:
    """The assets of ``manifest``: one build makes them all, in a warehouse beside the one in use."""

    @dbt_assets(manifest=manifest, dagster_dbt_translator=Rooms(), name="warehouse")
    def warehouse(context: AssetExecutionContext, home: TrustHome) -> Iterator[Any]:
        opened = home.take()
        dbt.start_afresh(opened)
        os.environ.update(dbt.environment(opened))
        cli = Dbt(project_dir=str(dbt.PROJECT_DIR), profiles_dir=str(dbt.PROJECT_DIR), dbt_executable=str(dbt.EXECUTABLE))
        yield from cli.cli(dbt.BUILD, context=context, target_path=opened.dbt_target).stream()

    return warehouse

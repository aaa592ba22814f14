"""dbt's models as Dagster assets: how they are named, grouped and described, and the one build that makes them."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dagster import AssetExecutionContext, AssetKey, AssetsDefinition
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliInvocation, DbtCliResource, dbt_assets
from packaging.version import Version

from pipelines.orchestration import dbt
from pipelines.orchestration.opened import Opened
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


_ahead: dict[Path, DbtCliInvocation] = {}


@contextmanager
def started_ahead(opened: Opened) -> Iterator[None]:
    """Have dbt make itself ready, which takes seconds, while files are taken in: with its first model it waits for ``warehouse`` to begin.

    For a run of every asset, since what is built is chosen when dbt starts. What is not asked for within the block is ended with it.
    """
    root = opened.home.root
    dbt.landed(opened).unlink(missing_ok=True)
    _ahead[root] = _started(opened, None, {dbt.LANDED_VARIABLE: str(dbt.landed(opened))})
    try:
        yield
    finally:
        if unused := _ahead.pop(root, None):
            unused.process.kill()
            unused.process.communicate()
        dbt.landed(opened).unlink(missing_ok=True)


def _started(opened: Opened, context: AssetExecutionContext | None, more: Mapping[str, str] = MappingProxyType({})) -> DbtCliInvocation:
    """dbt at work on what the ``context`` asks for, or on all there is; ``more`` of its environment than it always has."""
    for log in opened.dbt_target.glob("dbt.log*"):
        log.unlink()
    own = {dbt.RUN_VARIABLE: str(os.getpid()), **more}
    os.environ.update(dbt.environment(opened) | own)
    cli = Dbt(project_dir=str(dbt.PROJECT_DIR), profiles_dir=str(dbt.PROJECT_DIR), dbt_executable=str(dbt.EXECUTABLE))
    try:
        if context is not None:
            return cli.cli(dbt.BUILD, context=context, target_path=opened.dbt_target)
        manifest = dbt.parsed_manifest(opened.dbt_target)
        return cli.cli(dbt.BUILD, manifest=manifest, dagster_dbt_translator=Rooms(), target_path=opened.dbt_target)
    finally:
        for variable in own:
            del os.environ[variable]


def warehouse_assets(manifest: Path) -> AssetsDefinition:
    """The assets of ``manifest``: one build makes them all, in a warehouse beside the one in use."""

    @dbt_assets(manifest=manifest, dagster_dbt_translator=Rooms(), name="warehouse")
    def warehouse(context: AssetExecutionContext, home: TrustHome) -> Iterator[Any]:
        opened = home.take()
        dbt.start_afresh(opened)
        dbt.landed(opened).touch(0o600)
        invocation = _ahead.pop(opened.home.root, None) or _started(opened, context)
        invocation.context = context
        yield from invocation.stream()

    return warehouse

"""The catalogue of the small trust, and dbt's project compiled once and built over no rows. What must agree is said in the tests."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.catalogue import Catalogue, load
from pipelines.catalogue.tables import reference_tables
from pipelines.intake.contract import landed_types
from pipelines.orchestration.dbt import EXECUTABLE, PROJECT_DIR
from pipelines.release.history import RELEASED

Node = dict[str, Any]
SQL_TYPES = {"Int64": "bigint", "float64": "double", "bool": "boolean"}


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The built-in catalogue with the small trust's declarations."""
    return load(Path(__file__).parent.parent / "small_trust")


@pytest.fixture(scope="session")
def python_models() -> tuple[str, ...]:
    """The models that are Python, each a thin call of a room that pandas serves better than SQL."""
    judged = ("gaps", "funnel", "completeness", "incidents", "benchmarks", "objectives", "due_regard")
    return "stat_ranges", "protected_cells", *(f"judged_{name}" for name in judged), "told_restatements"


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory, python_models: tuple[str, ...]) -> Node:
    """dbt's manifest of the project, with the SQL of every model compiled. dbt opens no database for it, and needs no home."""
    target = tmp_path_factory.mktemp("dbt")
    command = [str(EXECUTABLE), "--quiet", "compile", "--no-introspect", "--no-populate-cache"]
    command += ["--select", "resource_type:model", "--exclude", *python_models]
    command += ["--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR), "--target-path", str(target)]
    quiet = {**os.environ, "DO_NOT_TRACK": "1", "DBT_LOG_PATH": str(target)}
    done = subprocess.run(command, env=quiet, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    content: Node = json.loads((target / "manifest.json").read_text())
    return content


@pytest.fixture(scope="session")
def models(manifest: Node) -> dict[str, Node]:
    """Every model of the project by name."""
    return {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}


@pytest.fixture(scope="session")
def built(manifest: Node, models: dict[str, Node], catalogue: Catalogue) -> dict[str, list[tuple[str, str]]]:
    """Name and type of each column, in order, of each model that rests on SQL alone: built as a view over sources without rows."""
    connection = duckdb.connect(":memory:")
    connection.execute("attach ':memory:' as warehouse; create schema landing; create schema releases; create schema catalogue")
    connection.execute("create table landing.returns (dataset varchar, period varchar, academy_urn varchar)")
    columns = ", ".join(f'"{name}" {SQL_TYPES.get(kind, "varchar")}' for name, kind in RELEASED.items())
    connection.execute(f"create table releases.released_cells ({columns})")
    connection.execute("create table releases.release_changes (release varchar, period varchar, why varchar)")
    for dataset in catalogue.datasets.values():
        columns = ", ".join(f'"{name}" {kind}' for name, kind in landed_types(dataset).items())
        connection.execute(f"create table landing.{dataset.name} ({columns})")
    for name, table in reference_tables(catalogue).items():
        connection.register("reference_table", table)
        connection.execute(f"create table catalogue.{name} as select * from reference_table")
    described: dict[str, list[tuple[str, str]]] = {}
    waiting = {name: node for name, node in models.items() if node["language"] == "sql"}
    while ready := [name for name, node in waiting.items() if all(parent in described for parent in models_read(node))]:
        for name in ready:
            node = waiting.pop(name)
            connection.execute(f"create schema if not exists warehouse.{node['schema']}")
            connection.execute(f"create view {node['relation_name']} as {node['compiled_code']}")
            rows = connection.execute(f"describe {node['relation_name']}").fetchall()
            described[name] = [(row[0], row[1].lower()) for row in rows]
    connection.close()
    return described


def models_read(node: Node) -> list[str]:
    """Names of the models that ``node`` reads, other than sources."""
    return [name.rsplit(".", 1)[1] for name in node["depends_on"]["nodes"] if name.startswith("model.")]

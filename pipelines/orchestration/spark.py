"""The warehouse on Apache Spark, from the same dbt project: SQL models by dbt-spark, and between them the Python models on collected tables.

    python -m pipelines.orchestration.spark HOME FOLDER [PROFILES]

Which Spark it is, and how it is set, stands in dbt's profile. What a model says belongs to dbt_project, and no figure is made here.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import time
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from pipelines.home import HomeError, duck
from pipelines.home.whole import make_private
from pipelines.orchestration import dbt
from pipelines.orchestration.dbt_plugin import make_sources
from pipelines.orchestration.opened import Opened

FOLDER_VARIABLE = "EQUALITY_SPARK_FOLDER"
SOURCES = ("landing", "releases", "catalogue")
QUIET = ("--quiet", "--no-use-colors", "--no-partial-parse", "--no-send-anonymous-usage-stats")


def tables(folder: Path, schema: str, name: str) -> str:
    """Where the Parquet files of a table lie that Spark has built within ``folder``."""
    return str(folder / "warehouse" / f"{schema}.db" / name / "*.parquet")


def export_sources(opened: Opened, folder: Path) -> None:
    """Every source of dbt as plain Parquet under ``folder``, by schema and table.

    :class:`HomeError` unless the trust is made up: plain files of people lie nowhere. A real trust's object storage encrypts them itself.
    """
    if not opened.catalogue.trust.made_up:
        raise HomeError("The landing is laid out in plain files for a made-up trust only; docs/spark.md says what a real one does.")
    connection = duck.connect(opened.home, opened.keys)
    try:
        make_sources(connection, opened.home, opened.catalogue)
        listed = connection.execute("select table_schema, table_name from information_schema.tables order by all").fetchall()
        for schema, name in listed:
            if schema in SOURCES:
                make_private(folder / schema / name)
                connection.execute(f"copy {schema}.{name} to '{folder / schema / name / 'rows.parquet'}' (format parquet)")
    finally:
        connection.close()


def build(opened: Opened, folder: Path, profiles: Path = dbt.PROJECT_DIR) -> dict[str, float]:
    """Build every model and run every data test of the project on Spark, within ``folder``; returns the seconds of each part.

    :class:`~pipelines.orchestration.dbt.DbtError` when a model fails, or a test does not hold.
    """
    os.environ.update(dbt.environment(opened))
    os.environ.update({dbt.REPORT_VARIABLE: str(folder / "protection.json"), FOLDER_VARIABLE: str(folder)})
    project = _Project(folder, profiles)
    clock = _Clock()
    export_sources(opened, folder / "sources")
    project.run("run-operation", "register_sources", "--args", json.dumps({"location": str(folder / "sources")}))
    clock.lap("sources")
    after = [f"{model.name}+" for model in project.python_models]
    only = [model.name for model in project.python_models]
    project.run("run", "--exclude", *after)
    clock.lap("counts")
    for model in project.python_models:
        project.run_python(model)
    clock.lap("python")
    project.run("run", "--select", *after, "--exclude", *only)
    clock.lap("marts")
    project.run("test", "--exclude-resource-type", "unit_test")
    clock.lap("tests")
    return clock.seconds


class _Clock:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.last = time.monotonic()

    def lap(self, part: str) -> None:
        now = time.monotonic()
        self.seconds[part], self.last = round(now - self.last, 1), now


class _Project:
    """The dbt project within one process, so that dbt and the Python models share a Spark session."""

    def __init__(self, folder: Path, profiles: Path) -> None:
        from dbt.cli.main import dbtRunner

        self.folder = folder
        self.places = ["--project-dir", str(dbt.PROJECT_DIR), "--profiles-dir", str(profiles), "--target", "spark"]
        self.places += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
        self.runner = dbtRunner()
        manifest = self.run("parse")
        self.runner = dbtRunner(manifest=manifest)
        models = {node.unique_id: node for node in manifest.nodes.values() if node.resource_type == "model"}
        order = TopologicalSorter({key: set(node.depends_on_nodes) & set(models) for key, node in models.items()}).static_order()
        self.models = {models[key].name: models[key] for key in order}
        self.python_models = [model for model in self.models.values() if model.language == "python"]

    def run(self, command: str, *words: str) -> Any:
        done = self.runner.invoke([*QUIET, command, *words, *self.places])
        if not done.success:
            raise dbt.DbtError(f"dbt {command} did not succeed on Spark; its log is {self.folder / 'logs' / 'dbt.log'}")
        return done.result

    def run_python(self, model: Any) -> None:
        """Make one Python model of the project from tables collected here, and give Spark its rows."""
        spec = importlib.util.spec_from_file_location(model.name, dbt.PROJECT_DIR / model.original_file_path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        made: pd.DataFrame = module.model(_Asked(self), None)
        with duckdb.connect() as connection:
            connection.register("made", made)
            rows = connection.execute("select * from made").to_arrow_table()
        session = _session()
        session.sql(f"create schema if not exists {model.schema}")
        session.createDataFrame(rows).write.mode("overwrite").format("parquet").saveAsTable(f"{model.schema}.{model.alias}")


class _Asked:
    """What a Python model asks of dbt: settings, which are for dbt alone, and the tables that it reads."""

    def __init__(self, project: _Project) -> None:
        self.project = project

    def config(self, **settings: Any) -> None:
        """dbt's own business."""

    def ref(self, name: str) -> _Collected:
        model = self.project.models[name]
        return _Collected(f"{model.schema}.{model.alias}")


class _Collected:
    def __init__(self, table: str) -> None:
        self.table = table

    def df(self) -> pd.DataFrame:
        """The table as DuckDB hands it to a Python model: the same types of column, whichever engine has built it."""
        rows = _session().table(self.table).toArrow()
        with duckdb.connect() as connection:
            return connection.from_arrow(rows).df()


def _session() -> Any:
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    assert session is not None, "dbt has not opened a Spark session"
    return session


if __name__ == "__main__":
    print(json.dumps(build(Opened.at(sys.argv[1]), *(Path(name).resolve() for name in sys.argv[2:]))))

"""Spark and DuckDB build the demonstration from one set of sources and models: every cell of one is held against the other's."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from comparison import Compared, Table, compare, tables_of
from homes import without_advice

from pipelines.home import Home, duck
from pipelines.orchestration import dbt, spark, steps
from pipelines.orchestration.opened import Opened
from pipelines.orchestration.starter import write_demonstration

pytestmark = pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="pyspark is not installed here: make test-spark")


@dataclass(frozen=True)
class Both:
    """A connection that reads both warehouses, and how long each took."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    duckdb_seconds: float
    spark_seconds: dict[str, float]

    @property
    def tables(self) -> list[Table]:
        return tables_of(self.folder / "target" / "manifest.json")

    def on_duckdb(self, table: Table) -> str:
        return f"warehouse.{table.schema}.{table.name}"

    def on_spark(self, table: Table) -> str:
        return f"read_parquet('{spark.tables(self.folder, table.schema, table.name)}')"

    def compared(self, table: Table) -> Compared:
        return compare(self.connection, self.on_duckdb(table), self.on_spark(table), table.grain)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """The demonstration of six academies and one year, taken in once and built by each engine."""
    home = Home.at(tmp_path_factory.mktemp("spark") / "home")
    write_demonstration(home, seed=2010, small=True)
    without_advice(home)
    opened = Opened.at(home.root)
    steps.take_in(opened, lambda: dt.datetime.now(dt.UTC), lambda sentence: None)
    began = time.monotonic()
    command = [str(dbt.EXECUTABLE), *dbt.BUILD, "--project-dir", str(dbt.PROJECT_DIR), "--profiles-dir", str(dbt.PROJECT_DIR)]
    _run([*command, "--target-path", str(opened.dbt_target)], opened, home.root)
    duckdb_seconds = time.monotonic() - began
    folder = tmp_path_factory.mktemp("built")
    told = _run([sys.executable, "-m", "pipelines.orchestration.spark", str(home.root), str(folder)], opened, folder)
    connection = duck.connect(home, opened.keys)
    duck.attach_warehouse(connection, opened.keys, opened.candidate, read_only=True)
    yield Both(connection, folder, duckdb_seconds, json.loads(told.splitlines()[-1]))
    connection.close()


def _run(command: list[str], opened: Opened, place: Path) -> str:
    environment = {**os.environ, **dbt.environment(opened), "SPARK_LOCAL_IP": "127.0.0.1"}
    done = subprocess.run(command, env=environment, cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def test_every_cell_and_every_row_is_the_same_on_both(both: Both, capsys: pytest.CaptureFixture[str]) -> None:
    found = {table: both.compared(table) for table in both.tables}
    (cells,) = [result for table, result in found.items() if table.name == "stat_cells"]
    rows, values = (sum(getattr(result, name) for result in found.values()) for name in ("rows", "values"))
    with capsys.disabled():
        print(
            f"\nSpark and DuckDB: {cells.rows:,} cells compared, {cells.differing} differing;"
            f" with them {rows:,} rows and {values:,} values of {len(found)} tables."
            f"\nSeconds: DuckDB {both.duckdb_seconds:.0f} with its tests; Spark {sum(both.spark_seconds.values()):.0f}: {both.spark_seconds}."
        )
    assert {f"{table.schema}.{table.name}": result for table, result in found.items() if result.differing} == {}
    assert cells.rows > 3_000 and {table.schema for table in found} == {"intermediate", "counts", "protection", "marts"}


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("counts.stat_cells", "update changed set numerator = numerator + 1"),
        ("counts.stat_cells", "update changed set value = value * (1 + 1e-8)"),
        ("counts.stat_cells", "delete from changed"),
        ("marts.mart_pupil_outcomes", "update changed set status = 'z'"),
    ],
)
def test_one_changed_value_on_spark_is_found(both: Both, table: str, change: str) -> None:
    (found,) = [item for item in both.tables if f"{item.schema}.{item.name}" == table]
    both.connection.execute(f"create or replace temp table changed as select * from {both.on_spark(found)}")
    assert compare(both.connection, both.on_duckdb(found), "changed", found.grain).differing == 0
    both.connection.execute(f"{change} where rowid = (select min(rowid) from changed where value > 0)")
    assert compare(both.connection, both.on_duckdb(found), "changed", found.grain).differing == 1


def test_spark_leaves_nothing_where_it_was_started(both: Both) -> None:
    left = [path.name for path in both.folder.iterdir()]
    assert sorted(left) == ["local", "logs", "movers.parquet.sealed", "protection.json", "sources", "target", "warehouse"]

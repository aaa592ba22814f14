"""What dbt's DuckDB connection is given: encryption; landing, earlier releases and catalogue as sources. No model logic belongs here.

The warehouse's key reaches DuckDB from the key file, so it stands in no profile, environment or dbt log.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from pipelines import intake
from pipelines.catalogue import Catalogue, load
from pipelines.catalogue.tables import reference_tables
from pipelines.home import Home, load_keys
from pipelines.home.duck import attach_warehouse, settings, unlock
from pipelines.home.lock import build
from pipelines.home.parquet import PERIOD, landed
from pipelines.orchestration.dbt import HOME_VARIABLE, WAREHOUSE_VARIABLE, serve_run
from pipelines.orchestration.dbt_quiet import keep_words
from pipelines.orchestration.quiet import quiet
from pipelines.release.history import changes, released_cells


class Plugin(BasePlugin):
    """The dbt-duckdb plugin named in ``profiles.yml``."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        keep_words()
        self.home = Home.existing(os.environ[HOME_VARIABLE])
        self.warehouse = Path(os.environ[WAREHOUSE_VARIABLE])

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:
        config.update(settings(self.home))

    @quiet
    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        serve_run()
        build(self.home)
        keys = load_keys(self.home)
        catalogue = load(self.home.trust)
        unlock(conn, keys)
        attach_warehouse(conn, keys, self.warehouse, read_only=False)
        make_sources(conn, self.home, catalogue)


def make_sources(conn: DuckDBPyConnection, home: Home, catalogue: Catalogue) -> None:
    """Make what dbt reads on an unlocked ``conn``: landing as views; the ledger's returns, earlier releases and the catalogue as tables."""
    conn.execute("create schema landing")
    for dataset in catalogue.datasets:
        folder = home.landing / dataset
        files = [folder / "*.parquet", *(year / "**" / "*.parquet" for year in sorted(folder.glob(f"{PERIOD}*")) if any(year.iterdir()))]
        conn.execute(f"create view landing.{dataset} as select * from {landed(files)}")
    conn.execute("create table landing.returns (dataset varchar, period varchar, academy_urn varchar)")
    for dataset, period, urn, _ in intake.inputs(home):
        conn.execute("insert into landing.returns values (?, ?, ?)", [dataset, period, urn])
    conn.execute("create schema releases")
    conn.register("released", released_cells(home))
    conn.execute("create table releases.released_cells as select * from released")
    conn.unregister("released")
    titles = {name: dataset.title for name, dataset in catalogue.datasets.items()}
    conn.register("changed", changes(home, intake.inputs(home), catalogue.fingerprints, titles))
    conn.execute("create table releases.release_changes as select * from changed")
    conn.unregister("changed")
    conn.execute("create schema catalogue")
    for name, table in reference_tables(catalogue).items():
        conn.register("reference_table", table)
        conn.execute(f"create table catalogue.{name} as select * from reference_table")
        conn.unregister("reference_table")

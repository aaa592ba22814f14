"""What a refresh could be compared with, each in a process of its own: ``python -m benchmarks.alternatives NAME --home HOME``.

- floor: what the engines cost with nothing to do: Great Expectations imported, an empty Dagster job, dbt told to build one empty model
- DuckDB alone: the very SQL of staging, intermediate and counts, as dbt compiled it, on the same encrypted landing; no dbt, no tests
- pandas: the same counts and means by group-by, from the same people, areas, groups and outcomes as plain Parquet; no protection
- files to Parquet: the bytes that were dropped, by ``read_csv`` (workbooks by calamine); no rule, no pseudonym, no encryption
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.home import Home, load_keys

if TYPE_CHECKING:
    import pandas as pd

FLOOR, ALONE, PANDAS, PARQUET = "floor", "DuckDB alone", "pandas", "files to Parquet"
COUNTING_ROOMS = ("staging", "intermediate", "counts")
PERSON = ["subject", "period", "person_key"]
TABLES = {
    "members": "from warehouse.intermediate.int_population_members",
    "areas": f"select {', '.join(PERSON)}, area_level, area_code from warehouse.intermediate.int_places "
    "join warehouse.intermediate.int_part_areas using (part_code)",
    "groups": "from warehouse.intermediate.int_person_groups",
    "outcomes": "from warehouse.intermediate.int_person_outcomes",
}
"""What the pandas script begins with, by the name of its file."""


def measured(name: str, home: Home) -> dict[str, float]:
    """Seconds and peak memory (MB) of one alternative, its process begun and ended."""
    command = [sys.executable, "-m", "benchmarks.alternatives", name, "--home", str(home.root)]
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} ended with {done.returncode}:\n{done.stderr}")
    return {"seconds": time.perf_counter() - began, **json.loads(done.stdout.splitlines()[-1])}


def plain(home: Home) -> Path:
    """Where made-up people lie in plain text for those who cannot read the home: beside it."""
    return home.root.with_name(f"{home.root.name}-plain")


def copy_dropped(home: Home) -> None:
    """Keep what waits in the drop folders for the alternative that reads it too; a refresh removes it."""
    shutil.rmtree(plain(home), ignore_errors=True)
    plain(home).mkdir()
    waiting = [path for folder in home.drop.iterdir() if folder.is_dir() for path in folder.iterdir() if path.is_file()]
    for number, path in enumerate(sorted(waiting)):
        shutil.copy(path, plain(home) / f"{number:05d}{path.suffix}")


def extract(home: Home) -> None:
    """People, places, groups and outcomes of the warehouse as plain Parquet, which is where the pandas script begins."""
    from pipelines.catalogue import load
    from pipelines.catalogue.tables import reference_tables
    from pipelines.home import duck

    keys = load_keys(home)
    connection = duck.connect(home, keys)
    duck.attach_warehouse(connection, keys, home.warehouse / "warehouse.duckdb", read_only=True)
    for name, query in TABLES.items():
        connection.execute(f"copy ({query}) to '{plain(home) / name}.parquet' (format parquet)")
    connection.close()
    reference_tables(load(home.trust))["publications"].to_parquet(plain(home) / "publications.parquet")


def _floor(home: Home) -> None:
    import dagster_dbt  # noqa: F401
    import great_expectations  # noqa: F401
    from dagster import DagsterInstance, asset, materialize
    from dbt.cli.main import dbtRunner

    project = plain(home) / "nothing"
    (project / "models").mkdir(parents=True, exist_ok=True)
    (project / "dbt_project.yml").write_text("name: nothing\nversion: '1.0.0'\nconfig-version: 2\nprofile: nothing\n")
    (project / "profiles.yml").write_text("nothing: {target: d, outputs: {d: {type: duckdb, path: ':memory:'}}}\n")
    (project / "models" / "nothing.sql").write_text("select 1 as one where false\n")
    told = ["--quiet", "build", "--project-dir", str(project), "--profiles-dir", str(project)]

    @asset
    def nothing() -> None:
        assert dbtRunner().invoke(told).success

    with DagsterInstance.ephemeral() as instance:
        assert materialize([nothing], instance=instance).success


def _duckdb_alone(home: Home) -> None:
    """In the order of the models' references."""
    import duckdb

    from pipelines.home import duck
    from pipelines.orchestration.dbt import HOME_VARIABLE, WAREHOUSE_VARIABLE
    from pipelines.orchestration.dbt_plugin import Plugin

    scratch = home.warehouse / "alone.duckdb"
    scratch.unlink(missing_ok=True)
    os.environ |= {HOME_VARIABLE: str(home.root), WAREHOUSE_VARIABLE: str(scratch)}
    connection = duckdb.connect(":memory:", config=duck.settings(home))
    plugin = Plugin("alone", {}, credentials=None)
    plugin.configure_connection(connection)
    manifest = json.loads((home.warehouse / "dbt" / "manifest.json").read_bytes())
    nodes = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model" and node["language"] == "sql"}
    wanted = {key: node for key, node in nodes.items() if node["fqn"][1] in COUNTING_ROOMS}
    done: set[str] = set()
    for room in COUNTING_ROOMS:
        connection.execute(f"create schema warehouse.{room}")
    while len(done) < len(wanted):
        for key, node in wanted.items():
            if key not in done and not (set(node["depends_on"]["nodes"]) & wanted.keys()) - done:
                kind = "view" if node["config"]["materialized"] == "view" else "table"
                code = (home.warehouse / "dbt" / "compiled" / "equality" / node["original_file_path"]).read_text("utf-8")
                connection.execute(f'create {kind} warehouse.{node["schema"]}."{node["name"]}" as {code}')
                done.add(key)
    connection.close()
    scratch.unlink()


def _pandas(home: Home) -> None:
    """Family by family, as an analyst's script would: people with a column for each characteristic, grouped."""
    import pandas as pd

    members, areas, groups, outcomes, families = (pd.read_parquet(plain(home) / f"{name}.parquet") for name in (*TABLES, "publications"))
    groups = groups.astype({"characteristic": "category", "group_code": "category"})
    wide = groups.pivot(index=PERSON, columns="characteristic", values="group_code").reset_index()
    for (population, level), wanted in families.groupby(["population", "area_level"]):
        people = members[members["population"] == population].merge(areas[areas["area_level"] == level], on=PERSON).merge(wide, on=PERSON)
        told = outcomes[outcomes["population"] == population]
        both = people.merge(told[["measure", "period", "person_key", "value", "weight", "is_reached"]], on=["period", "person_key"])
        both["weighted"] = both["weight"] * both["value"]
        for names, _ in wanted.groupby(["characteristic", "cross_characteristic"]):
            place = ["period", "area_code", *dict.fromkeys(str(name) for name in names if name != "all" and name in wide)]
            people.groupby(place, observed=True).size()
            _means(both, ["measure", *place])


def _means(both: pd.DataFrame, place: list[str]) -> None:
    both.groupby(place, observed=True).agg(
        people=("person_key", "size"),
        reached=("is_reached", "sum"),
        weighted=("weighted", "sum"),
        weight=("weight", "sum"),
        sd=("value", "std"),
    )


def _to_parquet(home: Home) -> None:
    import duckdb

    for path in sorted(plain(home).glob("*.csv")):
        duckdb.sql(f"copy (select * from read_csv('{path}', all_varchar = true, ignore_errors = true)) to '{path.with_suffix('.parquet')}'")
    books = sorted(plain(home).glob("*.xlsx"))
    if books:
        import pandas as pd

        for path in books:
            sheet = pd.read_excel(path, engine="calamine", dtype=str, header=None)
            sheet.rename(columns=str).to_parquet(path.with_suffix(".parquet"))


WAYS: dict[str, Callable[[Home], None]] = {FLOOR: _floor, ALONE: _duckdb_alone, PANDAS: _pandas, PARQUET: _to_parquet}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.alternatives", description=__doc__)
    parser.add_argument("name", choices=sorted(WAYS))
    parser.add_argument("--home", type=Path, required=True)
    given = parser.parse_args()
    WAYS[given.name](Home.at(given.home))
    print(json.dumps({"memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main()

"""A whole refresh beside what it could be compared with: seconds by stage, peak memory, cells, and the named alternatives in the same run.

``python -m benchmarks W1 [--runs 3]``

Stages are the lines that ``equality refresh`` prints as each ends. The alternatives, each in a process of its own, one after another:

- floor: what the engines cost with nothing to do: Great Expectations imported, an empty Dagster job, dbt told to build one empty model
- DuckDB alone: the very SQL of staging, intermediate and counts, as dbt compiled it, on the same encrypted landing; no dbt, no tests
- pandas: the same counts by group-by, from the same people, groups and outcomes as plain Parquet; no protection
- read_csv to Parquet: the bytes of every CSV that was dropped; no rule, no pseudonym, no encryption
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from benchmarks.workloads import WORKLOADS
from pipelines.home import Home, duck, load_keys
from pipelines.home.duck import attach_warehouse

STAGES = {
    "took in what was dropped": "start and intake",
    "counted and protected": "count and protect (dbt)",
    "marts written and judged": "marts and gate 2",
    "reports written and attacked": "reports and attack",
    "draft sealed": "seal",
    "release looked at": "release",
}
EQUALITY = str(Path(sys.executable).with_name("equality"))
PEOPLE = ("intermediate.int_counted_people", "intermediate.int_person_outcomes")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workload", choices=sorted(WORKLOADS))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the trust is made; a temporary folder otherwise")
    parser.add_argument("--only", choices=sorted(WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        began = time.perf_counter()
        WAYS[given.only](Home.at(given.home))
        print(json.dumps({"seconds": time.perf_counter() - began, "memory": _peak(resource.RUSAGE_SELF)}))
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as temporary:
        dropped = Home.at(Path(temporary) / "dropped")
        WORKLOADS[given.workload].drop(dropped)
        runs = []
        for number in range(given.runs):
            home = Home.at(shutil.copytree(dropped.root, Path(temporary) / f"run{number}"))
            runs.append(_run(home))
            print(f"run {number + 1}: {runs[-1]['refresh']['seconds']:.1f} s, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
            shutil.rmtree(home.root)
            shutil.rmtree(_plain(home))
    _print(given.workload, runs)


def _run(home: Home) -> dict[str, Any]:
    plain = _plain(home)
    plain.mkdir()
    for number, path in enumerate(sorted(home.drop.rglob("*.csv"))):
        shutil.copy(path, plain / f"{number:05d}.csv")
    stages = _refreshed(home)
    again = _timed([EQUALITY, "refresh", "--home", str(home.root)])
    _extract(home, plain)
    ways = {name: _way(name, home) for name in WAYS}
    manifest = json.loads((home.draft / "manifest.json").read_bytes())
    protection = json.loads((home.warehouse / "protection.json").read_bytes())
    return {**stages, "nothing new": again, **ways, "cells": manifest["disclosure"]["cells"], "hidden": manifest["disclosure"]["cells_hidden"],
            "protect": protection["seconds"], "pack": sum(one.stat().st_size for one in (home.draft / "reports").rglob("*") if one.is_file())}  # fmt: skip


def _refreshed(home: Home) -> dict[str, Any]:
    """``equality refresh`` with the seconds of each stage, from the lines it prints as each ends."""
    began = last = time.perf_counter()
    stages = {}
    with subprocess.Popen([EQUALITY, "refresh", "--home", str(home.root)], stdout=subprocess.PIPE, text=True) as running:
        for line in running.stdout or ():
            if line.strip() in STAGES:
                now = time.perf_counter()
                stages[STAGES[line.strip()]], last = now - last, now
    if running.returncode:
        raise SystemExit(f"the refresh ended with {running.returncode}")
    return {"stages": stages, "refresh": {"seconds": time.perf_counter() - began, "memory": _peak(resource.RUSAGE_CHILDREN)}}


def _timed(command: list[str]) -> dict[str, float]:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return {"seconds": time.perf_counter() - began}


def _way(name: str, home: Home) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks", "W1", "--only", name, "--home", str(home.root)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _floor(home: Home) -> None:
    """The engines with nothing to do, in one process: Great Expectations imported, a Dagster job, dbt that builds one empty model."""
    import dagster_dbt  # noqa: F401
    import great_expectations  # noqa: F401
    from dagster import DagsterInstance, asset, materialize
    from dbt.cli.main import dbtRunner

    project = _plain(home) / "nothing"
    (project / "models").mkdir(parents=True, exist_ok=True)
    (project / "dbt_project.yml").write_text("name: nothing\nversion: '1.0.0'\nconfig-version: 2\nprofile: nothing\n")
    (project / "profiles.yml").write_text("nothing: {target: d, outputs: {d: {type: duckdb, path: ':memory:'}}}\n")
    (project / "models" / "nothing.sql").write_text("select 1 as one where false\n")

    @asset
    def nothing() -> None:
        assert dbtRunner().invoke(["--quiet", "build", "--project-dir", str(project), "--profiles-dir", str(project)]).success

    with DagsterInstance.ephemeral() as instance:
        assert materialize([nothing], instance=instance).success


def _duckdb_alone(home: Home) -> None:
    """The SQL of staging, intermediate and counts as dbt compiled it, in the order of their references."""
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
    rooms = ("staging", "intermediate", "counts")
    wanted = {key: node for key, node in nodes.items() if node["fqn"][1] in rooms}
    done: set[str] = set()
    for room in rooms:
        connection.execute(f"create schema warehouse.{room}")
    while len(done) < len(wanted):
        for key, node in wanted.items():
            if key not in done and not (set(node["depends_on"]["nodes"]) & wanted.keys()) - done:
                kind = "view" if node["config"]["materialized"] == "view" else "table"
                code = (home.warehouse / "dbt" / "compiled" / "equality" / node["original_file_path"]).read_text("utf-8")
                connection.execute(f'create {kind} warehouse.{node["schema"]}."{node["name"]}" as {code}')
                done.add(key)


def _pandas(home: Home) -> None:
    """Every count and mean of the marts by group-by: what an analyst's script would do with the people before it."""
    people, outcomes = (pd.read_parquet(_plain(home) / f"{name.split('.')[1]}.parquet") for name in PEOPLE)
    place = ["population", "period", "area_level", "area_code", "characteristic", "group_code", "cross_characteristic", "cross_group_code"]
    people.groupby(place, observed=True).size()
    both = people.merge(outcomes, on=["population", "period", "person_key"])
    both["weighted"] = both["weight"] * both["value"]
    both.groupby(["measure", *place], observed=True).agg(
        people=("person_key", "size"),
        reached=("is_reached", "sum"),
        weighted=("weighted", "sum"),
        weight=("weight", "sum"),
        sd=("value", "std"),
    )


def _plain(home: Home) -> Path:
    """Where made-up people lie in plain text for those who cannot read the home: beside it."""
    return home.root.with_name(f"{home.root.name}-plain")


def _extract(home: Home, folder: Path) -> None:
    keys = load_keys(home)
    connection = duck.connect(home, keys)
    attach_warehouse(connection, keys, home.warehouse / "warehouse.duckdb", read_only=True)
    for name in PEOPLE:
        connection.execute(f"copy (select * from warehouse.{name}) to '{folder / name.split('.')[1]}.parquet' (format parquet)")
    connection.close()


def _read_csv(home: Home) -> None:
    """Every CSV that was dropped, to Parquet."""
    for path in sorted(_plain(home).glob("*.csv")):
        duckdb.sql(f"copy (select * from read_csv('{path}', all_varchar = true, ignore_errors = true)) to '{path.with_suffix('.parquet')}'")


WAYS: dict[str, Callable[[Home], None]] = {
    "floor": _floor,
    "DuckDB alone": _duckdb_alone,
    "pandas": _pandas,
    "read_csv to Parquet": _read_csv,
}


def _peak(whose: int) -> float:
    return resource.getrusage(whose).ru_maxrss / 1024


def _median(runs: list[dict[str, Any]], *path: str) -> float:
    def at(run: dict[str, Any]) -> float:
        for name in path:
            run = run[name]
        return float(run)  # type: ignore[arg-type]

    return statistics.median(at(run) for run in runs)


def _print(workload: str, runs: list[dict[str, Any]]) -> None:
    size = WORKLOADS[workload]
    whole, floor, alone = (_median(runs, name, "seconds") for name in ("refresh", "floor", "DuckDB alone"))
    print(
        f"{workload}: {size.academies} academies, {len(size.periods)} year(s), medians of {len(runs)} runs, load {os.getloadavg()[0]:.1f}"
    )
    print(f"{runs[0]['cells']:,} cells, {runs[0]['hidden']:,} hidden; pack {runs[0]['pack'] / 1e6:.1f} MB\n")
    print("| stage | s |\n|---|--:|")
    for name in runs[0]["stages"]:
        print(f"| {name} | {_median(runs, 'stages', name):.1f} |")
    print(f"| of which protection | {_median(runs, 'protect'):.1f} |")
    print(f"| **refresh** ({_median(runs, 'refresh', 'memory'):,.0f} MB at most) | {whole:.1f} |")
    print(f"| refresh with nothing new | {_median(runs, 'nothing new', 'seconds'):.1f} |")
    for name in WAYS:
        print(f"| {name} ({_median(runs, name, 'memory'):,.0f} MB) | {_median(runs, name, 'seconds'):.1f} |")
    rest = whole - _median(runs, "protect")
    print(f"\nRefresh without protection / (floor + DuckDB alone): {rest / (floor + alone):.1f}")


if __name__ == "__main__":
    main()

"""A nation: eight million pupils of 22,000 schools in 150 local authorities, each authority a home of its own.

A home's trust is the authority and its academies are the schools, so that authority by characteristic and school by characteristic are its
tables; nothing else is counted, which is a matter of the home's own declarations. What is written for it belongs in ``authority``.

Besides the refreshes: the same counts of the same files by DuckDB and by pandas, without pseudonyms, encryption or protection, the files to
Parquet, and the floor of the engines, which every home pays once.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks import alternatives
from benchmarks.authority import COUNTED, Authority, authorities, chosen, make
from benchmarks.refreshing import STAGES, commit, refreshed
from pipelines.home import Home
from pipelines.home.whole import write_whole

TODAY = dt.date(2026, 10, 2)
ALONE, PANDAS, PARQUET = "DuckDB alone", "pandas", "files to Parquet"


def run(folder: Path, share: float, seed: int, one_home: bool = False, together: int = 1) -> None:
    """Refresh each authority's home, ``together`` of them at a time, and print what it took; with ``one_home`` all of them in one, whose
    trust is the nation. What an authority took is kept in ``folder``, and not done again while the code is that of the same commit."""
    picked = chosen(authorities(seed), share)
    (folder / "files").mkdir(exist_ok=True)
    groups = [picked] if one_home else [[one] for one in picked]
    done, stopped = [], ""
    with ThreadPoolExecutor(together) as pool:
        wanted = [pool.submit(_kept, folder, group, seed) for group in groups]
        for number, (group, future) in enumerate(zip(groups, wanted, strict=True), start=1):
            try:
                done.append(future.result())
            except SystemExit as error:
                stopped = f"stopped at {_named(group)}: {error}"
                pool.shutdown(cancel_futures=True)
                break
            last = done[-1]
            print(
                f"{number} of {len(groups)}: {_named(group)}, {last['pupils']:,} pupils, {last['seconds']:.1f} s, {last['memory']:,.0f} MB, "
                f"load {last['load']:.1f}",
                file=sys.stderr,
            )
    floor = alternatives.measured(alternatives.FLOOR, _aside(folder))
    ways = {name: _measured(name, folder / "files") for name in WAYS} if done else {}
    print("\n".join([*table(done, floor, ways, together), *([stopped] if stopped else [])]))


def _named(group: list[Authority]) -> str:
    return group[0].name if len(group) == 1 else f"{len(group)} authorities in one home"


def _kept(folder: Path, group: list[Authority], seed: int) -> dict[str, Any]:
    home = Home.at(folder / _named(group).replace(" ", "-"))
    path = folder / f"{home.root.name}-seed{seed}-{commit()}.json"
    if not path.exists():
        shutil.rmtree(home.root, ignore_errors=True)
        write_whole(path, json.dumps(_refreshed(home, group, seed, folder / "files")).encode())
        shutil.rmtree(home.root)
    return dict(json.loads(path.read_bytes()))


def _refreshed(home: Home, group: list[Authority], seed: int, files: Path) -> dict[str, Any]:
    began = time.perf_counter()
    made = make(home, group, seed)
    for path in made:
        shutil.copy(path, files / f"{path.stem.split('_')[2]}_{path.name}")  # the authority first
    size = sum(path.stat().st_size for path in made)
    making = time.perf_counter() - began
    done = refreshed(home, TODAY)
    said = json.loads((home.draft / "manifest.json").read_bytes())["disclosure"]
    disk = sum(path.stat().st_size for path in home.root.rglob("*") if path.is_file() and not path.is_symlink())
    return {
        "authority": _named(group),
        "pupils": sum(one.pupils for one in group),
        "schools": sum(one.schools for one in group),
        "bytes": size,
        "making": making,
        "seconds": done.seconds,
        "memory": done.memory,
        "spill": done.spill,
        "stages": done.stages,
        "disk": disk / 1024**2,
        "cells": said["cells"],
        "hidden": said["cells_hidden"],
        "load": os.getloadavg()[0],
    }


def _aside(folder: Path) -> Home:
    home = Home.at(folder / "floor")
    alternatives.plain(home).mkdir(exist_ok=True)
    return home


def table(done: list[dict[str, Any]], floor: dict[str, float], ways: dict[str, dict[str, float]], together: int) -> list[str]:
    """The measurements as lines of Markdown: an authority a row (the ends and the middle where there are many), and all together."""
    columns = ("authority", "pupils", "schools", "cells", "hidden", "seconds", "memory", "spill", "disk")
    if not done:
        return ["nothing ended"]
    by_size = sorted(done, key=lambda one: one["pupils"])
    shown = by_size if len(by_size) <= 6 else [by_size[0], by_size[len(by_size) // 2], by_size[-1]]
    total = {name: sum(one[name] for one in done) for name in ("pupils", "schools", "cells", "hidden", "seconds", "making", "bytes")}
    most = {name: max(one[name] for one in done) for name in ("memory", "spill", "disk")}
    rows = [*shown, {"authority": f"all {len(done)}", **total, **most}]
    stages = {name: sum(one["stages"].get(name, 0.0) for one in done) for name in STAGES}
    counted = sum(stages.values())
    ratios = {
        "refreshes / floor of each": total["seconds"] / (floor["seconds"] * len(done)),
        "landing: intake / files to Parquet": stages["intake"] / ways[PARQUET]["seconds"],
        "counts: in dbt / DuckDB alone": stages["counts"] / ways[ALONE]["seconds"],
        "whole: refreshes / pandas": total["seconds"] / ways[PANDAS]["seconds"],
    }
    return [
        f"{len(done)} authorities at {commit()}, {together} at a time, {total['bytes'] / 1e6:,.0f} MB of files made in {total['making']:.0f} s; "
        f"load {statistics.median(one['load'] for one in done):.1f}; memory, spill and disk in MB, the most of any home",
        "",
        f"| {' | '.join(columns)} |",
        f"|---|{'--:|' * (len(columns) - 1)}",
        *(f"| {' | '.join(_said(row[name]) for name in columns)} |" for row in rows),
        "",
        "| stage | s, all | s, middle authority | share |",
        "|---|--:|--:|--:|",
        *(
            f"| {name} | {seconds:,.1f} | {statistics.median(one['stages'].get(name, 0.0) for one in done):.1f} | {seconds / counted:.0%} |"
            for name, seconds in stages.items()
        ),
        f"| floor, of one home ({floor['memory']:,.0f} MB) | | {floor['seconds']:.1f} | |",
        *(f"| {name} ({way['memory']:,.0f} MB) | {way['seconds']:,.1f} | | |" for name, way in ways.items()),
        "",
        "| ratio | |",
        "|---|--:|",
        *(f"| {name} | {value:.1f} |" for name, value in ratios.items()),
    ]


def _said(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:,.0f}"


def _measured(name: str, files: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.national", name, str(files)]
    began = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return {"seconds": time.perf_counter() - began, **json.loads(done.stdout.splitlines()[-1])}


def _duckdb_alone(files: Path) -> None:
    import duckdb

    connection = duckdb.connect(config={"threads": 2, "memory_limit": "4GB", "temp_directory": str(files / "spill")})
    connection.execute(
        f"create table pupils as select *, left(parse_filename(filename), 5) as authority "
        f"from read_csv('{files}/*.csv', all_varchar = true, filename = true)"
    )
    for place in ("authority", "URN"):
        for heading in COUNTED:
            connection.execute(f'select {place}, "{heading}", count(*) from pupils group by all').fetchall()


def _pandas(files: Path) -> None:
    import pandas as pd

    parts = []
    for path in sorted(files.glob("*.csv")):
        pupils = pd.read_csv(path, dtype=str, keep_default_na=False, usecols=["URN", *COUNTED])
        for heading in COUNTED:
            counted = pupils.groupby(["URN", heading]).size().rename_axis(["school", "group"]).reset_index(name="pupils")
            parts.append(counted.assign(characteristic=heading, authority=path.name[:5]))
    pd.concat(parts).groupby(["authority", "characteristic", "group"])["pupils"].sum()


def _to_parquet(files: Path) -> None:
    import duckdb

    connection = duckdb.connect(config={"threads": 2})
    for path in sorted(files.glob("*.csv")):
        connection.execute(f"copy (from read_csv('{path}', all_varchar = true)) to '{path.with_suffix('.parquet')}' (format parquet)")


WAYS: dict[str, Callable[[Path], None]] = {ALONE: _duckdb_alone, PANDAS: _pandas, PARQUET: _to_parquet}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.national", description="One of the alternatives on files that lie ready.")
    parser.add_argument("name", choices=sorted(WAYS))
    parser.add_argument("files", type=Path)
    given = parser.parse_args()
    WAYS[given.name](given.files)
    print(json.dumps({"memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main()

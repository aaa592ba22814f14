"""A whole refresh beside what it could be compared with: seconds by stage, peak memory, cells, and the named alternatives in the same run.

``python -m benchmarks W1 [--runs 3] [--academies 3]``; ``python -m benchmarks W5 [--share 0.01]``

After the refresh come one with nothing new, and one after a single academy sent one corrected export; it counts which files were read for that,
and stops if it was more than the one. The alternatives run one after another, each in a process of its own (``alternatives`` says what they are).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import alternatives, national
from benchmarks.alternatives import ALONE, FLOOR, PANDAS, PARQUET
from benchmarks.backlog import Backlog
from benchmarks.refreshing import COUNTS, PROTECT, STAGES, Refreshed, Stopped, commit, files_read, refreshed
from benchmarks.workloads import Export, Workload, easy_exports
from benchmarks.years import Years
from pipelines.home import Home
from pipelines.home.whole import write_whole
from pipelines.intake.ledger import ACCEPTED

WORKLOADS = {"W1": Workload(5), "W2": Workload(25), "W3": Years(60), "W4": Backlog(100)}
NATIONAL = "W5"
APART = (PROTECT, "attack")
NIGHT, AGAIN, CHANGED = "refresh", "nothing new", "one changed export"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workload", choices=[*WORKLOADS, NATIONAL])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--academies", type=int, help="a smaller or larger one of the same kind")
    parser.add_argument("--share", type=float, default=1, help="W5: the share of the nation's local authorities")
    parser.add_argument("--together", type=int, default=1, help="W5: so many homes at a time")
    parser.add_argument("--one-home", action="store_true", help="W5: all authorities in one home, whose trust is the nation")
    parser.add_argument(
        "--folder", type=Path, help="where trust and runs are kept, of which a later call does what is left; else temporary"
    )
    given = parser.parse_args()
    if given.folder:
        given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=given.folder) as temporary:
        if given.workload == NATIONAL:
            national.run(given.folder or Path(temporary), given.share, given.seed, given.one_home, given.together)
            return
        workload: Workload = WORKLOADS[given.workload]
        if given.academies:
            workload = dataclasses.replace(workload, academies=given.academies)
        before, runs = measured(workload, given.folder or Path(temporary), given.runs, given.seed)
    print("\n".join(table(f"{given.workload}: {workload.says}", before, runs)))


def measured(workload: Workload, folder: Path, times: int, seed: int = 1) -> tuple[dict[str, Refreshed], list[dict[str, Any]]]:
    """The refreshes that came before, and each run's measurements, every run in a copy of the same home, which one made before may be.

    A run that was measured is kept in ``folder`` and not run again while the code is that of the same commit; one that stops leaves its home
    there. ``SystemExit`` where something else, or half of it, was made there.
    """
    made = Home.at(folder / "made")
    before = _prepared(workload, made, seed, folder / "before.json")
    kept = [folder / f"run{number}-{commit()}.json" for number in range(times)]
    for path in kept:
        if not path.exists():
            home = Home.at(path.with_suffix(""))
            for left in (home.root, alternatives.plain(home)):
                shutil.rmtree(left, ignore_errors=True)
            shutil.copytree(made.root, home.root, symlinks=True)
            run = _run(workload, home, easy_exports(home)[0])
            write_whole(path, json.dumps(run).encode())
            print(f"{path.stem}: {run[NIGHT]['seconds']:.1f} s, load {run['load']:.1f}", file=sys.stderr)
            shutil.rmtree(home.root)
            shutil.rmtree(alternatives.plain(home))
    return before, [json.loads(path.read_bytes()) for path in kept]


def _prepared(workload: Workload, made: Home, seed: int, kept: Path) -> dict[str, Refreshed]:
    what = f"{workload!r}, seed {seed}"
    if made.root.exists() and (not kept.exists() or json.loads(kept.read_bytes())["what"] != what):
        raise SystemExit(f"{made.root} was not made whole, or is another workload's; choose another folder, or remove it")
    if not made.root.exists():
        for old in (kept, *kept.parent.glob("run*.json")):
            old.unlink(missing_ok=True)
        before = workload.prepare(made, seed)
        kept.write_text(json.dumps({"what": what, "before": {name: dataclasses.asdict(done) for name, done in before.items()}}))
    return {name: Refreshed(**done) for name, done in json.loads(kept.read_bytes())["before"].items()}


def _run(workload: Workload, home: Home, export: Export) -> dict[str, Any]:
    alternatives.copy_dropped(home)
    waiting = list(alternatives.plain(home).iterdir())
    found: dict[str, Any] = {"files": len(waiting), "bytes": sum(path.stat().st_size for path in waiting)}
    found[NIGHT] = dataclasses.asdict(refreshed(home, workload.today))
    found |= _of_the_draft(home)
    found[AGAIN] = dataclasses.asdict(refreshed(home, workload.today))
    if found[AGAIN]["stages"]:
        raise SystemExit("a second refresh found something new where nothing was")
    alternatives.extract(home)
    found |= {name: alternatives.measured(name, home) for name in alternatives.WAYS}
    found[CHANGED] = _one_changed(workload, home, export)
    found["load"] = os.getloadavg()[0]
    return found


def _of_the_draft(home: Home) -> dict[str, Any]:
    said = json.loads((home.draft / "manifest.json").read_bytes())["disclosure"]
    pack = sum(one.stat().st_size for one in (home.draft / "reports").rglob("*") if one.is_file())
    return {"cells": said["cells"], "hidden": said["cells_hidden"], "pack": pack}


def _one_changed(workload: Workload, home: Home, export: Export) -> dict[str, Any]:
    """A refresh after one corrected export. ``SystemExit`` unless just that file was read and landed.

    A judge may refuse the draft; that is told, and there is no time of it.
    """
    files, landed = files_read(home), _landed(home)
    export.corrected(times=2)
    try:
        done, sealed = refreshed(home, workload.today), True
    except Stopped:
        done, sealed = Refreshed(math.nan, math.nan, math.nan, {}), False
    read, written = files_read(home) - files, _landed(home).items() - landed.items()
    if len(read) != 1 or {outcome for _, outcome in read} != {ACCEPTED} or len(written) != 1:
        raise SystemExit(f"after one corrected export {len(read)} files were read and {len(written)} landed: {sorted(read)}")
    return {**dataclasses.asdict(done), "read": len(read), "sealed": sealed}


def _landed(home: Home) -> dict[Path, int]:
    """Every landed file, with when it was written."""
    return {path: path.stat().st_mtime_ns for path in home.landing.glob("*/*/*/*.parquet")}


def _median(runs: list[dict[str, Any]], *path: str) -> float:
    def at(run: dict[str, Any]) -> float:
        for name in path:
            run = run[name]
        return float(run)  # type: ignore[arg-type]

    return statistics.median(at(run) for run in runs)


def table(title: str, before: dict[str, Refreshed], runs: list[dict[str, Any]]) -> list[str]:
    """The measurements as lines of Markdown."""
    first, nights = runs[0], sorted(run[NIGHT]["seconds"] for run in runs)
    took = {name: _median(runs, name, "seconds") for name in (NIGHT, AGAIN, CHANGED, FLOOR, ALONE, PANDAS, PARQUET)}
    held = {name: _median(runs, name, "memory") for name in took}
    stages = {name: _median(runs, NIGHT, "stages", name) for name in STAGES}
    apart = sum(stages[name] for name in APART)
    raw = took[FLOOR] + took[ALONE] + took[PARQUET]
    rows = [
        *((f"before: {name}", f"{done.seconds:.1f}", f"{done.memory:,.0f}") for name, done in before.items()),
        *((name, f"{seconds:.1f}", "") for name, seconds in stages.items()),
        *((f"**{name}**", f"{took[name]:.1f}", f"{held[name]:,.0f}") for name in (NIGHT, AGAIN, CHANGED)),
        *((name, f"{took[name]:.1f}", f"{held[name]:,.0f}") for name in alternatives.WAYS),
    ]
    ratios = {
        "refresh / floor": took[NIGHT] / took[FLOOR],
        f"refresh without {' and '.join(APART)} / (floor + files to Parquet + DuckDB alone)": (took[NIGHT] - apart) / raw,
        "landing: intake / files to Parquet": stages["intake"] / took[PARQUET],
        "counts: in dbt / DuckDB alone": stages[COUNTS] / took[ALONE],
        "whole: refresh / pandas": took[NIGHT] / took[PANDAS],
    }
    return [
        f"{title}; at {commit()}, medians of {len(runs)} runs (refreshes of {', '.join(f'{seconds:.1f}' for seconds in nights)} s), "
        f"load {_median(runs, 'load'):.1f}",
        f"{first['files']:,} files of {first['bytes'] / 1e6:,.1f} MB; {first['cells']:,} cells, {first['hidden']:,} hidden; "
        f"pack {first['pack'] / 1e6:.1f} MB; files read again for one changed export: {first[CHANGED]['read']}"
        + ("" if all(run[CHANGED]["sealed"] for run in runs) else "; the draft after it was NOT SEALED"),
        "",
        "| stage | s | peak memory, MB |",
        "|---|--:|--:|",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
        "| ratio | |",
        "|---|--:|",
        *(f"| {name} | {value:.1f} |" for name, value in ratios.items()),
    ]


if __name__ == "__main__":
    main()

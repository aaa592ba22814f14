"""Secondary suppression on linked-table problems: what is hidden, at what cost and in what time, beside what others reached. Nothing is tuned here.

``python -m benchmarks.suppression PROBLEMS [--peers results.csv] [--only i01 i03] [--level exact] [--out results.csv]``

Every problem is solved in a process of its own, then judged by the independent attacker, which shares no code with the solver. The budget
is the time that the reference took on the problem, or `--budget` where there is none: seconds of work, not of a clock (see
``pipelines/disclosure/work.py``); the seconds in the table are of the clock. A peer's row counts only if it is as safe.
"""

from __future__ import annotations

import argparse
import copy
import json
import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from expectations.attack.problems import attack_problem
from pipelines.disclosure import problems
from pipelines.disclosure.solve import solve

VARIANTS = {
    "": {},
    "zeros shown, lb=0": {"zeros_suppressible": False},
    "zeros shown, lb=1": {"zeros_suppressible": False, "lower_bound": 1},
}
COLUMNS = ["problem", "cells", "level", "hidden", "cost", "bound", "proven", "seconds", "violations", "unanswered", "attack_seconds"]
PEER = ["reference_cost", "reference_bound", "reference_proven", "reference_seconds", "best_peer", "best_peer_cost"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.suppression", description=__doc__)
    parser.add_argument("problems", type=Path, help="a folder of problems, format csp-linked-1")
    parser.add_argument("--peers", type=Path, help="what others reached: CSV with instance, method, secondary_cost, seconds and violations")
    parser.add_argument("--only", nargs="*", default=[], help="beginnings of names")
    parser.add_argument("--level", choices=("exact", "interval"), nargs="*", default=["interval", "exact"])
    parser.add_argument("--budget", type=float, default=120.0, help="seconds where no reference is known")
    parser.add_argument("--attack", type=float, default=120.0, help="seconds for the attack on each pattern")
    parser.add_argument("--out", type=Path, help="a CSV to add rows to")
    given = parser.parse_args()
    peers = pd.read_csv(given.peers) if given.peers else pd.DataFrame()
    for level in given.level:
        for path in sorted(given.problems.glob("*.json*")):
            if not given.only or path.name.startswith(tuple(given.only)):
                for row in rows(path, level, peers, given.budget, given.attack):
                    print("  ".join(f"{name}={value}" for name, value in row.items()), flush=True)
                    if given.out:
                        pd.DataFrame([row]).to_csv(given.out, mode="a", header=not given.out.exists(), index=False)


def rows(path: Path, level: str, peers: pd.DataFrame, budget: float, attack: float) -> Iterator[dict[str, Any]]:
    """One row for the problem as it is, and one for each variant of its policy on which a reference is known."""
    document = problems.read_json(path)
    for variant, changes in VARIANTS.items():
        beside = compared(document["name"], level, variant, peers)
        if variant and not beside:
            continue
        changed = copy.deepcopy(document)
        changed["policy"] |= changes
        with tempfile.TemporaryDirectory() as folder:
            problem = Path(folder) / "problem.json"
            problem.write_text(json.dumps(changed))
            allowed = max(float(beside["reference_seconds"]), 5.0) if beside.get("reference_seconds") else budget
            with multiprocessing.get_context("spawn").Pool(1) as alone:
                row = alone.apply(solved, (problem, level, allowed, attack))
        yield {"problem": document["name"], "cells": len(document["cells"]), "level": f"{level} {variant}".strip()} | row | beside


def solved(path: Path, level: str, budget: float, attack: float) -> dict[str, Any]:
    """Solve one problem and attack the pattern."""
    problem = problems.load(path)
    pattern = path.with_name("pattern.json")
    begun = time.perf_counter()
    answer = solve(problem, level, budget)
    seconds = time.perf_counter() - begun
    problems.write_pattern(pattern, problem, answer.hidden)
    begun = time.perf_counter()
    report = attack_problem(path, pattern, level, attack)
    broken = len(report.recovered) + (report.too_narrow if level == "interval" else 0)
    return {
        "hidden": int((answer.hidden & ~problem.start).sum()),
        "cost": round(problem.cost_of(answer.hidden)),
        "bound": round(answer.bound),
        "proven": answer.proven,
        "seconds": round(seconds, 1),
        "violations": broken + len(report.problems),
        "unanswered": report.unanswered + report.unbounded_in_time,
        "attack_seconds": round(time.perf_counter() - begun, 1),
    }


def compared(name: str, level: str, variant: str, peers: pd.DataFrame) -> dict[str, Any]:
    """What others reached on this problem at this level: the reference, and the cheapest peer that is as safe."""
    if peers.empty:
        return {}
    mine = peers[peers["instance"] == name]
    known = mine["method"].str.startswith("reference")
    wanted = f"reference {level}" + (f", {variant}" if variant else "")
    reference = mine[mine["method"].str.startswith(wanted) & (bool(variant) | ~mine["method"].str.contains("zeros"))]
    safe = "interval_violations" if level == "interval" else "exactly_recovered_with_bounds"
    peer = mine[~known & (mine[safe] == 0)].sort_values("secondary_cost").head(1) if not variant else mine.head(0)
    found: dict[str, Any] = dict.fromkeys(PEER)
    if len(reference):
        best = reference.sort_values("secondary_cost").iloc[0]
        found |= {
            "reference_cost": best["secondary_cost"],
            "reference_bound": reference["lower_bound"].max(),
            "reference_proven": best["proven_optimal"],
            "reference_seconds": best["seconds"],
        }
    if len(peer):
        found |= {"best_peer": peer["method"].iloc[0], "best_peer_cost": peer["secondary_cost"].iloc[0]}
    return found if len(reference) or not variant else {}


if __name__ == "__main__":
    main()

"""Controlled rounding of linked problems against rounding each count by itself: `python -m benchmarks.rounding FOLDER_OR_FILES`. Prints a table."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

from pipelines.disclosure import problems
from pipelines.disclosure.problems import Problem
from pipelines.disclosure.rounded_audit import audit_problem
from pipelines.disclosure.rounding import controlled, nearest

HEAD = "| problem | counts | stage | proven | seconds | distance | nearest | dearer | not nearest | off by nearest | small | certain | narrow | audit s |"


def row(problem: Problem, base: int, budget: float) -> str:
    """One line: `distance` of the controlled rounding, `nearest` of independent rounding, which leaves `off by nearest` equations untrue."""
    system, started = problem.linked, time.perf_counter()
    found = controlled(system, base, budget, names=[problem.name])
    seconds = time.perf_counter() - started
    own = nearest(system.value, base)
    printed = system.published
    least = float(np.abs(own - system.value)[printed].sum())
    further = np.abs(found.value - system.value) > np.abs(own - system.value) + 1e-9
    broken = float((np.abs(system.equations @ own - system.equations @ system.value) > 1e-9).mean())
    started = time.perf_counter()
    report = audit_problem(problem, found, base, budget)
    audited = time.perf_counter() - started
    return (
        f"| {problem.name} | {int(printed.sum())} | {found.stage} | {'yes' if found.proven else 'no'} | {seconds:.1f} | {found.distance:.0f} "
        f"| {least:.0f} | {found.distance / max(least, 1) - 1:.1%} | {further[printed].mean():.1%} | {broken:.1%} "
        f"| {report.checked} | {int(report.determined.sum())} | {int(report.narrow.sum())} | {audited:.1f} |"
    )


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0, or 2 for a problem that cannot be read or rounded."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rounding", description=__doc__)
    parser.add_argument("problems", type=Path, nargs="+")
    parser.add_argument("--base", type=int, default=5)
    parser.add_argument("--budget", type=float, default=60.0, metavar="SECONDS")
    chosen = parser.parse_args(arguments)
    files = [file for path in chosen.problems for file in (sorted(path.glob("*.json*")) if path.is_dir() else [path])]
    print(HEAD)
    print("|" + "---|" * (HEAD.count("|") - 1))
    for file in files:
        try:
            print(row(problems.load(file), chosen.base, chosen.budget), flush=True)
        except ValueError as error:
            print(f"{file.name}: {error}", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

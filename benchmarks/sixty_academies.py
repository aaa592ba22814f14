"""A release of sixty academies, all one-way tables and two crosses: seconds to protect and to attack, and what is shown.

``python -m benchmarks.sixty_academies [--academies 60 --roll 900 --level interval --budget 60]``

The trust is made up and seeded (the one the tests of disclosure use). The attack is handed the cells in memory; the files of a release hold
the same. Exits 1 if the attack does not pass.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import pandas as pd

from expectations.attack.attacker import attack_release
from expectations.attack.reading import CELL, Disclosure, Release, canonical
from pipelines.disclosure import Policy, protect

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "unit" / "disclosure"))


def main() -> None:
    from made_trust import made_trust

    parser = argparse.ArgumentParser(prog="python -m benchmarks.sixty_academies", description=__doc__)
    parser.add_argument("--academies", type=int, default=60)
    parser.add_argument("--roll", type=int, default=900, help="pupils of an academy, on average")
    parser.add_argument("--level", choices=("exact", "interval"), default="interval")
    parser.add_argument("--budget", type=float, default=60.0, help="seconds of work for the search")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    crosses = (("sex", "ethnicity_major"), ("sex", "fsm"))
    made = made_trust(given.seed, given.academies, given.roll, rates=("suspended", "absent", "expected"), crosses=crosses)
    frames = (made.cells, made.links, made.groups, made.areas, made.measures, made.populations)
    policy = Policy(k=10, level=given.level, budget=given.budget)
    begun = time.perf_counter()
    protected = protect(*frames, policy)
    seconds = time.perf_counter() - begun
    report = protected.report
    hidden = report["hidden"]
    price = report["loss"]["price"]
    print(f"{given.academies} academies, {len(made.persons):,} pupils, {report['cells']:,} cells, {report['statistics']:,} statistics")
    print(f"protect: {seconds:.1f} s; hidden {hidden['primary']:,} by rule and {hidden['secondary']:,} for others' sake, "
          f"{(protected.cells['status'].isin(['shown', 'u'])).mean():.1%} shown; cost {price['cost']:,.0f}, bound {price['bound']:,.0f}; "
          f"{report['narrow_intervals']} narrow whatever is hidden, {report['unprotected']} unprotected")  # fmt: skip
    release = _release(protected.cells, made.groups, made.areas, made.measures, made.populations, report)
    begun = time.perf_counter()
    found = attack_release(release, truth=made.cells, seconds=600.0, width_seconds=600.0)
    print(f"attack: {time.perf_counter() - begun:.1f} s")
    print(found.as_text())
    sys.exit(0 if found.passed else 1)


def _release(
    cells: pd.DataFrame,
    groups: pd.DataFrame,
    areas: pd.DataFrame,
    measures: pd.DataFrame,
    populations: pd.DataFrame,
    report: dict[str, object],
) -> Release:
    block = {"k": report["k"], "level": report["level"], "zero_hidden": report["zero_hidden"]}
    nested = populations.assign(nested=populations["base"] != "")
    return Release(canonical(cells.reindex(columns=CELL)), groups, areas, measures.assign(decimals=0), nested, Disclosure.of(block))


if __name__ == "__main__":
    main()

"""``python -m expectations.attack FOLDER``: attacks a release folder, prints what was found, and exits 1 unless it stands."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path

from expectations.attack.attacker import attack
from expectations.attack.problems import attack_problem


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 if the release (or pattern) stands at its level, 1 if not, 2 for a wrong call."""
    parser = argparse.ArgumentParser(prog="python -m expectations.attack", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="a release or draft: marts/, reports/, manifest.json")
    parser.add_argument("--earlier", type=Path, nargs="*", default=[], help="earlier releases, oldest first")
    parser.add_argument("--k", type=int, help="threshold, where there is no manifest yet")
    parser.add_argument("--level", choices=("exact", "interval"), help="protection level, where there is no manifest yet")
    parser.add_argument("--problem", type=Path, help="a problem in the format csp-linked-1")
    parser.add_argument("--pattern", type=Path, help='a pattern for it: {"suppressed": [ids]}')
    parser.add_argument("--seconds", type=float, default=300.0, help="time for exact recovery")
    parser.add_argument("--width-seconds", type=float, help="further time for widths (20, or 600 where the level asks for widths)")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    given = parser.parse_args(arguments)
    if bool(given.problem) != bool(given.pattern) or bool(given.problem) == bool(given.folder):
        parser.error("give a folder, or a problem and a pattern")
    begun = time.monotonic()
    if given.problem:
        report = attack_problem(given.problem, given.pattern, given.level or "interval", given.seconds)
    else:
        block = {"k": given.k, "level": given.level or "exact"} if given.k else None
        report = attack(given.folder, given.earlier, block, given.seconds, given.width_seconds)
    report = replace(report, seconds=time.monotonic() - begun)
    print(json.dumps(report.as_json(), indent=2, sort_keys=True) if given.json else report.as_text())
    return 0 if report.passed else 1


if __name__ == "__main__":
    sys.exit(main())

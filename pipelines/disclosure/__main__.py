"""`python -m pipelines.disclosure solve|audit|round`: linked-table problems from the command line. No algorithm lives here."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from pipelines.disclosure import problems, rounding
from pipelines.disclosure.linked import Mask
from pipelines.disclosure.policy import LEVELS
from pipelines.disclosure.rounded_audit import audit_problem
from pipelines.disclosure.solve import solve, violations


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 for success, 1 for a pattern with violations or a rounding that leaves a small count certain, 2 for input that
    cannot be used (with a sentence)."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.disclosure", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in ("solve", "audit"):
        command = verbs.add_parser(verb)
        command.add_argument("problem", type=Path)
        if verb == "audit":
            command.add_argument("pattern", type=Path)
        command.add_argument("--level", choices=LEVELS, default="interval" if verb == "audit" else None, required=verb == "solve")
        if verb == "solve":
            command.add_argument("--budget", type=float, default=60.0, metavar="SECONDS")
            command.add_argument("-o", "--output", type=Path, required=True, metavar="PATTERN")
    command = verbs.add_parser("round")
    command.add_argument("problem", type=Path)
    command.add_argument("--base", type=int, required=True)
    command.add_argument("--budget", type=float, default=60.0, metavar="SECONDS")
    command.add_argument(
        "--allow-gaps", action="store_true", help="where nothing adds up, let totals differ from their parts; each is listed"
    )
    command.add_argument("-o", "--output", type=Path, required=True, metavar="ROUNDED")
    chosen = parser.parse_args(arguments)
    try:
        problem = problems.load(chosen.problem)
        if chosen.verb == "round":
            return _round(problem, chosen)
        if chosen.verb == "audit":
            hidden = problems.read_pattern(chosen.pattern, problem)
            return _verdict(problem, hidden, chosen.level)
        started = time.perf_counter()
        answer = solve(problem, chosen.level, chosen.budget)
    except problems.BadProblem as error:
        print(error, file=sys.stderr)
        return 2
    problems.write_pattern(chosen.output, problem, answer.hidden)
    print(
        f"{problem.name}: {int((answer.hidden & ~problem.start).sum())} secondary cells, cost {problem.cost_of(answer.hidden):.0f}, "
        f"bound {answer.bound:.0f}, {'proven optimal' if answer.proven else 'not proven'}, {time.perf_counter() - started:.1f} s"
    )
    return _verdict(problem, answer.hidden, chosen.level)


def _round(problem: problems.Problem, chosen: argparse.Namespace) -> int:
    started = time.perf_counter()
    try:
        found = rounding.controlled(problem.linked, chosen.base, chosen.budget, allow_gaps=chosen.allow_gaps, names=[problem.name])
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    safe = audit_problem(problem, found, chosen.base, chosen.budget)
    written = rounding.document(problem.linked, problem.ids, found, chosen.base) | {
        "certain": sorted(int(key) for key in problem.ids[safe.determined])
    }
    chosen.output.write_text(json.dumps(written) + "\n")
    print(
        f"{problem.name}: {len(problem.ids)} cells to {chosen.base}, total distance {found.distance:.0f}, {found.stage}, "
        f"{'proven least' if found.proven else 'not proven'}, {time.perf_counter() - started:.1f} s"
    )
    print(f"{problem.name}: {safe.checked} counts under {problem.need_hi:.0f}, {int(safe.determined.sum())} of them certain all the same")
    return 1 if safe.determined.any() else 0


def _verdict(problem: problems.Problem, hidden: Mask, level: str) -> int:
    found = violations(problem, hidden, level)
    print(f"{problem.name}: level {level}, {int(problem.primary.sum())} primaries, {found.broken} violations, {found.excused} excused")
    return 1 if found.broken else 0


if __name__ == "__main__":
    sys.exit(main())

"""Linked-table problems from the command line. Files and sentences only: no algorithm lives here.

Read a problem, choose what to hide, write the pattern; judge a pattern that somebody else made; or round the tables instead.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

from pipelines.disclosure import problems, rounding
from pipelines.disclosure.feasibility import immovable, short, unprotectable
from pipelines.disclosure.heartbeat import Heartbeat, duration
from pipelines.disclosure.linked import Mask
from pipelines.disclosure.policy import LEVELS
from pipelines.disclosure.rounded_audit import audit_problem
from pipelines.disclosure.solve import Answer, solve, violations

SAFE, UNSAFE, UNUSABLE, STOPPED = 0, 1, 2, 130
EXIT_CODES = """\
exit codes:
  0    safe: every primary keeps what the level asks for (round: no small count is certain)
  1    violations: some primary could have been protected better (solve then writes nothing); round: a small count stays certain
  2    unusable input, or a primary that no pattern could protect: a sentence on stderr says which cells; nothing is written
"""
EXAMPLES = {
    "solve": """\
examples:
  python -m pipelines.disclosure solve problem.json.gz -o pattern.json
  python -m pipelines.disclosure solve problem.json --level exact --budget 300 --quiet -o pattern.json
  python -m pipelines.disclosure solve problem.json --accept-infeasible -o pattern.json > for_a_person.txt
""",
    "audit": """\
examples:
  python -m pipelines.disclosure audit problem.json.gz pattern.json
  python -m pipelines.disclosure audit problem.json.gz pattern.json --level exact && echo safe
""",
    "round": """\
examples:
  python -m pipelines.disclosure round problem.json.gz --base 5 -o rounded.json
""",
}
VERBS = {
    "solve": "choose what to hide, at least cost, and write it",
    "audit": "judge a pattern",
    "round": "round every count, totals agreeing",
}
LEVEL_HELP = "exact: no primary can be worked out; interval (default): nor bounded more tightly than the problem's policy allows"


def main(arguments: list[str] | None = None) -> int:
    """The exit code, as `EXIT_CODES` tells it."""
    chosen = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a label may hold what this terminal cannot show
            stream.reconfigure(errors="backslashreplace")
    try:
        return {"solve": _solve, "audit": _audit, "round": _round}[chosen.verb](chosen)
    except problems.BadProblem as error:
        print(error, file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        print("Stopped; nothing was written.", file=sys.stderr)
        return STOPPED


def _parser() -> argparse.ArgumentParser:
    layout = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="python -m pipelines.disclosure",
        description=__doc__,
        formatter_class=layout,
        epilog="\n".join([*EXAMPLES.values(), EXIT_CODES]),
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, what in VERBS.items():
        told = f"{what[0].upper()}{what[1:]}. Files are JSON, gzipped or not; docs/disclosure.md describes them."
        command = verbs.add_parser(verb, help=what, description=told, formatter_class=layout, epilog=EXAMPLES[verb] + "\n" + EXIT_CODES)
        command.add_argument("problem", type=Path, metavar="PROBLEM", help="the problem, format csp-linked-1")
        if verb == "audit":
            command.add_argument("pattern", type=Path, metavar="PATTERN", help="{'suppressed': [ids]}: what is hidden")
        if verb == "round":
            command.add_argument("--base", type=int, required=True, help="what every count is rounded to a multiple of")
            command.add_argument(
                "--allow-gaps", action="store_true", help="where nothing adds up, let totals differ from their parts; each is listed"
            )
        else:
            command.add_argument("--level", choices=LEVELS, default="interval", help=LEVEL_HELP)
        if verb != "audit":
            command.add_argument(
                "--budget", type=_seconds, default=60.0, metavar="SECONDS", help="work to spend, in seconds of a common core (default 60)"
            )
            command.add_argument("-o", "--output", type=Path, required=True, metavar="OUTPUT", help="where the answer is written")
        if verb == "solve":
            command.add_argument(
                "--accept-infeasible",
                action="store_true",
                help="write the pattern even if some primary cannot be protected, and list those",
            )
        command.add_argument("--quiet", action="store_true", help="no lines about progress on stderr")
    return parser


def _seconds(text: str) -> float:
    seconds = float(text)
    if not (math.isfinite(seconds) and seconds >= 0):
        raise argparse.ArgumentTypeError("a budget is a number of seconds that is not negative")
    return seconds


def _solve(chosen: argparse.Namespace) -> int:
    problem, level = problems.load(chosen.problem), chosen.level
    if chosen.output.is_dir():
        raise problems.BadProblem(f"{chosen.output.name} is a folder: name the file that the pattern is to be written to.")
    with Heartbeat(f"{problem.name}: looking for what to hide, {duration(chosen.budget)} allowed", chosen.quiet) as beat:
        if not chosen.accept_infeasible:
            _refuse(problem, immovable(problem, level), level)
        answer = solve(problem, level, chosen.budget, beat.say)
        beat.say(f"{problem.name}: judging the pattern")
        found = violations(problem, answer.hidden, level)
        hopeless = unprotectable(problem, level) if found.broken or found.excused else None
    if hopeless is not None and not chosen.accept_infeasible:
        _refuse(problem, hopeless, level)
    if not found.broken:
        problems.write_pattern(chosen.output, problem, answer.hidden)
        print(_summary(problem, answer, beat.seconds))
    if hopeless is not None and hopeless.any():
        print(f"{int(hopeless.sum())} primaries stay narrow whatever is hidden; merge their categories, or withdraw the table:")
        print(*problem.named(hopeless), sep="\n")
    return _verdict(problem, answer.hidden, level, found.broken, found.excused)


def _round(chosen: argparse.Namespace) -> int:
    problem = problems.load(chosen.problem)
    with Heartbeat(f"{problem.name}: rounding to {chosen.base}, {duration(chosen.budget)} allowed", chosen.quiet) as beat:
        try:
            found = rounding.controlled(problem.linked, chosen.base, chosen.budget, allow_gaps=chosen.allow_gaps, names=[problem.name])
        except ValueError as error:
            raise problems.BadProblem(str(error)) from error
        beat.say(f"{problem.name}: looking for small counts that stay certain")
        safe = audit_problem(problem, found, chosen.base, chosen.budget)
    certain = sorted(int(key) for key in problem.ids[safe.determined])
    problems.write_json(chosen.output, rounding.document(problem.linked, problem.ids, found, chosen.base) | {"certain": certain})
    print(
        f"{problem.name}: {len(problem.ids):,} cells to {chosen.base}, total distance {found.distance:,.0f}, {found.stage}, "
        f"{'proven least' if found.proven else 'not proven'}, {duration(beat.seconds)}"
    )
    print(f"{problem.name}: {safe.checked:,} counts under {problem.need_hi:.0f}, {len(certain):,} of them certain all the same")
    return UNSAFE if certain else SAFE


def _refuse(problem: problems.Problem, hopeless: Mask, level: str) -> None:
    if hopeless.any():
        raise problems.BadProblem(
            f"{int(hopeless.sum())} primaries cannot be protected at level {level}, whatever is hidden: {problem.told(hopeless)}. "
            "Merge categories or withdraw the table, or take the best there is with --accept-infeasible."
        )


def _audit(chosen: argparse.Namespace) -> int:
    problem = problems.load(chosen.problem)
    hidden = problems.read_pattern(chosen.pattern, problem)
    with Heartbeat(f"{problem.name}: judging the pattern", chosen.quiet):
        found = violations(problem, hidden, chosen.level)
    return _verdict(problem, hidden, chosen.level, found.broken, found.excused)


def _summary(problem: problems.Problem, answer: Answer, seconds: float) -> str:
    cost, more = problem.cost_of(answer.hidden), int((answer.hidden & ~problem.start).sum())
    above = f"at most {cost / answer.bound - 1:.2%} above the cheapest" if answer.bound > 0 else "not proven"
    far = "proven cheapest" if answer.proven else above
    return (
        f"{problem.name}: {len(problem.ids):,} cells, {more:,} hidden beyond the {int(problem.start.sum()):,} published primaries, "
        f"cost {cost:,.0f}, bound {answer.bound:,.0f} ({far}), {duration(seconds)}"
    )


def _verdict(problem: problems.Problem, hidden: Mask, level: str, broken: int, excused: int) -> int:
    print(f"{problem.name}: level {level}, {int(problem.primary.sum()):,} primaries, {broken:,} violations, {excused:,} excused")
    if not broken:
        return SAFE
    print(f"Not protected as they could be: {problem.told(short(problem, hidden, level))}.", file=sys.stderr)
    return UNSAFE


if __name__ == "__main__":
    sys.exit(main())

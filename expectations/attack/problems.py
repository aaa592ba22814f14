"""Attacks a suppression problem (``csp-linked-1``) under a given pattern, by its own policy. Releases are read elsewhere."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from expectations.attack.bounds import Need
from expectations.attack.linear import UNBOUNDED, Contradiction, Floats, System
from expectations.attack.report import AttackReport, Narrow, Recovered
from expectations.attack.solving import solve


def attack_problem(problem: Path, pattern: Path, level: str = "interval", seconds: float = 600.0) -> AttackReport:
    """Judge a pattern (``{"suppressed": [ids]}``): every published primary hidden, no primary recovered, every range wide enough.

    Only primaries are judged, as the format asks. Raises ``ValueError`` when a file is not what it should be.
    """
    stated, hidden = _read(problem), set(_read(pattern)["suppressed"])
    if stated.get("format") != "csp-linked-1":
        raise ValueError("the problem is not in the format csp-linked-1")
    columns = stated["columns"]
    cells = [dict(zip(columns, cell, strict=True)) for cell in stated["cells"]]
    number = {cell["id"]: position for position, cell in enumerate(cells)}
    wrong = [cell["id"] for cell in cells if cell["id"] in hidden and not (cell["published"] and cell["suppressible"])]
    bare = [cell["id"] for cell in cells if cell["primary"] and cell["published"] and cell["id"] not in hidden]
    if hidden - set(number) or wrong:
        raise ValueError("the pattern hides cells that are not published or must stay shown")
    values = np.array([float(cell["value"]) for cell in cells])
    primary = np.array([bool(cell["primary"]) for cell in cells])
    open_ = np.array([not cell["published"] or cell["id"] in hidden for cell in cells])
    policy = stated["policy"]
    least = np.array([float(policy["lower_bound"]) if cell["published"] else 0.0 for cell in cells])
    matrix, rhs = _equations(stated, number)
    system = System(matrix, rhs, np.where(open_, least, values), np.where(open_, UNBOUNDED, values))
    high, width = float(policy["need_hi"]), float(policy["need_width"])
    try:
        found = solve(system, primary & open_, Need(np.full(len(cells), high), np.full(len(cells), width)), seconds, seconds)
    except Contradiction as error:
        return AttackReport(stated["k"], level, len(cells), int(open_.sum()), problems=(str(error),))
    fixed = found.fixed & primary & open_
    room = found.highest - found.lowest
    narrow = primary & open_ & ~fixed & found.settled & ((found.highest < high - 1e-6) | (room < width - 1e-6))
    problems = [f"{len(bare)} published primaries are not hidden"] if bare else []
    problems += ["the published numbers contradict each other"] if found.contradictions else []
    return AttackReport(
        k=stated["k"],
        level=level,
        told=True,
        statistics=len(cells),
        attacked=int(open_.sum()),
        recovered=tuple(Recovered({"cell": str(cells[i]["id"])}, "primary", str(found.way[i])) for i in np.flatnonzero(fixed)),
        regained=int((found.fixed & open_ & ~primary).sum()),
        narrow=tuple(
            Narrow({"cell": str(cells[i]["id"])}, "primary", bool(found.highest[i] < high - 1e-6)) for i in np.flatnonzero(narrow)
        ),
        unanswered=int((found.unsure & ~found.settled).sum()),
        unbounded_in_time=int((found.unbounded & ~found.unsure & ~fixed).sum()),
        problems=tuple(problems),
    )


def _equations(stated: dict[str, Any], number: dict[Any, int]) -> tuple[sparse.csr_matrix, Floats]:
    """total - parts = 0 for each relation, then the general equations."""
    rows: list[int] = []
    columns: list[int] = []
    factors: list[float] = []
    rhs: list[float] = []
    for total, parts in stated["relations"]:
        rows += [len(rhs)] * (1 + len(parts))
        columns += [number[total], *(number[part] for part in parts)]
        factors += [1.0, *([-1.0] * len(parts))]
        rhs.append(0.0)
    for equation in stated.get("equations", ()):
        ids, coefs, right = (equation["ids"], equation["coefs"], equation["rhs"]) if isinstance(equation, dict) else equation
        rows += [len(rhs)] * len(ids)
        columns += [number[cell] for cell in ids]
        factors += [float(coef) for coef in coefs]
        rhs.append(float(right))
    return sparse.csr_matrix((factors, (rows, columns)), shape=(len(rhs), len(number))), np.array(rhs)


def _read(path: Path) -> Any:
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            return json.load(lines)
    return json.loads(path.read_text(encoding="utf-8"))

"""Suppression problems and patterns as files (format `csp-linked-1`): read, checked, written. Solving belongs to other modules."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from pipelines.disclosure.linked import Floats, Ids, Linked, Mask

FORMAT = "csp-linked-1"
POLICY_KEYS = {"primary", "need_hi", "need_width", "lower_bound", "zeros_suppressible"}


class BadProblem(ValueError):
    """A problem or pattern that cannot be trusted; the message is a sentence for a person."""


@dataclass(frozen=True)
class Problem:
    """One linked-table suppression problem.

    ids: cell ids in the order of `linked`. primary: cells to protect, published or latent. need_hi, need_width: what an intruder's
    upper bound on each must reach, and how wide the interval must be.
    """

    name: str
    ids: Ids
    linked: Linked
    primary: Mask
    need_hi: float
    need_width: float

    @property
    def start(self) -> Mask:
        """The published primaries: in every pattern."""
        return self.primary & self.linked.published

    def cost_of(self, hidden: Mask) -> float:
        """Cost of what is hidden beyond the primaries."""
        return float(self.linked.cost[hidden & ~self.start].sum())


def read_json(path: Path) -> Any:
    """The JSON in a file, gzipped or not. Raises BadProblem."""
    try:
        raw = path.read_bytes()
        return json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
    except (OSError, ValueError, EOFError) as error:
        raise BadProblem(f"{path.name} is not a readable JSON file ({type(error).__name__}).") from error


def load(path: Path) -> Problem:
    """Read one problem. Raises BadProblem if it is not additive, holds a negative count or asks for an unknown policy."""
    return parse(read_json(path))


def parse(document: Any) -> Problem:
    """A Problem from the decoded JSON. Raises BadProblem."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise BadProblem(f"This is not a problem in the format {FORMAT}.")
    policy = document.get("policy")
    if not isinstance(policy, dict) or set(policy) != POLICY_KEYS or policy["lower_bound"] not in (0, 1):
        raise BadProblem(
            "The problem's policy is unknown: it must give " + ", ".join(sorted(POLICY_KEYS)) + ", and a lower bound of 0 or 1."
        )
    try:
        cell = {name: [row[at] for row in document["cells"]] for at, name in enumerate(document["columns"])}
        ids = np.array(cell["id"], dtype=np.int64)
        value = np.array(cell["value"], dtype=float)
        primary, published, suppressible = (np.array(cell[name], dtype=bool) for name in ("primary", "published", "suppressible"))
        cost = np.array(cell["cost"], dtype=float)
        if len(np.unique(ids)) < len(ids):
            raise BadProblem("Two cells of the problem share an id.")
        entries = _entries(document, {int(key): place for place, key in enumerate(ids)})
    except BadProblem:
        raise
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise BadProblem(f"The problem is incomplete or names a cell that it does not list ({type(error).__name__}).") from error
    if (value < 0).any() or not np.isfinite(value).all():
        raise BadProblem("The problem holds a count that is negative or no number.")
    row, column, coefficient, constant = entries
    matrix = sp.csr_matrix((coefficient, (row, column)), shape=(len(constant), len(ids)))
    off = np.abs(matrix @ value - constant) > 1e-6
    if off.any():
        raise BadProblem(f"The problem is not additive: {int(off.sum())} of its {len(constant)} equations do not hold.")
    zeros = bool(policy["zeros_suppressible"])
    least = float(policy["lower_bound"])
    linked = Linked(
        value=value,
        equations=matrix,
        published=published,
        candidate=published & suppressible & (zeros | (value > 0)),
        cost=cost,
        family=np.zeros(len(ids), dtype=np.int64),
        counts=np.ones(len(ids), dtype=bool),
        floor=np.where(published, np.minimum(least, value), 0.0),
        ceiling=np.full(len(ids), np.inf),
        implies=np.empty((0, 2), dtype=np.int64),
        lines=np.ones(len(constant), dtype=bool),
        zeros_shown=False,
    )
    return Problem(str(document.get("name", "")), ids, linked, primary, float(policy["need_hi"]), float(policy["need_width"]))


def _entries(document: dict[str, Any], place: dict[int, int]) -> tuple[list[int], list[int], list[float], Floats]:
    row: list[int] = []
    column: list[int] = []
    coefficient: list[float] = []
    constant: list[float] = []
    for total, parts in document["relations"]:
        row += [len(constant)] * (1 + len(parts))
        column += [place[total], *(place[part] for part in parts)]
        coefficient += [1.0] + [-1.0] * len(parts)
        constant.append(0.0)
    for equation in document.get("equations", []):
        row += [len(constant)] * len(equation["ids"])
        column += [place[key] for key in equation["ids"]]
        coefficient += [float(number) for number in equation["coefs"]]
        constant.append(float(equation["rhs"]))
    return row, column, coefficient, np.array(constant)


def read_pattern(path: Path, problem: Problem) -> Mask:
    """The hidden cells of a pattern file. Raises BadProblem if it hides what it may not, or shows a primary."""
    document = read_json(path)
    place = {int(key): at for at, key in enumerate(problem.ids)}
    try:
        chosen = [place[int(key)] for key in document["suppressed"]]
    except (KeyError, TypeError, ValueError) as error:
        raise BadProblem("The pattern is not {'suppressed': [ids of the problem's cells]}.") from error
    hidden = np.zeros(len(problem.ids), dtype=bool)
    hidden[chosen] = True
    if (hidden & ~problem.linked.published).any():
        raise BadProblem("The pattern lists a cell that is not published.")
    if (problem.start & ~hidden).any():
        raise BadProblem("The pattern shows a primary cell.")
    if (hidden & ~problem.start & ~problem.linked.candidate).any():
        raise BadProblem("The pattern hides a cell that must stay shown.")
    return hidden


def write_pattern(path: Path, problem: Problem, hidden: Mask) -> None:
    """Write a pattern; the ids are sorted, so equal patterns are equal files."""
    path.write_text(json.dumps({"suppressed": sorted(int(key) for key in problem.ids[hidden])}) + "\n")

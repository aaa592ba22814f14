"""Suppression problems and patterns: read from their files, checked as a whole, written. Solving belongs to other modules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.disclosure import documents, naming
from pipelines.disclosure.documents import BadProblem, Document, read_json
from pipelines.disclosure.linked import Ids, Linked, Mask
from pipelines.home.whole import write_whole

__all__ = ["BadProblem", "Problem", "load", "parse", "read_json", "read_pattern", "write_pattern"]

ADDS_UP = 1e-9
"""Tolerance of an equation, relative to the numbers in it."""


@dataclass(frozen=True)
class Problem:
    """One linked-table suppression problem.

    ids: cell ids in the order of `linked`. primary: cells to protect, published or latent. need_hi, need_width: what an intruder's
    upper bound on each must reach, and how wide the interval must be. names: the cells in words.
    """

    name: str
    ids: Ids
    linked: Linked
    primary: Mask
    need_hi: float
    need_width: float
    names: Sequence[str] = field(default=(), repr=False)

    @property
    def start(self) -> Mask:
        """The published primaries: in every pattern."""
        return self.primary & self.linked.published

    def cost_of(self, hidden: Mask) -> float:
        """Cost of what is hidden beyond the primaries."""
        return float(self.linked.cost[hidden & ~self.start].sum())

    def named(self, cells: Mask) -> list[str]:
        """These cells in words."""
        return [self.names[int(at)] if self.names else f"cell {self.ids[at]}" for at in np.flatnonzero(cells)]

    def told(self, cells: Mask) -> str:
        """The first few of these cells in words, and how many more there are."""
        return naming.listed(self.named(cells))


def load(path: Path) -> Problem:
    """Read one problem. Raises BadProblem if it is not additive, holds a negative count or asks for an unknown policy."""
    return parse(read_json(path))


def parse(document: Any) -> Problem:
    """A Problem from the decoded JSON. Raises BadProblem."""
    stated = documents.check(document)
    _additive(stated)
    linked = Linked(
        value=stated.value,
        equations=stated.equations,
        published=stated.published,
        candidate=stated.published & stated.suppressible & (stated.zeros_suppressible | (stated.value > 0)),
        cost=stated.cost,
        family=np.zeros(len(stated.ids), dtype=np.int64),
        counts=np.ones(len(stated.ids), dtype=bool),
        floor=np.where(stated.published, np.minimum(stated.lower_bound, stated.value), 0.0),
        ceiling=np.full(len(stated.ids), np.inf),
        implies=np.empty((0, 2), dtype=np.int64),
        lines=np.ones(len(stated.constant), dtype=bool),
        zeros_shown=False,
    )
    return Problem(stated.name, stated.ids, linked, stated.primary, stated.need_hi, stated.need_width, stated.names)


def _additive(stated: Document) -> None:
    size = abs(stated.equations) @ stated.value + np.abs(stated.constant)
    off = np.flatnonzero(np.abs(stated.equations @ stated.value - stated.constant) > 1e-6 + ADDS_UP * size)
    if len(off):
        first = [stated.equations[at].indices[np.argmax(stated.equations[at].data)] for at in off[:1000]]  # totals have the coefficient 1
        raise BadProblem(
            f"The problem is not additive: {len(off)} of its {len(stated.constant)} equations do not hold, "
            f"those of {naming.listed(stated.names[at] for at in first)}."
        )


def read_pattern(path: Path, problem: Problem) -> Mask:
    """The hidden cells of a pattern file. Raises BadProblem if it hides what it may not, or shows a primary."""
    document = read_json(path)
    suppressed = document.get("suppressed") if isinstance(document, dict) else None
    if not isinstance(suppressed, list) or not all(isinstance(key, int) and not isinstance(key, bool) for key in suppressed):
        raise BadProblem("The pattern is not {'suppressed': [ids of the problem's cells]}.")
    place = {int(key): at for at, key in enumerate(problem.ids)}
    unknown = [str(key) for key in suppressed if key not in place]
    if unknown:
        raise BadProblem(f"The pattern is not {{'suppressed': [ids of the problem's cells]}}: the problem lists no cell {_few(unknown)}.")
    hidden = np.zeros(len(problem.ids), dtype=bool)
    hidden[[place[key] for key in suppressed]] = True
    for wrong, sentence in (
        (hidden & ~problem.linked.published, "The pattern lists a cell that is not published"),
        (problem.start & ~hidden, "The pattern shows a primary cell"),
        (hidden & ~problem.start & ~problem.linked.candidate, "The pattern hides a cell that must stay shown"),
    ):
        if wrong.any():
            raise BadProblem(f"{sentence}: {problem.told(wrong)}.")
    return hidden


def _few(keys: list[str]) -> str:
    return naming.listed(naming.printable(key) for key in keys)


def write_pattern(path: Path, problem: Problem, hidden: Mask) -> None:
    """Write a pattern, whole or not at all; the ids are sorted, so equal patterns are equal files. Raises BadProblem where it cannot."""
    write_json(path, {"suppressed": sorted(int(key) for key in problem.ids[hidden])})


def write_json(path: Path, document: Any) -> None:
    """Write an answer, whole or not at all. Raises BadProblem where it cannot."""
    try:
        write_whole(path, (json.dumps(document) + "\n").encode())
    except OSError as error:
        raise BadProblem(f"{naming.printable(path.name)} cannot be written ({type(error).__name__}).") from error

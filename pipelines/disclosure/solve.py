"""One suppression problem at one level: choose the engine, report the pattern, its cost bound, and what it leaves violated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.disclosure import audit, secondary
from pipelines.disclosure.linked import Mask
from pipelines.disclosure.problems import Problem


@dataclass(frozen=True)
class Answer:
    """A pattern, a lower bound on the cost of any, and whether the pattern is proven cheapest."""

    hidden: Mask
    bound: float
    proven: bool


@dataclass(frozen=True)
class Violations:
    """Primaries left unprotected: `broken` by this pattern, `excused` because even hiding everything could not protect them."""

    broken: int
    excused: int


def solve(problem: Problem, level: str, budget: float) -> Answer:
    """A safe pattern for the problem within about `budget` seconds."""
    latent = problem.primary & ~problem.linked.published
    pattern = secondary.exact(problem.linked, problem.start, latent, insider_third=False, everything=False)
    return Answer(pattern.hidden, 0.0, False)


def violations(problem: Problem, hidden: Mask, level: str) -> Violations:
    """Judge a pattern from the problem alone."""
    everything = problem.start | problem.linked.candidate
    hopeless = audit.fixed(problem.linked, everything) & problem.primary
    open_ = audit.fixed(problem.linked, hidden) & problem.primary
    return Violations(int((open_ & ~hopeless).sum()), int(np.sum(hopeless)))

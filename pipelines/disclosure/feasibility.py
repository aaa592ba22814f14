"""Which primaries a pattern leaves short, and which no pattern could protect (P5). What to do about them is a person's decision."""

from __future__ import annotations

import numpy as np

from pipelines.disclosure.linked import Mask
from pipelines.disclosure.problems import Problem
from pipelines.disclosure.reach import Reach, judge
from pipelines.disclosure.solve import tasks


def immovable(problem: Problem, level: str) -> Mask:
    """Primaries that lines alone fix, whatever is hidden: at no cost, most of what `unprotectable` finds."""
    found = problem.primary.copy()
    for task in tasks(problem, level):
        found[task.ids[task.goals]] = False
    return found


def short(problem: Problem, hidden: Mask, level: str) -> Mask:
    """Primaries whose need this pattern does not meet."""
    found = problem.primary.copy()
    for task in tasks(problem, level):
        found[task.ids[task.goals]] = False
        found[task.ids[task.goals[judge(Reach(task), (hidden[task.ids] | task.always).astype(float)).short]]] = True
    return found


def unprotectable(problem: Problem, level: str) -> Mask:
    """Primaries whose need is not met even where everything that may be hidden is."""
    everything: Mask = np.asarray(problem.start | problem.linked.candidate)
    return short(problem, everything, level)

"""An attacker written apart from the code under test: bounds by scipy, every filling by enumeration. It never imports the audit."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.optimize import linprog

from pipelines.disclosure.linked import Linked


def interval(system: Linked, hidden: np.ndarray, target: int) -> tuple[float, float]:
    """Least and greatest value of one unknown that the equations and bounds allow."""
    unknown = np.flatnonzero(hidden | ~system.published)
    known = np.setdiff1d(np.arange(len(system)), unknown)
    matrix = system.equations.tocsc()
    right = system.equations @ system.value - matrix[:, known] @ system.value[known]
    floor, ceiling = system.bounds(hidden)
    bounds = [(None if np.isneginf(floor[i]) else floor[i], None if np.isinf(ceiling[i]) else ceiling[i]) for i in unknown]
    aim = (unknown == target).astype(float)
    ends = []
    for sign in (1.0, -1.0):
        found = linprog(sign * aim, A_eq=matrix[:, unknown], b_eq=right, bounds=bounds, method="highs")
        ends.append(sign * found.fun if found.status == 0 else -sign * np.inf)
    return ends[0], ends[1]


def fillings(system: Linked, hidden: np.ndarray, most: int) -> np.ndarray:
    """Every integer filling of the unknowns between their floors and `most` that satisfies the equations (one a row)."""
    unknown = np.flatnonzero(hidden | ~system.published)
    floor, _ = system.bounds(hidden)
    guesses = np.array(list(itertools.product(*(range(int(floor[i]), most + 1) for i in unknown))))
    worlds = np.tile(system.value, (len(guesses), 1))
    worlds[:, unknown] = guesses
    matrix = system.equations.toarray()
    return worlds[np.isclose(worlds @ matrix.T, matrix @ system.value).all(axis=1)]

"""Bounds by linear programming (HiGHS): how far each hidden number can still move. Which numbers need how much room is the caller's.

One linear programme finds every unknown that the signs alone pin to its limit (Freund, Roundy and Todd 1985); then exact algebra
on what is left finds every number that has one possible value. Room is shown by witnesses: one programme lifts, then lowers, all
unknowns that still need room, each only as far as it needs; what stays open gets programmes of its own.
"""

from __future__ import annotations

import functools
import os
import sys
import time
from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from expectations.attack.linear import UNBOUNDED, Bools, Contradiction, Floats, Ints, System

BATCHES = 12


class OutOfTime(Exception):
    """The time allowed ran out before every question had an answer."""


@dataclass
class Room:
    """Per unknown of one component: the least and greatest value seen in a solution, and whether those are its true limits."""

    lowest: Floats
    highest: Floats
    settled: Bools


def interior(system: System, deadline: float) -> tuple[Floats, Bools]:
    """A solution that is clear of every limit that can be cleared, and which unknowns are pinned to a limit.

    With x = lower + y / z, the programme maximises the sum of t over ``matrix @ y == z * (rhs - matrix @ lower)``, y >= t,
    0 <= t <= 1, z >= 1 (and the same for limits from above): at its optimum t is 1 exactly where the limit can be cleared.
    """
    count = system.matrix.shape[1]
    capped = np.flatnonzero(system.upper < UNBOUNDED / 2)
    remainder = system.rhs - system.matrix @ system.lower
    above = sparse.csr_matrix((np.ones(len(capped)), (np.arange(len(capped)), capped)), shape=(len(capped), count))
    eye = sparse.identity(len(capped), format="csr")
    widths = (system.upper - system.lower)[capped]
    # Columns: t, y - t, and for limits from above their own t and rest; last z.
    equations = sparse.bmat(
        [
            [system.matrix, system.matrix, None, None, sparse.csr_matrix(-remainder[:, None])],
            [above, above, eye, eye, sparse.csr_matrix(-widths[:, None])],
        ]
        if len(capped)
        else [[system.matrix, system.matrix, sparse.csr_matrix(-remainder[:, None])]],
        format="csc",
    )
    lifts = [np.ones(count), np.zeros(count)]
    tops = [np.ones(count), np.full(count, np.inf)]
    if len(capped):
        lifts += [np.ones(len(capped)), np.zeros(len(capped))]
        tops += [np.ones(len(capped)), np.full(len(capped), np.inf)]
    reward, top = np.concatenate([*lifts, [0.0]]), np.concatenate([*tops, [np.inf]])
    bottom = np.zeros(len(top))
    bottom[-1] = 1.0
    model = Programme(equations, np.zeros(equations.shape[0]), bottom, top, deadline)
    best = model.maximise(reward)
    slack = best[:count] + best[count : 2 * count]
    at_lower = best[:count] < 0.5
    at_upper = np.zeros(count, dtype=bool)
    at_upper[capped] = best[2 * count : 2 * count + len(capped)] < 0.5
    point = system.lower + slack / best[-1]
    point = np.where(at_lower, system.lower, np.where(at_upper, system.upper, point))
    return point, at_lower | at_upper


def make_room(system: System, room: Room, wanted: Ints, need_high: Floats, need_width: Floats, deadline: float) -> None:
    """Widen ``room`` of the ``wanted`` unknowns until each reaches ``need_high`` from above and is ``need_width`` wide, or is settled.

    Every point found is a witness for all unknowns. Raises :class:`OutOfTime`; ``room`` then holds what was witnessed.
    """
    count = system.matrix.shape[1]
    doubled = sparse.hstack([system.matrix, system.matrix], format="csc")
    model = Programme(doubled, system.rhs - system.matrix @ system.lower, np.zeros(2 * count), np.zeros(2 * count), deadline)
    width = system.upper - system.lower
    progress, turns = True, 0
    while progress and turns < BATCHES:
        before = len(_short(room, wanted, need_high, need_width))
        for upwards in (True, False):
            open_ = _short(room, wanted, need_high, need_width)
            if not len(open_):
                return
            goal = np.zeros(count)
            if upwards:
                goal[open_] = np.maximum(need_high[open_], room.lowest[open_] + need_width[open_]) - system.lower[open_]
            else:
                goal[open_] = room.highest[open_] - need_width[open_] - system.lower[open_]
            goal = np.clip(goal, 0.0, width)
            sign = np.zeros(count)
            sign[open_] = 1.0
            tops = np.concatenate([goal, np.where(system.upper < UNBOUNDED / 2, width - goal, np.inf)])
            # Lifting pays up to the goal only; lowering pays from above down to the goal only.
            reward = np.concatenate([sign, np.zeros(count)]) if upwards else np.concatenate([np.zeros(count), -sign])
            _see(room, system, model.maximise(reward, tops))
        progress = len(_short(room, wanted, need_high, need_width)) < before
        turns += 1
    _settle(system, room, wanted, need_high, need_width, deadline)


def _settle(system: System, room: Room, wanted: Ints, need_high: Floats, need_width: Floats, deadline: float) -> None:
    """The true limits of each unknown that is still short, by a programme of its own."""
    model = Programme(system.matrix.tocsc(), system.rhs, system.lower, system.upper, deadline)
    for unknown in _short(room, wanted, need_high, need_width):
        if not _is_short(room, unknown, need_high, need_width):
            continue
        for sign in (1.0, -1.0):
            reward = np.zeros(system.matrix.shape[1])
            reward[unknown] = sign
            point = model.maximise(reward)
            np.minimum(room.lowest, point, out=room.lowest)
            np.maximum(room.highest, point, out=room.highest)
            if not _is_short(room, unknown, need_high, need_width):
                break
        else:
            room.settled[unknown] = True


def _short(room: Room, wanted: Ints, need_high: Floats, need_width: Floats) -> Ints:
    """The wanted unknowns whose room is neither wide and high enough nor known to be all there is."""
    narrow = room.highest - room.lowest < need_width - 1e-6
    low = room.highest < need_high - 1e-6
    return wanted[((narrow | low) & ~room.settled)[wanted]]


def _is_short(room: Room, unknown: int, need_high: Floats, need_width: Floats) -> bool:
    narrow = room.highest[unknown] - room.lowest[unknown] < need_width[unknown] - 1e-6
    return bool(narrow or room.highest[unknown] < need_high[unknown] - 1e-6)


def _see(room: Room, system: System, best: Floats) -> None:
    count = system.matrix.shape[1]
    point = system.lower + best[:count] + best[count:]
    np.minimum(room.lowest, point, out=room.lowest)
    np.maximum(room.highest, point, out=room.highest)


class Programme:
    """One linear programme kept in HiGHS between questions, so that each starts from the last answer. One thread, no randomness."""

    def __init__(self, matrix: sparse.csc_matrix, rhs: Floats, lower: Floats, upper: Floats, deadline: float) -> None:
        self.deadline = deadline
        self.solver = _solver()
        self.solver.setOptionValue("output_flag", False)
        self.solver.setOptionValue("threads", 1)
        self.solver.setOptionValue("random_seed", 0)
        matrix = matrix.tocsc()
        problem = highspy.HighsLp()
        problem.num_row_, problem.num_col_ = matrix.shape
        problem.col_cost_ = np.zeros(matrix.shape[1])
        problem.col_lower_ = lower.astype(float)
        problem.col_upper_ = np.where(upper < UNBOUNDED / 2, upper, np.inf)
        problem.row_lower_ = problem.row_upper_ = rhs
        problem.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        problem.a_matrix_.start_ = matrix.indptr
        problem.a_matrix_.index_ = matrix.indices
        problem.a_matrix_.value_ = matrix.data.astype(float)
        problem.sense_ = highspy.ObjSense.kMaximize
        self.solver.passModel(problem)
        self.every = np.arange(matrix.shape[1], dtype=np.int32)

    def maximise(self, reward: Floats, upper: Floats | None = None) -> Floats:
        """A point with the greatest reward; :class:`Contradiction` if there is no point, :class:`OutOfTime` after the deadline."""
        if upper is not None:
            self.solver.changeColsBounds(len(self.every), self.every, np.zeros(len(self.every)), upper)
        self.solver.changeColsCost(len(self.every), self.every, reward)
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise OutOfTime("the linear programmes ran out of time")
        self.solver.setOptionValue("time_limit", self.solver.getRunTime() + left)
        self.solver.run()
        status = self.solver.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            return np.array(self.solver.getSolution().col_value)
        if status == highspy.HighsModelStatus.kInfeasible:
            raise Contradiction("published numbers leave no possible value for a hidden one")
        if status == highspy.HighsModelStatus.kTimeLimit:
            raise OutOfTime("the linear programmes ran out of time")
        raise ArithmeticError(f"the solver ended with {self.solver.modelStatusToString(status)}")


def _solver() -> highspy.Highs:
    _greet_nobody()
    return highspy.Highs()


@functools.cache
def _greet_nobody() -> None:
    """Make the first solver of the process with standard output closed: HiGHS greets on it once, before any option is heard."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        highspy.Highs()
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)

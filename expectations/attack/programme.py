"""One linear programme kept in HiGHS between questions. What is asked of it belongs to ``bounds`` and ``means``."""

from __future__ import annotations

import functools
import os
import sys
import time
from typing import Any

import highspy
import numpy as np
from scipy import sparse

from expectations.attack.linear import UNBOUNDED, Contradiction, Floats

# Above so many unknowns an interior point is found far sooner than a corner, and serves as a witness just as well.
LARGE = 6000
Solver: Any = highspy.Highs  # its constructor carries no types


class OutOfTime(Exception):
    """The time allowed ran out before every question had an answer."""


class Programme:
    """``matrix @ x == rhs``, ``lower <= x <= upper``: each question starts from the last answer. One thread, a fixed seed."""

    def __init__(self, matrix: sparse.spmatrix, rhs: Floats, lower: Floats, upper: Floats, deadline: float) -> None:
        self.deadline = deadline
        self.solver = _solver()
        for option, value in (("output_flag", False), ("threads", 1), ("random_seed", 0)):
            self.solver.setOptionValue(option, value)
        if matrix.shape[1] > LARGE:
            self.solver.setOptionValue("solver", "ipm")
            self.solver.setOptionValue("run_crossover", "off")
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
        """A point with the greatest reward, under other ``upper`` limits (then from nought) if given.

        Raises :class:`Contradiction` if there is no point, :class:`OutOfTime` after the deadline, ``ArithmeticError`` otherwise.
        """
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
            point = np.array(self.solver.getSolution().col_value)
            if np.isfinite(point).all():
                return point
        if status == highspy.HighsModelStatus.kInfeasible:
            raise Contradiction("published numbers leave no possible value for a hidden one")
        if status == highspy.HighsModelStatus.kTimeLimit:
            raise OutOfTime("the linear programmes ran out of time")
        raise ArithmeticError(f"the solver ended with {self.solver.modelStatusToString(status)}")


def _solver() -> Any:
    _greet_nobody()
    return Solver()


@functools.cache
def _greet_nobody() -> None:
    """Make the first solver of the process with standard output closed: HiGHS greets on it once, before any option is heard."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        _ = Solver()
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)

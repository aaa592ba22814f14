"""A thin, deterministic way to solve linear and mixed-integer programs with HiGHS. What is modelled belongs to the callers."""

from __future__ import annotations

import functools
import os
import sys
from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from pipelines.disclosure import work

Vector = NDArray[np.float64]
INFINITY: float = highspy.kHighsInf
OPTIMAL = highspy.HighsModelStatus.kOptimal


@dataclass(frozen=True)
class Solution:
    """`x` per column, `dual` per row (empty where HiGHS has none), the objective, and whether it is proven optimal."""

    x: Vector
    dual: Vector
    objective: float
    optimal: bool


def program(cost: Vector, matrix: sp.csc_matrix, row_lower: Vector, row_upper: Vector, lower: Vector, upper: Vector) -> highspy.Highs:
    """A HiGHS model of min cost @ x, row_lower <= matrix @ x <= row_upper, lower <= x <= upper: one thread, fixed seed."""
    _past_the_greeting()
    model = highspy.Highs()  # type: ignore[no-untyped-call]
    model.setOptionValue("output_flag", False)
    model.setOptionValue("threads", 1)
    model.setOptionValue("random_seed", 0)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = matrix.shape[1], matrix.shape[0]
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, lower, upper
    lp.row_lower_, lp.row_upper_ = row_lower, row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = matrix.indptr
    lp.a_matrix_.index_ = matrix.indices
    lp.a_matrix_.value_ = matrix.data
    model.passModel(lp)
    return model


@functools.cache
def _past_the_greeting() -> None:
    """HiGHS greets once a process, on standard output, before any option is heard: let nobody hear it."""
    sys.stdout.flush()
    kept = os.dup(1)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            highspy.Highs()  # type: ignore[no-untyped-call]
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def charge(model: highspy.Highs) -> None:
    """Tell the clock of work what the last linear program of a model took."""
    iterations = max(model.getInfo().simplex_iteration_count, 0)
    work.spend(work.linear_programme(model.getNumRow(), model.getNumCol(), model.getNumNz(), iterations))


def run(model: highspy.Highs) -> Solution | None:
    """Solve a linear program; None where there is no solution at all (infeasible or unbounded)."""
    model.run()
    charge(model)
    return _solution(model)


def decide(model: highspy.Highs, deadline: int) -> Solution | None:
    """Solve an integer program until about `deadline` on the clock of work, judged by how often it asks whether to stop.

    None where there is no solution, or none was found in time.
    """
    asked = 0
    entries = model.getNumNz()
    most = (deadline - work.now()) / work.SECOND / work.integer_programme(entries, 1, 100)

    def ask(event: highspy.HighsCallbackEvent) -> None:
        nonlocal asked
        asked += 1
        if asked > most:
            event.interrupt()

    model.cbMipInterrupt += ask
    model.run()
    work.spend(work.integer_programme(entries, asked, max(model.getInfo().simplex_iteration_count, 0)))
    return _solution(model)


def _solution(model: highspy.Highs) -> Solution | None:
    status = model.getModelStatus()
    found = model.getSolution()
    if status != OPTIMAL and not (found.value_valid and model.getInfo().primal_solution_status == 2):
        return None
    return Solution(
        x=np.asarray(found.col_value, dtype=float),
        dual=np.asarray(found.row_dual, dtype=float),
        objective=model.getInfo().objective_function_value,
        optimal=status == OPTIMAL,
    )


def solve(cost: Vector, matrix: sp.csc_matrix, row_lower: Vector, row_upper: Vector, lower: Vector, upper: Vector) -> Solution | None:
    """Minimise once. Returns None where the program is infeasible or unbounded."""
    return run(program(cost, sp.csc_matrix(matrix), row_lower, row_upper, lower, upper))

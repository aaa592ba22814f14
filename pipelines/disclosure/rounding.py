"""Controlled rounding of a linked system: every count to a multiple of the base, every sum still true. What may be printed of it belongs to `rounded`.

The problem is Cox's (1987, "A constructive procedure for unbiased controlled rounding", JASA 82): round each cell to a
neighbouring multiple so that rounded parts add up to rounded totals. For tables of two dimensions it is a network and always
solvable; for linked tables it is an integer program (Kelly, Golden and Assad 1990; Salazar-Gonzalez 2005, "Controlled rounding and
cell perturbation", Mathematical Programming 105) that need not have a solution, so the neighbours are widened by declared steps.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import highspy
import numpy as np
import scipy.sparse as sp

from pipelines.disclosure import linear
from pipelines.disclosure.linked import Floats, Ids, Linked, Mask, components

WHOLE = 1e-6
FAR = 4.0
"""What a step beyond the two neighbours costs, in bases, above its distance."""
GAP = 1_000.0
"""What a base of difference between a total and its parts costs, in bases: more than any step it could save."""
STAGES = ("neighbours", "next multiples", "with gaps")


class NotRoundable(ValueError):
    """No rounded tables add up; the message is a sentence that names the tables."""


@dataclass(frozen=True)
class Rounded:
    """value: per statistic the rounded number (NaN for sums of real numbers, which are not rounded). reach: per statistic how far at
    most its rounded number may lie from the truth (base - 1, or 2 base - 1 in a component that needed the next multiples).
    gaps: per equation, rounded total minus rounded parts (0 unless `allow_gaps`). stage: worst of STAGES that was needed.
    proven: least total distance, proven for every component. distance: sum of |rounded - true| over published counts."""

    value: Floats
    reach: Floats
    gaps: Floats
    stage: str
    proven: bool
    distance: float
    integral: int
    components: int


def nearest(value: Floats, base: int) -> Floats:
    """Each by itself to its nearest multiple, halves up: what rounding without control would print."""
    return np.floor(value / base + 0.5) * base


def controlled(
    system: Linked,
    base: int,
    budget: float = 60.0,
    which: Mask | None = None,
    allow_gaps: bool = False,
    names: Sequence[str] | None = None,
) -> Rounded:
    """Round the counts (of `which`) to multiples of `base` with every equation between them still exact, at least total distance.

    First zero-restricted: a count goes to one of its two neighbouring multiples, a multiple stays, a latent 0 stays 0. Where a
    component has no such rounding the next multiples are open, dearer; a count that is not 0 never becomes one from there, and 0
    stays 0. Where that fails too, `allow_gaps` lets totals differ from their parts by recorded multiples at a prohibitive price;
    otherwise NotRoundable. `budget`: seconds for all components, shared by size. `names`: label per family, for that sentence.
    Raises ValueError for a base under 2 or counts that are no whole numbers.
    """
    if base < 2:
        raise ValueError(f"Rounding to a base of {base} changes nothing: it must be at least 2.")
    chosen = system.counts if which is None else system.counts & which
    if (np.abs(system.value[chosen] - np.round(system.value[chosen])) > WHOLE).any():
        raise ValueError("A count is no whole number, so it cannot be rounded.")
    deadline = time.perf_counter() + budget
    value = np.where(chosen, 0.0, np.nan)
    reach = np.where(chosen, float(base - 1), 0.0)
    gaps = np.zeros(system.equations.shape[0])
    columns = system.equations.tocsc()
    stage, proven, integral = 0, True, 0
    labels = components(system.equations, chosen)
    order = np.argsort(labels, kind="stable")
    bounds = np.searchsorted(labels[order], np.arange(labels.max(initial=-1) + 2))
    blocks = [np.sort(order[start:end]) for start, end in pairwise(bounds)]
    left = sum(map(len, blocks))
    for ids in sorted(blocks, key=lambda block: (len(block), int(block[0]))):
        rows = np.unique(columns[:, ids].indices)
        task = _Task(system, ids, rows, base)
        for attempt in range(len(STAGES) - (not allow_gaps)):
            share = max(deadline - time.perf_counter(), 1.0) * len(ids) / left
            found = task.solve(attempt, max(share, 1.0))
            if found is not None:
                break
        else:
            raise NotRoundable(_refusal(system, ids, base, names))
        left -= len(ids)
        value[ids], gaps[rows] = found.value, found.gaps
        reach[ids] = base - 1 if attempt == 0 else 2 * base - 1
        stage, proven, integral = max(stage, attempt), proven and found.proven, integral + found.integral
    printed = chosen & system.published
    distance = float(np.abs(value - system.value)[printed].sum())
    return Rounded(value, reach, gaps, STAGES[stage], proven, distance, integral, len(blocks))


@dataclass(frozen=True)
class _Found:
    value: Floats
    gaps: Floats
    proven: bool
    integral: bool


class _Task:
    """One connected component as a program. Per statistic: multiple = lowest + near + above - below, each a column in units of the base."""

    def __init__(self, system: Linked, ids: Ids, rows: Ids, base: int) -> None:
        self.base = base
        self.matrix = system.equations[rows][:, ids].tocsc()
        truth = np.round(system.value[ids])
        # an equation with a statistic outside (a known sum) keeps its own constant: the part that these ids make up
        self.constant = self.matrix @ truth
        self.truth = truth
        self.lowest = np.floor(truth / base)
        self.exact = truth == self.lowest * base
        self.printed = system.published[ids]

    def solve(self, attempt: int, seconds: float) -> _Found | None:
        """The cheapest rounding at one stage; None where there is none (or none was found in time)."""
        base, n = self.base, len(self.truth)
        part = self.truth / base - self.lowest
        free = ~self.printed
        # a latent statistic is tied by the printed ones around it: it may take any multiple from 0, but a nought stays one at first
        near_to = np.where(free, np.where(self.truth == 0, 0.0, 1.0), np.where(self.exact, 0.0, 1.0))
        near_cost = np.where(free, 1e-3 * (1 - 2 * part), 1 - 2 * part)
        above_to, below_to = np.zeros(n), np.zeros(n)
        above_to[free & (self.truth > 0)] = linear.INFINITY
        below_to[free] = self.lowest[free]
        if attempt:
            above_to[free] = linear.INFINITY
            above_to[~free & (self.truth > 0)] = 1.0
            # a printed number that is not 0 stays above 0, or a printed 0 would no longer be certain
            below_to[~free] = np.minimum(np.maximum(self.lowest[~free] - 1, 0), 1.0)
        far = np.where(free, 2e-3, 1 + FAR)
        cost = [near_cost, far, far]
        blocks = [self.matrix, self.matrix, -self.matrix]
        upper = [near_to, above_to, below_to]
        m = self.matrix.shape[0]
        if attempt == 2:
            cost += [np.full(m, GAP)] * 2
            blocks += [sp.identity(m, format="csc"), -sp.identity(m, format="csc")]
            upper += [np.full(m, linear.INFINITY)] * 2
        target = self.constant / base - self.matrix @ self.lowest
        if attempt < 2 and (np.abs(self.constant / base - np.round(self.constant / base)) > WHOLE).any():
            return None  # a constant that is no multiple of the base
        if attempt == 2:
            target = np.round(target)
        prices, limits = np.concatenate(cost), np.concatenate(upper)
        program = sp.hstack(blocks, format="csc")
        answer = self._least(prices, program, target, limits, seconds)
        if answer is None:
            return None
        x, proven, integral = answer
        near, above, below = x[:n], x[n : 2 * n], x[2 * n : 3 * n]
        multiple = self.lowest + near + above - below
        gaps = self.matrix @ (multiple * base) - self.constant
        if attempt < 2 and np.abs(gaps).max(initial=0.0) > WHOLE:
            return None
        return _Found(multiple * base, gaps, proven, integral)

    @staticmethod
    def _least(cost: Floats, matrix: sp.csc_matrix, target: Floats, upper: Floats, seconds: float) -> tuple[Floats, bool, bool] | None:
        """The relaxation first: where it comes out whole it is the optimum. Else branch and bound, with what is left of the time."""
        lower = np.zeros(len(cost))
        relaxed = linear.solve(cost, matrix, target, target, lower, upper)
        if relaxed is None:
            return None
        whole = np.round(relaxed.x)
        if relaxed.optimal and np.abs(relaxed.x - whole).max(initial=0.0) < WHOLE:
            return whole, True, True
        model = linear.program(cost, matrix, target, target, lower, upper)
        all_whole(model, len(cost))
        model.setOptionValue("time_limit", float(seconds))
        model.setOptionValue("mip_rel_gap", 0.0)
        found = linear.run(model)
        if found is None:
            return None
        return np.round(found.x), found.optimal, False


def all_whole(model: highspy.Highs, columns: int) -> None:
    """Make the first `columns` columns of a HiGHS model whole numbers."""
    kinds = np.full(columns, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
    model.changeColsIntegrality(columns, np.arange(columns, dtype=np.int32), kinds)


def _refusal(system: Linked, ids: Ids, base: int, names: Sequence[str] | None) -> str:
    printed = ids[system.published[ids]]
    tables = ", ".join(names[family] for family in np.unique(system.family[printed])) if names else "the tables"
    return f"No rounding to {base} in which totals agree was found for {tables} ({len(printed)} linked figures)."


def document(system: Linked, ids: Ids, rounded: Rounded, base: int) -> dict[str, object]:
    """The rounded published cells as plain values, ids sorted, with what it took to make them agree."""
    printed = np.flatnonzero(system.published)
    printed = printed[np.argsort(ids[printed])]
    return {
        "base": base,
        "reach": int(rounded.reach.max(initial=0)),
        "stage": rounded.stage,
        "proven": rounded.proven,
        "distance": rounded.distance,
        "gaps": [[int(row), int(rounded.gaps[row])] for row in np.flatnonzero(np.abs(rounded.gaps) > WHOLE)],
        "cells": [[int(ids[at]), int(rounded.value[at])] for at in printed],
    }

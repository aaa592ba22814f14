"""What a reader can work out: which unknown statistics are fixed by the equations and bounds. It never decides what to hide."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import lsmr

from pipelines.disclosure import linear
from pipelines.disclosure.linked import Floats, Linked, Mask, components, directions

MOVES = 1e-6
"""Least entry of a random null vector that counts as movement; below it a statistic is taken as fixed (errs on the safe side)."""


def fixed(system: Linked, hidden: Mask) -> Mask:
    """Unknown statistics that equations and bounds leave only their true value (an exact disclosure).

    Around the truth the readers' possible worlds form a cone of directions d with `equations @ d = 0` and d_j >= 0 (<= 0)
    where j lies on its floor (ceiling). First lines are propagated, then one linear program per component finds the
    one-sided directions that are forced to 0; what remains is a linear space, and a random vector in it moves every
    statistic that can move.
    """
    unknown = hidden | ~system.published
    floor, ceiling = system.bounds(hidden)
    up, down = directions(system.value, floor, ceiling)
    up, down = propagate(system.equations, up & unknown, down & unknown)
    _drop_forced(system, up, down)
    up, down = propagate(system.equations, up, down)
    live = up | down
    moves = np.zeros(len(system), dtype=bool)
    moves[live] = _null_moves(system.equations[:, np.flatnonzero(live)])
    return unknown & ~moves


def propagate(equations: sp.csr_matrix, up: Mask, down: Mask) -> tuple[Mask, Mask]:
    """Withdraw directions that no other statistic of some line can balance, until nothing changes."""
    up, down = up.copy(), down.copy()
    live = np.flatnonzero(up | down)
    part = equations[:, live].tocoo()
    row, column, positive = part.row, part.col, part.data > 0
    u, d = up[live], down[live]
    while True:
        raises = np.where(positive, u[column], d[column])  # this entry can push its line's sum up
        lowers = np.where(positive, d[column], u[column])
        above = np.bincount(row, weights=raises, minlength=part.shape[0])
        below = np.bincount(row, weights=lowers, minlength=part.shape[0])
        stuck_up = raises & (below[row] - lowers <= 0)
        stuck_down = lowers & (above[row] - raises <= 0)
        if not (stuck_up.any() or stuck_down.any()):
            break
        u[column[(stuck_up & positive) | (stuck_down & ~positive)]] = False
        d[column[(stuck_down & positive) | (stuck_up & ~positive)]] = False
    up[live], down[live] = u, d
    return up, down


def _drop_forced(system: Linked, up: Mask, down: Mask) -> None:
    """Withdraw the one-sided directions that are implicitly 0 (in place): one LP per component gives the largest support."""
    labels = components(system.equations, up | down)
    one_sided = up ^ down
    columns = system.equations.tocsc()
    for label in np.unique(labels[one_sided]):
        ids = np.flatnonzero(labels == label)
        single = ids[one_sided[ids]]
        block = columns[:, ids].tocsr()
        block = block[np.diff(block.indptr) > 0]
        place = np.searchsorted(ids, single)
        # d = s + t on one-sided columns, 0 <= t <= 1: maximising the sum of t finds every one that can move at all
        sign = np.where(up[single], 1.0, -1.0)
        extra = block[:, place].multiply(sign).tocsc()
        lower = np.where(down[ids], -linear.INFINITY, 0.0)
        upper = np.where(up[ids], linear.INFINITY, 0.0)
        found = linear.solve(
            np.concatenate([np.zeros(len(ids)), -np.ones(len(single))]),
            sp.hstack([block, extra], format="csc"),
            np.zeros(block.shape[0]),
            np.zeros(block.shape[0]),
            np.concatenate([lower, np.zeros(len(single))]),
            np.concatenate([upper, np.ones(len(single))]),
        )
        moved = np.zeros(len(single)) if found is None else found.x[len(ids) :]
        forced = single[moved < 0.5]
        up[forced] = down[forced] = False


def _null_moves(equations: sp.csr_matrix) -> Mask:
    """Columns that some vector of the null space moves: the residue of a random vector after projection on the rows."""
    used = equations[np.diff(equations.indptr) > 0]
    moves = np.zeros(equations.shape[1], dtype=bool)
    generator = np.random.default_rng(0)
    for _ in range(2):
        start: Floats = generator.standard_normal(equations.shape[1])
        residue = start
        for _ in range(2):  # the second pass removes what the first left behind
            residue = residue - lsmr(used, used @ residue, atol=1e-13, btol=1e-13, conlim=0, maxiter=20000)[0] if used.shape[0] else residue
        moves |= np.abs(residue) > MOVES
    return moves

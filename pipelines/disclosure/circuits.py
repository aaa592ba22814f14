"""The cheapest circuit: what else must be hidden so that one statistic can move. Rules and rounds belong to `secondary`."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from pipelines.disclosure import linear
from pipelines.disclosure.linked import Floats, Ids, Linked, Mask, directions

RADII = (2, 4, 8, 1000)
"""How many lines away a circuit may wander, in the order tried."""
TRIED = 40
"""How many of a family's noughts are tried."""
FREE = 0.01
"""Price of moving what is unknown anyway: small, so that circuits stay short."""


class Neighbourhood:
    """The equations seen from both sides, for walks from a statistic to its neighbours."""

    def __init__(self, system: Linked) -> None:
        self.rows = system.equations
        self.columns = system.equations.tocsc()

    def around(self, start: int, radius: int, active: Mask) -> Ids:
        """Active statistics at most `radius` lines away."""
        found = np.zeros(self.rows.shape[1], dtype=bool)
        found[start] = True
        seen = np.zeros(self.rows.shape[0], dtype=bool)
        edge = np.array([start])
        for _ in range(radius):
            lines = np.unique(self.columns[:, edge].indices)
            lines = lines[~seen[lines]]
            seen[lines] = True
            edge = np.unique(self.rows[lines].indices)
            edge = edge[active[edge] & ~found[edge]]
            if not len(edge):
                break
            found[edge] = True
        return np.flatnonzero(found)


def cheapest(
    system: Linked, near: Neighbourhood, hidden: Mask, target: int, opened: Mask | None = None, radii: tuple[int, ...] = RADII
) -> tuple[Ids, Floats] | None:
    """Statistics (ids, movement) of the cheapest direction that moves `target`; those still shown must be hidden. None if none exists."""
    unknown = hidden | ~system.published
    active = unknown | system.choosable(hidden, opened)
    active[target] = True
    up, down = directions(system.value, *system.bounds(hidden))
    price = np.where(unknown, FREE, system.price(hidden))
    size = 0
    for radius in radii:
        ids = near.around(target, radius, active)
        if len(ids) == size:
            return None  # the whole component has been tried
        size = len(ids)
        best: tuple[float, Ids, Floats] | None = None
        for sign, possible in ((1.0, up[target]), (-1.0, down[target])):
            found = _move(near, ids, price, up, down, target, sign) if possible else None
            if found is not None and (best is None or found[0] < best[0] - 1e-9):
                best = found
        if best is not None:
            return best[1], best[2]
    return None


def of_a_nought(system: Linked, near: Neighbourhood, hidden: Mask, target: int, opened: Mask) -> tuple[Ids, Floats] | None:
    """A circuit that hides a nought of the family of `target`: from then on any hidden count of that family may be nought.

    None where the family's noughts are to stay shown, where one is hidden already, and where none of the cheapest can move. A nought with
    which others fall is not tried: they would need protection too.
    """
    family = int(system.family[target])
    if not system.zeros_shown or system.zero_families(hidden)[family]:
        return None
    alone = ~np.isin(np.arange(len(system)), system.implies[:, 0])
    noughts = np.flatnonzero(system.choosable(hidden, opened) & system.counts & (system.value == 0) & (system.family == family) & alone)
    cheapest_first = noughts[np.lexsort((noughts, system.price(hidden)[noughts]))]
    found = (cheapest(system, near, hidden, int(nought), opened) for nought in cheapest_first[:TRIED])
    return next((circuit for circuit in found if circuit is not None), None)


def _move(near: Neighbourhood, ids: Ids, price: Floats, up: Mask, down: Mask, target: int, sign: float) -> tuple[float, Ids, Floats] | None:
    block = near.columns[:, ids]
    touched = np.unique(block.indices)
    block = block.tocsr()[touched].tocsc()
    rises = np.where(up[ids], linear.INFINITY, 0.0)
    falls = np.where(down[ids], linear.INFINITY, 0.0)
    place = int(np.searchsorted(ids, target))
    least = np.zeros(2 * len(ids))
    most = np.concatenate([rises, falls])
    least[place + (0 if sign > 0 else len(ids))] = most[place + (0 if sign > 0 else len(ids))] = 1.0
    most[place + (len(ids) if sign > 0 else 0)] = 0.0
    zero = np.zeros(len(touched))
    found = linear.solve(np.tile(price[ids], 2), sp.hstack([block, -block], format="csc"), zero, zero, least, most)
    if found is None:
        return None
    move = found.x[: len(ids)] - found.x[len(ids) :]
    moved = np.abs(move) > 1e-7
    return found.objective, ids[moved], move[moved]

"""Bounds by linear programming: how far each hidden number can still move. Which numbers need how much room is the caller's.

One linear programme finds every unknown that the signs alone pin to its limit (Freund, Roundy and Todd 1985). Room is shown by
witnesses: one programme moves all unknowns that still need room at once, and every point found is a witness for all of them; what
stays open gets programmes of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from expectations.attack.linear import UNBOUNDED, Bools, Floats, Ints, System
from expectations.attack.programme import Programme

CLOSE = 1e-6
SEED = 20260901
PATIENCE = 3  # batches in a row that may fail to be worthwhile before single programmes are cheaper
WORTHWHILE = 0.9  # a batch is, if at most this share of the open unknowns stays open


Question = Callable[[Programme, Ints, np.random.Generator], Floats]


@dataclass
class Room:
    """Per unknown of one component: the least and greatest value seen in a solution, and whether those are its true limits."""

    lowest: Floats
    highest: Floats
    settled: Bools

    def see(self, point: Floats) -> None:
        """Take in one more solution."""
        np.minimum(self.lowest, point, out=self.lowest)
        np.maximum(self.highest, point, out=self.highest)


@dataclass(frozen=True)
class Need:
    """The room each unknown should have: its greatest value at least ``high``, its range at least ``width``."""

    high: Floats
    width: Floats

    def at(self, positions: Ints) -> Need:
        """The needs of some unknowns."""
        return Need(self.high[positions], self.width[positions])

    def unmet(self, room: Room) -> Bools:
        """Which unknowns have less room than they need."""
        return np.asarray((room.highest - room.lowest < self.width - CLOSE) | (room.highest < self.high - CLOSE))


def interior(system: System, deadline: float) -> tuple[Floats, Bools]:
    """A solution that is clear of every limit that can be cleared, and which unknowns are pinned to a limit.

    With x = lower + y / z, the programme maximises the sum of t over ``matrix @ y == z * (rhs - matrix @ lower)``, y >= t,
    0 <= t <= 1, z >= 1 (and the same for limits from above): at its optimum t is 1 exactly where the limit can be cleared.
    """
    count = system.matrix.shape[1]
    capped = np.flatnonzero(system.upper < UNBOUNDED / 2)
    caps = len(capped)
    remainder = sparse.csr_matrix(-(system.rhs - system.matrix @ system.lower)[:, None])
    # Columns: t, y - t, then for limits from above their own t and rest, last z.
    blocks = [[system.matrix, system.matrix, None, None, remainder]]
    if caps:
        above = sparse.csr_matrix((np.ones(caps), (np.arange(caps), capped)), shape=(caps, count))
        eye = sparse.identity(caps, format="csr")
        blocks.append([above, above, eye, eye, sparse.csr_matrix(-(system.upper - system.lower)[capped][:, None])])
    else:
        blocks = [[system.matrix, system.matrix, remainder]]
    equations = sparse.bmat(blocks, format="csc")
    counted = np.concatenate([np.ones(count), np.zeros(count), np.ones(caps), np.zeros(caps), [0.0]])
    bottom = np.zeros(len(counted))
    bottom[-1] = 1.0
    programme = Programme(equations, np.zeros(equations.shape[0]), bottom, np.where(counted > 0, 1.0, np.inf), deadline)
    best = programme.maximise(counted)
    at_lower = best[:count] < 0.5
    at_upper = np.zeros(count, dtype=bool)
    at_upper[capped] = best[2 * count : 2 * count + caps] < 0.5
    point = system.lower + (best[:count] + best[count : 2 * count]) / best[-1]
    return np.where(at_lower, system.lower, np.where(at_upper, system.upper, point)), at_lower | at_upper


def make_room(system: System, room: Room, wanted: Bools, need: Need, deadline: float) -> None:
    """Widen ``room`` of the ``wanted`` unknowns until each has what it needs, or is settled.

    Raises :class:`~expectations.attack.programme.OutOfTime`; ``room`` then holds what was witnessed.
    """
    for move in (_far, _as_needed):
        programme, question = move(system, room, need, deadline)
        chance, idle = np.random.default_rng(SEED), 0
        while idle < PATIENCE:
            open_ = _open(room, wanted, need)
            if not len(open_):
                return
            room.see(question(programme, open_, chance))
            idle = 0 if len(_open(room, wanted, need)) < WORTHWHILE * len(open_) else idle + 1
    _settle(system, room, wanted, need, deadline)


def _far(system: System, room: Room, need: Need, deadline: float) -> tuple[Programme, Question]:
    """Moves all open unknowns together as far as they go in a direction drawn at random: a corner is far from most others.

    No further than ten times what is needed, so that an unknown without a limit has one.
    """
    reach = np.minimum(system.upper, room.highest + 10 * (need.high + need.width))
    programme = Programme(system.matrix, system.rhs, system.lower, reach, deadline)

    def question(programme: Programme, open_: Ints, chance: np.random.Generator) -> Floats:
        reward = np.zeros(system.matrix.shape[1])
        reward[open_] = chance.normal(size=len(open_))
        return programme.maximise(reward)

    return programme, question


def _as_needed(system: System, room: Room, need: Need, deadline: float) -> tuple[Programme, Question]:
    """Moves half of the open unknowns up, the others down, each paid only as far as it needs, so that none is served twice.

    Totals are fixed, so not all parts can rise at once: which half does is drawn at random.
    """
    count, width = system.matrix.shape[1], system.upper - system.lower
    doubled = sparse.hstack([system.matrix, system.matrix], format="csc")
    start = system.rhs - system.matrix @ system.lower
    programme = Programme(doubled, start, np.zeros(2 * count), np.zeros(2 * count), deadline)

    def question(programme: Programme, open_: Ints, chance: np.random.Generator) -> Floats:
        rising = (chance.random(len(open_)) < 0.5) | (room.highest < need.high - CLOSE)[open_]
        up, down = open_[rising], open_[~rising]
        goal, reward = np.zeros(count), np.zeros(2 * count)
        # x is split at the goal: rising is paid up to the goal only, falling from above down to the goal only.
        goal[up] = (np.maximum(need.high, room.lowest + need.width) - system.lower)[up]
        goal[down] = (room.highest - need.width - system.lower)[down]
        reward[up], reward[count + down] = 1.0, -1.0
        goal = np.clip(goal, 0.0, width)
        best = programme.maximise(reward, np.concatenate([goal, np.where(system.upper < UNBOUNDED / 2, width - goal, np.inf)]))
        return system.lower + best[:count] + best[count:]

    return programme, question


def _settle(system: System, room: Room, wanted: Bools, need: Need, deadline: float) -> None:
    """The true limits of each unknown that is still short, by a programme of its own."""
    programme = Programme(system.matrix, system.rhs, system.lower, system.upper, deadline)
    for unknown in _open(room, wanted, need):
        for sign in (1.0, -1.0):
            if not need.unmet(room)[unknown]:
                break
            reward = np.zeros(system.matrix.shape[1])
            reward[unknown] = sign
            room.see(programme.maximise(reward))
        else:
            room.settled[unknown] = True


def _open(room: Room, wanted: Bools, need: Need) -> Ints:
    """Positions of the wanted unknowns that are short of room and not known to have no more."""
    return np.flatnonzero(wanted & need.unmet(room) & ~room.settled)

"""Runs every attack on a linked system, easiest first, noting which way fixed each number. What a breach is belongs to ``attacker.py``."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from expectations.attack.algebra import determined
from expectations.attack.bounds import OutOfTime, Room, interior, make_room
from expectations.attack.linear import Bools, Contradiction, Floats, Ints, System, components, subtract_lines, tighten


@dataclass
class Findings:
    """Per unknown: a range, the way that fixed it (empty while open) and the questions left open.

    Ranges hold every solution once ``settled`` or fixed; otherwise they hold what was witnessed. ``unsure``: two whole values were
    not shown in time; ``unbounded``: nor was the wanted width. ``contradictions`` counts components without a solution.
    """

    lowest: Floats
    highest: Floats
    way: npt.NDArray[np.object_]
    settled: Bools
    unsure: Bools
    unbounded: Bools
    contradictions: int = 0

    @property
    def fixed(self) -> Bools:
        """Which unknowns have one possible value."""
        return np.asarray(self.way != "")


def solve(
    system: System, wanted: Bools, need_high: Floats, need_width: Floats, seconds: float, width_seconds: float
) -> Findings:
    """Fix what can be fixed, then witness room for the rest of the ``wanted`` unknowns.

    Within ``seconds`` each is shown to have two whole values, within another ``width_seconds`` to reach ``need_high`` and be
    ``need_width`` wide. Raises :class:`Contradiction` if lines of published numbers do not add up.
    """
    until = time.monotonic() + seconds
    count = len(system.lower)
    nothing = np.zeros(count, dtype=bool)
    known = system.fixed
    found = Findings(system.lower.copy(), system.upper.copy(), np.full(count, "", dtype=object),
                     known.copy(), nothing.copy(), nothing.copy())  # fmt: skip
    found.way[known] = "shown"
    for way, attack in (("lines", subtract_lines), ("remainders", tighten)):
        system = attack(system)
        found.way[system.fixed & ~found.fixed] = way
        found.lowest, found.highest = system.lower.copy(), system.upper.copy()
    rooms = []
    for part, where in sorted(components(system), key=lambda item: len(item[1])):
        try:
            rooms += _fix(part, where, found, until)
        except Contradiction:
            found.contradictions += 1
        except (OutOfTime, ArithmeticError):
            found.unsure[where] = wanted[where]
    ones, noughts = np.ones(count), np.zeros(count)
    for part, where, room in rooms:
        _witness(part, where, room, found, wanted, noughts, ones, until, found.unsure)
    wide_until = time.monotonic() + width_seconds
    for part, where, room in rooms:
        _witness(part, where, room, found, wanted, need_high, need_width, wide_until, found.unbounded)
    return found


def _fix(part: System, where: Ints, found: Findings, until: float) -> list[tuple[System, Ints, Room]]:
    """Fix what equations alone determine, then what signs pin and that in turn determines. Returns what is still open."""
    by_algebra = determined(part.matrix)
    point, pinned = interior(part, until)
    fixed = pinned.copy()
    fixed[~pinned] = determined(part.matrix[:, np.flatnonzero(~pinned)].tocsr())
    fixed |= by_algebra
    values = np.round(point)
    if np.any(np.abs(values - point)[fixed] > 1e-3):
        raise Contradiction("a number that must be whole is not")
    found.way[where[fixed]] = np.where(by_algebra[fixed], "algebra", "bounds")
    found.lowest[where[fixed]] = found.highest[where[fixed]] = values[fixed]
    lower, upper = np.where(fixed, values, part.lower), np.where(fixed, values, part.upper)
    pieces = []
    for piece, inside in components(part.within(lower, upper)):
        seen = np.clip(point[inside], piece.lower, piece.upper)
        pieces.append((piece, where[inside], Room(seen.copy(), seen.copy(), np.zeros(len(inside), dtype=bool))))
    return pieces


def _witness(
    part: System, where: Ints, room: Room, found: Findings, wanted: Bools, need_high: Floats, need_width: Floats, until: float, late: Bools
) -> None:
    """Ask for room in one component and copy what was learnt; unknowns still short when time runs out are marked in ``late``."""
    open_ = np.flatnonzero(wanted[where] & ~found.fixed[where])
    high, width = need_high[where], need_width[where]
    try:
        make_room(part, room, open_, high, width, until)
    except (OutOfTime, ArithmeticError):
        short = (room.highest - room.lowest < width - 1e-6) | (room.highest < high - 1e-6)
        late[where] = short & ~room.settled & wanted[where]
    found.lowest[where], found.highest[where], found.settled[where] = room.lowest, room.highest, room.settled
    # A range of the real numbers that holds a single whole one fixes it just as well.
    whole = room.settled & (np.floor(room.highest + 1e-6) <= np.ceil(room.lowest - 1e-6))
    found.way[where[whole & ~found.fixed[where]]] = "whole numbers"
    found.lowest[where[whole]] = found.highest[where[whole]] = np.round((room.lowest + room.highest)[whole] / 2)

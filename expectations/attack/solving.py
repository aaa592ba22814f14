"""Runs every attack on a linked system, easiest first, noting which way fixed each number. What a breach is belongs to ``judging``."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from expectations.attack.algebra import determined
from expectations.attack.bounds import CLOSE, Need, Room, interior, make_room
from expectations.attack.linear import Bools, Contradiction, Floats, Ints, System, components, subtract_lines, tighten
from expectations.attack.programme import OutOfTime


@dataclass
class Findings:
    """Per unknown: a range, the way that fixed it (empty while open) and the questions left open.

    Ranges hold every solution once ``settled`` or fixed; otherwise they hold what was witnessed. ``unsure``: time ran out before it
    was known whether equations and limits fix it; ``unbounded``: before its room was known. ``contradictions`` counts components
    without a solution.
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


@dataclass(frozen=True)
class Piece:
    """One component that is still open, the positions of its unknowns in the whole, and the room witnessed so far."""

    system: System
    where: Ints
    room: Room


def solve(system: System, wanted: Bools, need: Need, seconds: float, width_seconds: float) -> Findings:
    """Fix what equations and limits fix, within ``seconds``; then witness room for the rest of the ``wanted`` unknowns.

    Another ``width_seconds`` may be spent on showing that each has two whole values, and then the room it needs; the first may
    still fix a number whose range of real numbers holds a single whole one. Raises :class:`Contradiction` if lines of published
    numbers do not add up.
    """
    until = time.monotonic() + seconds
    count = len(system.lower)
    nothing, known_upper = np.zeros(count, dtype=bool), system.upper
    way = np.where(system.fixed, "shown", "").astype(object)
    found = Findings(system.lower.copy(), system.upper.copy(), way, system.fixed, nothing.copy(), nothing.copy())
    for name, narrowed in (("lines", subtract_lines), ("remainders", tighten)):
        system = narrowed(system)
        found.way[system.fixed & ~found.fixed] = name
    found.lowest, found.highest = system.lower.copy(), system.upper.copy()
    by_lines = Room(system.lower, system.upper, system.fixed)
    # Limits from above that only follow from the lines would double the programmes and add nothing: the equations imply them.
    system = system.within(system.lower, np.where(system.fixed, system.upper, known_upper))
    pieces: list[Piece] = []
    for part, where in sorted(components(system), key=lambda item: len(item[1])):
        try:
            pieces += _fix(part, where, found, until)
        except Contradiction:
            found.contradictions += 1
        except (OutOfTime, ArithmeticError):
            found.unsure[where] = wanted[where]
    two_values = Need(np.zeros(count), np.ones(count))
    until = time.monotonic() + width_seconds
    for piece in pieces:
        _witness(piece, found, wanted, two_values, until - width_seconds / 2)
    # A range that the lines alone leave too narrow needs no programme: it holds every solution.
    narrow = wanted & ~found.fixed & need.unmet(by_lines)
    for piece in pieces:
        found.unbounded[piece.where] = _witness(piece, found, wanted & ~narrow, need, until)
    narrow &= ~found.fixed
    found.lowest[narrow], found.highest[narrow] = by_lines.lowest[narrow], by_lines.highest[narrow]
    found.settled |= narrow
    return found


def _fix(part: System, where: Ints, found: Findings, until: float) -> list[Piece]:
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
    for rest, inside in components(part.within(lower, upper)):
        seen = np.clip(point[inside], rest.lower, rest.upper)
        pieces.append(Piece(rest, where[inside], Room(seen.copy(), seen.copy(), np.zeros(len(inside), dtype=bool))))
    return pieces


def _witness(piece: Piece, found: Findings, wanted: Bools, need: Need, until: float) -> Bools:
    """Ask for room in one piece and copy what was learnt into ``found``. Returns which unknowns time ran out for."""
    where, room = piece.where, piece.room
    open_ = found.way[where] == ""
    asked = wanted[where] & open_
    late = np.zeros(len(where), dtype=bool)
    try:
        make_room(piece.system, room, asked, need.at(where), until)
    except (OutOfTime, ArithmeticError):
        late = asked & need.at(where).unmet(room) & ~room.settled
    found.lowest[where], found.highest[where], found.settled[where] = room.lowest, room.highest, room.settled
    # A range of the real numbers that holds a single whole one fixes it just as well.
    single = room.settled & (np.floor(room.highest + CLOSE) <= np.ceil(room.lowest - CLOSE))
    found.way[where[single & open_]] = "whole numbers"
    found.lowest[where[single]] = found.highest[where[single]] = np.round((room.lowest + room.highest)[single] / 2)
    return late

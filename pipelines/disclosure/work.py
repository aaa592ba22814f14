"""A clock that counts work instead of seconds, so that what is done by a deadline depends on the input alone, never on the machine.

Solvers report what they did (matrix entries read, simplex iterations) and `spend` adds what that takes on a common core of 2025, so
that a budget in seconds is kept roughly, and the same input and budget give the same answer everywhere. No solver is called here.
"""

from __future__ import annotations

SECOND = 1_000_000
"""Ticks of one nominal second."""

_done = [0]


def now() -> int:
    """Ticks of work done by this process so far: like a clock, only differences mean something."""
    return _done[0]


def spend(seconds: float) -> None:
    """Add what a piece of work takes nominally, in seconds."""
    _done[0] += max(1, round(seconds * SECOND))


def after(seconds: float) -> int:
    """The time, on this clock, when that many nominal seconds will have been worked from now on."""
    return _done[0] + round(seconds * SECOND)


def linear_programme(rows: int, columns: int, entries: int, iterations: int) -> float:
    """Nominal seconds of one linear programme by simplex; fitted to 22,000 programmes of 100 to 20,000 columns."""
    return 4e-4 + 1.5e-7 * entries + iterations * (2.5e-5 + 1.2e-9 * (rows + columns))


def integer_programme(entries: int, questions: int, iterations: int) -> float:
    """Nominal seconds of one branch and cut, from how often it asked whether to stop and the simplex iterations of all its nodes."""
    return 1e-3 + questions * 9e-7 * entries + iterations * (3e-5 + 4e-9 * entries)

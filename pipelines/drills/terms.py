"""Releases of an invented trust, one after another, with joiners, leavers, group changers and corrections: protected jointly, attacked each time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipelines.disclosure import Policy, protect
from pipelines.drills.gate_attack import CELL, isolated
from pipelines.drills.moving_trust import Trust

K = 10
POLICY = Policy(
    k=K,
    level="exact",
    worth={"trust": 8, "everyone": 4},
    stability=2.0,
    public_totals=[{"measure": "headcount", "population": "pupils", "characteristic": "all"}],
)


@dataclass(frozen=True)
class Pace:
    """How much moves between two publications: at most so many joiners and leavers in each academy, changers and corrections in all."""

    joiners: int
    leavers: int
    changers: int
    corrections: int


TERMLY, NIGHTLY = Pace(8, 8, 4, 2), Pace(1, 1, 0, 0)


@dataclass(frozen=True)
class Published:
    """What one publication printed, and the true counts behind it."""

    cells: pd.DataFrame
    counts: pd.DataFrame
    zeros_shown: bool
    held: int


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    period: str
    figures: int
    shown: int
    held: int
    flips: int
    movers: int
    isolated: int
    shown_alone: int
    isolated_alone: int
    seconds: float


def simulate(terms: int, seed: int, pace: Pace, academies: int = 6, smallest: int = 150, largest: int = 400) -> list[Line]:
    """Publish term after term, jointly with all before (and, for comparison, each alone), and attack every publication."""
    trust = Trust(np.random.default_rng(seed))
    jointly: list[Published] = []
    alone: list[Published] = []
    lines = []
    rolls: dict[str, pd.DataFrame] = {}
    for number in range(terms):
        period, before = f"term {number + 1:02d}", f"term {number:02d}"
        if number:
            trust.move_on(period, pace.joiners, pace.leavers, pace.changers)
            trust.change(before, pace.corrections)
        else:
            trust.begin(period, academies, smallest, largest)
        placed = trust.placed()
        started = time.perf_counter()
        jointly.append(publish(trust, jointly, True))
        took = time.perf_counter() - started
        alone.append(publish(trust, alone, False))
        moved = 0 if not number else len(_movers(trust.periods[before], trust.periods[period]))
        found = [0, 0]
        if number:
            steps = [_step(rolls[before], _roll(placed, before)), _step(_roll(placed, before), _roll(placed, period))]
            for at, series in enumerate((jointly, alone)):
                found[at] = attacked(series, before, period, steps, trust)
        rolls[period] = _roll(placed, period)
        newest, plain = (_version(series[-1], period) for series in (jointly, alone))
        flips = _flips(jointly[-1].cells, before, period) if number else 0
        shown, shown_alone = int((newest["status"] == "shown").sum()), int((plain["status"] == "shown").sum())
        held = int((newest["rule"] == "movement").sum())
        lines.append(Line(period, len(newest), shown, held, flips, moved, found[0], shown_alone, found[1], took))
    return lines


def publish(trust: Trust, earlier: list[Published], jointly: bool) -> Published:
    """One publication of every period so far. Raises ValueError where the engine says that something stays unprotected."""
    frames = trust.frames()
    released = [before.cells.assign(release=f"release {at:02d}", release_from="") for at, before in enumerate(earlier)]
    past: dict[str, Any] = {"released": pd.concat(released, ignore_index=True)} if jointly and released else {"movements": None}
    protected = protect(policy=POLICY, **(frames | past))
    if protected.report["unprotected"]:
        raise ValueError("Something could not be protected.")
    counts = frames["cells"][["period", *CELL, "numerator"]].rename(columns={"numerator": "people"}).astype({"people": float})
    return Published(protected.cells, counts, not protected.report["zero_hidden"], len(protected.report["held"]))


def attacked(series: list[Published], before: str, period: str, steps: list[pd.DataFrame], trust: Trust) -> int:
    """How many groups of 1..k-1 joiners or leavers (or corrected people) of an academy the gate insider works out.

    The reader holds the last publication of the term before, its correction, and the new term.
    """
    told = [_version(series[-2], before), _version(series[-1], before), _version(series[-1], period)]
    zeros = series[-2].zeros_shown and series[-1].zeros_shown
    return len(isolated(told, steps, trust.frames(1)["groups"], zeros, K))


def _version(published: Published, period: str) -> pd.DataFrame:
    cells = published.cells[published.cells["period"] == period]
    counts = published.counts[published.counts["period"] == period]
    return counts.merge(cells[[*CELL, "status", "rule"]], on=CELL).assign(printed=lambda both: both["status"] == "shown")


def _roll(placed: pd.DataFrame, period: str) -> pd.DataFrame:
    return placed[placed["period"] == period].drop(columns="period")


def _step(then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    both = then.merge(now, on=[*CELL, "person"], how="outer", indicator=True)
    flags = both.assign(joined=both["_merge"] == "right_only", left=both["_merge"] == "left_only")
    counted = flags.groupby(CELL)[["joined", "left"]].sum().reset_index()
    return counted.astype({"joined": float, "left": float})


def _movers(then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    return then.merge(now, how="outer", indicator=True).query("_merge != 'both'").drop_duplicates("person")


def _flips(cells: pd.DataFrame, before: str, period: str) -> int:
    status = cells.pivot_table(index=CELL, columns="period", values="status", aggfunc="first")
    return int((status[before] != status[period]).sum())

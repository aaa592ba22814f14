"""The attack as a whole: from folders to a report. Each way of attacking has a module of its own."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from expectations.attack.bounds import Need
from expectations.attack.hiding import whatever_is_hidden
from expectations.attack.history import KIN, known_before, restated_by_few
from expectations.attack.insider import told_by_oneself
from expectations.attack.judging import judged, too_close
from expectations.attack.linear import Bools, Contradiction
from expectations.attack.linking import Linked, link, nested
from expectations.attack.means import recovered_means
from expectations.attack.movement import isolated
from expectations.attack.reading import NotARelease, Release, read_release
from expectations.attack.report import AttackReport, Recovered
from expectations.attack.solving import Findings, solve
from expectations.attack.statistics import statistics
from expectations.attack.texts import leaks_in_texts
from expectations.attack.truth import small_ones, true_values

AREA, ONE, ALL = ["area_level", "area_code"], ["population", "period"], [KIN, "period"]
SCOPES = ([*ONE, *AREA], [*ALL, *AREA], ONE, ALL)
"""Within which a restated number makes earlier numbers stale: tried in turn, until what is left can all be true at once."""


def attack(
    folder: Path,
    earlier: Sequence[Path] = (),
    disclosure: Mapping[str, Any] | None = None,
    seconds: float = 300.0,
    width_seconds: float | None = None,
    truth: pd.DataFrame | None = None,
    movers: pd.DataFrame | None = None,
) -> AttackReport:
    """Attack the release in ``folder``, knowing also everything that the ``earlier`` releases (oldest first) print.

    ``truth``: the unprotected figures, by which a judge knows which hidden numbers are small and so need their range; an attacker
    without it reports every range that might be too narrow. ``movers``: how many people joined and left each area since an earlier
    release (named as its folder), which whoever stands at the gate knows; see :mod:`expectations.attack.movement`.

    ``disclosure`` stands in for the manifest's block while there is none. ``seconds`` is the time allowed for exact recovery,
    ``width_seconds`` the further time for widths (20, or 600 where the level asks for widths). Never raises for what a folder holds:
    what cannot be attacked has not passed.
    """
    begun = time.monotonic()
    try:
        release = read_release(folder, disclosure)
        before = [statistics(read_release(path)) for path in earlier]
        asked = 600.0 if release.disclosure.level == "interval" else 20.0
        report = attack_release(release, before, seconds, asked if width_seconds is None else width_seconds, truth)
        report = replace(report, leaks=leaks_in_texts(folder))
        if movers is not None:
            told = {path.name: table for path, table in zip(earlier, before, strict=True)}
            report = replace(report, isolated=_isolated(release, before, movers, told, seconds))
    except (NotARelease, Contradiction) as error:
        report = _failed(disclosure, str(error))
    except Exception as error:  # fail closed: whatever went wrong, nothing has been shown to be safe
        report = _failed(disclosure, f"the attack broke off: {type(error).__name__}")
    return replace(report, seconds=time.monotonic() - begun)


def attack_release(
    release: Release,
    before: Sequence[pd.DataFrame] = (),
    seconds: float = 300.0,
    width_seconds: float = 60.0,
    truth: pd.DataFrame | None = None,
) -> AttackReport:
    """The attack on what was read; ``before`` holds the statistics of earlier releases, oldest first.

    Earlier numbers that later ones have overtaken are left out, in ever wider :data:`SCOPES`. Raises
    :class:`Contradiction` when the release does not add up, or cannot be reconciled with earlier ones that it seems to agree with.
    """
    now, bases = statistics(release), nested(release.populations)
    for scope in SCOPES:
        linked = link(release, known_before(now, before, scope, bases))
        values = None if truth is None else true_values(linked, release, truth)
        small = None if values is None else small_ones(values, release.disclosure.k)
        try:
            found = _solved(linked, release, seconds, width_seconds, small)
        except Contradiction:
            if not before or scope == SCOPES[-1]:
                raise
            continue
        if not (found.contradictions and before):
            break
    narrow = too_close(linked, found, release.disclosure.k, small)
    excused = whatever_is_hidden(linked, release, narrow, width_seconds) if release.disclosure.level == "interval" else None
    report = judged(linked, found, release, small, excused)
    means = recovered_means(release, linked, found)
    if values is not None and release.disclosure.insider_third:
        report = replace(report, told_by_oneself=told_by_oneself(linked, found, values, release.disclosure.k))
    return replace(report, recovered=report.recovered + means, restated_by_few=restated_by_few(now, before, release.disclosure.k))


def _isolated(
    release: Release, before: Sequence[pd.DataFrame], movers: pd.DataFrame, told: Mapping[str, pd.DataFrame], seconds: float
) -> tuple[Recovered, ...]:
    """Who is isolated to somebody at the gate; earlier numbers are left out by whole periods, for movers move every area's."""
    now, bases = statistics(release), nested(release.populations)

    def within(scope: Sequence[str]) -> tuple[Recovered, ...]:
        return isolated(link(release, known_before(now, before, scope, bases)), release, movers, told, seconds)

    try:
        return within(ONE)
    except Contradiction:
        return within(ALL)


def _solved(linked: Linked, release: Release, seconds: float, width_seconds: float, small: Bools | None) -> Findings:
    k, count, named = release.disclosure.k, len(linked.system.lower), len(linked.attacked)
    wanted = np.zeros(count, dtype=bool)
    wanted[:named] = linked.attacked
    wide = np.ones(count, dtype=bool)
    wide[:named] = True if small is None else small
    need = Need(np.where(wide, float(k), 0.0), np.where(wide, k - 1.0, 0.0))
    return solve(linked.system, wanted, need, seconds, width_seconds)


def _failed(disclosure: Mapping[str, Any] | None, problem: str) -> AttackReport:
    k, level = (disclosure or {}).get("k"), (disclosure or {}).get("level")
    return AttackReport(k if isinstance(k, int) else 0, str(level or "unknown"), problems=(problem,))

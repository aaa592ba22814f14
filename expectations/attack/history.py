"""What earlier releases add to an attacker's knowledge, and where they no longer fit. Attacking with it is elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from expectations.attack.statistics import STATISTIC, key_of

KIN = "kin"
"""Of a statistic: the population that all populations are part of in which its own is nested."""


def known_before(now: pd.DataFrame, before: Sequence[pd.DataFrame], scope: Sequence[str], bases: Mapping[str, str]) -> pd.DataFrame | None:
    """The newest earlier state of every statistic, without the scopes in which a number has been restated since.

    ``now`` and ``before`` (oldest first) are tables of statistics; ``scope`` names the columns, :data:`KIN` among them, within which one
    restated number makes all earlier numbers stale; ``bases``: what each nested population is nested in. ``None`` when there is no
    earlier release.
    """
    if not before:
        return None
    earlier = pd.concat([table.assign(age=age) for age, table in enumerate(reversed(before))], ignore_index=True)
    earlier[KIN] = earlier["population"].map(lambda population: _outermost(population, bases))
    earlier["open"] = earlier["upper"] - earlier["lower"] > 0.5
    newest = earlier.sort_values(["open", "age"], kind="stable").drop_duplicates(STATISTIC).drop(columns=["age", "open"])
    versions = pd.concat([earlier, now.assign(open=now["upper"] - now["lower"] > 0.5)], ignore_index=True)
    printed = versions[~versions["open"]]
    restated = printed[printed.groupby(key_of(printed, STATISTIC))["lower"].transform("nunique") > 1]
    restated = restated.assign(**{KIN: restated["population"].map(lambda population: _outermost(population, bases))})
    return newest[~key_of(newest, scope).isin(set(key_of(restated, scope)))].drop(columns=KIN)


def _outermost(population: str, bases: Mapping[str, str]) -> str:
    for _ in bases:  # as often as there are steps at most, should a release nest populations in a circle
        population = bases.get(population, population)
    return population


def restated_by_few(now: pd.DataFrame, before: Sequence[pd.DataFrame], k: int) -> int:
    """How many statistics are printed now and in the release before with a difference of 1 to k-1: net movers anyone can see."""
    if not before:
        return 0
    both = now.merge(before[-1], on=STATISTIC, suffixes=("", "_before"))
    printed = (both["upper"] - both["lower"] < 0.5) & (both["upper_before"] - both["lower_before"] < 0.5)
    moved = (both["lower"] - both["lower_before"]).abs()
    return int((printed & (moved >= 1) & (moved < k)).sum())

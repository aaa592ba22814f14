"""What earlier releases add to an attacker's knowledge, and where they no longer fit. Attacking with it is elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from expectations.attack.statistics import STATISTIC


def known_before(now: pd.DataFrame, before: Sequence[pd.DataFrame], scope: Sequence[str]) -> pd.DataFrame | None:
    """The newest earlier state of every statistic, without the scopes in which a number has been restated since.

    ``now`` and ``before`` (oldest first) are tables of statistics; ``scope`` names the columns within which one restated number
    makes all earlier numbers stale. ``None`` when there is no earlier release.
    """
    if not before:
        return None
    earlier = pd.concat([table.assign(age=age) for age, table in enumerate(reversed(before))], ignore_index=True)
    earlier["open"] = earlier["upper"] - earlier["lower"] > 0.5
    newest = earlier.sort_values(["open", "age"], kind="stable").drop_duplicates(STATISTIC).drop(columns=["age", "open"])
    versions = pd.concat([earlier, now.assign(open=now["upper"] - now["lower"] > 0.5)])
    printed = versions[~versions["open"]]
    restated = printed[printed.groupby(STATISTIC)["lower"].transform("nunique") > 1]
    stale = pd.MultiIndex.from_frame(restated[list(scope)].drop_duplicates())
    return newest[~pd.MultiIndex.from_frame(newest[list(scope)]).isin(stale)]


def restated_by_few(now: pd.DataFrame, before: Sequence[pd.DataFrame], k: int) -> int:
    """How many statistics are printed now and in the release before with a difference of 1 to k-1: net movers anyone can see."""
    if not before:
        return 0
    both = now.merge(before[-1], on=STATISTIC, suffixes=("", "_before"))
    printed = (both["upper"] - both["lower"] < 0.5) & (both["upper_before"] - both["lower_before"] < 0.5)
    moved = (both["lower"] - both["lower_before"]).abs()
    return int((printed & (moved >= 1) & (moved < k)).sum())

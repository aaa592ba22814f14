"""What a judge knows and an intruder does not: the unprotected figures. They say which ranges matter (P5), and nothing is recovered by them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from expectations.attack.linear import Bools, Floats, subtract_lines
from expectations.attack.linking import Linked, link
from expectations.attack.reading import CELL, Release, canonical
from expectations.attack.statistics import STATISTIC, key_of


def true_values(linked: Linked, release: Release, truth: pd.DataFrame) -> Floats:
    """The true number of each statistic of ``linked``, NaN where it cannot be looked up in ``truth``.

    ``truth`` holds every cell with its true numbers, also those that no mart prints: the columns of a cell but for ``status``.
    """
    told = canonical(truth.reindex(columns=CELL).reset_index(drop=True).assign(status="shown"))
    exact = replace(release.disclosure, rounded=frozenset(), reach=0)
    known = link(replace(release, cells=told, disclosure=exact))
    system = subtract_lines(known.system)
    named = len(known.table)
    value = pd.Series(np.where(system.fixed, system.lower, np.nan)[:named], index=key_of(known.table, STATISTIC))
    return np.asarray(key_of(linked.table, STATISTIC).map(value).to_numpy(float))


def small_ones(values: Floats, k: int) -> Bools:
    """Which statistics truly are 1 to k-1, or not known: those whose range has to be wide."""
    return np.asarray(np.isnan(values) | ((values >= 1) & (values < k)))

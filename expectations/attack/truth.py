"""What a judge knows and an intruder does not: the unprotected figures. They say which ranges matter (P5), and nothing is recovered by them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from expectations.attack.linear import Bools, subtract_lines
from expectations.attack.linking import Linked, link
from expectations.attack.reading import CELL, Release, canonical
from expectations.attack.statistics import STATISTIC, key_of


def small_ones(linked: Linked, release: Release, truth: pd.DataFrame) -> Bools:
    """Which statistics of ``linked`` truly are 1 to k-1, or cannot be looked up in ``truth``: those whose range has to be wide.

    ``truth`` holds every cell with its true numbers, also those that no mart prints: the columns of a cell but for ``status``.
    """
    told = canonical(truth.reindex(columns=CELL).reset_index(drop=True).assign(status="shown"))
    exact = replace(release.disclosure, rounded=frozenset(), reach=0)
    known = link(replace(release, cells=told, disclosure=exact))
    system = subtract_lines(known.system)
    named = len(known.table)
    value = pd.Series(np.where(system.fixed, system.lower, np.nan)[:named], index=key_of(known.table, STATISTIC))
    found = key_of(linked.table, STATISTIC).map(value).to_numpy(float)
    return np.asarray(np.isnan(found) | ((found >= 1) & (found < release.disclosure.k)))

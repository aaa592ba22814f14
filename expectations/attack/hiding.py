"""The release with everything hidden that may be: what is narrow even there, no suppression could have widened. Nothing else is judged."""

from __future__ import annotations

import numpy as np
import pandas as pd

from expectations.attack.bounds import Need
from expectations.attack.linear import UNBOUNDED, Bools, Contradiction
from expectations.attack.linking import Linked
from expectations.attack.reading import Release
from expectations.attack.solving import solve


def whatever_is_hidden(linked: Linked, release: Release, narrow: Bools, seconds: float) -> Bools:
    """Which of the ``narrow`` statistics keep too narrow a range when everything that may be hidden is.

    What is published elsewhere stays known, and so does a printed nought, for a policy that shows its noughts. What could not be settled
    within ``seconds`` is not excused.
    """
    excused = np.zeros(len(linked.attacked), dtype=bool)
    if not narrow.any():
        return excused
    table, k, named = linked.table, release.disclosure.k, len(linked.attacked)
    printed = ~linked.attacked & (table["lower"] > 0).to_numpy(dtype=bool) & ~_public(table, release)
    lower, upper = linked.system.lower.copy(), linked.system.upper.copy()
    lower[:named][printed], upper[:named][printed] = 1.0, UNBOUNDED
    wanted = np.zeros(len(lower), dtype=bool)
    wanted[:named] = narrow
    need = Need(np.where(wanted, float(k), 0.0), np.where(wanted, k - 1.0, 0.0))
    try:
        found = solve(linked.system.within(lower, upper), wanted, need, seconds, seconds)
    except Contradiction:
        return excused
    known = found.settled[:named] | found.fixed[:named]
    short = (found.highest[:named] < k - 1e-6) | (found.highest[:named] - found.lowest[:named] < k - 1 - 1e-6)
    return np.asarray(narrow & known & short)


def _public(table: pd.DataFrame, release: Release) -> Bools:
    """Head counts of everyone that the manifest lists as known from elsewhere."""
    everyone = (table["family"] == "n") & (table["characteristic"] == "all") & (table["cross_characteristic"] == "all")
    found = np.zeros(len(table), dtype=bool)
    for total in release.disclosure.public_totals:
        here = everyone & (table["population"] == total["population"]) & (table["area_level"] == total["area_level"])
        found |= here.to_numpy(dtype=bool)
    return found

"""What a published row says of how many people there are: a symbol for a group of nobody says so, one for a missing measure says nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from expectations.attack.reading import CELL, NUMBERS, PLACE, Disclosure, Release
from expectations.attack.statistics import statistics

MEASURES = pd.DataFrame({"measure": ["headcount", "progress"], "kind": ["headcount", "mean"]})
PLACED = {**dict.fromkeys(PLACE, "all"), "population": "pupils", "period": "2025-26", **dict.fromkeys(NUMBERS)}
PAUSED = pd.DataFrame({"measure": ["progress"], "period": ["2025-26"], "change": ["pause"]})


@pytest.mark.parametrize(("changes", "upper"), [(PAUSED, np.inf), (PAUSED[:0], 0.0), (PAUSED.assign(change="break"), 0.0)])
def test_a_measure_that_does_not_exist_says_nothing_of_how_many_there_are(changes: pd.DataFrame, upper: float) -> None:
    cells = pd.DataFrame([{**PLACED, "measure": "headcount", "status": "c"}, {**PLACED, "measure": "progress", "status": "z"}])[CELL]
    nothing = pd.DataFrame()
    release = Release(cells, nothing, nothing, MEASURES, nothing, Disclosure(10, "interval"), changes=changes)
    people = statistics(release).set_index("family").loc["n"]
    assert (people["upper"], people["hidden"]) == (upper, upper > 0)

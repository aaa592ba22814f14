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


def test_a_number_that_is_printed_all_the_same_is_read() -> None:
    printed = {**PLACED, "measure": "progress", "denominator": 12, "value": 0.5, "status": "shown"}
    cells = pd.DataFrame([{**PLACED, "measure": "headcount", "status": "c"}, printed])[CELL]
    nothing = pd.DataFrame()
    release = Release(cells, nothing, nothing, MEASURES, nothing, Disclosure(10, "interval"), changes=PAUSED)
    people = statistics(release).set_index("family").loc["n"]
    assert (people["lower"], people["upper"]) == (12, 12)

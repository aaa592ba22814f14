"""What an attacker keeps of earlier releases: numbers that later ones have overtaken are left out, in the scope that is asked for."""

from __future__ import annotations

import pandas as pd
import pytest

from expectations.attack.attacker import SCOPES
from expectations.attack.history import known_before
from expectations.attack.statistics import STATISTIC

BASES = {"with_sessions": "pupils", "late": "with_sessions"}
"""Late pupils are among those with sessions, and those among all pupils: more of them than of all is impossible."""


def told(**numbers: float | None) -> pd.DataFrame:
    """The head count of each population in one academy; ``None``: hidden."""
    place = dict.fromkeys(STATISTIC, "all") | {"period": "2025-26", "area_level": "academy", "area_code": "1", "family": "n"}
    ends = {name: (0.0, float("inf")) if number is None else (number, number) for name, number in numbers.items()}
    return pd.DataFrame([{**place, "population": name, "lower": low, "upper": high} for name, (low, high) in ends.items()])


@pytest.mark.parametrize(
    ("scope", "kept"),
    zip(SCOPES, [{"late", "with_sessions"}, set(), {"late", "with_sessions"}, set()], strict=True),
    ids=["one population here", "all here", "one population", "all"],
)
def test_a_restated_population_overtakes_those_nested_in_it_when_it_must(scope: list[str], kept: set[str]) -> None:
    before, now = told(pupils=273, with_sessions=273, late=270), told(pupils=272, with_sessions=None, late=None)
    known = known_before(now, [before], scope, BASES)
    assert known is not None and set(known["population"]) == kept


def test_populations_nested_in_a_circle_end() -> None:
    now = told(pupils=1)
    assert known_before(now, [now], SCOPES[-1], {"pupils": "late", "late": "pupils"}) is not None


def test_without_an_earlier_release_nothing_is_known() -> None:
    assert known_before(told(pupils=1), [], SCOPES[0], {}) is None

"""The disclosure policy as this room needs it: plain numbers and lists. Reading YAML and choosing a profile belong to the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["exact", "interval"]
LEVELS: tuple[str, ...] = ("exact", "interval")


@dataclass(frozen=True)
class Rounding:
    """P12: whole populations rounded to `base`. hidden_share: from which share of hidden rows on (None: always). populations: which
    (None: all). budget: seconds for the rounding, and as many for its audit."""

    base: int
    hidden_share: float | None = None
    populations: Sequence[str] | None = None
    budget: float = 120.0

    def __post_init__(self) -> None:
        if self.base < 2:
            raise ValueError(f"Rounding to a base of {self.base} changes nothing: it must be at least 2.")
        if self.hidden_share is not None and not 0 <= self.hidden_share < 1:
            raise ValueError("The hidden share from which rounding applies is at least 0 and under 1.")


@dataclass(frozen=True)
class Policy:
    """Thresholds of one publication. `k` and `level` have no default: a threshold is always somebody's decision.

    k: counts of people 1..k-1 are hidden. level: `exact` (nothing hidden can be worked out) or `interval` (nothing small
    can be narrowed to fewer than k possible values). dominance: the largest share of a sum that one person may hold.
    mean_minimum: the least n under a published mean (P8); the larger of it and k applies. unreliable_below: n under
    which a shown rate or mean carries `u`. public_totals, known: partial descriptions of cells (keys: population,
    period, measure, area_level, area_code, characteristic, group_code, cross_...), public already or structurally known;
    they are never hidden, and every reader is assumed to know them. insider_third: P11, three hidden cells
    in a line where one of them is a single person. rounding: P12, None where nothing is rounded. worth: how many times dearer it is
    to hide a figure of an area level, and of `everyone`, than one of a single group in an academy. stability: how many times dearer it
    is to hide what the last release showed, and cheaper what it hid; above 1, what a release of the same period hid stays hidden.
    budget: nominal seconds for the search for the cheapest pattern; safety does not depend on it.
    """

    k: int
    level: Level
    dominance: float = 0.5
    mean_minimum: int = 10
    unreliable_below: int = 20
    public_totals: Sequence[Mapping[str, str]] = ()
    known: Sequence[Mapping[str, str]] = ()
    insider_third: bool = True
    worth: Mapping[str, float] = field(default_factory=dict)
    stability: float = 1.0
    budget: float = 1.0
    rounding: Rounding | None = None

    def __post_init__(self) -> None:
        if self.k < 2:
            raise ValueError(f"A threshold k of {self.k} protects nobody: it must be at least 2.")
        if self.level not in LEVELS:
            raise ValueError(f"Unknown protection level '{self.level}': choose one of {', '.join(LEVELS)}.")
        if self.stability < 1:
            raise ValueError("Stability is a factor of cost: it must be at least 1, which is none.")
        if not 0 < self.dominance <= 1:
            raise ValueError("Dominance is a share of a sum: it must lie above 0 and not above 1.")
        if self.rounding is not None and self.rounding.base > self.k:
            raise ValueError(
                f"Rounding to {self.rounding.base} needs a threshold of at least as much: under it a shown count could print as 0."
            )

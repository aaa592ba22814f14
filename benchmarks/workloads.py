"""Made-up trusts of a given size, seeded: the academies of the demonstration over and over, each with people of its own."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.refreshing import Refreshed
from pipelines.catalogue import load
from pipelines.demo import Demonstration
from pipelines.demo import make as make_demonstration
from pipelines.demo.trust import SITES, Site, Size
from pipelines.home import Home, make_keys

FIRST_URN, FIRST_ESTABLISHMENT = 910_001, 9_995_001
EASY_TO_CORRECT = "Arbor_Student*.csv"
"""Exports of pupils without footer, so that one without its last line is one with a pupil fewer."""


@dataclass(frozen=True)
class Workload:
    """A trust of ``academies`` that sends all its datasets for ``periods`` in one night, on whose ``today`` they may be released.

    ``larger``: how many times as many places each academy has as its like in the demonstration.
    """

    academies: int
    periods: tuple[str, ...] = ("2025-26",)
    today: dt.date = dt.date(2026, 10, 2)
    larger: float = 1

    @property
    def says(self) -> str:
        """What it is, in words."""
        return f"{self.academies} academies, {len(self.periods)} year{'s' * (len(self.periods) > 1)}"

    def prepare(self, home: Home, seed: int = 1) -> dict[str, Refreshed]:
        """Make the home, with tonight's files in the drop folders. What went before, measured: refreshes by what they took in."""
        self.make(home, seed)
        return {}

    def make(self, home: Home, seed: int) -> Demonstration:
        """Make the home, with every file in the drop folders."""
        home.make()
        make_keys(home)
        made = make_demonstration(home, load, seed=seed, size=Size(sites(self.academies, self.larger), self.periods))
        no_advice(home)
        return made


def no_advice(home: Home) -> None:
    """Leave out what coarser tables would win back: advice for analysts, which is asked for apart."""
    with (home.trust / "disclosure_policy.yml").open("a", encoding="utf-8") as policy:
        policy.write("price_coarser: 0\n")


def sites(number: int, larger: float = 1) -> tuple[Site, ...]:
    """``number`` academies: those of the demonstration in turn, under names and numbers of their own."""
    return tuple(_site(SITES[place % len(SITES)], place, larger) for place in range(number))


def _site(like: Site, place: int, larger: float) -> Site:
    academy = like.academy.model_copy(
        update={
            "urn": str(FIRST_URN + place),
            "laestab": str(FIRST_ESTABLISHMENT + place),
            "name": f"{like.academy.name} {place // len(SITES) + 1}",
        }
    )
    return replace(like, academy=academy, places=(round(like.places[0] * larger), round(like.places[1] * larger)))


@dataclass(frozen=True)
class Export:
    """One academy's export of its pupils as it was dropped: kept to send it again, corrected."""

    path: Path
    content: bytes
    modified: float

    @classmethod
    def at(cls, path: Path) -> Export:
        return cls(path, path.read_bytes(), path.stat().st_mtime)

    def in_home(self, home: Home) -> Export:
        """The same export in another home of the same trust."""
        return replace(self, path=home.drop / self.path.parent.name / self.path.name)

    def corrected(self, times: int = 1) -> None:
        """Drop it again, each time with a pupil fewer and a day later."""
        lines = self.content.splitlines(keepends=True)
        self.path.write_bytes(b"".join(lines[:-times]))
        os.utime(self.path, (self.modified + times * 86_400,) * 2)


def easy_exports(home: Home) -> list[Export]:
    """Those of the waiting exports that :meth:`Export.corrected` can make another of."""
    return [Export.at(path) for path in sorted(home.drop.glob(f"*/{EASY_TO_CORRECT}"))]

"""Made-up trusts of a given size, seeded: the academies of the demonstration over and over, each with people of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipelines.catalogue import load
from pipelines.demo import make as make_demonstration
from pipelines.demo.trust import SITES, Site, Size
from pipelines.home import Home, make_keys

FIRST_URN, FIRST_ESTABLISHMENT = 910_001, 9_995_001


@dataclass(frozen=True)
class Workload:
    """A trust of ``academies`` that has sent all its datasets for ``periods``."""

    academies: int
    periods: tuple[str, ...]

    def drop(self, home: Home, seed: int = 1) -> None:
        """Make the home with its files lying in the drop folders."""
        home.make()
        make_keys(home)
        make_demonstration(home, load, seed=seed, size=Size(sites(self.academies), self.periods))
        with (home.trust / "disclosure_policy.yml").open("a", encoding="utf-8") as policy:
            policy.write("price_coarser: 0\n")  # advice for analysts, which is asked for apart


WORKLOADS = {
    "W1": Workload(5, ("2025-26",)),
    "W2": Workload(25, ("2025-26",)),
}


def sites(number: int) -> tuple[Site, ...]:
    """``number`` academies: those of the demonstration in turn, under names and numbers of their own."""
    return tuple(_site(SITES[place % len(SITES)], place) for place in range(number))


def _site(like: Site, place: int) -> Site:
    academy = like.academy.model_copy(
        update={
            "urn": str(FIRST_URN + place),
            "laestab": str(FIRST_ESTABLISHMENT + place),
            "name": f"{like.academy.name} {place // len(SITES) + 1}",
        }
    )
    return replace(like, academy=academy)

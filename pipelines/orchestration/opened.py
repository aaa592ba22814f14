"""A home opened for work: its paths, keys and catalogue together. Fails with a sentence when any of them will not do."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipelines.catalogue import Catalogue, load
from pipelines.home import Home, Keys, load_keys
from pipelines.home.layout import bring_up_to_date

MOVERS = "movers.parquet.sealed"


@dataclass(frozen=True)
class Opened:
    """What every step needs. The catalogue is read once, so that one run never sees two versions of it."""

    home: Home
    keys: Keys

    @classmethod
    def at(cls, root: str | Path) -> Opened:
        """Open the home at ``root``; ``HomeError`` when there is none, when a key is missing, or when others can read it.

        From here on nothing this process makes can be read by anyone else. A home of an earlier layout is brought up to date.
        """
        os.umask(0o077)
        home = Home.existing(root)
        home.refuse_if_exposed()
        bring_up_to_date(home)
        return cls(home, load_keys(home))

    @cached_property
    def catalogue(self) -> Catalogue:
        return load(self.home.trust)

    @property
    def candidate(self) -> Path:
        """Where a run builds its warehouse; it takes the place of ``whole`` when the draft stands."""
        return self.home.warehouse / "candidate.duckdb"

    @property
    def whole(self) -> Path:
        return self.home.warehouse / "warehouse.duckdb"

    @property
    def protection_report(self) -> Path:
        """What the disclosure engine says of its own work: counts by table and rule, never a value."""
        return self.home.warehouse / "protection.json"

    @property
    def rules(self) -> Path:
        """The fingerprint of the catalogue that the run which builds the candidate began with."""
        return self.home.warehouse / "rules.sha256"

    @property
    def movers(self) -> Path:
        """How many people joined and left each area between publications, sealed: for the judge of the draft, and nobody else."""
        return self.protection_report.with_name(MOVERS)

    @property
    def dbt_target(self) -> Path:
        return self.home.warehouse / "dbt"

    @property
    def log(self) -> Path:
        """What dbt and Dagster said during the last refresh from the command line."""
        return self.dbt_target / "logs" / "refresh.log"

    def verdict(self, judge: str) -> Path:
        """Where a judge's verdict on the partial draft is kept until the draft is finished."""
        return self.home.warehouse / "verdicts" / f"{judge}.json"

"""A backlog: thirty nights of an export that every academy makes daily, waiting together. The newest counts; those before are kept."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.workloads import Workload, sites
from pipelines.demo import Demonstration, Dropped
from pipelines.demo.dialects import DIALECTS, export, report_for
from pipelines.demo.sheets import written
from pipelines.demo.trust import Site
from pipelines.home import Home

DAILY = "attendance"
LAST_NIGHT = dt.datetime(2026, 7, 17, 2, 0)
SESSIONS_A_NIGHT = 2


@dataclass(frozen=True)
class Backlog(Workload):
    """All datasets of a year, attendance of each of the last ``nights``: every night two more sessions."""

    nights: int = 30

    @property
    def says(self) -> str:
        return f"{super().says}, {self.nights} nights of {DAILY}"

    def make(self, home: Home, seed: int) -> Demonstration:
        made = super().make(home, seed)
        by_urn = {site.urn: site for site in sites(self.academies, self.larger)}
        for dropped in made.files:
            if dropped.dataset == DAILY:
                self._nightly(made, dropped, by_urn[dropped.folder])
        return made

    def _nightly(self, made: Demonstration, dropped: Dropped, site: Site) -> None:
        """In place of one export those of the nights up to the last, which holds what the one held."""
        whole = made.tables[dropped.period][DAILY]
        whole = whole[whole["urn"] == site.urn]
        dataset, dialect = made.catalogue.datasets[DAILY], DIALECTS[site.dialect]
        report = report_for(dataset, made.catalogue, dialect)
        title = f"{report.system} {report.report}" if report else dataset.title
        for night in range(self.nights):
            ago = self.nights - 1 - night
            exported = LAST_NIGHT - dt.timedelta(days=ago)
            sheet = export(as_of(whole, ago), dataset, made.catalogue, dialect)
            path = dropped.path.with_stem(f"{dropped.path.stem}_night{night + 1:02d}")
            path.write_bytes(written(sheet, dialect, title=title, academy=site.academy.name, exported=exported))
            os.utime(path, (exported.replace(tzinfo=dt.UTC).timestamp(),) * 2)
        dropped.path.unlink()


def as_of(totals: pd.DataFrame, nights_ago: int) -> pd.DataFrame:
    """Totals as they stood some nights before: fewer sessions, of which as many were missed as there can have been."""
    possible = np.maximum(totals["sessions_possible"] - SESSIONS_A_NIGHT * nights_ago, 1)
    absent = np.minimum(totals["sessions_absent"], possible)
    attended = possible - absent
    late = np.minimum(totals["sessions_late"], attended)
    return totals.assign(sessions_possible=possible, sessions_absent=absent, sessions_attended=attended, sessions_late=late)

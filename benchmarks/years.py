"""Five years of a trust: the closed ones released with termly totals, and in the open one session marks, which all academies send tonight."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv

from benchmarks.refreshing import Refreshed, refreshed
from benchmarks.session_marks import drawn, school_days
from benchmarks.workloads import Workload, easy_exports
from pipelines.demo import Demonstration, Dropped
from pipelines.demo.dialects import DIALECTS, export
from pipelines.demo.sheets import written
from pipelines.home import Home

ATTENDANCE = "attendance"
TERMS = {"autumn": 0.38, "spring": 0.69, "summer": 1.0}
"""The share of the year's sessions that lie behind at the end of each."""
TOTALS = ("sessions_possible", "sessions_absent", "sessions_late", "sessions_unauthorised", "sessions_late_after_close")
FORMS = ("long", "by day", "wide")
RELEASED, IN_SUMMER = dt.date(2025, 10, 2), dt.date(2026, 7, 20)
CHANGED_TONIGHT = 3
"""Corrected exports of pupils that come with the marks."""


@dataclass(frozen=True)
class Years(Workload):
    """The closed years lie released, and the open one's other datasets landed; tonight come its marks, and a few corrected exports."""

    periods: tuple[str, ...] = ("2021-22", "2022-23", "2023-24", "2024-25", "2025-26")
    today: dt.date = IN_SUMMER + dt.timedelta(days=1)
    larger: float = 1.94

    @property
    def says(self) -> str:
        return f"{super().says}, the last with session marks"

    def prepare(self, home: Home, seed: int = 1) -> dict[str, Refreshed]:
        made = self.make(home, seed)
        aside = home.root.with_name("aside")
        shutil.rmtree(aside, ignore_errors=True)
        with_marks = self._with_marks(made, seed, aside / "marks")
        waiting = [dropped.path for dropped in made.files if dropped.period == self.periods[-1] and dropped.dataset != ATTENDANCE]
        before = {}
        if len(self.periods) > 1:
            put_aside(waiting, home.drop, aside / "open")
            before["closed years"] = refreshed(home, RELEASED)
            put_aside((path for path in (aside / "open").rglob("*") if path.is_file()), aside / "open", home.drop)
        exports = easy_exports(home)[:CHANGED_TONIGHT]
        before["open year without attendance"] = refreshed(home, IN_SUMMER)
        put_aside(with_marks, aside / "marks", home.drop)
        for one in exports:
            one.corrected()
        shutil.rmtree(aside)
        return before

    def make(self, home: Home, seed: int) -> Demonstration:
        """With the totals of the closed years by term."""
        made = super().make(home, seed)
        dataset, office = made.catalogue.datasets[ATTENDANCE], DIALECTS["trust_office"]
        for dropped in made.files:
            if dropped.dataset == ATTENDANCE and dropped.period != self.periods[-1]:
                sheet = export(by_term(made.tables[dropped.period][ATTENDANCE]), dataset, made.catalogue, office)
                exported = dt.datetime.fromtimestamp(dropped.path.stat().st_mtime, dt.UTC)
                _overwrite(dropped.path, written(sheet, office, title=dataset.title, academy=made.catalogue.trust.name, exported=exported))
        return made

    def _with_marks(self, made: Demonstration, seed: int, folder: Path) -> list[Path]:
        """The open year's attendance as marks in ``folder``, in place of the totals that were dropped."""
        totals = made.tables[self.periods[-1]][ATTENDANCE]
        dropped = [one for one in made.files if one.dataset == ATTENDANCE and one.period == self.periods[-1]]
        return [_register(one, totals, seed, place, folder) for place, one in enumerate(dropped)]


def _register(dropped: Dropped, totals: pd.DataFrame, seed: int, place: int, folder: Path) -> Path:
    path = folder / dropped.folder / f"Session_marks_{dropped.period}.csv"
    path.parent.mkdir(parents=True)
    upns = totals.loc[totals["urn"] == dropped.folder, "upn"].drop_duplicates().tolist()
    marks = drawn(np.random.default_rng([seed, place]), upns, school_days())
    csv.write_csv(in_form(marks, FORMS[place % len(FORMS)]), path, csv.WriteOptions(quoting_style="none"))
    dropped.path.unlink(missing_ok=True)
    return path


def in_form(marks: pa.Table, form: str) -> pa.Table:
    """A row a mark as it is, a row for each pupil and day, or a row for each pupil; marks are in the order of pupils, days and halves."""
    if form == "long":
        return marks
    mornings, afternoons = (marks.take(pa.array(np.arange(half, len(marks), 2))) for half in (0, 1))
    if form == "by day":
        return mornings.select(["UPN", "Surname", "Date"]).append_column("AM", mornings["Mark"]).append_column("PM", afternoons["Mark"])
    sessions = len(school_days()) * 2
    pupils = marks.take(pa.array(np.arange(0, len(marks), sessions))).select(["UPN", "Surname"])
    for session in range(sessions):
        one = marks.take(pa.array(np.arange(session, len(marks), sessions)))
        pupils = pupils.append_column(f"{one['Date'][0]} {one['Session'][0]}", one["Mark"])
    return pupils


def by_term(totals: pd.DataFrame) -> pd.DataFrame:
    """A year's totals as those of its three terms, which add up to them."""
    behind = {name: np.zeros(len(totals)) for name in TOTALS}
    parts = []
    for term, share in TERMS.items():
        now = {name: np.floor(totals[name].to_numpy(dtype=float) * share) for name in TOTALS}
        parts.append(totals.assign(term=term, **{name: (now[name] - behind[name]).astype(int) for name in TOTALS}))
        behind = now
    terms = pd.concat(parts, ignore_index=True)
    absent = terms["sessions_absent"].clip(upper=terms["sessions_possible"])
    attended = terms["sessions_possible"] - absent
    unauthorised = terms["sessions_unauthorised"].clip(upper=absent)
    return terms.assign(
        sessions_absent=absent,
        sessions_attended=attended,
        sessions_late=terms["sessions_late"].clip(upper=attended),
        sessions_unauthorised=unauthorised,
        sessions_late_after_close=terms["sessions_late_after_close"].clip(upper=unauthorised),
        sessions_missing=0,
    )


def put_aside(paths: Iterable[Path], folder: Path, other: Path) -> None:
    """Move files of ``folder`` to the same place in ``other``."""
    for path in list(paths):
        target = other / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, target)


def _overwrite(path: Path, content: bytes) -> None:
    modified = path.stat().st_mtime
    path.write_bytes(content)
    os.utime(path, (modified, modified))

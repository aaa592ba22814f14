"""Making the demonstration: the trust's declarations and one year of exports in its drop folders. Reading them back belongs to intake."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.catalogue.model import Catalogue, Dataset
from pipelines.catalogue.trust import CalendarPeriod
from pipelines.demo import applicants, faults, outcomes, pupils, records, trust, workforce
from pipelines.demo.contracts import fitted
from pipelines.demo.dialects import ANY_SYSTEM, DIALECTS, Dialect, export, report_for
from pipelines.demo.sheets import written
from pipelines.home import Home

OFFICE, TRUST_WIDE = DIALECTS["trust_office"], ("payroll",)


@dataclass(frozen=True)
class Dropped:
    """One file in a drop folder and what the door should say of it. ``folder`` is a URN, or 'trust'."""

    path: Path
    folder: str
    dataset: str
    period: str
    rows: int
    outcome: faults.Outcome


@dataclass(frozen=True)
class Demonstration:
    """What was made: the files, and ``tables[period][dataset]``, the truth behind them in the contracts' own names and codes.

    Everything in ``tables`` can be read back from the files, but for what :data:`~pipelines.demo.faults.FAULTS` spoils.
    """

    home: Home
    catalogue: Catalogue
    files: tuple[Dropped, ...]
    tables: dict[str, dict[str, pd.DataFrame]]


def make(
    home: Home,
    catalogue_loader: Callable[[Path], Catalogue],
    *,
    seed: int = 2010,
    size: trust.Size = trust.SMALL,
    progress: Callable[[str], None] | None = None,
) -> Demonstration:
    """Write a whole made-up trust into ``home``: ``trust/*.yml``, and exports of every dataset in ``drop/``.

    ``size``: which academies, and which years: the same people, a year older. What is past came as one file of the whole trust. The same
    seed gives the same bytes.
    ``progress`` is told, in words, what was made. No key, ledger or receipt is touched.
    """
    tell = progress or (lambda sentence: None)
    home.make()
    trust.declare(home.trust, size)
    catalogue = catalogue_loader(home.trust)
    tell(f"{trust.NAME}: {len(size.sites)} academies declared.")
    files: list[Dropped] = []
    tables: dict[str, dict[str, pd.DataFrame]] = {}
    for period in catalogue.calendar.periods:
        tables[period.period] = fitted(people_and_events(period, seed, size.sites), catalogue, period, seed)
        for dataset in catalogue.datasets.values():
            sites = size.sites if period.period == catalogue.calendar.open_period else ()
            files += _drop(home, catalogue, dataset, tables[period.period][dataset.name], period, sites)
            tell(f"{period.period}: {dataset.title}, {len(tables[period.period][dataset.name]):,} rows.")
    return Demonstration(home, catalogue, tuple(files), tables)


def people_and_events(period: CalendarPeriod, seed: int, sites: tuple[trust.Site, ...] = trust.SMALL.sites) -> dict[str, pd.DataFrame]:
    """The truth of one period, by dataset name: every table in the contract's own field names and codes."""
    roll, people = pupils.roll(period, seed, sites), workforce.staff(period, seed, sites)
    governors = workforce.governance(sites, seed)

    def rng(purpose: int) -> np.random.Generator:
        return np.random.default_rng([seed, period.starts.year, purpose])

    return {
        "pupils": roll,
        "attendance": outcomes.attendance(roll, period, rng(11)),
        "attainment": outcomes.attainment(roll, period, rng(12)),
        "suspensions": outcomes.suspensions(roll, period, rng(13)),
        "staff": people,
        "payroll": workforce.payroll(people, period, rng(14)),
        "participation": outcomes.participation(roll, rng(15)),
        "recruitment": applicants.recruitment(sites, period.starts.year, rng(17)),
        "admissions": applicants.admissions(sites, period.starts.year, rng(18)),
        "training": workforce.training(pd.concat([people, governors]), period, rng(16)),
        "staff_events": workforce.events(people, period, rng(19)),
        "governance": governors,
        "incidents": records.incidents(roll, period, rng(20)),
        "register": records.register(sites, period, rng(21)),
        "pupil_voice": outcomes.pupil_voice(roll, rng(22)),
    }


def _drop(
    home: Home, catalogue: Catalogue, dataset: Dataset, table: pd.DataFrame, period: CalendarPeriod, sites: tuple[trust.Site, ...]
) -> Iterator[Dropped]:
    """Drop ``dataset`` of every site, in its MIS's dialect, and of the central team; or of the trust as one file; and its faults."""
    place = partial(_drop_one, home, catalogue, period=period)
    if dataset.name in TRUST_WIDE or not sites:
        yield place(dataset, table, folder="trust", dialect=OFFICE)
        return
    central = table[table["urn"] == trust.CODE]
    if len(central):
        yield place(dataset, central, folder="trust", dialect=OFFICE)
    for site in sites:
        here, own = partial(place, folder=site.urn, dialect=DIALECTS[site.dialect]), table[table["urn"] == site.urn]
        if careless := faults.of("missing_column", site.urn, dataset.name):
            yield here(faults.without_column(dataset, careless), own, outcome=careless.outcome, draft=True)
        if unknown := faults.of("unknown_code", site.urn, dataset.name):
            here, own = partial(here, outcome=unknown.outcome), faults.with_unknown_codes(own, unknown)
        if own.empty and not dataset.nil_return:
            continue
        dropped = here(dataset, own)
        yield dropped
        if again := faults.of("same_again", site.urn, dataset.name):
            copy = dropped.path.with_stem(f"{dropped.path.stem}_copy")
            _write(copy, dropped.path.read_bytes(), _exported(period))
            yield replace(dropped, path=copy, outcome=again.outcome)


def _drop_one(
    home: Home,
    catalogue: Catalogue,
    dataset: Dataset,
    table: pd.DataFrame,
    *,
    folder: str,
    dialect: Dialect,
    period: CalendarPeriod,
    outcome: faults.Outcome = "accepted",
    draft: bool = False,
) -> Dropped:
    """Write one file. A draft is an export of a month before, and says so in its name."""
    report = report_for(dataset, catalogue, dialect)
    title = f"{report.system} {report.report}" if report and report.system != ANY_SYSTEM else dataset.title
    academy = catalogue.academy(folder)
    exported = _exported(period) - dt.timedelta(days=30 * draft)
    content = written(
        export(table, dataset, catalogue, dialect),
        dialect,
        title=title,
        academy=academy.name if academy else catalogue.trust.name,
        exported=exported,
    )
    words = "_".join(re.findall(r"[A-Za-z0-9]+", title))
    if table.empty:
        dialect, content = OFFICE, f"nil,{dataset.name},{period.period}\n".encode()
    path = home.drop / folder / f"{words}_{period.period}{'_draft' * draft}.{dialect.suffix}"
    _write(path, content, exported)
    return Dropped(path, folder, dataset.name, period.period, len(table), outcome)


def _exported(period: CalendarPeriod) -> dt.datetime:
    """All exports are made in the last week of the summer term."""
    return dt.datetime(period.ends.year, 7, 17, 9, 30)


def _write(path: Path, content: bytes, exported: dt.datetime) -> None:
    if not path.parent.is_dir():
        path.parent.mkdir()
        path.parent.chmod(0o2770)
    path.write_bytes(content)
    stamp = exported.replace(tzinfo=dt.UTC).timestamp()
    os.utime(path, (stamp, stamp))

"""What is stored ends when it is due: quarantine, bytes no longer in use, landed years, and their keys. How long, the catalogue says.

Nothing is decided here.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from pipelines.catalogue.model import Catalogue, Dataset
from pipelines.home.keys import destroy_years
from pipelines.home.parquet import key_name
from pipelines.home.whole import flush_directory
from pipelines.intake.contract import is_column
from pipelines.intake.converge import forget_undeclared, tidy
from pipelines.intake.ledger import EXPIRED
from pipelines.intake.mapping import Slice
from pipelines.intake.store import Store


@dataclass(frozen=True)
class Ended:
    """How many were destroyed because their time was over: files of quarantine and of ``raw/``, landed slices; slices that lost columns.

    ``years``: academic years whose key was destroyed, so that no backup made before can be read of them.
    """

    quarantine: int = 0
    raw: int = 0
    slices: int = 0
    lessened: int = 0
    years: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.quarantine or self.raw or self.slices or self.lessened or self.years)

    def __str__(self) -> str:
        counted = f"{self.quarantine} of quarantine, {self.raw} of raw, {self.slices} landed slices; {self.lessened} slices without columns that are over"
        return counted + (f"; the key of {', '.join(self.years)}" if self.years else "")


def retain(store: Store, today: dt.date) -> Ended:
    """End what is due ``today``; running it again ends nothing more. Call it holding the home's lock, with the landing in order."""
    landed = _landed_years(store, today)
    return Ended(_quarantine(store, today), _raw(store, today), *landed, _keys(store, today))


def kept_until(catalogue: Catalogue, dataset: Dataset, period: str) -> dict[str, dt.date]:
    """By landed column or attribute, the day from which it is kept no longer; empty for a period that the calendar does not have."""
    ends = next((item.ends for item in catalogue.calendar.periods if item.period == period), None)
    if ends is None:
        return {}
    until: dict[str, dt.date] = {}
    longest = max(item.retention_years for item in dataset.fields)
    for item in dataset.fields:
        over = _years_after(
            ends, item.retention_years or longest
        )  # 0 is of what is dropped at the door; what is derived of it stays with the row
        names = [one.name for one in item.derives]
        names += [item.name] if item.store and (item.attribute or is_column(item, dataset)) else []
        until |= dict.fromkeys(names, over)
    return until


def _years_after(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 3, 1)


def _quarantine(store: Store, today: dt.date) -> int:
    received = _last_received(store)
    last = today - dt.timedelta(days=store.catalogue.retention.quarantine_days)
    over = [path for path in store.home.quarantine.glob("*") if received.get(path.name, _written(path)) <= last]
    for path in over:
        path.unlink()
    if over:
        flush_directory(store.home.quarantine)
    return len(over)


def _raw(store: Store, today: dt.date) -> int:
    """Bytes that no slice in use rests on, once that is long enough ago. A dataset that is declared no longer is not in use."""
    active = {entry.key: entry for entry in store.ledger.slices(active=True) if entry.key.dataset in store.catalogue.datasets}
    in_use = {entry.content_hash for entry in active.values()}
    last = today - dt.timedelta(days=store.catalogue.retention.superseded_days)
    since = _last_received(store)
    for entry in store.ledger.slices(active=False):
        if entry.key in active:
            replaced = store.ledger.file(active[entry.key].reference).received.date()
            since[entry.content_hash] = max(since[entry.content_hash], replaced)
    kept = (path for path in store.home.raw.glob("*") if path.name not in in_use)
    over = {path.name for path in kept if since.get(path.name, _written(path)) <= last}
    with store.ledger.transaction():
        for digest in sorted(over):
            store.ledger.lessen(digest, EXPIRED, today)
        for entry in store.ledger.slices():
            if entry.content_hash in over:
                store.ledger.drop_slice(entry.reference, entry.key)
    store.destroy_what_is_due()
    forget_undeclared(store)
    return len(over)


def _landed_years(store: Store, today: dt.date) -> tuple[int, int]:
    """``(ended, lessened)``: slices whose every column is over, with their bytes where nothing else rests on them; and those with some over."""
    candidates: dict[Slice, list[tuple[str, str]]] = defaultdict(list)
    for entry in store.ledger.slices():
        candidates[entry.key].append((entry.reference, entry.content_hash))
    ended, lessened = 0, 0
    for key, versions in candidates.items():
        dataset = store.catalogue.datasets.get(key.dataset)
        until = kept_until(store.catalogue, dataset, key.period) if dataset else {}
        over = {name for name, day in until.items() if day <= today}
        if dataset is None or not over:
            continue
        if over == until.keys():
            with store.ledger.transaction():
                for reference, _ in versions:
                    store.ledger.drop_slice(reference, key)
                left = {entry.content_hash for entry in store.ledger.slices()}
                for digest in {digest for _, digest in versions} - left:
                    store.ledger.lessen(digest, EXPIRED, today)
            tidy(store, key)
            ended += 1
        else:
            tidy(store, key)
            active = next(iter(store.ledger.slices(key, active=True)), None)
            lessened += bool(active and store.landing.forget(dataset, key, active.reference, over))
    store.destroy_what_is_due()
    return ended, lessened


def _keys(store: Store, today: dt.date) -> tuple[str, ...]:
    """The years whose every column of every dataset is over, and of which nothing is stored any more; their keys are destroyed."""
    over = [
        item.period
        for item in store.catalogue.calendar.periods
        if item.period in store.keys.years
        and all(
            day <= today
            for dataset in store.catalogue.datasets.values()
            for day in kept_until(store.catalogue, dataset, item.period).values()
        )
    ]
    held = {key_name(path) for path in store.home.landing.rglob("*.parquet")} | store.sealed_years() if over else set()
    ended = tuple(year for year in over if year not in held)
    if ended:
        destroy_years(store.home, ended)
        for year in ended:
            del store.keys.years[year]
    return ended


def _last_received(store: Store) -> dict[str, dt.date]:
    """By content hash, the day the bytes last came."""
    return {entry.content_hash: entry.received.date() for entry in store.ledger.files()}


def _written(path: Path) -> dt.date:
    return dt.datetime.fromtimestamp(path.stat().st_mtime, tz=dt.UTC).date()

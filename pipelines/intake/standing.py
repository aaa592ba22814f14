"""Where things stand: what waits in the drop folders, what is in use, and what each academy has sent. Nothing is changed here."""

from __future__ import annotations

import datetime as dt
import hashlib
from contextlib import closing
from typing import TYPE_CHECKING

from pipelines.catalogue.model import Catalogue
from pipelines.home import Home
from pipelines.intake import arrivals, names
from pipelines.intake.absences import age, latest
from pipelines.intake.converge import is_stale
from pipelines.intake.ledger import HELD, REFUSED, FileEntry, Ledger, SliceEntry
from pipelines.intake.mapping import Slice
from pipelines.intake.receipts import counted

if TYPE_CHECKING:
    import pandas as pd


def unsettled(home: Home, catalogue: Catalogue) -> str:
    """A fingerprint of what the next intake would work on; empty when there is nothing: no file waits, no contract changed."""
    if not home.ledger.exists():
        return _hash(["no ledger"])
    with closing(Ledger(home.ledger)) as ledger:
        stale = is_stale(ledger.contracts(), ledger.usable(), catalogue)
        answered = ledger.seen()
    waiting = [
        (arrival.place, arrival.name, arrival.size, arrival.modified_ns)
        for arrival in arrivals.listing(home, catalogue)
        if not names.is_unfinished(arrival.name)
        and not (arrivals.stays(arrival) and (arrival.place, names.shown(arrival.name), arrival.inode, arrival.modified_ns) in answered)
    ]
    return _hash([catalogue.fingerprints["all"], *map(repr, waiting)]) if waiting or stale else ""


def inputs(home: Home) -> list[tuple[str, str, str, str]]:
    """``(dataset, period, urn, content hash)`` of every slice in use, sorted: what the figures rest on."""
    if not home.ledger.exists():
        return []
    with closing(Ledger(home.ledger)) as ledger:
        return sorted((*entry.key, entry.content_hash) for entry in ledger.slices(active=True))


def lessened(home: Home) -> dict[str, tuple[str, dt.date]]:
    """By content hash, what became of bytes that are no longer kept as they came, and when: of an erasure, or at the end of their time."""
    if not home.ledger.exists():
        return {}
    with closing(Ledger(home.ledger)) as ledger:
        return ledger.lessened()


def status(home: Home, catalogue: Catalogue, now: dt.datetime) -> pd.DataFrame:
    """One row per academy, dataset and period: what is in use and what came of the last file.

    Columns: academy_urn, academy, dataset, period, state (in use, held, not accepted, missing), rows (banded where protected), exported,
    received, things_to_fix, reference, age (of the data in use at ``now``; where there is none, of the last that the academy sent for any
    period). Periods: the open one, and every one that somebody sent.
    """
    import pandas as pd

    active: dict[Slice, SliceEntry] = {}
    files: list[FileEntry] = []
    if home.ledger.exists():
        with closing(Ledger(home.ledger)) as ledger:
            active = {entry.key: entry for entry in ledger.slices(active=True)}
            files = ledger.files()
    by_reference = {entry.reference: entry for entry in files}
    rows = []
    for academy in catalogue.trust.academies:
        for dataset in catalogue.datasets.values():
            for period in sorted({catalogue.calendar.open_period, *(key.period for key in active)}):
                used = active.get(Slice(dataset.name, period, academy.urn))
                file = by_reference[used.reference] if used else _refused_last(files, academy.urn, dataset.name)
                rows.append(
                    {
                        "academy_urn": academy.urn,
                        "academy": academy.name,
                        "dataset": dataset.name,
                        "period": period,
                        "state": "in use" if used else "missing" if file is None else "held" if file.outcome == HELD else "not accepted",
                        "rows": counted(used.rows, dataset) if used else "",
                        "exported": used.exported if used else pd.NaT,
                        "received": file.received if file else pd.NaT,
                        "things_to_fix": file.things_to_fix if file else 0,
                        "reference": file.reference if file else "",
                        "age": age(used.exported if used else latest(list(active.values()), academy.urn, dataset.name), now),
                    }
                )
    return pd.DataFrame(rows)


def _refused_last(files: list[FileEntry], place: str, dataset: str) -> FileEntry | None:
    """The last file of that academy and dataset, if it was refused or is held."""
    mine = [entry for entry in files if entry.place == place and entry.dataset == dataset]
    return mine[-1] if mine and mine[-1].outcome in (REFUSED, HELD) else None


def _hash(parts: list[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:16]

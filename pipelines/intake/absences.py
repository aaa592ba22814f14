"""What an academy has not sent, how old the last it sent is, and which of its files nobody has seen to. Nothing is changed here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from pipelines.catalogue.model import Catalogue, Dataset
from pipelines.home import Home
from pipelines.intake import receipts
from pipelines.intake.arrivals import school_time
from pipelines.intake.ledger import HELD, REFUSED, FileEntry, Ledger, SliceEntry
from pipelines.intake.mapping import TRUST, Slice
from pipelines.intake.notices import NEWS, Fault, past


@dataclass(frozen=True)
class Absence:
    """An academy without a file in use of a dataset that is asked for, in the open period. ``last``: when the latest of any period was
    exported. ``deadline``: when it was due; the day of the release where the calendar names none."""

    urn: str
    academy: str
    dataset: Dataset
    period: str
    last: dt.datetime | None
    deadline: dt.date | None

    def age(self, now: dt.datetime) -> str:
        """How old the last it sent is."""
        return age(self.last, now)


def age(last: dt.datetime | None, now: dt.datetime) -> str:
    """How long ago that was, in days."""
    if last is None:
        return "never sent"
    days = (school_time(now).date() - last.date()).days
    return "today" if days <= 0 else f"{days} day{'s' if days > 1 else ''} old"


def absences(home: Home, catalogue: Catalogue, now: dt.datetime) -> list[Absence]:
    """Who owes what at ``now``, by dataset and academy; academies that are not in the trust that day owe nothing."""
    slices = _slices(home)
    period, today = catalogue.calendar.open_period, school_time(now).date()
    declared = next((one for one in catalogue.calendar.periods if one.period == period), None)
    due = declared.due if declared else {}
    active = {entry.key for entry in slices if entry.active}
    found = []
    for dataset in sorted(catalogue.datasets.values(), key=lambda item: (not item.core, item.title)):
        if not (dataset.core or dataset.name in due):
            continue
        for academy in catalogue.trust.academies:
            if academy.is_member(today) and Slice(dataset.name, period, academy.urn) not in active:
                last = latest(slices, academy.urn, dataset.name)
                deadline = due.get(dataset.name, declared.release_from if declared else None)
                found.append(Absence(academy.urn, academy.name, dataset, period, last, deadline))
    return found


def latest(slices: Sequence[SliceEntry], urn: str, dataset: str) -> dt.datetime | None:
    """When the newest file in use of that academy and dataset, of whatever period, was exported."""
    return max((entry.exported for entry in slices if entry.active and (entry.key.urn, entry.key.dataset) == (urn, dataset)), default=None)


def told(home: Home, catalogue: Catalogue, now: dt.datetime) -> list[str]:
    """For each dataset that is asked for and not complete: how many academies are in, and the name and age of each that is not."""
    members = sum(academy.is_member(school_time(now).date()) for academy in catalogue.trust.academies)
    missing: dict[str, list[Absence]] = {}
    for absence in absences(home, catalogue, now):
        missing.setdefault(absence.dataset.title, []).append(absence)
    return [
        f"{title} {those[0].period}: {members - len(those)} of {members} academies in. "
        f"Not in: {', '.join(f'{one.academy} ({one.age(now)})' for one in those)}."
        for title, those in missing.items()
    ]


def faults(home: Home, catalogue: Catalogue, now: dt.datetime) -> list[Fault]:
    """Files that are not used and data that is late, each with what to do about it. References, academies and datasets; no count of people."""
    found, today = [], school_time(now).date()
    for entry, standing in _not_used(home, now):
        academy = catalogue.academy(entry.place)
        place = academy.name if academy else "files for all academies" if entry.place == TRUST else "files of no academy"
        found.append(
            Fault(f"file/{entry.reference}", f"{place}, {entry.reference}: {receipts.from_json(entry.receipt).headline}.", standing)
        )
    for one in absences(home, catalogue, now):
        if one.deadline and one.deadline < today:
            late = (today - one.deadline).days
            words = (
                f"{one.academy}: {one.dataset.title} {one.period} is {late} day{'s' if late > 1 else ''} late; its last is {one.age(now)}."
            )
            words = words.replace("its last is never sent", "it never sent any")
            found.append(Fault(f"late/{one.urn}/{one.dataset.name}/{one.period}/{one.deadline}", words))
    return found


def _not_used(home: Home, now: dt.datetime) -> list[tuple[FileEntry, bool]]:
    """The refused and held files that are news, for twice as long where nothing came after them; whether each so stands."""
    if not home.ledger.exists():
        return []
    with closing(Ledger(home.ledger)) as ledger:
        files, marks = ledger.files(), ledger.told()
    last = {(entry.place, entry.dataset): entry.reference for entry in files}
    found = []
    for entry in files:
        if entry.outcome in (REFUSED, HELD) and past(entry.reference) not in marks:
            standing = last[entry.place, entry.dataset] == entry.reference
            if entry.received >= school_time(now) - NEWS * (2 if standing else 1):
                found.append((entry, standing))
    return found


def _slices(home: Home) -> list[SliceEntry]:
    if not home.ledger.exists():
        return []
    with closing(Ledger(home.ledger)) as ledger:
        return ledger.slices()

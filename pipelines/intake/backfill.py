"""Files of a year that is past: taken in like any other, with that year's codes, but nobody is reminded, asked or held up for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

from pipelines.home import HomeError
from pipelines.intake import arrivals, names, receipts
from pipelines.intake.arrivals import Arrival, NotYetWhole
from pipelines.intake.deciding import decide
from pipelines.intake.mapping import TRUST
from pipelines.intake.notices import past
from pipelines.intake.receipts import UNPLACED, Receipt
from pipelines.intake.settle import STILL_ARRIVING, opened
from pipelines.intake.store import Store


def backfill(store: Store, folder: Path, year: str, now: dt.datetime, progress: Callable[[str], None]) -> tuple[list[Receipt], int]:
    """Take in every file of ``folder``, whose sub-folders are named as those of the drop folder. The files stay.

    The receipts, and how many files were not whole yet.

    A file that says it is of another year is not used. A file that was taken in before is the same as before, so that a backfill that
    was stopped can be run again. :class:`HomeError` for a year that the calendar lacks and for a folder without a place.
    """
    if year not in {item.period for item in store.catalogue.calendar.periods}:
        raise HomeError(f"The calendar has no {year}. Add it to {store.home.trust / 'calendar.yml'}: starts, ends and reference_date.")
    told, arriving = [], 0
    found = sorted(_arrivals(store, folder), key=lambda arrival: (arrival.place, arrival.name))
    if not found:
        raise HomeError(f"{folder} has no file in a sub-folder named after an academy's URN, or {TRUST}.")
    for arrival in found:
        try:
            parcel = opened(arrival, year)
        except NotYetWhole:
            progress(f"{arrival.place}/{names.shown(arrival.name)}: {STILL_ARRIVING}; run it again")
            arriving += 1
            continue
        reference = decide(store, parcel, arrivals.school_time(now), confirmed=True)
        store.ledger.tell([past(reference)], now)
        receipt = receipts.from_json(store.ledger.file(reference).receipt)
        receipts.hand_over(receipt, store.home)
        told.append(receipt)
        progress(f"{receipt.place}/{receipt.file}: {receipt.headline}")
    return told, arriving


def _arrivals(store: Store, folder: Path) -> Iterator[Arrival]:
    places = {TRUST, *(academy.urn for academy in store.catalogue.trust.academies)}
    for arrival in arrivals.found_in(folder, places):
        if arrival.place != UNPLACED and not names.is_unfinished(arrival.name):
            yield arrival

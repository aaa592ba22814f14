"""A person's word about a file that was taken in: to use one that was held, or not to use one any more. Reading files belongs elsewhere."""

from __future__ import annotations

import datetime as dt

from pipelines.home import HomeError
from pipelines.intake import arrivals, receipts
from pipelines.intake.arrivals import Arrival
from pipelines.intake.converge import tidy, withdrawn
from pipelines.intake.deciding import Parcel, decide
from pipelines.intake.ledger import ACCEPTED, HELD, KEPT, FileEntry
from pipelines.intake.problems import problem
from pipelines.intake.reading import Reading
from pipelines.intake.receipts import Receipt
from pipelines.intake.store import Store


def confirm(store: Store, reference: str, now: dt.datetime) -> Receipt:
    """Use a file that was held, as if it had come now; its new receipt. :class:`HomeError` for one that is not held."""
    entry = _known(store, reference)
    if entry.outcome != HELD:
        raise HomeError(f"The file of receipt {reference} is not held, so there is nothing to confirm.")
    folder = store.home.drop / entry.place
    modified = entry.modified.replace(tzinfo=arrivals.SCHOOL_TIME).timestamp()
    arrival = Arrival(folder / entry.name, entry.place, entry.name, 0, 0, entry.size, int(modified * 1e9))
    parcel = Parcel(arrival, entry.content_hash, store.unsealed(entry.content_hash), None)
    receipt = _told(store, decide(store, parcel, arrivals.school_time(now), confirmed=True))
    with store.ledger.transaction():
        store.ledger.withdraw(reference)
    return receipt


def withdraw(store: Store, reference: str, why: str, now: dt.datetime) -> Receipt:
    """Use a file no more, nor count it as a version; the one before it is in use again. The receipt that says so.

    :class:`HomeError` for a file that was never accepted. Its bytes stay in ``raw/``, sealed, for audit.
    """
    entry = _known(store, reference)
    if entry.outcome not in (ACCEPTED, KEPT, HELD):
        raise HomeError(f"The file of receipt {reference} is not in use, so there is nothing to withdraw.")
    keys = [item.key for item in store.ledger.slices(reference=reference)]
    with store.ledger.transaction():
        store.ledger.put_slices(reference, entry.fingerprint, ())
        for key in keys:
            store.ledger.choose(key)
        said = Reading(entry.exported, entry.dataset, problems=(problem("recalled", what=why),))
        told = withdrawn(store, entry, said, arrivals.school_time(now))
    for key in keys:
        tidy(store, key)
    return _told(store, told)


def _known(store: Store, reference: str) -> FileEntry:
    try:
        return store.ledger.file(reference)
    except KeyError:
        raise HomeError(f"There is no receipt {reference}. References stand on every receipt and in: equality status") from None


def _told(store: Store, reference: str) -> Receipt:
    receipt = receipts.from_json(store.ledger.file(reference).receipt)
    receipts.hand_over(receipt, store.home)
    return receipt

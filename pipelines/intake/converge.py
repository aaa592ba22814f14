"""Making the landing what the ledger says: after a crash, after a changed contract, after a newer file. Nothing new is taken in here."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from dataclasses import replace

from pipelines.catalogue.model import Catalogue
from pipelines.home import HomeError
from pipelines.intake import erasure, receipts
from pipelines.intake.landing import EMPTY, path_of
from pipelines.intake.ledger import REFUSED, FileEntry, SliceEntry
from pipelines.intake.mapping import Slice
from pipelines.intake.problems import problem
from pipelines.intake.reading import Reading, Source, read
from pipelines.intake.store import Store
from pipelines.intake.telling import Known, entries, tell


def converge(store: Store, now: dt.datetime) -> None:
    """Bring landing and receipts to what the ledger holds. Running it again changes nothing."""
    shutil.rmtree(store.home.landing / ".aside", ignore_errors=True)
    _land_empty_files(store)
    for entry in _read_under_an_old_contract(store.ledger.usable(), store.catalogue):
        _read_again(store, entry, now)
    wanted = {entry.key: entry for entry in store.ledger.slices(active=True) if entry.key.dataset in store.catalogue.datasets}
    for key in sorted(wanted.keys() | _landed(store)):
        _tidy(store, key, wanted.get(key))
    store.destroy_what_is_due()
    for entry in store.ledger.files():
        if not (store.home.receipts / entry.place / entry.reference).is_dir():
            receipts.write(receipts.from_json(entry.receipt), store.home.receipts / entry.place)


def tidy(store: Store, key: Slice) -> None:
    """Make one slice's folder hold the file in use and nothing else, reading it again from raw if it is not there."""
    _tidy(store, key, next(iter(store.ledger.slices(key, active=True)), None))


def _tidy(store: Store, key: Slice, active: SliceEntry | None) -> None:
    kept = path_of(store.home, key, active.reference) if active else None
    if active and kept and not kept.exists():
        _land_again(store, active)
    folder = path_of(store.home, key, "any").parent
    for path in sorted(folder.glob("*.parquet")):
        if path != kept:
            path.unlink()
    if kept is None and folder.is_dir():
        folder.rmdir()


def forget_undeclared(store: Store) -> None:
    """Remove what was landed of datasets that are declared no longer and of which the ledger holds no slice."""
    held = {entry.key.dataset for entry in store.ledger.slices()} | store.catalogue.datasets.keys()
    for folder in store.home.landing.iterdir():
        if folder.is_dir() and folder.name not in held:
            shutil.rmtree(folder)


def is_stale(contracts: dict[str, str], usable: Sequence[FileEntry], catalogue: Catalogue) -> bool:
    """Whether the catalogue changed since the landing was made: an empty file or an accepted one was read under another contract."""
    changed = any(contracts.get(name) != catalogue.fingerprints[f"dataset:{name}"] for name in catalogue.datasets)
    return changed or bool(_read_under_an_old_contract(usable, catalogue))


def _read_under_an_old_contract(usable: Sequence[FileEntry], catalogue: Catalogue) -> list[FileEntry]:
    """Files of datasets that are still declared; those of others are left as they are."""
    return [entry for entry in usable if catalogue.fingerprints.get(f"dataset:{entry.dataset}", entry.fingerprint) != entry.fingerprint]


def _land_empty_files(store: Store) -> None:
    landed = store.ledger.contracts()
    for name, dataset in store.catalogue.datasets.items():
        if landed.get(name) != store.contract(name) or not (store.home.landing / name / EMPTY).exists():
            store.landing.write_empty(dataset)
            store.ledger.put_contract(name, store.contract(name))


def _read_again(store: Store, entry: FileEntry, now: dt.datetime) -> None:
    """Read an accepted file under today's contract. One that no longer passes leaves the landing, with a receipt that says why.

    People who were erased since leave its bytes as well; where they cannot be taken out, the bytes are destroyed.
    """
    if store.is_gone(entry.content_hash) and not store.ledger.slices(reference=entry.reference):
        store.ledger.put_slices(entry.reference, store.contract(entry.dataset), ())  # its time was over; nothing of it is landed
        return
    reading = reading_of(store, entry)
    less = lessened(store, entry, reading) if reading.erased else ""
    before = store.ledger.slices(reference=entry.reference)
    again = entries(entry.reference, entry.content_hash, reading, store.catalogue)
    in_use = {item.key for item in before if item.active}
    for key in sorted(in_use & {item.key for item in again}):
        store.landing.write(store.catalogue.datasets[entry.dataset], key, entry.reference, reading.records[key])
    with store.ledger.transaction():
        store.ledger.put_slices(entry.reference, store.contract(entry.dataset), again)
        for key in {item.key for item in (*before, *again)}:
            store.ledger.choose(key)
        if less:
            store.ledger.lessen(entry.content_hash, less, now.date())
        if reading.refusal:
            withdrawn(store, entry, reading, now)


def withdrawn(store: Store, entry: FileEntry, reading: Reading, now: dt.datetime) -> str:
    """Record that a file is used no more, with a receipt that says what ``reading`` says; its reference. The caller has a transaction."""
    reference = store.ledger.new_reference(entry.reference)
    source = Source(entry.place, entry.name, entry.modified)
    receipt = tell(
        reading, source, Known(), store.catalogue, reference=reference, content_hash=entry.content_hash, size=entry.size, received=now
    )
    store.ledger.add_file(
        replace(entry, reference=reference, received=now, outcome=REFUSED, things_to_fix=receipt.things_to_fix, receipt=receipt.as_json())
    )
    store.ledger.withdraw(entry.reference)
    return reference


def _land_again(store: Store, active: SliceEntry) -> None:
    entry = store.ledger.file(active.reference)
    reading = reading_of(store, entry)
    if active.key not in reading.records:
        raise HomeError(f"The file {entry.reference} no longer gives the rows it gave before. Restore the landing from a backup.")
    store.landing.write(store.catalogue.datasets[entry.dataset], active.key, active.reference, reading.records[active.key])


def reading_of(store: Store, entry: FileEntry) -> Reading:
    """What the file holds today of years that are not over.

    A year that it does not say is the one it was taken for when it came, not the one that is open now.
    """
    if store.is_gone(entry.content_hash):
        return Reading(entry.exported, entry.dataset, problems=(problem("bytes_gone"),))
    reading = read(store.unsealed(entry.content_hash), source_of(store, entry), store.catalogue, store.keys, store.judge)
    return replace(reading, records={key: rows for key, rows in reading.records.items() if key.period in store.keys.years})


def lessened(store: Store, entry: FileEntry, reading: Reading) -> str:
    """Keep the file's bytes without those who were erased, or say that they are to be destroyed; what the ledger is to say."""
    less = erasure.without_erased(store, store.unsealed(entry.content_hash), source_of(store, entry), reading)
    return store.keep_less(entry.content_hash, less, max((key.period for key in reading.records), default=""))


def source_of(store: Store, entry: FileEntry) -> Source:
    """What was known of the file when it came."""
    periods = {item.key.period for item in store.ledger.slices(reference=entry.reference)}
    return Source(entry.place, entry.name, entry.modified, periods.pop() if len(periods) == 1 else None)


def _landed(store: Store) -> set[Slice]:
    """The slices that have a folder in the landing."""
    return {
        Slice(folder.parent.parent.name, folder.parent.name.removeprefix("period="), folder.name.removeprefix("academy_urn="))
        for name in store.catalogue.datasets
        for folder in (store.home.landing / name).glob("period=*/academy_urn=*")
    }

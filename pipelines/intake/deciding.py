"""What becomes of one file: the same as before, refused, accepted, or kept but not in use; written into the ledger as one step.

Reading the file belongs in ``reading``, the words of its receipt in ``telling``; here they meet what the ledger already holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

from pipelines.catalogue.model import Catalogue
from pipelines.home import Keys
from pipelines.home.limit import limited
from pipelines.intake import erasure, names
from pipelines.intake.arrivals import Arrival
from pipelines.intake.converge import tidy
from pipelines.intake.landing import MAIN
from pipelines.intake.ledger import ACCEPTED, HELD, KEPT, REFUSED, SAME, FileEntry, Sighting, SliceEntry, winner
from pipelines.intake.mapping import TRUST, Record
from pipelines.intake.problems import Problem, problem
from pipelines.intake.reading import Judge, Reading, Source, read
from pipelines.intake.store import Store
from pipelines.intake.telling import SHORT_FALL, Known, columns_changed, entries, tell

READ_SECONDS = 300.0
"""What reading and judging one file may take: a year's register of a large academy takes seconds."""
SHARE_OF_ANOTHER_ROLL = 0.5
FEWEST_TO_COMPARE_ROLLS = 20
Ahead = Callable[[bytes, Source], Future[Reading] | None]
"""Has :func:`read_limited` done elsewhere, while this process does something else; ``None`` where nobody can."""


@dataclass(frozen=True)
class Parcel:
    """An arrival, opened. ``content`` is ``None`` where it could not be read; ``refusal``: why it is not looked into.

    ``year``: the past year that it is sent for, if it is. ``ahead``: its reading, where that was asked for before its turn.
    """

    arrival: Arrival
    content_hash: str
    content: bytes | None
    refusal: Problem | None
    year: str | None = None
    ahead: Future[Reading] | None = field(default=None, compare=False)

    @property
    def sighting(self) -> Sighting:
        """What the ledger remembers of where it lay."""
        arrival = self.arrival
        return Sighting(arrival.place, names.shown(arrival.name), arrival.inode, arrival.size, arrival.modified_ns, self.content_hash)

    @property
    def source(self) -> Source:
        """What is known of it without its content."""
        return Source(self.arrival.place, self.arrival.name, self.arrival.modified, self.year, past=self.year is not None)


def decide(store: Store, parcel: Parcel, now: dt.datetime, confirmed: bool = False) -> str:
    """Decide about a file that the ledger has not seen lie there, land what is to be landed, and record it; its reference.

    ``confirmed``: a person said that it is right although it is unlike the last one.
    """
    digest, place = parcel.content_hash, parcel.arrival.place
    reference = store.ledger.new_reference(f"{place}-{digest[:8]}")
    same_as, landed = _same_as(store, parcel)
    if same_as is not None:
        reading, outcome = Reading(same_as.exported, same_as.dataset), SAME
    else:
        reading = _read(store, parcel)
        landed = entries(reference, digest, reading, store.catalogue)
        year = max((entry.key.period for entry in landed), default="")
        reading, outcome = _placed_in_time(store, reading, landed)
        if reading.erased and outcome == REFUSED and (store.home.raw / digest).exists() and _kept(store, digest):
            pass  # another's file that is in use, already without them
        elif reading.erased:
            less = None if outcome == REFUSED else erasure.without_erased(store, parcel.content or b"", parcel.source, reading)
            store.ledger.lessen(digest, store.keep_less(digest, less, year), now.date())
            store.destroy_what_is_due()
        elif parcel.content is not None and outcome == REFUSED:
            store.quarantine(digest, parcel.content)
        elif parcel.content is not None:
            store.seal(digest, parcel.content, year)
    known = _known(store, place, reading, landed, same_as)
    if outcome == ACCEPTED:
        reading = replace(reading, problems=(*reading.problems, *columns_changed(reading, known)))
        if not confirmed and (unlike := _unlike_the_last(store, reading, landed, known.slices)):
            outcome, reading = HELD, replace(reading, problems=(*reading.problems, *unlike))
        elif twice := _on_roll_twice(store, reading):
            reading = replace(reading, problems=(*reading.problems, twice))
    receipt = tell(
        reading,
        parcel.source,
        known,
        store.catalogue,
        reference=reference,
        content_hash=digest,
        size=parcel.arrival.size,
        received=now,
        landed=landed,
        held=outcome == HELD,
    )
    entry = FileEntry(
        reference=reference,
        content_hash=digest,
        fingerprint=store.contract(reading.dataset),
        place=place,
        name=parcel.sighting.name,
        size=parcel.arrival.size,
        modified=parcel.arrival.modified,
        received=now,
        dataset=reading.dataset,
        exported=reading.exported,
        outcome=outcome,
        things_to_fix=receipt.things_to_fix,
        receipt=receipt.as_json(),
    )
    _record(store, entry, parcel.sighting, reading, landed if outcome in (ACCEPTED, KEPT) else ())
    return reference


def _record(store: Store, entry: FileEntry, sighting: Sighting, reading: Reading, candidates: tuple[SliceEntry, ...]) -> None:
    """Land the slices that win, write the ledger in one transaction, and remove what was superseded."""
    for candidate in candidates:
        if winner([*store.ledger.slices(candidate.key), candidate]) == candidate:
            store.landing.write(store.catalogue.datasets[entry.dataset], candidate.key, entry.reference, reading.records[candidate.key])
    with store.ledger.transaction():
        store.ledger.add_file(entry)
        store.ledger.add_sighting(sighting, entry.reference, entry.received)
        if candidates:
            store.ledger.put_slices(entry.reference, entry.fingerprint, candidates)
            for candidate in candidates:
                store.ledger.choose(candidate.key)
    for candidate in candidates:
        tidy(store, candidate.key)


def read_limited(content: bytes, source: Source, catalogue: Catalogue, keys: Keys, judge: Judge) -> Reading:
    """:func:`read` within ``READ_SECONDS``. A fault of ours in it refuses the file: nothing that was not judged is used."""
    try:
        with limited(READ_SECONDS):
            return read(content, source, catalogue, keys, judge)
    except Exception as error:  # whatever a file provokes is that file's refusal, and its text may quote a value
        return Reading(source.modified, problems=(problem("could_not_be_checked", what=type(error).__name__),))


def _read(store: Store, parcel: Parcel) -> Reading:
    """What the file holds, and whether its sender may send it."""
    if parcel.refusal is not None or parcel.content is None:
        return Reading(parcel.source.modified, problems=(parcel.refusal,) if parcel.refusal else ())
    try:
        reading = parcel.ahead.result() if parcel.ahead else None
    except Exception:  # whatever became of the other process, the file is read here
        reading = None
    reading = reading or read_limited(parcel.content, parcel.source, store.catalogue, store.keys, store.judge)
    if reading.refusal is None and (over := sorted({key.period for key in reading.records} - store.keys.years.keys())):
        return replace(reading, problems=(problem("year_over", what=", ".join(over)), *reading.problems), records={})
    others = not reading.nil and _kept(store, parcel.content_hash)  # whoever had none says so in the same words
    if reading.refusal is None and (others or _is_another_academys(store, reading)):
        return replace(reading, problems=(problem("wrong_academy"), *reading.problems), records={})
    return reading


def _same_as(store: Store, parcel: Parcel) -> tuple[FileEntry | None, tuple[SliceEntry, ...]]:
    """The accepted file with the same bytes, and its slices, if all of them are this sender's to send."""
    if parcel.refusal is None:
        for entry, slices in _kept(store, parcel.content_hash):
            if all(_may_send(parcel.arrival.place, item.key.urn) for item in slices):
                return entry, slices
    return None, ()


def _kept(store: Store, digest: str) -> list[tuple[FileEntry, tuple[SliceEntry, ...]]]:
    """The accepted files with those bytes, each with its slices; not those of which nothing is kept any more, which may come again."""
    found = [(entry, tuple(store.ledger.slices(reference=entry.reference))) for entry in store.ledger.usable(digest)]
    return [(entry, slices) for entry, slices in found if slices]


def _may_send(place: str, urn: str) -> bool:
    return place in (TRUST, urn)


def _is_another_academys(store: Store, reading: Reading) -> bool:
    """Whether more than half of the pupils stand in another academy's file of the same kind and period."""
    if reading.names_academy or store.catalogue.datasets[reading.dataset].subject != "pupil":
        return False
    for key, records in reading.records.items():
        persons = sorted({record["person_key"] for record in records})
        if len(persons) >= FEWEST_TO_COMPARE_ROLLS and store.landing.persons_elsewhere(key, persons) > SHARE_OF_ANOTHER_ROLL * len(persons):
            return True
    return False


def _unlike_the_last(store: Store, reading: Reading, now: tuple[SliceEntry, ...], last: tuple[SliceEntry, ...]) -> list[Problem]:
    """Why a person is asked first: some slice shrank by more than a fifth, or a year group of the file in use is missing."""
    before = {entry.key: entry for entry in last}
    found = [problem("fewer_rows")] if any(entry.rows < SHORT_FALL * before[entry.key].rows for entry in now if entry.key in before) else []
    years = [item.name for item in store.catalogue.datasets[reading.dataset].fields if item.type == "year_group"]
    for name in years:
        for entry in now:
            if entry.key in before:
                here = {record[name] for record in reading.records[entry.key]}
                missing = sorted(store.landing.values(entry.key, before[entry.key].reference, name) - here)
                found += [problem("year_group_missing", what=", ".join(missing))] if missing else []
    return found


def _on_roll_twice(store: Store, reading: Reading) -> Problem | None:
    """The remark that pupils stand on two rolls of the trust as if each were their main one; both academies are told nothing more."""
    names_of = {item.name for item in store.catalogue.datasets[reading.dataset].fields}
    if not {"leaving_date", "enrolment_status"} <= names_of:
        return None
    many = sum(
        store.landing.on_roll_elsewhere(key, [record["person_key"] for record in records if _is_on_main_roll(record)])
        for key, records in reading.records.items()
    )
    return problem("on_roll_twice", what=f"{many:,}") if many else None


def _is_on_main_roll(record: Record) -> bool:
    return record["leaving_date"] is None and record["enrolment_status"] in (None, *MAIN)


def _placed_in_time(store: Store, reading: Reading, landed: tuple[SliceEntry, ...]) -> tuple[Reading, str]:
    """The reading with what is to be said about older and simultaneous versions, and the file's outcome."""
    if reading.refusal:
        return reading, REFUSED
    in_use, kinds = False, set()
    for entry in landed:
        others = store.ledger.slices(entry.key)
        if winner([*others, entry]) == entry:
            in_use = True
        else:
            kinds.add("two_at_once" if any(other.exported == entry.exported for other in others) else "older_than_current")
    remarks = [replace(problem(kind), weight="fix") if in_use else problem(kind) for kind in sorted(kinds)]
    return replace(reading, problems=(*remarks, *reading.problems)), ACCEPTED if in_use else KEPT


def _known(store: Store, place: str, reading: Reading, landed: tuple[SliceEntry, ...], same_as: FileEntry | None) -> Known:
    """What the ledger holds about the same slices, or, for a file that was refused, about the same dataset and place.

    A slice that this file does not win counts as its winner will leave it: with another version in use, or with none.
    """
    active = {entry.key: entry for entry in store.ledger.slices(active=True, urn=None if place == TRUST else place)}
    about = {entry.key for entry in landed}
    if not about and reading.dataset:
        mine = [key for key in active if key.dataset == reading.dataset and key.urn == place]
        about = {key for key in mine if key.period == mine[-1].period}
    stands = {entry.key: winner([*store.ledger.slices(entry.key), entry]) for entry in landed}
    used = {key: stands[key] if key in stands and stands[key] not in landed else active.get(key) for key in about}
    before = tuple(entry for _, entry in sorted(used.items()) if entry is not None)
    periods = {key.period for key in about}
    standing = {
        entry.reference for entry in active.values() if _may_send(place, entry.key.urn) and (not periods or entry.key.period in periods)
    }
    return Known(
        before,
        max(map(store.ledger.file, dict.fromkeys(entry.reference for entry in before)), key=lambda entry: entry.received, default=None),
        tuple(map(store.ledger.file, sorted(standing))),
        same_as,
    )

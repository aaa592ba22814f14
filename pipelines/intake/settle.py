"""Taking in what was dropped: each file sealed, read, judged, landed by rename, recorded, answered with a receipt, then removed.

The order makes a crash harmless: until the ledger holds a file it lies in ``drop/`` and is taken in anew; once it does, ``converge``
puts right whatever the crash left undone. What becomes of a file is decided in ``deciding``; what its receipt says, in ``telling``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.catalogue.model import Catalogue
from pipelines.home import Home, Keys
from pipelines.home.whole import flush_directory
from pipelines.intake import arrivals, names, receipts
from pipelines.intake.arrivals import Arrival, Look, NotYetWhole
from pipelines.intake.converge import converge
from pipelines.intake.deciding import Ahead, Parcel, decide
from pipelines.intake.problems import Problem, Refused, problem
from pipelines.intake.reading import Judge
from pipelines.intake.receipts import Receipt
from pipelines.intake.store import Store

SETTLE_SECONDS = 2.0
READ_AHEAD = 2
"""Files that are read while one is settled."""
STILL_ARRIVING = "Still arriving"


@dataclass(frozen=True)
class Settled:
    """One file and what became of it. ``rows`` is banded where even the number of rows is protected; ``name`` is safe to print."""

    name: str
    place: str
    dataset: str
    periods: tuple[str, ...]
    outcome: str
    headline: str
    reference: str
    rows: str
    receipt: Path
    slices: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class IntakeReport:
    """What one run of intake did: files settled, and names of files that were not whole yet."""

    settled: tuple[Settled, ...] = ()
    arriving: tuple[str, ...] = ()


def take_in(
    home: Home,
    keys: Keys,
    catalogue: Catalogue,
    judge: Judge,
    *,
    clock: Callable[[], dt.datetime],
    settle: float = SETTLE_SECONDS,
    wait: Callable[[float], None] = time.sleep,
    progress: Callable[[str], None] = lambda message: None,
    look: Look | None = None,
    ahead: Ahead | None = None,
) -> IntakeReport:
    """Put the landing in order, then settle every whole file in ``drop/``, one after the other; a bad one harms only itself.

    ``settle``: seconds between the two looks that a file must survive unchanged. ``judge``: gate 1. ``clock``: the time now.
    ``look``: the first of them, where it was taken before. ``ahead``: reads the next files meanwhile.
    """
    settled: list[Settled] = []
    with Store(home, keys, catalogue, judge) as store:
        look = look or arrivals.look(home, catalogue)
        converge(store, arrivals.school_time(clock()))
        if look.seen:
            wait(max(0.0, look.moment + settle - time.monotonic()))
        ready, unfinished = arrivals.whole(look.seen, lambda: arrivals.listing(home, catalogue))
        for arrival, parcel in _opened_in_turn(store, ready, ahead):
            if parcel is None:
                unfinished.append(arrival)
            elif receipt := _settle(store, parcel, arrivals.school_time(clock())):
                settled.append(_settled(store, receipt))
                progress(f"{receipt.place}/{receipt.file}: {receipt.headline}")
        store.landing.refuse_changed({entry.key: (entry.reference, entry.rows) for entry in store.ledger.slices(active=True)})
    for arrival in unfinished:
        progress(f"{arrival.place}/{names.shown(arrival.name)}: {STILL_ARRIVING}")
    return IntakeReport(tuple(settled), tuple(names.shown(arrival.name) for arrival in unfinished))


def _opened_in_turn(store: Store, ready: Iterable[Arrival], ahead: Ahead | None) -> Iterator[tuple[Arrival, Parcel | None]]:
    """Each arrival with its parcel, ``None`` where it is not whole yet. The next ones are opened, and read elsewhere, before their turn."""
    coming: deque[tuple[Arrival, Parcel | None]] = deque()
    for arrival in ready:
        coming.append((arrival, _opened(store, arrival, ahead)))
        if len(coming) > (READ_AHEAD if ahead else 0):
            yield coming.popleft()
    yield from coming


def _opened(store: Store, arrival: Arrival, ahead: Ahead | None) -> Parcel | None:
    try:
        parcel = opened(arrival)
    except NotYetWhole:
        return None
    if ahead is None or parcel.content is None or parcel.refusal or store.ledger.reference_of(parcel.sighting) is not None:
        return parcel
    return replace(parcel, ahead=ahead(parcel.content, parcel.source))


def _settle(store: Store, parcel: Parcel, now: dt.datetime) -> Receipt | None:
    """One arrival from drop to receipt; ``None`` for one that was answered before and cannot be removed, such as a folder."""
    arrival, reference = parcel.arrival, store.ledger.reference_of(parcel.sighting)
    if reference is not None and arrivals.stays(arrival):
        return None
    if reference is None or store.is_gone(parcel.content_hash):  # the inode of a file whose bytes were destroyed, used again
        reference = decide(store, parcel, now)
    receipt = receipts.from_json(store.ledger.file(reference).receipt)
    _hand_over(store, arrival, receipt)
    return receipt


def opened(arrival: Arrival, year: str | None = None) -> Parcel:
    """The arrival with its bytes, or with why they were not read. ``year``: the past year that it is sent for."""
    content: bytes | None = None
    refusal: Problem | None = problem("not_a_file", what=arrival.kind) if arrival.kind else None
    if refusal is None:
        try:
            content = arrivals.content_of(arrival)
        except Refused as refused:
            refusal = refused.problem
        if names.is_unsafe(arrival.name):
            refusal = problem("bad_file_name")
    identity = content if content is not None else f"{arrival.place}/{arrival.name}/{arrival.size}".encode("utf-8", "surrogateescape")
    return Parcel(arrival, hashlib.sha256(identity).hexdigest(), content, refusal, year)


def _hand_over(store: Store, arrival: Arrival, receipt: Receipt) -> None:
    """The receipt to where people look for it; then the file leaves the drop folder, unless another took its name meanwhile."""
    receipts.hand_over(receipt, store.home, arrival.path.parent)
    if not arrivals.stays(arrival) and arrivals.still_lies(arrival):
        arrival.path.unlink(missing_ok=True)
        flush_directory(arrival.path.parent)


def _settled(store: Store, receipt: Receipt) -> Settled:
    dataset = store.catalogue.datasets.get(receipt.dataset)
    return Settled(
        name=receipt.file,
        place=receipt.place,
        dataset=receipt.dataset,
        periods=receipt.periods,
        outcome=receipt.outcome,
        headline=receipt.headline,
        reference=receipt.reference,
        rows=receipts.counted(receipt.rows_used, dataset),
        receipt=store.home.receipts / receipt.place / receipt.reference / receipts.PAGE,
        slices=tuple(entry.key for entry in store.ledger.slices(active=True, reference=receipt.reference)),
    )

"""A person's rights: who is meant by a number, the rows that are held of them, and their erasure. Objections have a module of their own.

Erasure is a list of pseudonyms and what follows from it: no row of those people is landed from any file, now or later; the bytes received
are kept without them, or not at all; quarantine, which holds files that nobody could read, is emptied. Published figures stay.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import yaml

from pipelines.catalogue.load import STOP_LISTS
from pipelines.catalogue.model import Catalogue, Dataset
from pipelines.home import Home, HomeError, Keys
from pipelines.home.parquet import landed
from pipelines.home.whole import flush_directory, write_whole
from pipelines.intake import erasure, values
from pipelines.intake.contract import ATTRIBUTES, PERSON
from pipelines.intake.converge import converge, forget_undeclared, lessened, reading_of
from pipelines.intake.landing import EMPTY, Landing
from pipelines.intake.ledger import DESTROYED, REWRITTEN, Ledger
from pipelines.intake.mapping import pseudonym
from pipelines.intake.store import Store

HEADS = {
    "objections": "Pseudonyms of people who objected in writing. Their special-category fields count as not known.",
    "erased": "Pseudonyms of people whose data were erased. No row of theirs is taken in again.",
}


def key_of(keys: Keys, catalogue: Catalogue, number: str, urn: str | None = None, dataset: str | None = None) -> str:
    """The pseudonym of a pupil (by UPN) or, with ``urn``, of a member of staff of that academy; ``dataset``: of another dataset's person.

    :class:`HomeError` for a number that is none, and for an academy that is not the trust's.
    """
    kind = catalogue.datasets.get(dataset or ("staff" if urn else "pupils"))
    if kind is None or kind.person is None:
        raise HomeError(f"There is no dataset {dataset!r} whose rows are of people. Nothing was changed.")
    item = kind.field(kind.person)
    read = values.upn(number) if item.type == "upn" else values.reference(number)
    if read is None:
        raise HomeError(f"That is no {item.title.lower()}. Nothing was changed.")
    if urn and catalogue.academy(urn) is None and urn != catalogue.trust.code:
        raise HomeError(f"The trust has no academy {urn}. Nothing was changed.")
    if item.type != "upn" and not urn:
        raise HomeError("Say with --urn which academy's number it is. Nothing was changed.")
    return pseudonym(keys, kind, item, read, urn or "")


def listed(home: Home, name: str, keys: Iterable[str]) -> None:
    """Write the stop list ``name``: those pseudonyms and no others."""
    head = f"# {HEADS[name]} Written by: equality {STOP_LISTS[name]}\n"
    write_whole(home.trust / f"{name}.yml", (head + yaml.safe_dump({name: sorted(keys)})).encode())


def also_known(home: Home, keys: Keys, key: str) -> frozenset[str]:
    """``key`` with the keys of the same pupil's former and later numbers, as far as the files in use say so and no other pupil claims them."""
    files = [path for path in (home.landing / "pupils").rglob("*.parquet") if path.name != EMPTY]
    claims: set[tuple[str, str]] = set()
    if files:
        with closing(Landing(home, keys)) as landing:
            found = landing.connection.execute(
                f"select distinct former_key, person_key from {landed(sorted(files))} where former_key <> person_key"
            )
            claims = {(former, now) for former, now in found.fetchall()}
    once = {former for former, _ in claims if sum(other == former for other, _ in claims) == 1}
    known = {key}
    while more := {b for a, b in claims if a in known & once} | {a for a, b in claims if b in known and a in once}:
        if more <= known:
            break
        known |= more
    return frozenset(known)


def rows_of(home: Home, keys: Keys, catalogue: Catalogue, who: frozenset[str]) -> dict[str, list[dict[str, Any]]]:
    """By dataset, the landed rows of that person: columns as they landed, the attributes beside them, codes with their labels."""
    found: dict[str, list[dict[str, Any]]] = {}
    with closing(Landing(home, keys)) as landing:
        for name, dataset in catalogue.datasets.items():
            files = sorted(path for path in (home.landing / name).rglob("*.parquet") if path.name != EMPTY)
            if dataset.person and files:
                columns = [PERSON, *(item.name for item in erasure.numbers_of(dataset) if item.name != dataset.person and item.store)]
                where = " or ".join(f'list_contains(?, "{column}")' for column in columns)
                asked = landing.connection.execute(
                    f"select * from {landed(files)} where {where} order by period, academy_urn", [sorted(who)] * len(columns)
                )
                headings = [column[0] for column in asked.description or []]
                rows = [dict(zip(headings, row, strict=True)) for row in asked.fetchall()]
                if rows:
                    found[name] = [_readable(row, dataset, catalogue) for row in rows]
    return found


def _readable(row: dict[str, Any], dataset: Dataset, catalogue: Catalogue) -> dict[str, Any]:
    """The row with every attribute in a column of its own and every code beside its label; pseudonyms say nothing to the person."""
    flat = {**{name: value for name, value in row.items() if name != ATTRIBUTES}, **(row[ATTRIBUTES] or {})}
    codes = {item.name: catalogue.code_sets[item.codes] for item in dataset.fields if item.codes}
    labels = {name: {code.code: code.label for code in found.codes} for name, found in codes.items()}
    hidden = {PERSON, *(item.name for item in dataset.fields if item.type in ("upn", "staff_ref", "reference"))}
    return {
        name: f"{value} - {labels[name][value]}" if value in labels.get(name, {}) else value
        for name, value in flat.items()
        if name not in hidden
    }


def undeclared(home: Home, catalogue: Catalogue) -> dict[str, list[str]]:
    """By dataset that is declared no longer, where in the home something of it lies all the same. Whose rows it holds nobody can say."""
    found: dict[str, list[str]] = {}
    for folder in sorted(home.landing.iterdir()):
        landed = any(path.name != EMPTY for path in folder.rglob("*.parquet"))
        if landed and folder.name not in catalogue.datasets and not folder.name.startswith("."):
            found.setdefault(folder.name, []).append(f"landing/{folder.name}")
    if home.ledger.exists():
        with closing(Ledger(home.ledger)) as ledger:
            received = {(entry.dataset, entry.content_hash) for entry in ledger.files() if entry.dataset}
        for name, digest in sorted(received):
            if name not in catalogue.datasets and (home.raw / digest).exists():
                found.setdefault(name, []).append(f"raw/{digest}")
    return found


@dataclass(frozen=True)
class Erased:
    """What an erasure did: files kept without the person, files whose bytes were destroyed, files of quarantine that were destroyed."""

    rewritten: int
    destroyed: int
    quarantined: int


def sweep(store: Store, now: dt.datetime) -> Erased:
    """Make the home hold nothing of the people on the catalogue's list of erased. Running it again changes nothing; hold the home's lock.

    Of a dataset that is declared no longer nobody can say whose rows it holds: its files are destroyed, and what was landed of them.
    """
    before = store.ledger.lessened()
    shutil.rmtree(store.home.rebuild, ignore_errors=True)  # a killed rebuild leaves the old bytes under second names
    converge(store, now)
    usable = {entry.content_hash for entry in store.ledger.usable() if entry.dataset in store.catalogue.datasets}
    with store.ledger.transaction():
        for entry in store.ledger.slices():
            if entry.key.dataset not in store.catalogue.datasets:
                store.ledger.drop_slice(entry.reference, entry.key)
    files = {entry.content_hash: entry for entry in store.ledger.files()}
    for path in sorted(store.home.raw.glob("*")):
        if path.name in usable:
            continue
        received, less = files.get(path.name), DESTROYED
        if received is not None and received.dataset in store.catalogue.datasets:
            reading = reading_of(store, received)
            if not reading.refusal and not reading.erased:
                continue
            less = lessened(store, received, reading)
        store.ledger.lessen(path.name, less, now.date())
    store.destroy_what_is_due()
    forget_undeclared(store)
    locked = list(store.home.quarantine.glob("*"))
    for path in locked:
        path.unlink()
    flush_directory(store.home.quarantine)
    changed = [what for digest, (what, _) in store.ledger.lessened().items() if before.get(digest, ("",))[0] != what]
    return Erased(changed.count(REWRITTEN), changed.count(DESTROYED), len(locked))

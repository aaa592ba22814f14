"""The record of what was dropped and what is in use: one SQLite file. Files on disk and their contents are no business of this module."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from pipelines.home import HomeError
from pipelines.intake.mapping import Slice

REWRITTEN, DESTROYED, EXPIRED = "rewritten", "destroyed", "expired"
"""What became of bytes that are no longer kept as they came: without a person who was erased; gone for that person's sake; gone in time."""
# ``kept``: whole and readable, but older than the file in use, or not to be told from another of the same time. ``held``: so different
# from the file in use that a person is asked first; it is a candidate for nothing until it is confirmed.
ACCEPTED, KEPT, HELD, REFUSED, SAME = "accepted", "kept", "held", "refused", "same"
_MOMENTS = ("modified", "received", "exported")

_LAYOUTS = (
    """
create table files (
    reference text primary key, content_hash text not null, fingerprint text not null, place text not null, name text not null,
    size integer not null, modified text not null, received text not null, dataset text not null, exported text not null,
    outcome text not null, things_to_fix integer not null, receipt text not null
);
create index files_by_content on files (content_hash);
create table sightings (
    place text not null, name text not null, inode integer not null, size integer not null, modified_ns integer not null,
    content_hash text not null, reference text not null references files, seen text not null,
    primary key (place, name, inode, size, modified_ns)
);
create table slices (
    reference text not null references files, dataset text not null, period text not null, urn text not null, exported text not null,
    content_hash text not null, rows integer not null, unknown text not null, active integer not null,
    primary key (reference, dataset, period, urn)
);
create table contracts (dataset text primary key, fingerprint text not null);
""",
    "create table notices (mark text primary key, sent text not null);",
    "create table lessened (content_hash text primary key, what text not null, day text not null);",
)
"""What each version of the layout adds to the one before it."""
SCHEMA_VERSION = len(_LAYOUTS)


@dataclass(frozen=True)
class FileEntry:
    """One file as it was received, with its outcome and its receipt (JSON, free of any person's values)."""

    reference: str
    content_hash: str
    fingerprint: str
    place: str
    name: str
    size: int
    modified: dt.datetime
    received: dt.datetime
    dataset: str
    exported: dt.datetime
    outcome: str
    things_to_fix: int
    receipt: str


@dataclass(frozen=True)
class Sighting:
    """One file seen in the drop folder: enough to know the very same file again after a crash."""

    place: str
    name: str
    inode: int
    size: int
    modified_ns: int
    content_hash: str


@dataclass(frozen=True)
class SliceEntry:
    """One slice of one accepted file: a candidate for use. ``unknown``: JSON, people without a known value by attribute."""

    reference: str
    key: Slice
    exported: dt.datetime
    content_hash: str
    rows: int
    unknown: str
    active: bool = False


def winner(candidates: Iterable[SliceEntry]) -> SliceEntry | None:
    """The version in use: the latest export; where two different files share that time, neither, and the next older one stands.

    A pure function of the set, so that every order of arrival ends the same.
    """
    latest_first = sorted(candidates, key=lambda entry: (entry.exported, entry.reference), reverse=True)
    for _, group in groupby(latest_first, key=lambda entry: entry.exported):
        versions = list(group)
        if len({entry.content_hash for entry in versions}) == 1:
            return versions[0]
    return None


class Ledger:
    """The ledger of a home, made when missing. :class:`HomeError` for one written by a later version of this program."""

    def __init__(self, path: Path) -> None:
        known = path.exists()
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        if not known:
            path.chmod(0o600)
        self._connection.execute("pragma journal_mode = delete")
        self._connection.execute("pragma synchronous = full")
        version = int(self._connection.execute("pragma user_version").fetchone()[0])
        if version > SCHEMA_VERSION:
            self.close()
            raise HomeError(f"The ledger {path} was written by a later version of this program (layout {version}). Update the program.")
        if version < SCHEMA_VERSION:
            with self.transaction():
                for statement in ";".join(_LAYOUTS[version:]).split(";"):
                    self._connection.execute(statement)
                self._connection.execute(f"pragma user_version = {SCHEMA_VERSION}")

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self._connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    # Writing

    def add_file(self, entry: FileEntry) -> None:
        """Record a file under a reference that is new."""
        self._insert("files", asdict(entry))

    def add_sighting(self, sighting: Sighting, reference: str, seen: dt.datetime) -> None:
        """Record where and when a file lay in the drop folder."""
        self._insert("sightings", {**asdict(sighting), "reference": reference, "seen": seen})

    def put_slices(self, reference: str, fingerprint: str, entries: Iterable[SliceEntry]) -> None:
        """Make ``entries`` the candidates of a file, in place of those it had, as read under that contract."""
        self._connection.execute("delete from slices where reference = ?", (reference,))
        self._connection.execute("update files set fingerprint = ? where reference = ?", (fingerprint, reference))
        for entry in entries:
            plain = {name: value for name, value in vars(entry).items() if name != "key"}
            self._insert("slices", {**plain, **entry.key._asdict(), "active": False})

    def choose(self, key: Slice) -> None:
        """Mark the winner among the candidates of a slice as the one in use."""
        chosen = winner(self.slices(key))
        self._connection.execute(
            "update slices set active = (reference is ?) where dataset = ? and period = ? and urn = ?", (chosen and chosen.reference, *key)
        )

    def use_only(self, entries: Iterable[SliceEntry]) -> None:
        """Make ``entries`` the only candidates there are, each in use."""
        with self.transaction():
            self._connection.execute("delete from slices")
            for entry in entries:
                plain = {name: value for name, value in vars(entry).items() if name != "key"}
                self._insert("slices", {**plain, **entry.key._asdict(), "active": True})

    def withdraw(self, reference: str) -> None:
        """An accepted file is not used any more; its receipt stays."""
        self._connection.execute("update files set outcome = ? where reference = ?", (REFUSED, reference))

    def put_contract(self, dataset: str, fingerprint: str) -> None:
        """Record that the empty file of a dataset was landed under that contract."""
        self._connection.execute("insert or replace into contracts values (?, ?)", (dataset, fingerprint))

    def lessen(self, content_hash: str, what: str, day: dt.date) -> None:
        """Record that these bytes are no longer kept as they came: what became of them, and when."""
        self._connection.execute("insert or replace into lessened values (?, ?, ?)", (content_hash, what, day.isoformat()))

    def kept_again(self, content_hash: str) -> None:
        """Record that the bytes are kept as they came once more."""
        self._connection.execute("delete from lessened where content_hash = ?", (content_hash,))

    def drop_slice(self, reference: str, key: Slice) -> None:
        """A slice is no candidate any more, because its time is over."""
        self._connection.execute("delete from slices where reference = ? and dataset = ? and period = ? and urn = ?", (reference, *key))

    def tell(self, marks: Iterable[str], sent: dt.datetime) -> None:
        """Record that a notice went out."""
        with self.transaction():
            for mark in marks:
                self._insert("notices", {"mark": mark, "sent": sent})

    # Asking

    def told(self) -> set[str]:
        """The marks of every notice that went out."""
        return {str(row["mark"]) for row in self._connection.execute("select mark from notices")}

    def notices(self) -> dict[str, dt.datetime]:
        """The marks of every notice that went out, with when."""
        return {str(row["mark"]): dt.datetime.fromisoformat(row["sent"]) for row in self._connection.execute("select * from notices")}

    def lessened(self) -> dict[str, tuple[str, dt.date]]:
        """By content hash, what became of bytes that are no longer kept as they came, and when: what cannot be rebuilt, and why."""
        rows = self._connection.execute("select * from lessened")
        return {row["content_hash"]: (row["what"], dt.date.fromisoformat(row["day"])) for row in rows}

    def contracts(self) -> dict[str, str]:
        """Dataset to the contract its empty file was landed under."""
        return {row["dataset"]: row["fingerprint"] for row in self._connection.execute("select * from contracts")}

    def files(self) -> list[FileEntry]:
        """Every file, in the order received."""
        return self._files("true")

    def usable(self, content_hash: str | None = None) -> list[FileEntry]:
        """The files that were accepted or kept: all of them, or those of that content."""
        return self._files("outcome in (?, ?) and (? is null or content_hash = ?)", ACCEPTED, KEPT, content_hash, content_hash)

    def file(self, reference: str) -> FileEntry:
        """The file of that reference; ``KeyError`` when there is none."""
        found = self._files("reference = ?", reference)
        if not found:
            raise KeyError(f"the ledger has no file {reference}")
        return found[0]

    def new_reference(self, base: str) -> str:
        """``base``, or ``base-2``, ``base-3`` ... where it is taken."""
        like_it = "select count(*) from files where reference = ? or (reference > ? and reference < ?)"
        earlier = int(self._connection.execute(like_it, (base, f"{base}-", f"{base}.")).fetchone()[0])  # a dot follows a dash
        return f"{base}-{earlier + 1}" if earlier else base

    def reference_of(self, sighting: Sighting) -> str | None:
        """The reference this very file was recorded under, if it was."""
        known = " and ".join(f"{name} = ?" for name in asdict(sighting))
        row = self._connection.execute(f"select reference from sightings where {known}", tuple(asdict(sighting).values())).fetchone()
        return str(row["reference"]) if row else None

    def seen(self) -> set[tuple[str, str, int, int]]:
        """``(place, name, inode, modified)`` of every entry of the drop folder that was answered."""
        return {tuple(row) for row in self._connection.execute("select place, name, inode, modified_ns from sightings")}

    def slices(
        self, key: Slice | None = None, *, active: bool | None = None, reference: str | None = None, urn: str | None = None
    ) -> list[SliceEntry]:
        """Candidates of one slice or of all, or those that one file gave or that are of one academy, in order."""
        wanted: dict[str, object] = {"active": active, "reference": reference, "urn": urn, **(key._asdict() if key else {})}
        asked = {name: value for name, value in wanted.items() if value is not None}
        where = " and ".join(f"{name} = ?" for name in asked) or "true"
        rows = self._connection.execute(
            f"select * from slices where {where} order by dataset, period, urn, reference", tuple(asked.values())
        )
        return [
            SliceEntry(
                row["reference"],
                Slice(row["dataset"], row["period"], row["urn"]),
                dt.datetime.fromisoformat(row["exported"]),
                row["content_hash"],
                row["rows"],
                row["unknown"],
                bool(row["active"]),
            )
            for row in rows
        ]

    def _files(self, where: str, *values: object) -> list[FileEntry]:
        found = self._connection.execute(f"select * from files where {where} order by received, reference", values)
        return [_file(dict(zip(row.keys(), row, strict=True))) for row in found]

    def _insert(self, table: str, row: dict[str, object]) -> None:
        values = [value.isoformat(sep=" ") if isinstance(value, dt.datetime) else value for value in row.values()]
        marks = ", ".join("?" * len(row))
        self._connection.execute(f"insert or replace into {table} ({', '.join(row)}) values ({marks})", values)


def _file(row: dict[str, Any]) -> FileEntry:
    return FileEntry(**(row | {name: dt.datetime.fromisoformat(row[name]) for name in _MOMENTS}))

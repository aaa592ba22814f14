"""Landed files: writing one, knowing which are there, and the frame that a judge sees. Which should be there is the ledger's to say."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.catalogue.model import Dataset
from pipelines.home import Home, HomeError, Keys
from pipelines.home.parquet import encryption, landed, quoted, under
from pipelines.home.whole import make_private, move
from pipelines.intake.contract import ATTRIBUTES, landed_types
from pipelines.intake.mapping import Record, Slice

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

EMPTY = "empty.parquet"
MAIN = ("C", "M")
"""Enrolment statuses of a pupil's main registration (Common Basic Data Set)."""


def frame(dataset: Dataset, records: Sequence[Record]) -> pd.DataFrame:
    """``records`` as they land: one column each of :func:`landed_types`; ``attributes`` holds dictionaries."""
    import pandas as pd

    dtypes = {"VARCHAR": "string", "DOUBLE": "Float64", "INTEGER": "Int64"}
    return pd.DataFrame(
        {
            name: pd.to_datetime(pd.Series([record[name] for record in records], dtype="object"))
            if kind == "DATE"
            else pd.Series([record[name] for record in records], dtype=dtypes.get(kind, "object"))
            for name, kind in landed_types(dataset).items()
        }
    )


def path_of(home: Home, key: Slice, reference: str) -> Path:
    """Where the file of that reference holds that slice."""
    return home.landing / key.dataset / f"period={key.period}" / f"academy_urn={key.urn}" / f"{reference}.parquet"


class _People:
    """The pseudonyms in each of some landed files, and for each pseudonym the academies whose files it stands in."""

    def __init__(self) -> None:
        self.files: dict[Path, tuple[str, ...]] = {}
        self._places: dict[str, list[Path]] = defaultdict(list)

    def learn(self, path: Path, persons: Sequence[str]) -> None:
        """The file holds these persons, each once, and nobody else."""
        self.forget(path)
        self.files[path] = tuple(persons)
        for person in persons:
            self._places[person].append(path)

    def forget(self, path: Path) -> None:
        """The file lies there no more, or is another."""
        for person in self.files.pop(path, ()):
            self._places[person].remove(path)

    def academies(self, person: str) -> set[str]:
        """The URNs of the academies in whose files the person stands."""
        return {path.parent.name.removeprefix("academy_urn=") for path in self._places.get(person, ())}


class Landing:
    """Writes encrypted Parquet into the home's landing; one DuckDB connection, opened when first needed."""

    def __init__(self, home: Home, keys: Keys) -> None:
        self.home, self.keys = home, keys
        self._people: dict[tuple[str, str, str], _People] = defaultdict(_People)

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        from pipelines.home import duck

        return duck.connect(self.home, self.keys)

    def close(self) -> None:
        """Close the connection, if one was opened."""
        if "connection" in self.__dict__:
            self.connection.close()

    def write(self, dataset: Dataset, key: Slice, reference: str, records: Sequence[Record]) -> None:
        """Land ``records`` as one slice's file, in an order of their own, whole or not at all."""
        self._write(dataset, path_of(self.home, key, reference), records)

    def write_empty(self, dataset: Dataset) -> None:
        """A file without rows, so that a dataset that nobody sent has its columns all the same."""
        self._write(dataset, self.home.landing / dataset.name / EMPTY, [])

    def values(self, key: Slice, reference: str, column: str) -> set[str]:
        """The different values of one column of a landed file, blanks left out."""
        found = self.connection.execute(
            f'select distinct "{column}" from {landed([path_of(self.home, key, reference)])} where "{column}" is not null'
        ).fetchall()
        return {str(value) for (value,) in found}

    def forget(self, dataset: Dataset, key: Slice, reference: str, over: Collection[str]) -> bool:
        """Land a slice again without the columns and attributes ``over``; whether it had any of them."""
        path = path_of(self.home, key, reference)
        found = self.connection.execute(f"from {landed([path])}")
        names = [column[0] for column in found.description or []]
        records = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        less = [
            {
                **{name: None if name in over else value for name, value in record.items()},
                ATTRIBUTES: {name: value for name, value in (record[ATTRIBUTES] or {}).items() if name not in over},
            }
            for record in records
        ]
        if less == [{**record, ATTRIBUTES: record[ATTRIBUTES] or {}} for record in records]:
            return False
        self._write(dataset, path, less)
        return True

    def refuse_changed(self, held: Mapping[Slice, tuple[str, int]]) -> None:
        """:class:`HomeError` when a landed file is not what was landed: ``held`` has by slice the reference in use and its number of rows.

        Every page is read, since each carries its own mark of authenticity (Parquet modular encryption, AES-GCM).
        """
        import duckdb

        for key, (reference, rows) in held.items():
            path = path_of(self.home, key, reference)
            try:
                whole = self.connection.execute(f"select count(hash(landed)), count(*) from {landed([path])} as landed").fetchone()
            except duckdb.Error:
                whole = None
            if whole != (rows, rows):
                raise HomeError(
                    f"The landed file {path.relative_to(self.home.root)} was changed or belongs to another key. Remove it, and the next "
                    "refresh makes it again from raw/; or restore it from a backup."
                )

    def on_roll_elsewhere(self, key: Slice, persons: Sequence[str]) -> int:
        """How many of these pseudonyms are on the main roll of some other academy in the period, by the files in use."""
        here = self._read(key, f"leaving_date is null and coalesce(enrolment_status, 'C') in {MAIN}")
        return sum(any(urn != key.urn for urn in here.academies(person)) for person in set(persons))

    def persons_elsewhere(self, key: Slice, persons: Sequence[str]) -> int:
        """How many of these pseudonyms stand in the one other academy's landed slice of the period that shares the most."""
        here = self._read(key, "true")
        shared = Counter(urn for person in set(persons) for urn in here.academies(person) if urn != key.urn)
        return max(shared.values(), default=0)

    def _read(self, key: Slice, where: str) -> _People:
        """Who stands in the landed files of the slice's dataset and period, as they lie there now; a file is read once for as long as it lies."""
        people = self._people[key.dataset, key.period, where]
        files = set((self.home.landing / key.dataset / f"period={key.period}").glob("academy_urn=*/*.parquet"))
        for path in people.files.keys() - files:
            people.forget(path)
        if new := sorted(files - people.files.keys()):
            found = self.connection.execute(
                f"select filename, array_agg(distinct person_key) from {under(key.period, new)} "
                f"where person_key is not null and {where} group by filename"
            ).fetchall()
            for path, persons in [*dict.fromkeys(new, ()).items(), *((Path(name), persons) for name, persons in found)]:
                people.learn(path, persons)
        return people

    def _write(self, dataset: Dataset, path: Path, records: Sequence[Record]) -> None:
        types = landed_types(dataset)
        aside = self.home.landing / ".aside" / path.name
        for directory in (aside.parent, path.parent):
            make_private(directory)
        rows = sorted(records, key=lambda record: [str(record[name]) for name in types])
        self.connection.register("landed", _table(types, rows))
        columns = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in types.items())
        self.connection.execute(f"copy (select {columns} from landed) to {quoted(aside)} (format parquet, {encryption(path)})")
        self.connection.unregister("landed")
        for people in self._people.values():
            people.forget(path)
        aside.chmod(0o600)
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        move(aside, path)


def _table(types: dict[str, str], records: Sequence[Record]) -> Any:
    """The records as an Arrow table of exactly these types."""
    import pyarrow as pa

    arrow = {"VARCHAR": pa.string(), "DOUBLE": pa.float64(), "INTEGER": pa.int32(), "DATE": pa.date32()}
    columns = []
    for name, kind in types.items():
        if name == ATTRIBUTES:
            pairs = [sorted(record[name].items()) for record in records]
            columns.append(pa.array(pairs, type=pa.map_(pa.string(), pa.string())))
        else:
            columns.append(pa.array([record[name] for record in records], type=arrow[kind]))
    return pa.table(columns, names=list(types))

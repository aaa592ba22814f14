"""A recognised table into typed rows of one academy and period each, pseudonymised. Files and decisions belong in ``reading``."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pipelines.catalogue.entry import OF_PUPILS
from pipelines.catalogue.model import Catalogue, DataField, Dataset
from pipelines.home import Keys
from pipelines.intake import values
from pipelines.intake.codes import Codes
from pipelines.intake.columns import Column, read_column
from pipelines.intake.contract import ATTRIBUTES, NUMBERS, PERSON, PLACING, derived, is_column
from pipelines.intake.names import academic_year
from pipelines.intake.problems import Problem, Refused, problem
from pipelines.intake.recognise import Recognised
from pipelines.intake.tables import Row, Table

TRUST = "trust"
KEY_LENGTH = 32
WRONG_THROUGHOUT = 0.5
FEWEST_TO_VARY = 20
"""Filled cells from which on a field that varies is expected to."""


class Slice(NamedTuple):
    """What one landed file is about; the unit that a later file replaces."""

    dataset: str
    period: str
    urn: str


Record = dict[str, Any]


@dataclass
class Mapped:
    """Rows by slice, each a dictionary of the landed columns; every problem found; the numbers of the rows set aside.

    ``erased``: how many rows are left out because they are of people whose data were erased.
    """

    records: dict[Slice, list[Record]] = field(default_factory=lambda: defaultdict(list))
    problems: list[Problem] = field(default_factory=list)
    set_aside: set[int] = field(default_factory=set)
    erased: int = 0


def pseudonym(keys: Keys, dataset: Dataset, item: DataField, identifier: str, urn: str) -> str:
    """The key of a person or a case: HMAC-SHA-256 in 32 hexadecimal digits.

    Pupils keep theirs across academies; staff numbers are an academy's own, and other references one dataset's of one academy.
    """
    within = {"upn": "upn", "staff_ref": f"staff:{urn}"}.get(item.type, f"{dataset.name}:{urn}")
    return hmac.new(keys.pseudonym, f"{within}:{identifier}".encode(), hashlib.sha256).hexdigest()[:KEY_LENGTH]


def map_table(table: Table, recognised: Recognised, place: str, period: str | None, *, catalogue: Catalogue, keys: Keys) -> Mapped:
    """The rows of ``table`` that can be used, by slice. ``place``: the academy whose folder it lay in, or ``trust``.

    ``period``: assumed where the row itself does not say. Raises :class:`Refused` for rows of another academy, a trust-wide
    file without an academy column, and identifiers or a required column damaged throughout.
    """
    return _Mapping(table, recognised, place, period, catalogue=catalogue, keys=keys).run()


class _Mapping:
    """One file on its way through; the steps are in the order of ``run``."""

    def __init__(self, table: Table, recognised: Recognised, place: str, period: str | None, *, catalogue: Catalogue, keys: Keys) -> None:
        self.table, self.recognised, self.dataset = table, recognised, recognised.dataset
        self.place, self.period, self.catalogue, self.keys = place, period, catalogue, keys
        self.rows: Sequence[Row] = table.rows
        self.result = Mapped()
        self.starts = {item.period: item.starts for item in catalogue.calendar.periods}

    def run(self) -> Mapped:
        self._refuse_twins()
        self._drop("too_many_values", [position for position, row in enumerate(self.rows) if row.surplus])
        persons = self._persons()
        urns = self._academies()
        periods = [academic_year(cell) or cell or self.period or "" for cell in self._cells("period")]
        self._drop("period_not_in_calendar", [position for position, period in enumerate(periods) if period not in self.starts])
        starts = [self.starts.get(period) for period in periods]
        columns = {item.name: self._column(item, starts) for item in self.dataset.fields if item.name in self._carried()}
        for position, row in enumerate(self.rows):
            if row.number in self.result.set_aside:
                continue
            urn, period = urns[position], periods[position]
            record: Record = {"academy_urn": urn, "period": period, "_row": row.number}
            if self.dataset.person:
                item = self.dataset.field(self.dataset.person)
                record[PERSON] = pseudonym(self.keys, self.dataset, item, persons[position] or "", urn)
            record |= self._landed(columns, position, record)
            if self._persons_of(record) & self.catalogue.erased:
                self.result.erased += 1
                continue
            if self._persons_of(record) & self.catalogue.objections:
                self._forget_what_is_special(record)
            record["_rank"] = columns[self.dataset.rank].values[position] if self.dataset.rank in columns else None
            self.result.records[Slice(self.dataset.name, period, urn)].append(record)
        if self.result.erased:
            self.result.problems.append(problem("erased"))
        self._count_once()
        return self.result

    def _carried(self) -> set[str]:
        constants = self.recognised.format.constants if self.recognised.format else {}
        identifiers = {item.name for item in self.dataset.fields if item.type in PLACING or item.name == self.dataset.person}
        return ({*self.recognised.columns, *self.recognised.sums, *constants}) - identifiers

    def _cells(self, name: str) -> list[str]:
        """The field's cell in every row: as the format spells its values, with the format's constant where there is none."""
        at, format_ = self.recognised.columns.get(name), self.recognised.format
        constant = format_.constants.get(name, "") if format_ else ""
        spelt = {key.lower(): value for key, value in format_.values.get(name, {}).items()} if format_ else {}
        if at is None:
            return [spelt.get("", constant)] * len(self.rows)
        return [(spelt.get(row.cells[at].lower(), row.cells[at]) if spelt else row.cells[at]) or constant for row in self.rows]

    def _heading(self, name: str) -> str:
        at = self.recognised.columns.get(name)
        return self.table.headings[at] if at is not None else self.dataset.field(name).title

    def _refuse_twins(self) -> None:
        for name, (first, *others) in self.recognised.twins.items():
            if any(row.cells[first] != row.cells[other] for row in self.rows for other in others):
                raise Refused(problem("duplicate_column", column=self._heading(name)))

    def _drop(self, kind: str, positions: Sequence[int], **words: str) -> None:
        """Set rows aside; one that is out already keeps its first reason."""
        numbers = [self.rows[position].number for position in positions if self.rows[position].number not in self.result.set_aside]
        if numbers:
            self.result.set_aside.update(numbers)
            self.result.problems.append(problem(kind, rows=numbers, **words))

    def _report(self, kind: str, positions: Sequence[int], **words: Any) -> None:
        numbers = [self.rows[position].number for position in positions if self.rows[position].number not in self.result.set_aside]
        if numbers:
            self.result.problems.append(problem(kind, rows=numbers, **words))

    def _persons(self) -> list[str | None]:
        if self.dataset.person is None:
            return [None] * len(self.rows)
        item = self.dataset.field(self.dataset.person)
        read = values.upn if item.type == "upn" else values.reference
        found = [read(cell) for cell in self._cells(item.name)]
        bad = [position for position, person in enumerate(found) if person is None]
        if len(bad) > WRONG_THROUGHOUT * len(found):
            raise Refused(problem("identifiers_damaged", column=self._heading(item.name)))
        self._drop("no_identifier", bad, column=self._heading(item.name), what=item.title.lower())
        if item.type == "upn":
            wrong = [position for position, person in enumerate(found) if person and not values.has_right_check_letter(person)]
            if len(wrong) > WRONG_THROUGHOUT * len(found):
                raise Refused(problem("identifiers_damaged", column=self._heading(item.name)))
            self._report("check_letter", wrong, column=self._heading(item.name))
            self._report("temporary_upn", [position for position, person in enumerate(found) if person and not person[-1].isdigit()])
        return found

    def _academies(self) -> list[str]:
        """The academy of every row: the folder's own, or the column's in a file for the whole trust, the central team among them."""
        current = {
            known: academy.urn
            for academy in self.catalogue.trust.academies
            for known in (academy.urn, *academy.predecessors, *filter(None, [academy.laestab]))
        }
        cells = self._cells("urn")
        if self.catalogue.trust.central and self.dataset.subject not in OF_PUPILS:
            current[self.catalogue.trust.code] = self.catalogue.trust.code
        if self.place == TRUST:
            if not any(cells):
                raise Refused(problem("no_academy_column"))
            urns = [current.get(cell, "") for cell in cells]
            self._drop("not_in_trust", [position for position, urn in enumerate(urns) if not urn], column=self._heading("urn"))
            return urns
        strangers = [self.rows[position].number for position, cell in enumerate(cells) if cell and current.get(cell, cell) != self.place]
        if strangers:
            raise Refused(problem("wrong_academy", rows=strangers, column=self._heading("urn")))
        return [self.place] * len(cells)

    def _column(self, item: DataField, starts: Sequence[dt.date | None]) -> Column:
        column = self._read(item, starts)
        if item.required and column.unusable > WRONG_THROUGHOUT * max(column.filled, 1):
            raise Refused(problem("column_wrong", column=self._heading(item.name)))
        scale = self.recognised.format.scale.get(item.name) if self.recognised.format else None
        if scale is not None:
            column.values = [None if value is None else value * scale for value in column.values]
        for kind, positions in column.troubles.items():
            self._report(kind, positions, column=self._heading(item.name), values=column.quoted.get(kind, ()))
        for kind in column.notes:
            if kind == "labels_matched" and (self.recognised.format or item.type == "year_group"):
                continue  # a report that is known to write words
            self.result.problems.append(problem(kind, column=self._heading(item.name)))
        if item.varied and len(set(column.values) - {None}) == 1 and column.filled >= FEWEST_TO_VARY:
            self.result.problems.append(problem("one_value_only", column=self._heading(item.name)))
        if not item.blank_allowed:
            missing = [position for position, value in enumerate(column.values) if value is None]
            self._drop("needed_value_missing", missing, column=self._heading(item.name))
        for derivation in item.derives:
            kept = [start and derived(derivation, value, start) for value, start in zip(column.values, starts, strict=True)]
            unlikely = [n for n, value in enumerate(column.values) if value is not None and starts[n] and kept[n] is None]
            self._report("date_of_birth_unlikely", unlikely, column=self._heading(item.name))
        return column

    def _read(self, item: DataField, starts: Sequence[dt.date | None]) -> Column:
        codes = {item.codes: _codes(self.catalogue, item.codes)} if item.codes else {}
        if item.name not in self.recognised.sums:
            return read_column(item, self._cells(item.name), codes, starts)
        parts = [read_column(item, [row.cells[at] for row in self.rows], codes, starts) for at in self.recognised.sums[item.name]]
        values_of_rows = zip(*(part.values for part in parts), strict=True)
        whole = Column([None if None in row else sum(row) for row in values_of_rows], filled=min(part.filled for part in parts))
        for part in parts:
            for kind, positions in part.troubles.items():
                whole.troubles[kind] = sorted({*whole.troubles[kind], *positions})
        return whole

    def _landed(self, columns: Mapping[str, Column], position: int, placed: Record) -> Record:
        record: Record = {}
        starts = self.starts[placed["period"]]
        attributes: dict[str, str] = {}
        for item in self.dataset.fields:
            value = columns[item.name].values[position] if item.name in columns else None
            for derivation in item.derives:
                record[derivation.name] = derived(derivation, value, starts)
            if item.type in NUMBERS and value is not None:
                value = pseudonym(self.keys, self.dataset, item, value, placed["academy_urn"])
            if is_column(item, self.dataset):
                record[item.name] = value
            if item.attribute and item.store and value is not None:
                attributes[item.name] = value
        return {**record, ATTRIBUTES: attributes}

    def _persons_of(self, record: Record) -> set[str]:
        """The person's key, and the keys of the numbers that they had before."""
        person = self.dataset.field(self.dataset.person) if self.dataset.person else None
        alike = [item.name for item in self.dataset.fields if person and item.type == person.type and item is not person]
        return {key for key in (record.get(PERSON), *(record.get(name) for name in alike)) if key}

    def _forget_what_is_special(self, record: Record) -> None:
        """Leave out the special-category fields of a person who objected."""
        for item in self.dataset.fields:
            if item.data_class == "special":
                record[ATTRIBUTES].pop(item.name, None)
                record |= {item.name: None} if item.name in record else {}

    def _says_nothing(self, record: Record) -> bool:
        """Whether a row of a joined sub-report has none of the sub-report's values."""
        repeats = [item.name for item in self.dataset.fields if item.repeats]
        return all(record[ATTRIBUTES].get(name, record.get(name)) is None for name in repeats)

    def _but_repeats(self, record: Record) -> Record:
        """What a joined sub-report leaves the same in every row of one key."""
        repeats = {item.name for item in self.dataset.fields if item.repeats}
        same = {name: value for name, value in _content(record).items() if name not in repeats}
        return {**same, ATTRIBUTES: {name: value for name, value in record[ATTRIBUTES].items() if name not in repeats}}

    def _count_once(self) -> None:
        """Rows that repeat another count once; rows of one key that disagree are both set aside, for neither can be preferred."""
        repeated: list[int] = []
        disagreeing: list[int] = []
        joined: list[int] = []
        for key, records in self.result.records.items():
            same_key: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
            for record in records:
                same_key[_identity(self.dataset, record) or (record["_row"],)].append(record)
            kept: list[Record] = []
            for alike in same_key.values():
                if len(alike) == 1:
                    kept.append(_content(alike[0]))
                    continue
                first = min(
                    alike, key=lambda record: (record["_rank"] is None, record["_rank"], self._says_nothing(record), record["_row"])
                )
                if all(_content(record) == _content(first) for record in alike):
                    repeated += [record["_row"] for record in alike if record is not first]
                elif all(self._but_repeats(record) == self._but_repeats(first) for record in alike):
                    joined += [record["_row"] for record in alike if record is not first]
                else:
                    disagreeing += [record["_row"] for record in alike]
                    continue
                kept.append(_content(first))
            self.result.records[key] = kept
        if joined:
            self.result.problems.append(problem("rows_joined", rows=sorted(joined)))
        if repeated:
            self.result.problems.append(problem("rows_repeated", rows=sorted(repeated)))
        if disagreeing:
            self.result.set_aside.update(disagreeing)
            self.result.problems.append(problem("rows_disagree", rows=sorted(disagreeing)))


def _content(record: Record) -> Record:
    return {name: value for name, value in record.items() if not name.startswith("_")}


def _identity(dataset: Dataset, record: Record) -> tuple[Any, ...]:
    """The key's values; empty where a row of no person has nothing that would tell it from another."""
    names = [PERSON if name == dataset.person else name for name in dataset.key]
    values = tuple(record.get(name, record[ATTRIBUTES].get(name)) for name in names)
    return () if values[:1] == (None,) else values


def _codes(catalogue: Catalogue, name: str) -> Codes:
    return Codes(catalogue.code_sets[name])

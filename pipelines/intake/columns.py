"""A column of cells into the values of its field, with the rows that gave trouble. Rows and files belong in ``mapping``."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipelines.catalogue.model import DataField
from pipelines.intake import values
from pipelines.intake.codes import Codes

LONGEST_QUOTED_CODE = 4


@dataclass
class Column:
    """One value a row, ``None`` where blank or not usable. ``troubles``: positions by kind of problem; ``quoted``: codes not known."""

    values: list[Any]
    troubles: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    quoted: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    notes: list[str] = field(default_factory=list)
    filled: int = 0

    @property
    def unusable(self) -> int:
        """How many filled cells gave no value."""
        return self.filled - sum(value is not None for value in self.values)


def read_column(item: DataField, cells: Sequence[str], codes: Mapping[str, Codes], years: Sequence[dt.date | None]) -> Column:
    """``cells`` as values of ``item``; ``years``: when each row's period starts, ``None`` where that is not known."""
    column = Column([None] * len(cells), filled=sum(not values.is_blank(cell) for cell in cells))
    if item.type in ("code", "year_group") and item.codes:
        _read_codes(column, cells, codes[item.codes], years)
    elif item.type == "date":
        _read_dates(column, cells, max((start.year + 2 for start in years if start), default=2099))
    elif item.type == "flag":
        _read_flags(column, cells)
    elif item.type in ("number", "integer"):
        _read_numbers(column, cells, item)
    elif item.type in ("reference", "staff_ref"):
        column.values = _each(cells, values.reference)
    elif item.type == "upn":
        column.values = _each(cells, values.upn)
    else:
        column.values = [None if values.is_blank(cell) else cell for cell in cells]
    return column


def _read_codes(column: Column, cells: Sequence[str], codes: Codes, years: Sequence[dt.date | None]) -> None:
    in_words = False
    found = {(cell, start): codes.find(cell, start) for cell, start in set(zip(cells, years, strict=True))}
    for position, (cell, start) in enumerate(zip(cells, years, strict=True)):
        answer = found[cell, start]
        if answer is not None:
            column.values[position] = answer.code
            in_words |= answer.in_words
            if answer.outdated:
                _complain(column, "code_ended", position, cell)
        elif not values.is_blank(cell):
            _complain(column, "code_unknown", position, cell)
    if in_words:
        column.notes.append("labels_matched")


def _read_dates(column: Column, cells: Sequence[str], latest_year: int) -> None:
    """Day first throughout. One date that can only be month first makes every slashed date of the column unreadable."""
    month_first = any(values.is_month_first(cell) for cell in set(cells))
    remarks = {"date_serial": values.is_serial, "date_short_year": values.has_short_year}
    column.notes += [kind for kind, is_so in remarks.items() if any(is_so(cell) for cell in set(cells))]
    for position, (cell, value) in enumerate(zip(cells, _each(cells, lambda cell: values.date(cell, latest_year)), strict=True)):
        if month_first and values.is_slashed(cell):
            _complain(column, "date_month_first", position)
        elif value is not None:
            column.values[position] = value
        elif not values.is_blank(cell):
            _complain(column, "date_unreadable", position)


def _read_flags(column: Column, cells: Sequence[str]) -> None:
    """A blank is "no" in a column that only ever says yes, and "not known" in one that says no as well."""
    read = _each(cells, values.flag)
    blank_is_no = "Y" in read and "N" not in read
    spellings = {(value, cell.strip().upper()) for cell, value in zip(cells, read, strict=True) if value}
    if len(spellings) > len({value for value, _ in spellings}):
        column.notes.append("flags_spelt_in_ways")
    for position, (cell, value) in enumerate(zip(cells, read, strict=True)):
        if value is None:
            _complain(column, "flag_unreadable", position, cell)
        elif value:
            column.values[position] = value
        elif blank_is_no and not cell:
            column.values[position] = "N"


def _read_numbers(column: Column, cells: Sequence[str], item: DataField) -> None:
    decimal_comma = any(values.number(cell) is None and values.number(cell, decimal_comma=True) is not None for cell in set(cells))
    if decimal_comma:
        column.notes.append("decimal_comma")
    for position, (cell, value) in enumerate(
        zip(cells, _each(cells, lambda cell: values.number(cell, decimal_comma=decimal_comma)), strict=True)
    ):
        if value is None:
            if not values.is_blank(cell):
                _complain(column, "number_unreadable", position)
        elif (item.minimum is not None and value < item.minimum) or (item.maximum is not None and value > item.maximum):
            _complain(column, "number_out_of_range", position)
        elif item.type == "integer" and not value.is_integer():
            _complain(column, "number_unreadable", position)
        else:
            column.values[position] = int(value) if item.type == "integer" else value


def _each(cells: Sequence[str], read: Callable[[str], Any]) -> list[Any]:
    """``read`` of every cell, called once for each different cell."""
    known = {cell: read(cell) for cell in set(cells)}
    return [known[cell] for cell in cells]


def _complain(column: Column, kind: str, position: int, cell: str = "") -> None:
    """Note the trouble. The cell is kept only if it could be a code: a shifted column may hold a name where a code should be."""
    column.troubles[kind].append(position)
    is_code_like = (
        0 < len(cell) <= LONGEST_QUOTED_CODE
        and cell.isascii()
        and cell.isalnum()
        and (len(cell) == 1 or not (cell.islower() or cell.istitle()))
    )
    if is_code_like and cell not in column.quoted[kind]:
        column.quoted[kind].append(cell)

"""Registers of session marks, found in a file: one row a mark, one row a day, or one column a session. Adding up belongs in ``marks``."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pipelines.catalogue.model import Catalogue
from pipelines.intake import values
from pipelines.intake.decoding import ZIP, decode, is_json, is_xml
from pipelines.intake.marks import Column, Register, totals
from pipelines.intake.problems import Problem, Refused, problem
from pipelines.intake.recognise import Recognised, known_headings, recognise, ways_of_marks
from pipelines.intake.tables import (
    HEADINGS_WITHIN,
    Row,
    Table,
    delimiter_of,
    heading_row,
    is_footer,
    remark_on_delimiter,
    run_at,
    tidy,
    without_empty_tail,
)

if TYPE_CHECKING:
    import pyarrow as pa

FEWEST_SESSIONS = 2
MOST_ODD = 1_000
"""Lines of another width, beyond which it is no register."""
START = 65_536
"""Bytes in which the headings of a register are looked for."""


def read_register(content: bytes, name: str, catalogue: Catalogue) -> Table | None:
    """The totals of a register in delimited text, read in columns because a year of one holds millions of marks; ``None`` for any other
    file, and for one with lines of another width: it may be cut off, and that is for the reader of all files to judge.
    """
    if content.startswith(ZIP) or is_xml(content) or is_json(content):
        return None
    found = _headings_of(content, known_headings(catalogue))
    if found is None:
        return None
    recognised = _as_register(found.headings, name, catalogue)
    if recognised is None:
        return None
    register = _columns_of(content, found, recognised)
    return totals(register, recognised.dataset, catalogue) if register else None


def added_up(table: Table, name: str, catalogue: Catalogue) -> Table:
    """``table``, or its totals where it is a register. Rows with more cells than headings are no marks."""
    as_given, table = table, _one_row_a_mark(table)
    recognised = _as_register(table.headings, name, catalogue) if table.rows else None
    if recognised is None:
        return as_given
    rows, surplus = [row for row in table.rows if not row.surplus], [row.number for row in table.rows if row.surplus]
    cells = {field: Column.of([row.cells[at] for row in rows]) for field, at in recognised.columns.items()}
    headings = {field: table.headings[at] for field, at in recognised.columns.items()}
    notes = (*table.notes, problem("too_many_values", rows=sorted(set(surplus)))) if surplus else table.notes
    numbers = np.array([row.number for row in rows], dtype=np.int64)
    register = Register(cells, headings, _others(table.headings, recognised), numbers, notes, table.exported, len(surplus))
    return totals(register, recognised.dataset, catalogue)


def _as_register(headings: tuple[str, ...], name: str, catalogue: Catalogue) -> Recognised | None:
    """The headings as a dataset that takes marks, if days and marks have a column each and the totals have none."""
    try:
        recognised = recognise(headings, name, catalogue)
    except Refused:
        return None
    how, columns = recognised.dataset.from_marks, recognised.columns.keys()
    is_register = how is not None and any(names <= columns for names in ways_of_marks(recognised.dataset))
    return recognised if is_register and how and not how.totals.keys() & columns else None


def _one_row_a_mark(table: Table) -> Table:
    """A register with a column for each session as one with a row for each mark; blank cells are no sessions. Others stay as they are."""
    sessions = {at: found for at, heading in enumerate(table.headings) if (found := values.session(heading))}
    if len(sessions) < FEWEST_SESSIONS:
        return table
    kept = [at for at in range(len(table.headings)) if at not in sessions]
    seen: set[str] = set()
    halves = {}
    for at, (day, half) in sessions.items():
        halves[at] = (day, half or ("pm" if day in seen else "am"))
        seen.add(day)
    rows = tuple(
        Row(row.number, (*(row.cells[at] for at in kept), *halves[at], row.cells[at]))
        for row in table.rows
        for at in sessions
        if row.cells[at]
    )
    return replace(table, headings=(*(table.headings[at] for at in kept), "Date", "Session", "Mark"), rows=rows)


@dataclass(frozen=True)
class _Found:
    """Where the headings of a text stand: ``above`` lines before its first row, cut at ``delimiter``."""

    headings: tuple[str, ...]
    delimiter: str
    above: int
    lines: list[list[str]]


def _headings_of(content: bytes, known: Collection[str]) -> _Found | None:
    start = content[:START]
    if b"\x00" in start or b"\n" not in start:
        return None
    text = start.decode("utf-8-sig", errors="replace").rpartition("\n")[0]
    delimiter = delimiter_of(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    lines: list[list[str]] = []
    ends: list[int] = []
    try:
        for line in reader:
            lines.append([tidy(cell) for cell in line])
            ends.append(reader.line_num)
            if len(lines) == HEADINGS_WITHIN:
                break
        at = heading_row(lines, known)
    except (csv.Error, Refused):
        return None
    return _Found(tuple(without_empty_tail(lines[at])), delimiter, ends[at], lines[:at])


def _columns_of(content: bytes, found: _Found, recognised: Recognised) -> Register | None:
    """The columns that are needed, whatever else the file holds; ``None`` where lines but footers are of another width."""
    import pyarrow as pa
    from pyarrow import csv as arrow

    notes: tuple[Problem, ...] = remark_on_delimiter(found.delimiter)
    if not content.isascii():
        text = decode(content)
        content, notes = text.text.encode(), (*notes, *text.notes)
    names = [str(at) for at in range(len(found.headings))]
    odd: list[tuple[int, str]] = []

    def aside(row: arrow.InvalidRow) -> str:
        odd.append((row.number, row.text))
        return "skip" if len(odd) <= MOST_ODD else "error"

    try:
        table = arrow.read_csv(
            io.BytesIO(content),
            arrow.ReadOptions(column_names=names, skip_rows=found.above, use_threads=False, block_size=8 << 20),
            arrow.ParseOptions(delimiter=found.delimiter, invalid_row_handler=aside, ignore_empty_lines=False),
            arrow.ConvertOptions(
                include_columns=[names[at] for at in recognised.columns.values()],
                column_types=dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string())),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    numbers = np.arange(1, table.num_rows + len(odd) + 1) + found.above
    numbers = np.delete(numbers, [number - 1 - found.above for number, _ in odd if number - 1 - found.above < len(numbers)])
    below = [[tidy(cell) for cell in text.split(found.delimiter)] for _, text in odd]
    if any(any(line) and not is_footer(line) for line in below):
        return None
    return Register(
        {field: _column(table[names[at]]) for field, at in recognised.columns.items()},
        {field: found.headings[at] for field, at in recognised.columns.items()},
        _others(found.headings, recognised),
        numbers[: table.num_rows],
        notes,
        run_at([*found.lines, *below]),
    )


def _others(headings: tuple[str, ...], recognised: Recognised) -> tuple[str, ...]:
    return tuple(heading for at, heading in enumerate(headings) if heading and at not in recognised.columns.values())


def _column(cells: pa.ChunkedArray) -> Column:
    whole = cells.unify_dictionaries().combine_chunks()
    spelt = [tidy(cell) for cell in whole.dictionary.to_pylist()]
    return Column(spelt, whole.indices.to_numpy(zero_copy_only=False).astype(np.int64))

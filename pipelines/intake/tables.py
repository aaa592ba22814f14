"""A file's cells as one table of text: delimiter, headings, and rows that are no records. What a column means belongs in ``recognise``."""

from __future__ import annotations

import csv
import datetime as dt
import gc
import io
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import NamedTuple

from pipelines.intake import nested, returns, values, workbooks
from pipelines.intake.codes import plain
from pipelines.intake.decoding import ZIP, decode, is_json, is_xml, refuse_other_kinds
from pipelines.intake.extents import refuse_beyond
from pipelines.intake.problems import NOTHING, Problem, Refused, problem

MOST_COLUMNS = 500
NARROWEST = 6
"""Cells that a line counts for at least: laying it out costs as much, however few it holds."""
HEADINGS_WITHIN = 20
FEWEST_DAYS = 5
SNIFFED = 100_000
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "pipes"}
_FORMULA = re.compile(r"[=@\t]|[+-](?![\d.,\s]*$)")
_NONE = re.compile(
    r"nil( return)?|none|nothing to (report|declare)|no (records|suspensions|exclusions|incidents|data)( .{0,40})?", re.IGNORECASE
)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x80-\x9f]")
_FOOTER = re.compile(
    r"(grand |sub)?totals?\b|count\b|average\b|mean\b|report run|run on|printed|exported|page \d|end of|source:|©", re.IGNORECASE
)
_RUN_AT = re.compile(r"(?:run|printed|exported|generated|created)\D{0,20}(\S+)(?:\s+(?:at\s+)?(\d{1,2}):(\d{2}))?", re.IGNORECASE)


class Row(NamedTuple):
    """One record: its number in the spreadsheet and its cells, as many as there are headings. ``surplus``: it had more."""

    number: int
    cells: tuple[str, ...]
    surplus: bool = False


@dataclass(frozen=True)
class Table:
    """Headings as written, records, and what was done to find them. ``exported``: when the report says it was run. ``says_none``: a row
    of it says that there is nothing to report; then there are no records. ``received``, ``lost``: rows of the file, and those set aside, where
    records were made of several rows each."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[Problem, ...] = ()
    exported: dt.datetime | None = None
    says_none: bool = False
    received: int | None = None
    lost: int = 0


def read_table(content: bytes, known: Collection[str], elements: returns.Elements = returns.NO_ELEMENTS) -> Table:
    """The table in ``content``: delimited text, a workbook, XML or JSON, where ``elements`` says what is a row.

    ``known``: plain headings that the catalogue knows, by which the heading row is found.

    Raises :class:`Refused` for a file that is empty, damaged, of another kind, or without a row of known headings.
    """
    with _uncollected():
        lines, notes, ends_whole = lines_of(content, elements)
        read = _table([_tidied(line) for line in lines], notes, known, ends_whole)
        return replace(read, notes=(*read.notes, *_odd_text(lines, read.rows)))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Python does not look for circles meanwhile: there are none among millions of cells, and looking takes a fifth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def lines_of(content: bytes, elements: returns.Elements = returns.NO_ELEMENTS) -> tuple[list[list[str]], tuple[Problem, ...], bool]:
    """Every line of the file as it was written, remarks on how it was read, and whether its last line is known to be whole."""
    if content.startswith(ZIP):
        return *workbooks.rows_of(content), True
    if is_xml(content):
        return returns.rows_of(content, elements), (), True
    if is_json(content):
        return nested.rows_of(content, elements.records), (), True
    refuse_other_kinds(content)
    decoded = decode(content)
    lines, delimiter = _split(decoded.text)
    return lines, (*decoded.notes, *remark_on_delimiter(delimiter)), decoded.text.endswith(("\n", "\r"))


def _odd_text(lines: list[list[str]], rows: Sequence[Row]) -> list[Problem]:
    """Remarks on cells that a spreadsheet would run, and on cells with line breaks or terminal codes; they stay text and are no values."""
    found = {
        "formula_text": [row.number for row in rows if any(map(_FORMULA.match, lines[row.number - 1]))],
        "control_characters": [row.number for row in rows if _CONTROL.search("".join(lines[row.number - 1]))],
    }
    return [problem(kind, rows=numbers) for kind, numbers in found.items() if numbers]


def _split(text: str) -> tuple[list[list[str]], str]:
    """The lines of ``text``, and what cuts their cells."""
    delimiter = delimiter_of(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[list[str]] = []
    width = NARROWEST
    try:
        for line in reader:
            if len(line) > MOST_COLUMNS:
                raise Refused(problem("too_many_columns", what=f"{len(line):,}"))
            lines.append(line)
            width = max(width, len(line))
            refuse_beyond(len(lines), width)
    except csv.Error as error:
        kind = "field_too_long" if "field limit" in str(error) else "unbalanced_quote"
        raise Refused(problem(kind, rows=(len(lines) + 1,))) from None
    return lines, delimiter


def delimiter_of(text: str) -> str:
    """The sign that cuts the longest early line most often."""
    start = text[:SNIFFED].splitlines()[:HEADINGS_WITHIN]
    return max(DELIMITERS, key=lambda sign: max((line.count(sign) for line in start), default=0))


def remark_on_delimiter(delimiter: str) -> tuple[Problem, ...]:
    """A note where something else than commas cuts the cells."""
    return () if delimiter == "," else (problem("delimiter_detected", what=DELIMITERS[delimiter]),)


def tidy(cell: str) -> str:
    """The cell without spaces around or doubled inside."""
    return cell if cell.isalnum() else " ".join(cell.split())


def _tidied(line: list[str]) -> list[str]:
    return line if all(map(str.isalnum, line)) else [tidy(cell) for cell in line]


def _table(lines: list[list[str]], notes: tuple[Problem, ...], known: Collection[str], ends_whole: bool) -> Table:
    at = heading_row(lines, known)
    headings = without_empty_tail(lines[at])
    above = [number for number, line in enumerate(lines[:at], start=1) if any(line)]
    if above:
        notes = (*notes, problem("lines_above_headings", rows=above))
    if not ends_whole and len(lines[-1]) < len(headings) and not is_footer(lines[-1]):
        raise Refused(problem("truncated", rows=(len(lines),)))
    box = next((at for at, heading in enumerate(headings) if plain(heading) == plain(NOTHING)), None)
    rows: list[Row] = []
    blank: list[int] = []
    footers: list[int] = []
    repeated: list[int] = []
    nothing: list[int] = []
    for number, line in enumerate(lines[at + 1 :], start=at + 2):
        filled = [cell for cell in line if cell]
        if not filled:
            blank.append(number)
        elif line[: len(headings)] == headings or (len(filled) > 2 and all(map(known.__contains__, map(plain, filled)))):
            repeated.append(number)
        elif len(filled) == 1 and (_NONE.fullmatch(filled[0]) or (box is not None and any(line[box : box + 1]))):
            nothing.append(number)
        elif is_footer(line):
            footers.append(number)
        else:
            cells = (*line[: len(headings)], *[""] * (len(headings) - len(line)))
            rows.append(Row(number, cells, surplus=any(line[len(headings) :])))
    for kind, numbers in (("blank_rows_skipped", _inner(blank, rows)), ("totals_skipped", footers), ("headings_repeated", repeated)):
        if numbers:
            notes = (*notes, problem(kind, rows=numbers))
    return Table(
        tuple(headings), tuple(rows), notes, run_at([lines[number - 1] for number in (*above, *footers)]), bool(nothing and not rows)
    )


def heading_row(lines: list[list[str]], known: Collection[str]) -> int:
    """Where the headings stand: the early line with the most known ones, the first of equals, and at least two."""
    scores = [_score(line, known) for line in lines[:HEADINGS_WITHIN]]
    best = max(scores, default=0)
    if best < 2:
        raise Refused(problem("unrecognised"))
    return scores.index(best)


def _score(line: Sequence[str], known: Collection[str]) -> int:
    """How many cells are known headings. Days count where there are many, as in a register with a column for every session."""
    days = sum(values.session(cell) is not None for cell in line if cell)
    return sum(plain(cell) in known for cell in line if cell) + (days if days >= FEWEST_DAYS else 0)


def without_empty_tail(line: list[str]) -> list[str]:
    """The line up to its last filled cell."""
    width = max(number for number, cell in enumerate(line, start=1) if cell)
    return line[:width]


def is_footer(line: list[str]) -> bool:
    """Whether the line is a total or a remark below the table."""
    filled = [cell for cell in line if cell]
    return bool(filled) and (len(filled) <= 2 or 3 * len(filled) <= len(line)) and _FOOTER.match(filled[0]) is not None


def _inner(blank: list[int], rows: list[Row]) -> list[int]:
    """Blank rows between records; the ones that spreadsheets leave at the end are not worth a word."""
    return [number for number in blank if rows and number < rows[-1].number]


def run_at(lines: list[list[str]]) -> dt.datetime | None:
    """When the report was run, from the lines around the table; ``None`` when they do not say."""
    for line in lines:
        for cell in line:
            match = _RUN_AT.search(cell)
            day = values.date(match[1].strip(".,;"), 2099) if match else None
            if match and day:
                return dt.datetime(day.year, day.month, day.day, int(match[2] or 0) % 24, int(match[3] or 0) % 60)
    return None

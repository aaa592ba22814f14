"""The marts of one bundle in DuckDB, to be read and nothing else: a locked connection, what may be run there, and an answer as text."""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import io
import json
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.reporting.readable import SYMBOL, not_run
from pipelines.reporting.verdicts import NOT_SHOWN

CLOSED: dict[str, Any] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}
QUIET: dict[str, Any] = {"temp_directory": "", "memory_limit": "2GB", "python_enable_replacements": "false"}
FIGURES = ("numerator", "denominator", "value", "low", "high", "sd")
NOT_TOLD = ("c", "x", "z", "low")
MARKS = {"status": {status: status for status in NOT_TOLD}, "verdict": {NOT_SHOWN: "c"}, "position": {NOT_SHOWN: "c"}}
"""By column of a row, which of its values says that empty figures beside it are not told, and with what status."""
READS_ONLY = "The tables of a release are read here, never changed, and nothing is written to a file."
NO_FILES = "Only the tables of the release can be read here: no file, no address and no other database."
DECIMALS, LEAST = 4, 0.0001
WIDEST, APART_FROM = 60, 10_000
COMMENT = r"--[^\n]*|/\*.*?\*/"
HARMLESS = "range|generate_series|unnest|repeat|repeat_row|summary|histogram|histogram_values|json_each|json_tree|duckdb_.*|pragma_.*"
A_FILE = re.compile(r"Table with name \S*([/\\:]|\.(csv|parquet|json|xlsx|db|duckdb) )", re.IGNORECASE)
MISSING = re.compile(r'(?:Table with name|column(?: named)?) "?([\w.]+)"?', re.IGNORECASE)


class NotAnswered(Exception):
    """A statement that is refused or not understood; the message is for whoever wrote it."""


@dataclass(frozen=True)
class Answer:
    """What a statement gave. ``numeric``: whether each column holds numbers."""

    columns: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[Any, ...], ...]

    @property
    def says_what_is_hidden(self) -> bool:
        """Whether an empty number in it can be told from one that is hidden."""
        return bool(MARKS.keys() & set(self.columns))

    @property
    def has_empty_numbers(self) -> bool:
        """Whether a number is missing anywhere."""
        return any(value is None for row in self.rows for value, numeric in zip(row, self.numeric, strict=True) if numeric)


def open_marts(marts: Path) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB with each Parquet file of ``marts`` as a table, and from then on no way to a file, a network or a setting.

    A figure that is not shown has no number here, whatever lay in the file.
    """
    connection = duckdb.connect(":memory:", config=CLOSED | QUIET)
    for path in sorted(marts.glob("*.parquet")):
        rows = pq.read_table(path)
        hidden = [name for name in FIGURES if name in rows.column_names and "status" in rows.column_names]
        told = ", ".join(f'case when status not in {NOT_TOLD} then "{name}" end as "{name}"' for name in hidden)
        connection.register("rows", rows)
        connection.execute(f'create table "{path.stem}" as select *{f" replace ({told})" if told else ""} from rows')
        connection.unregister("rows")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def answers(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Answer]:
    """What each statement of ``sql`` gives; :class:`NotAnswered` before any is run where one would do other than read."""
    try:
        statements = connection.extract_statements(sql)
        for statement in statements:
            _refuse_unless_reading(statement)
        _refuse_doors(connection, sql)
        done = [connection.execute(statement).to_arrow_table() for statement in statements]
    except duckdb.PermissionException:
        raise NotAnswered(NO_FILES) from None
    except duckdb.Error as problem:
        raise NotAnswered(_with_nearest(str(problem).rstrip(), connection)) from None
    return [_answer(table) for table, statement in zip(done, statements, strict=True) if statement.type == duckdb.StatementType.SELECT]


def _refuse_unless_reading(statement: duckdb.Statement) -> None:
    """A ``pivot`` is a list of values, made without words of its own, and a selection; it is the one ``create`` that may run."""
    made_by_pivot = statement.type == duckdb.StatementType.CREATE and not statement.query
    if not made_by_pivot and statement.type != duckdb.StatementType.SELECT:
        word = re.sub(COMMENT, " ", statement.query, flags=re.DOTALL).split()
        raise NotAnswered(f"{word[0].upper() if word else statement.type.name} is refused. {READS_ONLY}")


def _refuse_doors(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Functions that stand in the place of a table and lead elsewhere: to files, memory, logs, or SQL that is made up as it runs."""
    known = connection.execute("select distinct function_name from duckdb_functions() where function_type in ('table', 'table_macro')")
    doors = [name for (name,) in known.fetchall() if not re.fullmatch(HARMLESS, name)]
    if re.search(rf'\b({"|".join(doors)})"?(?:\s|{COMMENT})*\(', sql, re.IGNORECASE | re.DOTALL):
        raise NotAnswered(NO_FILES)


def tables(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[str, str]]]:
    """Every table by name, with the name and type of each column in order."""
    found: dict[str, list[tuple[str, str]]] = {}
    columns = "select table_name, column_name, data_type from duckdb_columns() where not internal order by table_name, column_index"
    for table, column, kind in connection.execute(columns).fetchall():
        found.setdefault(table, []).append((column, kind.lower()))
    return found


def nearest(name: str, known: dict[str, list[tuple[str, str]]]) -> list[str]:
    """Tables, and columns with a table that has them, whose names are like ``name``."""
    columns: dict[str, str] = {}
    for table, described in known.items():
        for column, _ in described:
            columns.setdefault(column, table)
    alike = difflib.get_close_matches(name.lower(), [*known, *columns], n=3, cutoff=0.6)
    return [item if item in known else f"{columns[item]}.{item}" for item in alike]


def _with_nearest(message: str, connection: duckdb.DuckDBPyConnection) -> str:
    if A_FILE.search(message):
        return NO_FILES
    asked = MISSING.search(message)
    alike = nearest(asked[1].rpartition(".")[2], tables(connection)) if asked else []
    return f"{message}\nNearest names: {', '.join(alike)}" if alike else message


def _answer(table: pa.Table) -> Answer:
    kinds = [column.type for column in table.columns]
    numeric = tuple(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) for kind in kinds)
    columns = [column.to_pylist() for column in table.columns]
    return Answer(tuple(table.column_names), numeric, tuple(zip(*columns, strict=True)))


def as_csv(answer: Answer) -> str:
    """Comma-separated, as open data is: a number that is not told is its bare status, any other that is missing is empty; no text is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(not_run, answer.columns))
    for row in answer.rows:
        mark = _mark(answer, row)
        cells = zip(row, answer.numeric, strict=True)
        told = [(mark if numeric else "") if value is None else _plain(value) for value, numeric in cells]
        writer.writerow([not_run(value) if isinstance(value, str) else value for value in told])
    return out.getvalue()


def as_json(answer: Answer) -> str:
    """A list of objects; a number that is not told is null, and its row's status says why."""
    rows = [{name: _plain(value) for name, value in zip(answer.columns, row, strict=True)} for row in answer.rows]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def as_table(answer: Answer, most: int) -> str:
    """Aligned columns for a person, at most ``most`` rows: symbols for what is not told, numbers no longer than anyone reads them."""
    rows = answer.rows[:most]
    places = [_places([row[number] for row in rows]) for number in range(len(answer.columns))]
    cells = [
        [
            SYMBOL.get(mark, "") if value is None and numeric else _cell(name, value, decimals)
            for name, value, numeric, decimals in zip(answer.columns, row, answer.numeric, places, strict=True)
        ]
        for row, mark in ((row, _mark(answer, row)) for row in rows)
    ]
    widths = [max(map(len, column)) for column in zip(answer.columns, *cells, strict=True)]
    lines = [_line(answer.columns, widths, answer.numeric), "  ".join("-" * width for width in widths)]
    lines += [_line(row, widths, answer.numeric) for row in cells]
    left = len(answer.rows) - len(rows)
    told = f"{len(answer.rows):,} row{'' if len(answer.rows) == 1 else 's'}"
    return "\n".join([*lines, f"({told}; the first {len(rows):,} are shown)" if left else f"({told})"]) + "\n"


def _line(cells: tuple[str, ...] | list[str], widths: list[int], numeric: tuple[bool, ...]) -> str:
    placed = (cell.rjust(width) if right else cell.ljust(width) for cell, width, right in zip(cells, widths, numeric, strict=True))
    return "  ".join(placed).rstrip()


def _mark(answer: Answer, row: tuple[Any, ...]) -> str:
    """The status that an empty number of the row stands for; nothing where the row does not say."""
    for name, value in zip(answer.columns, row, strict=True):
        mark = MARKS.get(name, {}).get(value) if isinstance(value, str) else None
        if mark:
            return mark
    return ""


def _places(values: list[Any]) -> int:
    """As many decimals as the longest number of a column needs, and no more than four."""
    shortest = (f"{value:.{DECIMALS}f}".rstrip("0").partition(".")[2] for value in values if isinstance(value, float | Decimal))
    return max(map(len, shortest), default=0)


def _cell(name: str, value: object, decimals: int) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float | Decimal):
        return _number(value, decimals)
    if name == "status" and value in SYMBOL:
        return SYMBOL[str(value)]
    text = "".join(sign if sign.isprintable() else " " for sign in str(value))
    return text if len(text) <= WIDEST else text[: WIDEST - 1].rstrip() + "…"


def _number(value: float | Decimal, decimals: int) -> str:
    number = float(value)
    if number and abs(number) < LEAST / 2:
        return f"<{LEAST}" if number > 0 else f">-{LEAST}"
    apart = "," if abs(number) >= APART_FROM else ""
    return f"{number:{apart}.{decimals}f}"


def _plain(value: Any) -> Any:
    """A value as CSV and JSON write it: days as text, whole sums as whole numbers."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return str(value)
    return value

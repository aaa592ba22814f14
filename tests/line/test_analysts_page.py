"""The page for analysts is true: its tables and joins exist, its commands are ours, and every query gives an answer at the analyst's door."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.home import Home
from pipelines.reporting.readable import SYMBOL
from pipelines.reporting.sql import answers, open_marts, tables

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "analysts.md").read_text("utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def marts(demonstration: Home) -> Path:
    return demonstration.releases / "current" / "marts"


def test_the_symbols_are_those_of_the_workbook() -> None:
    told = dict(re.findall(r"^\| `(\[\w+\])` \| `(\w+)` \|", PAGE, re.MULTILINE))
    assert told == {symbol: status for status, symbol in SYMBOL.items()}


def test_the_tables_and_columns_to_join_on_are_there(marts: Path) -> None:
    with open_marts(marts) as connection:
        known = tables(connection)
    assert f"holds {len(known)} Parquet tables" in PAGE
    joins = re.findall(r"^\| `(dim_\w+)` \| (.*?) \|", PAGE, re.MULTILINE)
    assert {name for name, _ in joins} == {name for name in known if name.startswith("dim_")}
    for name, columns in joins:
        assert set(re.findall(r"`(\w+)`", columns)) <= {column for column, _ in known[name]}, name


@pytest.mark.parametrize("number", range(1, 6))
def test_a_question_is_answered_at_the_door(marts: Path, number: int) -> None:
    with open_marts(marts) as connection:
        (answer,) = answers(connection, QUERIES[number - 1])
    assert len(QUERIES) == 5
    assert answer.rows
    assert all(row[0] is not None for row in answer.rows)


def test_any_other_reader_of_parquet_answers_the_same(marts: Path) -> None:
    connection = duckdb.connect(":memory:")
    for path in marts.glob("*.parquet"):
        connection.execute(f"create view {path.stem} as select * from read_parquet('{path}')")
    with open_marts(marts) as locked:
        for query in QUERIES:
            assert tuple(connection.execute(query).fetchall()) == answers(locked, query)[0].rows
    connection.close()


def test_the_commands_on_the_page_are_ours(demonstration: Home) -> None:
    commands = re.findall(r'^equality query "(.*?)"', PAGE, re.MULTILINE)
    assert len(commands) == 2
    for sql in commands:
        done = CliRunner().invoke(app, ["query", sql, "--home", str(demonstration.root)])
        assert done.exit_code == 0, done.output


def test_a_demonstration_has_hidden_figures_and_none_is_a_number(marts: Path) -> None:
    with open_marts(marts) as connection:
        (answer,) = answers(connection, "select numerator, denominator, value, low, high, sd from mart_pupil_outcomes where status = 'c'")
    assert len(answer.rows) > 100
    assert all(value is None for row in answer.rows for value in row)

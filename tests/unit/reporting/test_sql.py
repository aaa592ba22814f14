"""A locked door to the marts: what reads is answered, whatever else is refused, and what is hidden has a symbol and never a number."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from pipelines.reporting.sql import NO_FILES, NotAnswered, answers, as_csv, as_json, as_table, open_marts, tables

HIDDEN = "select numerator, denominator, value, low, high, sd, status from mart_pupil_outcomes where status = 'c' order by all limit 1"


@pytest.fixture
def door(made_marts: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_marts(made_marts) as connection:
        yield connection


def test_every_mart_is_a_table_under_its_own_name(door: duckdb.DuckDBPyConnection, made_marts: Path) -> None:
    known = tables(door)
    assert set(known) == {path.stem for path in made_marts.glob("*.parquet")}
    assert ("status", "varchar") in known["mart_pupil_outcomes"]


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("copy mart_gaps to 'out.csv'", "COPY"),
        ("copy (select 1) to 'out.parquet' (format parquet)", "COPY"),
        ("attach 'other.duckdb' as other", "ATTACH"),
        ("install httpfs", "INSTALL"),
        ("load httpfs", "LOAD"),
        ("export database 'out'", "EXPORT"),
        ("/* first */ create table mine as select 1", "CREATE"),
        ("-- a note\ninsert into mart_gaps select * from mart_gaps", "INSERT"),
        ("update mart_pupil_outcomes set status = 'shown'", "UPDATE"),
        ("delete from mart_gaps", "DELETE"),
        ("drop table mart_gaps", "DROP"),
        ("set enable_external_access = true", "SET"),
        ("pragma enable_profiling", "PRAGMA"),
        ("call enable_logging()", "CALL"),
        ("explain analyze copy mart_gaps to 'out.csv'", "EXPLAIN"),
        ("prepare later as select 1", "PREPARE"),
        ("select 1; drop table mart_gaps", "DROP"),
    ],
)
def test_what_does_other_than_read_is_refused_in_a_sentence(
    door: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str, word: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotAnswered, match=rf"^{word} is refused\. The tables of a release are read here"):
        answers(door, statement)
    assert list(tmp_path.iterdir()) == []
    assert "mart_gaps" in tables(door)


@pytest.mark.parametrize(
    "statement",
    [
        "from read_text('/etc/hostname')",
        "from read_csv('here.csv')",
        "from read_parquet('https://example.org/a.parquet')",
        "from '/etc/hostname'",
        "from 'here.csv'",
        "from glob('/*')",
        "import database 'here'",
        "from enable_logging('QueryLog', storage := 'file', storage_path := 'log')",
        'from "enable_logging" /* why */ (level := 1)',
        "from query('from enable_' || 'logging()')",
        "with a as (from json_execute_serialized_sql('{}')) from a",
        "select * from arrow_scan(1, 2, 3)",
        "from checkpoint()",
    ],
)
def test_no_file_and_no_address_can_be_read(
    door: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    (tmp_path / "here.csv").write_text("a\n1\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotAnswered, match=NO_FILES) as refused:
        answers(door, statement)
    assert answers(door, "select 1")[0].rows == ((1,),)
    assert str(refused.value) == NO_FILES
    assert [path.name for path in tmp_path.iterdir()] == ["here.csv"]


def test_the_lock_holds_where_the_refusal_would_not(door: duckdb.DuckDBPyConnection) -> None:
    for statement in (
        "set enable_external_access = true",
        "set lock_configuration = false",
        "copy mart_gaps to '/tmp/never.csv'",
        "load httpfs",
    ):
        with pytest.raises(duckdb.Error):
            door.execute(statement)


def test_variables_of_this_program_are_no_tables(door: duckdb.DuckDBPyConnection) -> None:
    secret = pd.DataFrame({"key": ["secret"]})
    with pytest.raises(NotAnswered, match="secret does not exist"):
        answers(door, "from secret")
    assert len(secret) == 1


def test_what_reads_is_answered(door: duckdb.DuckDBPyConnection) -> None:
    for statement in (
        "describe mart_gaps",
        "show tables",
        "summarize dim_groups",
        "values (1)",
        "with a as (select 1) from a",
        "table dim_areas",
        "from range(3)",
        "from duckdb_columns()",
    ):
        assert answers(door, statement)[0].rows
    (pivoted,) = answers(door, "pivot mart_pupil_outcomes on status using count(*) group by population")
    assert pivoted.columns == ("population", "c", "shown", "x")
    assert [answer.rows for answer in answers(door, "select 1; select 2;")] == [((1,),), ((2,),)]
    assert answers(door, " -- nothing\n;") == []


def test_a_name_that_is_not_found_has_its_nearest_beside_it(door: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(NotAnswered, match=r'(?s)Referenced column "peple_behind" not found.*Nearest names: mart_gaps\.people_behind'):
        answers(door, "select peple_behind from mart_gaps")
    with pytest.raises(NotAnswered, match=r"(?s)Table with name mart_pupils_outcomes does not exist.*Nearest names: mart_pupil_outcomes"):
        answers(door, "from mart_pupils_outcomes")
    with pytest.raises(NotAnswered, match="syntax error at or near"):
        answers(door, "selec 1")


def test_a_hidden_figure_is_its_symbol_on_the_screen_its_status_in_csv_and_null_in_json(door: duckdb.DuckDBPyConnection) -> None:
    (answer,) = answers(door, HIDDEN)
    assert as_table(answer, 10).splitlines()[2].split() == ["[c]"] * 7
    assert as_csv(answer).splitlines()[1] == "c,c,c,c,c,c,c"
    assert json.loads(as_json(answer)) == [dict.fromkeys(answer.columns[:-1]) | {"status": "c"}]


def test_a_gap_that_is_not_shown_has_no_number_either(door: duckdb.DuckDBPyConnection) -> None:
    (answer,) = answers(door, "select gap, people_behind, verdict from mart_gaps where verdict = 'not_shown' limit 1")
    assert as_table(answer, 10).splitlines()[2].split() == ["[c]", "[c]", "not_shown"]
    assert as_csv(answer).splitlines()[1] == "c,c,not_shown"


def test_a_number_left_in_a_hidden_cell_is_not_read(
    marts_folder: Path, rewrite: Callable[[str, Callable[[pd.DataFrame], pd.DataFrame]], None]
) -> None:
    rewrite("mart_pupil_outcomes", lambda rows: rows.assign(numerator=rows["numerator"].fillna(3), value=rows["value"].fillna(0.3)))
    with open_marts(marts_folder) as connection:
        (answer,) = answers(connection, "select numerator, value from mart_pupil_outcomes where status not in ('shown', 'u')")
    assert answer.rows
    assert {value for row in answer.rows for value in row} == {None}


def test_an_empty_number_of_a_shown_row_is_empty_and_counts_of_hidden_rows_are_counts(door: duckdb.DuckDBPyConnection) -> None:
    (mean,) = answers(door, "select numerator, status from mart_pupil_outcomes where measure = 'score' limit 1")
    assert as_csv(mean).splitlines()[1] == ",shown"
    (counted,) = answers(door, "select status, count(*) as figures from mart_pupil_outcomes where status = 'c' group by status")
    assert as_csv(counted).splitlines()[1].startswith("c,") and counted.rows[0][1] > 0
    assert not counted.has_empty_numbers


def test_the_symbol_of_few_stands_beside_its_number(door: duckdb.DuckDBPyConnection) -> None:
    (answer,) = answers(door, "select 12 as numerator, 'u' as status")
    assert as_table(answer, 10).splitlines()[2].split() == ["12", "[u]"]
    assert as_csv(answer).splitlines()[1] == "12,u"


def test_numbers_are_as_long_as_anyone_reads_them_and_stand_in_line(door: duckdb.DuckDBPyConnection) -> None:
    sql = "select * from (values ('a', 0.5, 1234567, true), ('b', 0.000001, 20, false), ('c', -0.12345678, null, null)) as t (name, share, people, yes)"
    lines = as_table(answers(door, sql)[0], 10).splitlines()
    assert lines[0].split() == ["name", "share", "people", "yes"]
    assert [line.split() for line in lines[2:5]] == [["a", "0.5000", "1,234,567", "yes"], ["b", "<0.0001", "20", "no"], ["c", "-0.1235"]]
    assert {len(line) for line in lines[1:3]} == {len(lines[1])}
    assert lines[5] == "(3 rows)"


def test_a_long_answer_says_how_much_is_left(door: duckdb.DuckDBPyConnection) -> None:
    told = as_table(answers(door, "from range(1000)")[0], 5)
    assert told.splitlines()[-1] == "(1,000 rows; the first 5 are shown)"
    assert len(told.splitlines()) == 8


def test_csv_and_json_keep_every_digit_and_every_word(door: duckdb.DuckDBPyConnection) -> None:
    sql = "select 1/3 as third, 'a \"quoted\", word' as label, date '2026-01-15' as day, sum(2::hugeint) as whole, true as yes"
    (answer,) = answers(door, sql)
    assert next(iter(csv.DictReader(io.StringIO(as_csv(answer))))) == {
        "third": "0.3333333333333333", "label": 'a "quoted", word', "day": "2026-01-15", "whole": "2", "yes": "True",
    }  # fmt: skip
    assert json.loads(as_json(answer)) == [{"third": 1 / 3, "label": 'a "quoted", word', "day": "2026-01-15", "whole": 2, "yes": True}]


def test_a_label_cannot_steer_the_terminal(door: duckdb.DuckDBPyConnection) -> None:
    told = as_table(answers(door, "select 'a' || chr(27) || '[2J' || chr(10) || 'b' as label")[0], 10)
    assert "\x1b" not in told
    assert told.splitlines()[2] == "a [2J b"

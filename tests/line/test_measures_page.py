"""The page on measures is true: every measure is in it, every test that it names exists, and every query gives an answer."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
import yaml

from pipelines.catalogue import load
from pipelines.home import Home

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "measures.md").read_text("utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if re.match(r"\| \d+ \|", line)]
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


def test_all_27_are_there_and_nothing_is_empty() -> None:
    assert [int(row[0]) for row in ROWS] == list(range(1, 28))
    assert all(len(row) == 6 and all(row) for row in ROWS)


def test_every_measure_of_the_catalogue_stands_under_its_number() -> None:
    catalogue = load(ROOT / "tests" / "small_trust")
    named = {(int(row[0]), name) for row in ROWS for name in re.findall(r"`(\w+)`", row[1])}
    measures = {(measure.number, measure.name) for measure in catalogue.measures.values()}
    assert measures <= named
    assert {name for _, name in named - measures} <= {"headcount", "governors", "notifications", "mart_incidents", "mart_completeness"}


def test_every_test_that_is_named_exists() -> None:
    written = [yaml.safe_load(path.read_text("utf-8")) for path in (ROOT / "dbt_project" / "models").rglob("unit_tests/*.yml")]
    known = {test["name"] for content in written for test in content["unit_tests"]}
    known |= {name for path in (ROOT / "tests").rglob("test_*.py") for name in re.findall(r"def (test_\w+)", path.read_text("utf-8"))}
    assert {name for row in ROWS for name in re.findall(r"`(\w+)`", row[4])} - known == set()


@pytest.mark.parametrize("number", range(1, 11))
def test_a_question_is_answered_by_its_query(demonstration: Home, number: int) -> None:
    connection = duckdb.connect(":memory:")
    for path in (demonstration.releases / "current" / "marts").glob("*.parquet"):
        connection.execute(f"create view {path.stem} as select * from read_parquet('{path}')")
    answer = connection.execute(QUERIES[number - 1]).df()
    connection.close()
    assert len(QUERIES) == 10
    assert len(answer) > 0 and answer.iloc[:, 0].notna().all()

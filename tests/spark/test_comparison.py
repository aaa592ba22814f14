"""Held against itself a table differs nowhere; one value that is changed, lost or added is one row that differs."""

from __future__ import annotations

import duckdb
import pytest
from comparison import compare

ROWS = "(values ('a', 1, 0.5::double), ('b', 2, null), ('c', null, 3e5)) as rows(name, people, value)"


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    found = duckdb.connect()
    found.execute(f"create table one as select * from {ROWS}; create table other as select * from one")
    return found


@pytest.mark.parametrize(
    ("change", "differing"),
    [
        ("select 1", 0),
        ("update other set value = value * (1 + 1e-12)", 0),
        ("update other set value = value * (1 + 1e-8) where name = 'c'", 1),
        ("update other set value = 0 where name = 'b'", 1),
        ("update one set value = 0 where name = 'a'; update other set value = 1e-15 where name = 'a'", 0),
        ("update one set value = 0 where name = 'a'; update other set value = 1e-8 where name = 'a'", 1),
        ("update other set value = null where name = 'a'", 1),
        ("update other set value = 'nan'::double where name = 'a'", 1),
        ("update other set value = 'inf'::double where name = 'a'", 1),
        ("update other set people = 3 where name = 'b'", 1),
        ("update other set people = 0 where name = 'c'", 1),
        ("delete from other where name = 'a'", 1),
        ("insert into other values ('d', 4, 1)", 1),
        ("update other set name = 'd' where name = 'a'", 2),
    ],
)
@pytest.mark.parametrize("grain", [(), ("name",)])
def test_every_difference_is_found(connection: duckdb.DuckDBPyConnection, change: str, differing: int, grain: tuple[str, ...]) -> None:
    connection.execute(change)
    found = compare(connection, "one", "other", grain)
    assert found.differing == differing
    assert found.rows >= 3 and found.values == found.rows * 3


def test_another_set_of_columns_is_no_comparison(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("alter table other add column more integer")
    with pytest.raises(AssertionError, match="more"):
        compare(connection, "one", "other")

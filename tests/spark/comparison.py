"""Two warehouses of the same models, table by table and value by value. Nothing is built here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

NEARLY, NOUGHT = 1e-9, 1e-12
"""How far two floating-point figures may lie apart, relative to the larger, and where both are nought but for rounding: engines add in
different orders."""


@dataclass(frozen=True)
class Table:
    """A table that a model makes, and the columns that name one row of it."""

    schema: str
    name: str
    grain: tuple[str, ...]


@dataclass(frozen=True)
class Compared:
    """Of one table: the rows found on either side, their values, and the rows that lack a partner or differ from it."""

    rows: int
    values: int
    differing: int


def tables_of(manifest: Path) -> list[Table]:
    """Every table of dbt's manifest. The grain is what the project tests to be unique; empty where it tests none."""
    nodes = json.loads(manifest.read_bytes())["nodes"].values()
    grains = {node["attached_node"]: _tested(node) for node in nodes if _tested(node)}
    models = [node for node in nodes if node["resource_type"] == "model" and node["config"]["materialized"] == "table"]
    return [Table(node["schema"], node["alias"], grains.get(node["unique_id"], ())) for node in models]


def _tested(node: dict[str, Any]) -> tuple[str, ...]:
    test = node.get("test_metadata") or {}
    return tuple(test["kwargs"]["columns"]) if test.get("name") == "unique_grain" else ()


def compare(connection: duckdb.DuckDBPyConnection, one: str, other: str, grain: tuple[str, ...] = ()) -> Compared:
    """The relation ``one`` held against ``other``: text, dates and whole numbers exactly, floating-point numbers nearly.

    Without a ``grain`` a row is named by all its columns of text. ``AssertionError`` when the columns themselves are not the same.
    """
    columns, theirs = ({row[0]: row[1] for row in connection.execute(f"describe select * from {side}").fetchall()} for side in (one, other))
    assert list(columns) == list(theirs), (one, set(columns) ^ set(theirs))
    keys = grain or tuple(name for name, kind in columns.items() if kind == "VARCHAR")
    alike = " and ".join(f'one."{key}" is not distinct from other."{key}"' for key in keys)
    unlike = [_unlike(f'one."{name}"', f'other."{name}"', kind) for name, kind in columns.items() if name not in keys]
    rows, differing = connection.execute(
        f"""
        with one as (select *, true as found from {one}), other as (select *, true as found from {other})
        select count(*), count(*) filter (where {" or ".join(["one.found is null", "other.found is null", *unlike])})
        from one full join other on {alike}
        """
    ).fetchall()[0]
    return Compared(rows, rows * len(columns), differing)


def _unlike(one: str, other: str, kind: str) -> str:
    if kind not in ("DOUBLE", "FLOAT"):
        return f"{one} is distinct from {other}"
    reach = f"greatest({NEARLY} * abs({one}), {NEARLY} * abs({other}), {NOUGHT})"
    far = f"not isfinite({one}) or not isfinite({other}) or abs({one} - {other}) > {reach}"
    return f"({one} is distinct from {other} and coalesce({far}, true))"

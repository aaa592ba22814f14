"""A report with results side by side as one with a row for each result. Which columns those are, the format says."""

from __future__ import annotations

from dataclasses import replace

from pipelines.intake.codes import plain
from pipelines.intake.recognise import Recognised, spread_fields
from pipelines.intake.tables import Row, Table


def spread(table: Table, recognised: Recognised) -> tuple[Table, Recognised]:
    """``table`` with a row for each filled cell of the columns that its format spreads, under the same row number; others unchanged."""
    format_ = recognised.format
    if format_ is None or not format_.spreads:
        return table, recognised
    fields = spread_fields(format_)
    at = {plain(heading): position for position, heading in enumerate(table.headings)}
    results = [
        (at[plain(heading)], said, one.into) for one in format_.spreads for heading, said in one.columns.items() if plain(heading) in at
    ]
    rows = tuple(
        Row(row.number, (*row.cells, *({**said, into: row.cells[position]}.get(field, "") for field in fields)), row.surplus)
        for row in table.rows
        for position, said, into in results
        if row.cells[position]
    )
    headings = (*table.headings, *(recognised.dataset.field(field).title for field in fields))
    columns = {field: len(table.headings) + number for number, field in enumerate(fields)}
    return replace(table, headings=headings, rows=rows), replace(recognised, columns={**recognised.columns, **columns})

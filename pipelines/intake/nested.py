"""The answer of an interface in JSON as a table: one object a row, its innermost values the columns, named by their own keys."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

from pipelines.intake.decoding import decode
from pipelines.intake.extents import refuse_beyond
from pipelines.intake.problems import Refused, problem

MOST_KEYS, DEEPEST, LONGEST = 500, 20, 131_072
OBJECT = 3
"""What an object costs, in cells."""


def rows_of(content: bytes, records: Collection[str]) -> list[list[str]]:
    """Headings, then one line per object of the list that the document is, or that it holds under one of the keys ``records``.

    Where a key stands at several depths of an object the first counts. Lists inside an object are left out. Raises :class:`Refused` for
    what is no JSON, or no such list.
    """
    refuse_beyond(content.count(b",") + OBJECT * content.count(b"{"))
    try:
        document = json.loads(decode(content).text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Refused(problem("json_damaged")) from None
    if isinstance(document, dict):
        document = next((document[key] for key in sorted(records) if isinstance(document.get(key), list)), None)
    if not isinstance(document, list) or not all(isinstance(item, dict) for item in document):
        raise Refused(problem("unrecognised"))
    columns: dict[str, None] = {}
    found: list[dict[str, str]] = []
    for number, item in enumerate(document, start=2):
        row: dict[str, str] = {}
        for key, value in _leaves(item, 0):
            if len(value) > LONGEST:
                raise Refused(problem("field_too_long", rows=(number,)))
            row.setdefault(key, value)
        columns |= dict.fromkeys(row)
        if len(columns) > MOST_KEYS:
            raise Refused(problem("too_many_columns", what=f"{len(columns):,}"))
        found.append(row)
        refuse_beyond(len(found), len(columns))
    return [list(columns), *([row.get(key, "") for key in columns] for row in found)]


def _leaves(item: dict[str, Any], depth: int) -> Iterator[tuple[str, str]]:
    """Key and text of every innermost value, those of the object itself before those inside it."""
    if depth > DEEPEST:
        raise Refused(problem("json_damaged"))
    inside = []
    for key, value in item.items():
        if isinstance(value, dict):
            if isinstance(value.get("date"), str):
                yield key, value["date"][:10]  # a date with its zone
            else:
                inside.append(value)
        elif not isinstance(value, list):
            yield key, _text(value)
    for value in inside:
        yield from _leaves(value, depth + 1)


def _text(value: object) -> str:
    if value is None:
        return ""
    return ("N", "Y")[value] if isinstance(value, bool) else str(value)


def _no_number(constant: str) -> None:
    raise ValueError(constant)

"""Whatever the bytes of a file are, it is read or refused: nothing raises, nothing outgrows its bounds, and no refusal quotes a person."""

from __future__ import annotations

import datetime as dt
import io
from functools import cache

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up_exports import FIRST, MadeUpTrust, census, interface, passing, pupils, record, written

from pipelines.intake.reading import Source, read

ROWS = pupils(range(25))
SOURCE = Source(FIRST, "pupils 2025-26", dt.datetime(2026, 1, 15, 9))
NOISE = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b'"',
            b",",
            b"\r",
            b"\n\n",
            b"\x00",
            b"\xff\xfe",
            b"=cmd()",
            b"<!DOCTYPE x>",
            b"]]>",
            b"PK\x03\x04",
            b"[" * 5000,
            b"," * 700,
            b"9" * 400,
        ]
    ),
)


@cache
def whole(kind: str) -> bytes:
    """A good file of one kind."""
    if kind == "workbook":
        book = openpyxl.Workbook()
        book.active.append(list(ROWS[0]))
        for row in ROWS:
            book.active.append(list(row.values()))
        content = io.BytesIO()
        book.save(content)
        return content.getvalue()
    if kind == "interface":
        return interface(ROWS)
    return census(*map(record, ROWS)) if kind == "return" else written(ROWS, encoding="utf-16" if kind == "utf-16" else "utf-8")


@pytest.mark.parametrize("kind", ["text", "utf-16", "workbook", "return", "interface"])
@settings(max_examples=150, deadline=5_000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_spoilt_file_is_read_or_refused(kind: str, trust: MadeUpTrust, data: st.DataObject) -> None:
    content = whole(kind)
    for _ in range(data.draw(st.integers(1, 3))):
        at, until = sorted(data.draw(st.tuples(st.integers(0, len(content)), st.integers(0, len(content)))))
        if data.draw(st.booleans()):
            until = min(until, at + 3)
        content = content[:at] + data.draw(NOISE) + content[until:]
    reading = read(content, SOURCE, trust.catalogue, trust.keys, passing)
    assert reading.refusal is not None or reading.used > 0
    said = repr(reading.problems)
    assert not any(row["Surname"] in said or row["UPN"] in said for row in ROWS)

"""Tables: the records of a file are found whatever surrounds them, and a damaged file is refused."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.intake import workbooks
from pipelines.intake.problems import Refused
from pipelines.intake.tables import Table, read_table

KNOWN = {"upn", "sex", "dob"}
RECORDS = [("A1", "F", "1"), ("A2", "M", "2")]


def table(text: str, encoding: str = "utf-8") -> Table:
    return read_table(text.encode(encoding), KNOWN)


def cells(found: Table) -> list[tuple[str, ...]]:
    return [row.cells for row in found.rows]


def kinds(found: Table) -> list[str]:
    return [note.kind for note in found.notes]


def refusal(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        read_table(content, KNOWN)
    return refused.value.problem.kind


def workbook(*rows: tuple[object, ...], hidden: bool = False) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    for row in rows:
        page.append(row)
    if hidden:
        book.create_sheet("Old data").sheet_state = "hidden"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_records_are_found_whatever_divides_them(delimiter: str) -> None:
    found = table("\n".join(delimiter.join(row) for row in [("UPN", "Sex", "DOB"), *RECORDS]) + "\n")
    assert cells(found) == RECORDS
    assert kinds(found) == ([] if delimiter == "," else ["delimiter_detected"])


@given(st.integers(0, 15), st.lists(st.sampled_from(["", "Total,2,", "Report run on 15/01/2026 16:00"]), max_size=3))
def test_records_keep_their_row_numbers_between_preamble_and_footers(above: int, below: list[str]) -> None:
    lines = ["Pupil list"] * above + ["UPN,Sex,DOB", "A1,F,1", "A2,M,2", *below]
    found = table("\n".join(lines) + "\n")
    assert cells(found) == RECORDS
    assert [row.number for row in found.rows] == [above + 2, above + 3]


def test_headings_repeated_at_a_page_break_are_no_record() -> None:
    found = table("UPN,Sex,DOB\nA1,F,1\nUPN,Sex,DOB\nA2,M,2\n")
    assert cells(found) == RECORDS
    assert kinds(found) == ["headings_repeated"]


def test_the_time_of_the_run_is_read_from_the_lines_around_the_table() -> None:
    assert table("Report run on 15/01/2026 16:05\nUPN,Sex,DOB\nA1,F,1\n").exported == dt.datetime(2026, 1, 15, 16, 5)


def test_a_row_with_more_values_than_headings_is_marked() -> None:
    assert [row.surplus for row in table("UPN,Sex,DOB\nA1,F,1,left\nA2,M,2\n").rows] == [True, False]


def test_spreadsheets_empty_columns_and_rows_are_nothing() -> None:
    found = table("UPN,Sex,DOB,,\nA1,F,1,,\n,,,,\nA2,M,2,,\n,,,,\n")
    assert cells(found) == RECORDS


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"one,two\n1,2\n", "unrecognised"),
        (b"UPN,Sex,DOB\nA1,F,1\nA2,M", "truncated"),
        (b'UPN,Sex,DOB\nA1,"F,1\nA2,M,2\n', "unbalanced_quote"),
        (b"UPN,Sex,DOB\nA1,F," + b"x" * 200_000 + b"\n", "field_too_long"),
        (b"UPN,Sex," + b"a," * 600 + b"\nA1,F\n", "too_many_columns"),
        (b"PK\x03\x04 not a workbook", "unsafe_workbook"),
    ],
)
def test_a_damaged_file_is_refused_with_its_own_reason(content: bytes, kind: str) -> None:
    assert refusal(content) == kind


def test_a_workbook_gives_the_same_records_as_text() -> None:
    found = read_table(workbook(("List",), ("UPN", "Sex", "DOB"), ("A1", "F", 1), ("A2", "M", 2.0), hidden=True), KNOWN)
    assert cells(found) == RECORDS
    assert kinds(found) == ["other_sheets", "lines_above_headings"]


def test_a_workbooks_dates_arrive_as_iso_dates() -> None:
    found = read_table(workbook(("UPN", "Sex", "DOB"), ("A1", "F", dt.date(2016, 3, 9))), KNOWN)
    assert cells(found) == [("A1", "F", "2016-03-09")]


def zipped(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return buffer.getvalue()


def test_a_workbook_that_unpacks_to_far_more_than_a_report_is_not_unpacked() -> None:
    bomb = zipped(xl__workbook=b"<workbook/>", xl__sheet=b"0" * (workbooks.MOST_UNPACKED + 1))
    assert len(bomb) < 200_000
    assert refusal(bomb) == "too_big"


def test_a_workbook_that_declares_entities_is_refused() -> None:
    assert refusal(zipped(xl__workbook=b"<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><workbook/>")) == "unsafe_workbook"


def test_a_zip_of_something_else_is_refused() -> None:
    assert refusal(zipped(evil=b"x")) == "wrong_file_type"


@given(st.text(max_size=200))
def test_any_text_is_a_table_or_a_refusal_and_never_an_error(text: str) -> None:
    try:
        found = table("UPN,Sex,DOB\n" + text)
        assert all(len(row.cells) == len(found.headings) for row in found.rows)
    except Refused:
        pass

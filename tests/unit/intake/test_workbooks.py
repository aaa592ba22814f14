"""Workbooks of both kinds are read as text; one that a reader could not hold, or must not open, is refused before it is opened."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from made_up_formats import open_document, row

from pipelines.intake import extents
from pipelines.intake.problems import Refused
from pipelines.intake.workbooks import MOST_CELLS, rows_of

SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


def excel(*cells: str) -> bytes:
    """A workbook with headings and an x in each of the cells named."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["UPN", "Sex"])
    for cell in cells:
        sheet[cell] = "x"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def with_sheet(part: str, encoding: str = "utf-8") -> bytes:
    """A workbook whose sheet is replaced by ``part``."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(excel())) as old, zipfile.ZipFile(content, "w") as new:
        for item in old.namelist():
            new.writestr(item, part.encode(encoding) if item == "xl/worksheets/sheet1.xml" else old.read(item))
    return content.getvalue()


EMPTY_TAIL = (
    '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
)


def refused(content: bytes) -> str:
    with pytest.raises(Refused) as caught:
        rows_of(content)
    return caught.value.problem.kind


def test_an_open_document_spreadsheet_is_read_without_its_endless_empty_rows() -> None:
    lines, notes = rows_of(open_document(row("UPN", "Sex"), row("A", "F"), EMPTY_TAIL))
    assert (lines, notes) == ([["UPN", "Sex"], ["A", "F"]], ())


@pytest.mark.parametrize("cells", [("XFD20000",), ("A1048576", "XFD1"), ("B999999", "Z2")])
def test_a_cell_far_outside_the_table_is_refused_before_anything_is_laid_out(cells: tuple[str, ...]) -> None:
    assert refused(excel(*cells)) == "too_big"


def test_a_far_row_that_is_told_by_its_number_alone_counts_too() -> None:
    assert (
        refused(with_sheet(SHEET.format('<row r="1048576"><c t="inlineStr"><is><t>x</t></is></c><c r="XFD1048576"/></row>'))) == "too_big"
    )


def test_rows_that_a_few_bytes_repeat_a_million_times_are_refused() -> None:
    assert refused(open_document(row("UPN", "Sex"), row("A", times=1_000_000, across=400))) == "too_big"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_sheet_that_declares_entities_is_refused_in_every_encoding(encoding: str) -> None:
    declared = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    assert refused(with_sheet(declared + SHEET.format(""), encoding)) == "unsafe_workbook"


def test_a_sheet_that_is_no_xml_is_refused() -> None:
    assert refused(with_sheet("<worksheet><sheetData>")) == "unsafe_workbook"


def test_a_zip_that_only_says_it_is_a_spreadsheet_elsewhere_is_none() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<x/>")
    assert refused(content.getvalue()) == "wrong_file_type"


def test_what_is_counted_is_what_a_reader_lays_out() -> None:
    assert extents.cells_of(SHEET.format('<row><c r="C5"/></row>').encode()) == 15
    assert extents.cells_of(b"<sst><si><t>x</t></si></sst>") == 0
    assert len(rows_of(excel("C5"))[0]) == 5
    assert MOST_CELLS >= 60_000 * 60  # a roll of a large trust

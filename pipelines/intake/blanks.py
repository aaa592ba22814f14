"""A blank workbook that an academy without an export can fill in: the contract's headings, lists of its codes, a note on every column.

What is filled in is read by the same door as any export; nothing here knows of a MIS.
"""

from __future__ import annotations

import io
import math
from typing import Any

from pipelines.catalogue.model import Catalogue, CodeValue, DataField, Dataset
from pipelines.intake.codes import plain
from pipelines.intake.problems import NOTHING
from pipelines.intake.receipts import harmless

NOTES, LISTS = "About this file", "Lists"
SHEETS_OF_OURS = (NOTES, LISTS)
ROWS = 5_000
"""Rows that have a list to choose from, and cells of the right kind."""
_WRITE = {
    "upn": "13 characters, as in your MIS",
    "staff_ref": "as in your payroll or HR system",
    "reference": "a number of your own; the same each time you send it",
    "text": "as it is",
    "urn": "six digits; needed only in a file for several academies",
    "period": "as 2025-26; needed only where the file's name does not say it",
    "date": "day first, as 31/12/2025",
    "flag": "Y or N; empty where it is not known",
    "number": "a number",
    "integer": "a whole number",
    "code": "choose from the list",
    "year_group": "choose from the list",
}
WIDTHS, TITLES = (30, 9, 34, 50, 50, 10), 5
"""Of the columns of the notes, and the row in which their titles stand."""
_INK, _PAPER, _NEEDED = "1F2933", "E8EEF4", "FDF0D5"


def template(dataset: Dataset, catalogue: Catalogue) -> bytes:
    """An XLSX workbook with no rows. Required columns come first and are marked; identifiers are text, so that no program shortens them."""
    from openpyxl import Workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.properties import PageSetupProperties

    book = Workbook()
    sheet, notes, lists = book.active, book.create_sheet(NOTES), book.create_sheet(LISTS)
    sheet.title = dataset.title
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    fields = sorted(dataset.totals, key=lambda item: not item.required)
    for at, item in enumerate(fields, start=1):
        letter = get_column_letter(at)
        cell = sheet.cell(1, at, harmless(heading(item)))
        cell.font = Font(bold=True, color=_INK)
        cell.fill = PatternFill("solid", fgColor=_NEEDED if item.required else _PAPER)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.comment = Comment(f"{_WRITE[item.type].capitalize()}. {'Required.' if item.required else 'May be left out.'}", dataset.title)
        sheet.column_dimensions[letter].width = max(14, len(heading(item)) + 4)
        sheet.column_dimensions[letter].number_format = "dd/mm/yyyy" if item.type == "date" else "@"
        choices = [shown(value) for value in choosable(item, catalogue)]
        if item.type == "flag":
            choices = ["Y", "N"]
        if choices:
            for row, text in enumerate([heading(item), *choices], start=1):
                lists.cell(row, at, harmless(text))
            rule = DataValidation("list", formula1=f"'{LISTS}'!${letter}$2:${letter}${len(choices) + 1}", allow_blank=True)
            rule.errorTitle, rule.error = heading(item), "Please choose from the list."
            sheet.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}{ROWS + 1}")
    if dataset.nil_return:
        _add_box(sheet, len(fields) + 1, dataset)
    sheet.freeze_panes = "A2"
    _write_notes(notes, dataset, fields)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _add_box(sheet: Any, at: int, dataset: Dataset) -> None:
    """A last column with one cell to tick where there were none: that is an answer, an empty sheet is not."""
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    letter = get_column_letter(at)
    cell = sheet.cell(1, at, NOTHING)
    cell.font, cell.fill = Font(bold=True, color=_INK), PatternFill("solid", fgColor=_PAPER)
    cell.comment = Comment("If there were none, choose x in the cell below and leave everything else empty.", dataset.title)
    sheet.column_dimensions[letter].width = len(NOTHING) + 4
    rule = DataValidation("list", formula1='"x"', allow_blank=True)
    sheet.add_data_validation(rule)
    rule.add(f"{letter}2")


def heading(item: DataField) -> str:
    """The field's title where the contract knows it as a heading, else the first heading that it knows."""
    if plain(item.title) in {plain(known) for known in item.headings}:
        return item.title
    return item.headings[0].upper() if item.type in ("upn", "urn") else item.headings[0].capitalize()


def choosable(item: DataField, catalogue: Catalogue) -> list[CodeValue]:
    """The codes that are in force in the open period: those that ended are read in files but offered to nobody."""
    if item.codes is None:
        return []
    now = next(item for item in catalogue.calendar.periods if item.period == catalogue.calendar.open_period)
    return [
        value
        for value in catalogue.code_sets[item.codes].codes
        if value.forward_to is None and (value.valid_to or now.ends) >= now.ends and (value.valid_from or now.starts) <= now.ends
    ]


def shown(value: CodeValue) -> str:
    """A code as the list offers it: with its label, unless they are the same."""
    return value.code if plain(value.code) == plain(value.label) else f"{value.code} - {value.label}"


def _write_notes(notes: Any, dataset: Dataset, fields: list[DataField]) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.worksheet.properties import PageSetupProperties

    lines: list[tuple[str, ...]] = [
        (dataset.title,),
        (dataset.grain,),
        ("Fill in the first sheet, save, and drop the file in your academy's folder. Leave the headings as they are.",),
        (),
        ("Column", "Needed", "What to write", "Why we ask", "Lawful basis", "Kept for"),
    ]
    for item in fields:
        kept = f"{item.retention_years} years" if item.retention_years else "not kept"
        basis = "; ".join(filter(None, (item.lawful_basis, item.special_basis)))
        lines.append((heading(item), "yes" if item.required else "no", _WRITE[item.type], item.purpose, basis, kept))
    for row, line in enumerate(lines, start=1):
        for at, text in enumerate(line, start=1):
            cell = notes.cell(row, at, harmless(text))
            cell.alignment = Alignment(wrap_text=row >= TITLES, vertical="top")
            cell.font = Font(bold=row in (1, TITLES), size=14 if row == 1 else 11)
        if row > TITLES:
            notes.row_dimensions[row].height = 15 * max(math.ceil(len(text) / width) for text, width in zip(line, WIDTHS, strict=True))
    for letter, width in zip("ABCDEF", WIDTHS, strict=True):
        notes.column_dimensions[letter].width = width
    notes.page_setup.orientation, notes.page_setup.fitToHeight = "landscape", 0
    notes.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)

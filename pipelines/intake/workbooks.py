"""Opening an Excel or OpenDocument workbook safely: sizes first, then a clean copy without macros, then text. CSV belongs in ``tables``."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

from pipelines.intake.blanks import SHEETS_OF_OURS
from pipelines.intake.extents import MOST_CELLS, cells_of
from pipelines.intake.problems import Problem, Refused, problem

MOST_UNPACKED = 100 * 1024 * 1024
MOST_PARTS = 2_000
_PARTS_READ = (".xml", ".rels")
_KIND = "mimetype"
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"


def rows_of(content: bytes) -> tuple[list[list[str]], tuple[Problem, ...]]:
    """The first visible sheet's cells as text, and what was left unread. Raises :class:`Refused` for anything unsafe or damaged."""
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(_clean_copy(content)))
        visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible is SheetVisibleEnum.Visible]
        if not visible:
            raise Refused(problem("unsafe_workbook"))
        cells = book.get_sheet_by_name(visible[0]).to_python(skip_empty_area=False)
        others = sum(sheet.name not in SHEETS_OF_OURS for sheet in book.sheets_metadata if sheet.name != visible[0])
    except (Refused, KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # the archive's and the sheet's readers raise many things, a panic of the latter is no Exception
        raise Refused(problem("unsafe_workbook")) from None
    notes = (problem("other_sheets", what=str(others)),) if others else ()
    return [[_text(cell) for cell in row] for row in cells], notes


def _clean_copy(content: bytes) -> bytes:
    """The parts of the workbook that hold cells, unpacked within bounds and packed again, so that no lie in the original counts."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        _refuse_unless_workbook(archive)
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise Refused(problem("too_big", what="the workbook unpacks to far more than a report holds"))
        copy = io.BytesIO()
        with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as clean:
            for part in parts:
                if not part.filename.endswith(_PARTS_READ) and part.filename != _KIND:
                    continue
                unpacked = archive.read(part)
                if b"<!DOCTYPE" in unpacked or b"<!ENTITY" in unpacked:
                    raise Refused(problem("unsafe_workbook"))
                if part.filename.endswith(".xml") and cells_of(unpacked) > MOST_CELLS:
                    raise Refused(problem("too_big", what="a cell stands far outside the table, or the wrong file was sent"))
                clean.writestr(part.filename, unpacked)
        return copy.getvalue()


def _refuse_unless_workbook(archive: zipfile.ZipFile) -> None:
    named = set(archive.namelist())
    if "xl/workbook.xml" not in named and not (_KIND in named and archive.read(_KIND)[:100].strip() == _OPEN_DOCUMENT):
        raise Refused(problem("wrong_file_type", what="a zip file"))


def _text(cell: object) -> str:
    """A cell as an export would write it: dates in ISO, whole numbers without a decimal point."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)

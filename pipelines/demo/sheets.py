"""Tables to bytes as a MIS saves them, CSV or XLSX. The same table gives the same bytes; what stands in it belongs in ``dialects``."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from typing import Any

import pandas as pd

from pipelines.demo.dialects import Dialect

MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def written(sheet: pd.DataFrame, dialect: Dialect, *, title: str, academy: str, exported: dt.datetime) -> bytes:
    """The file's bytes: preamble if the system writes one, headings, rows, footer.

    ``exported`` is the time of the export, which the preamble and a workbook's properties show.
    """
    width = len(sheet.columns)
    rows: list[Any] = [list(sheet.columns), *sheet.itertuples(index=False, name=None)]
    if dialect.preamble:
        run = f"Report run on {exported:%d/%m/%Y %H:%M}"
        rows = [*(_padded([text], width) for text in (title, academy, run)), _padded([], width), *rows]
    if dialect.footer:
        rows = [*rows, _padded([], width), _padded([f"Total: {len(sheet)}"], width)]
    return _workbook(rows, title, exported) if dialect.suffix == "xlsx" else _text(rows, dialect)


def _padded(cells: list[str], width: int) -> list[str]:
    return cells + [""] * (width - len(cells))


def _text(rows: list[Any], dialect: Dialect) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=dialect.delimiter, lineterminator="\r\n").writerows(rows)
    # A letter that the code page lacks becomes a question mark, as it does when Windows saves a file.
    return text.getvalue().encode(dialect.encoding, errors="replace")


def _workbook(rows: list[Any], title: str, exported: dt.datetime) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.title, book.properties.created = title, exported
    page = book.create_sheet("Export")
    for row in rows:
        page.append([None if cell == "" else cell for cell in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return _stamped(buffer.getvalue(), exported)


def _stamped(workbook: bytes, exported: dt.datetime) -> bytes:
    """``workbook`` with ``exported`` wherever the library put the clock: in its properties, and on every part of the archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = MODIFIED.sub(rf"\g<1>{exported:%Y-%m-%dT%H:%M:%SZ}".encode(), source.read(name))
            part = zipfile.ZipInfo(name, exported.timetuple()[:6])
            target.writestr(part, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()

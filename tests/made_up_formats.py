"""Made-up rows of any dataset, written in every format that the catalogue declares. Neither tests nor expectations stand here."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from html import escape

from made_up_exports import FIRST, upn
from openpyxl import Workbook

from pipelines.catalogue import Catalogue
from pipelines.catalogue.model import DataField, Dataset, Format
from pipelines.demo.dialects import capitals

MADE = 24
START = dt.date(2025, 9, 1)
Table = list[list[str]]

NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)
KIND = "application/vnd.oasis.opendocument.spreadsheet"
MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"


def made_up(dataset: Dataset, catalogue: Catalogue) -> list[dict[str, str]]:
    """Rows with a value in every field but those of marks, each with a person or case of its own; codes, ISO dates, Y and N."""
    fields = [item for item in dataset.totals if item.name != dataset.rank]
    rows = [{item.name: _value(item, number, catalogue) for item in fields} for number in range(MADE)]
    if dataset.name == "pupil_voice":
        groups = [value.code for value in catalogue.code_sets["voice_group"].codes]
        rows = [{**row, "group": groups[number]} for number, row in enumerate(rows)]
    return rows


def _value(item: DataField, number: int, catalogue: Catalogue) -> str:
    match item.type:
        case "upn":
            return upn(number + (1000 if item.name == "former_key" else 0))
        case "staff_ref" | "reference":
            return f"{item.name[0].upper()}{1000 + number}"
        case "urn":
            return FIRST
        case "period":
            return "2025-26"
        case "date":
            born = any(one.how == "age_at_31_august" for one in item.derives)
            return f"{dt.date(2012 if born else 2025, 9, 2) + dt.timedelta(days=number * 7)}"
        case "flag":
            return "YN"[number % 2]
        case "integer" | "number":
            least, most = int(item.minimum or 0), int(item.maximum if item.maximum is not None else 100)
            return str(least + number % (most - least + 1))
        case "code" | "year_group":
            codes = catalogue.code_sets[str(item.codes)].codes
            open_ = [
                value.code for value in codes if not value.forward_to and (value.valid_to or START) >= START >= (value.valid_from or START)
            ]
            return open_[number % len(open_)]
    return "text"


def by_contract(rows: Sequence[dict[str, str]], dataset: Dataset) -> Table:
    """The rows under the contract's own headings."""
    names = list(rows[0])
    headings = {item.name: capitals(item.headings[0]) for item in dataset.fields}
    return [[headings[name] for name in names], *([row[name] for name in names] for row in rows)]


def by_report(rows: Sequence[dict[str, str]], report: Format) -> Table:
    """The rows as the report writes them, with what it carries besides; results side by side where it does so."""
    own = {name: {code: spelt for spelt, code in spellings.items()} for name, spellings in report.values.items()}
    columns = {heading: name for heading, name in report.columns.items() if name in rows[0]}

    def cells(row: dict[str, str]) -> dict[str, str]:
        written = {heading: own.get(name, {}).get(row[name], row[name]) for heading, name in columns.items()}
        for name, (first, *others) in report.sums.items():
            rest = {heading: written.get(heading, "0") for heading in others}
            written |= {**rest, first: str(int(row[name]) - sum(map(int, rest.values())))}
        written |= {heading: "x" for heading in (*report.recognise, *report.ignore) if heading not in written}
        return written | {heading: row[one.into] for one in report.spreads for heading in one.columns}

    lines = [cells(row) for row in rows]
    asked = [heading for heading in report.recognise if heading in lines[0]]
    headings = list(dict.fromkeys([*asked, *lines[0]]))
    return [headings, *([line[heading] for heading in headings] for line in lines)]


def delimited(encoding: str = "utf-8", delimiter: str = ",") -> Callable[[Table], bytes]:
    """A writer of delimited text."""

    def write(table: Table) -> bytes:
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(table)
        return text.getvalue().encode(encoding)

    return write


def workbook(table: Table) -> bytes:
    """An XLSX workbook."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Export")
    for line in table:
        sheet.append(line)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def document(table: Table) -> bytes:
    """An OpenDocument spreadsheet."""
    return open_document(*(row(*map(escape, line)) for line in table))


def interface(table: Table) -> bytes:
    """The rows as the JSON list of an interface."""
    headings, *lines = table
    return json.dumps({"data": [dict(zip(headings, line, strict=True)) for line in lines]}).encode()


def statutory(table: Table, report: Format) -> bytes:
    """The rows as the records of a return; where records lie in an element of their own, one in each."""
    headings, *lines = table
    root, record, outer = report.recognise[0], report.records[0], report.within[0] if report.within else "List"
    body = "".join(
        f"<{outer}><{record}>{''.join(f'<{heading}>{escape(cell)}</{heading}>' for heading, cell in zip(headings, line, strict=True) if ' ' not in heading)}"
        f"</{record}></{outer}>"
        for line in lines
    )
    details = "<Header><CollectionDetails><Term>AUT</Term><Year>2025</Year></CollectionDetails></Header>"
    return f'<?xml version="1.0" encoding="UTF-8"?><{root}>{details}{body}</{root}>'.encode()


CONTAINERS: dict[str, Callable[[Table], bytes]] = {
    "UTF-8.csv": delimited(),
    "UTF-8 with mark.csv": delimited("utf-8-sig"),
    "UTF-16.csv": delimited("utf-16"),
    "Windows-1252.csv": delimited("cp1252"),
    "tabs.tsv": delimited(delimiter="\t"),
    "semicolons.csv": delimited(delimiter=";"),
    "pipes.csv": delimited(delimiter="|"),
    "Excel.xlsx": workbook,
    "OpenDocument.ods": document,
    "interface.json": interface,
}


def open_document(*rows: str) -> bytes:
    """A spreadsheet as LibreOffice saves it, with these rows."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("mimetype", KIND)
        archive.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{MANIFEST}"></manifest:manifest>')
        body = (
            f'<office:body><office:spreadsheet><table:table table:name="S">{"".join(rows)}</table:table></office:spreadsheet></office:body>'
        )
        archive.writestr("content.xml", f'<?xml version="1.0"?><office:document-content {NAMES}>{body}</office:document-content>')
    return content.getvalue()


def row(*texts: str, times: int = 1, across: int = 1) -> str:
    cells = "".join(
        f'<table:table-cell office:value-type="string" table:number-columns-repeated="{across}"><text:p>{text}</text:p></table:table-cell>'
        for text in texts
    )
    tail = '<table:table-cell table:number-columns-repeated="16000"/>'
    return f'<table:table-row table:number-rows-repeated="{times}">{cells}{tail}</table:table-row>'

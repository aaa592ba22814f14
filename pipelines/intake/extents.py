"""How many cells a reader would lay out, before one does: a cell far away, an empty line or one repeated a million times, is a few bytes.

Sheets are those of Office Open XML (ECMA-376) and OpenDocument (ISO/IEC 26300). Reading the cells belongs in ``workbooks`` and ``tables``.
"""

from __future__ import annotations

import re
from xml.parsers import expat

from pipelines.intake.problems import Refused, problem

MOST_CELLS = 4_000_000
"""A little more than sixty columns of sixty thousand pupils; what a machine reads within ten seconds."""
WIDEST = 16_384
"""Columns of a sheet (Excel, specifications and limits)."""

_REFERENCE = re.compile(r"([A-Z]{1,7})(\d{1,9})")


def refuse_beyond(lines: int, width: int = 1) -> None:
    """Raise :class:`Refused` where that many lines of that many cells are more than any report holds."""
    if lines * max(width, 1) > MOST_CELLS:
        raise Refused(problem("too_big", what="the wrong file was sent, or the export ran over many years"))


class Unsafe(Exception):
    """The part declares a document type or entities, or is no well-formed XML."""


class _WrongPart(Exception):
    """The part holds no cells."""


def cells_of(part: bytes) -> int:
    """Cells in the smallest rectangle from the first row and column that holds every cell of one XML part; 0 if it is no sheet.

    Raises :class:`Unsafe` for a part that must not be read at all.
    """
    parser = expat.ParserCreate()
    sheet = _Sheet()
    parser.StartElementHandler, parser.EndElementHandler = sheet.start, sheet.end
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(part, True)
    except _WrongPart:
        return 0
    except (expat.ExpatError, ValueError, UnicodeError, LookupError):
        raise Unsafe from None
    if sheet.columns > WIDEST:
        raise Unsafe
    return max(sheet.cells, sheet.rows * sheet.columns)


def _refuse(*declaration: object) -> None:
    raise Unsafe


class _Sheet:
    """Follows rows and cells as a reader does; names are compared without their prefix."""

    def __init__(self) -> None:
        self.cells = self.rows = self.columns = 0
        self.row = self.column = self.depth = self.repeat = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if self.depth == 0 and local not in ("worksheet", "document-content"):
            raise _WrongPart
        self.depth += 1
        if local == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0
        elif local == "c":
            found = _REFERENCE.fullmatch(attributes.get("r", ""))
            self.column = _number(found[1]) if found else self.column + 1
            self.row = int(found[2]) if found else self.row
            self._holds(self.row, self.column)
        elif local == "table":
            self.row = 0
        elif local == "table-row":
            self.repeat = _repeated(attributes, "number-rows-repeated")
            self.row, self.column = self.row + self.repeat, 0
        elif local in ("table-cell", "covered-table-cell"):
            self.column += _repeated(attributes, "number-columns-repeated")
            if any(key.endswith(":value-type") for key in attributes):
                self._holds(self.row, self.column)

    def end(self, name: str) -> None:
        self.depth -= 1

    def _holds(self, row: int, column: int) -> None:
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)


def _repeated(attributes: dict[str, str], what: str) -> int:
    return next((int(value) for key, value in attributes.items() if key.rpartition(":")[2] == what), 1)


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number

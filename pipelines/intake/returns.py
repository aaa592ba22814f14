"""A statutory return in XML as a table: one record a row, its leaves the columns. What a column means belongs in ``recognise``.

School Census: ``PupilOnRoll`` and ``PupilNoLongerOnRoll`` under ``Message`` (Department for Education, school census specifications).
"""

from __future__ import annotations

from collections.abc import Collection
from xml.parsers import expat

from pipelines.intake.problems import Refused, problem

YEAR = "Academic year"
"""The column that is made of a return's header: the collection's year and term."""
MOST_LEAVES, DEEPEST, LONGEST = 500, 40, 131_072
_AUTUMN = ("AUT", "AUTUMN", "01")


def rows_of(content: bytes, records: Collection[str]) -> list[list[str]]:
    """Headings, then one line per element named in ``records``, with the first text of each leaf under it.

    Raises :class:`Refused` for a document that declares a type or entities (whatever they are for), is not well formed, or holds none
    of the records.
    """
    parser = expat.ParserCreate()
    reader = _Reader(frozenset(records))
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = reader.start, reader.end, reader.text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse
    parser.buffer_text = True
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, UnicodeError, LookupError, ValueError):
        raise Refused(problem("xml_damaged")) from None
    if not reader.found:
        raise Refused(problem("unrecognised"))
    year = _academic_year(reader.header)
    headings = [*reader.columns, *([YEAR] if year else [])]
    return [headings, *([*(record.get(name, "") for name in reader.columns), *([year] if year else [])] for record in reader.found)]


def _refuse(*declaration: object) -> None:
    raise Refused(problem("xml_declares"))


def _academic_year(header: dict[str, str]) -> str:
    """Year and term of the collection: a census of autumn 2025 and one of spring or summer 2026 are of 2025-26. Empty if not said."""
    if not header.get("Year", "").isdigit() or "Term" not in header:
        return ""
    first = int(header["Year"]) - (header["Term"].strip().upper() not in _AUTUMN)
    return f"{first}-{(first + 1) % 100:02d}"


class _Reader:
    """Follows the elements; names are compared without their prefix."""

    def __init__(self, records: frozenset[str]) -> None:
        self.records = records
        self.columns: dict[str, None] = {}
        self.found: list[dict[str, str]] = []
        self.header: dict[str, str] = {}
        self.path: list[str] = []
        self.record: dict[str, str] | None = None
        self.words: list[str] = []
        self.leaf = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        self.path.append(local)
        if len(self.path) > DEEPEST:
            raise Refused(problem("xml_damaged"))
        if self.record is None and local in self.records:
            self.record = {}
        self.words, self.leaf = [], True

    def text(self, words: str) -> None:
        self.words.append(words)

    def end(self, name: str) -> None:
        local = self.path.pop()
        if self.leaf:
            self._keep(local, "".join(self.words).strip())
        self.leaf = False
        if self.record is not None and local in self.records and not self.records & set(self.path):
            self.found.append(self.record)
            self.record = None

    def _keep(self, name: str, value: str) -> None:
        if len(value) > LONGEST:
            raise Refused(problem("field_too_long", rows=(len(self.found) + 2,)))
        if self.record is None:
            if "CollectionDetails" in self.path:
                self.header.setdefault(name, value)
            return
        self.columns.setdefault(name)
        if len(self.columns) > MOST_LEAVES:
            raise Refused(problem("too_many_columns", what=f"{len(self.columns):,}"))
        self.record.setdefault(name, value)

"""A statutory return in XML as a table: one record a row, its leaves the columns. What a column means belongs in ``recognise``.

School census: ``PupilOnRoll`` and ``PupilNoLongerOnRoll``; school workforce census: ``ContractOrService`` within ``SchoolWorkforceMember``;
common transfer file: ``Pupil`` (Department for Education, specifications of the returns).
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.parsers import expat

from pipelines.intake import values
from pipelines.intake.extents import refuse_beyond
from pipelines.intake.problems import Refused, problem

YEAR, ACADEMY = "Academic year", "LAEstab"
"""The columns that are made of a return's header: the collection's year and term, and the establishment that sends it."""
MOST_LEAVES, DEEPEST, LONGEST = 500, 40, 131_072
ATTRIBUTES = 10
"""As dear as so many elements; returns have hardly any."""
HEADER = {"CollectionDetails", "Source", "SourceSchool"}
_AUTUMN = ("AUT", "AUTUMN", "01")


@dataclass(frozen=True)
class Elements:
    """What is a row: ``records``. Each also has the leaves of the element of ``within`` that it lies in, such as a person's contracts."""

    records: frozenset[str] = frozenset()
    within: frozenset[str] = frozenset()


NO_ELEMENTS = Elements()


def rows_of(content: bytes, elements: Elements) -> list[list[str]]:
    """Headings, then one line per element that is a record, with the first text of each leaf under it. The last heading, over nothing, is
    the document's own name, which tells one kind of return from another.

    Raises :class:`Refused` for a document that declares a type or entities (whatever they are for), is not well formed, or holds none
    of the records.
    """
    refuse_beyond(content.count(b"<") + ATTRIBUTES * content.count(b"="))
    parser = expat.ParserCreate()
    reader = _Reader(elements)
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = reader.start, reader.end, reader.text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse
    parser.buffer_text = True
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, UnicodeError, LookupError, ValueError):
        raise Refused(problem("xml_damaged")) from None
    if not reader.found:
        raise Refused(problem("unrecognised"))
    said = {YEAR: _academic_year(reader.header), ACADEMY: "".join(reader.header.get(name, "") for name in ("LEA", "Estab"))}
    said = {name: value for name, value in said.items() if value}
    headings = [*reader.columns, *said, reader.root]
    return [headings, *([*(record.get(name, "") for name in reader.columns), *said.values(), ""] for record in reader.found)]


def _refuse(*declaration: object) -> None:
    raise Refused(problem("xml_declares"))


def _academic_year(header: dict[str, str]) -> str:
    """Year and term of the collection: a census of autumn 2025 and one of spring or summer 2026 are of 2025-26; or its reference date's.

    Empty if neither is said.
    """
    if "Term" not in header and (day := values.date(header.get("ReferenceDate", ""), 2099)):
        return _spelt(day.year - (day.month < 8))
    if not header.get("Year", "").isdigit() or "Term" not in header:
        return ""
    first = int(header["Year"]) - (header["Term"].strip().upper() not in _AUTUMN)
    return _spelt(first)


def _spelt(first: int) -> str:
    return f"{first}-{(first + 1) % 100:02d}"


class _Reader:
    """Follows the elements; names are compared without their prefix."""

    def __init__(self, elements: Elements) -> None:
        self.records, self.within = elements.records, elements.within
        self.root = ""
        self.held: dict[str, str] = {}
        self.columns: dict[str, None] = {}
        self.found: list[dict[str, str]] = []
        self.header: dict[str, str] = {}
        self.path: list[str] = []
        self.record: dict[str, str] | None = None
        self.words: list[str] = []
        self.leaf = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        self.root = self.root or local
        self.path.append(local)
        if len(self.path) > DEEPEST:
            raise Refused(problem("xml_damaged"))
        if self.record is None and local in self.within:
            self.held = {}
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
            self.found.append({**self.held, **self.record})
            refuse_beyond(len(self.found), len(self.columns))
            self.record = None

    def _keep(self, name: str, value: str) -> None:
        if len(value) > LONGEST:
            raise Refused(problem("field_too_long", rows=(len(self.found) + 2,)))
        if self.record is None:
            if not HEADER.isdisjoint(self.path):
                self.header.setdefault(name, value)
            if not self.within & set(self.path):
                return
        self.columns.setdefault(name)
        if len(self.columns) > MOST_LEAVES:
            raise Refused(problem("too_many_columns", what=f"{len(self.columns):,}"))
        (self.held if self.record is None else self.record).setdefault(name, value)

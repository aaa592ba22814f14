"""Reads every written file of a release for what must not be in it. The tables themselves are attacked elsewhere.

Whether a sentence gives away a hidden count cannot be told from the sentence alone; that writers only ever see protected figures
is the guard there. Here: identifiers, reasons for hiding, and numbers that sit beside a hidden mark.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, cast

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import IndirectObject, StreamObject

from expectations.attack.reading import NUMBERS
from expectations.attack.report import Leak

PSEUDONYM = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{32}(?![0-9A-Za-z])")
UPN = re.compile(r"(?<![0-9A-Za-z])[A-HJ-NP-RT-Z]\d{11}[0-9A-HJ-NP-RT-Z](?![0-9A-Za-z])")
REASONS = frozenset({"rule", "suppression_rule", "suppressed_by", "hidden_by", "reason_hidden", "person_key"})
HIDDEN = frozenset({"c", "[c]", "low", "[low]"})
NUMBER = re.compile(r"[-+]?\d[\d,]*(\.\d+)?\s*%?")
SYMBOLS = frozenset({"c", "low", "u", "x", "z"})
WORD = re.compile(r"[^\W\d_]{2,}")
OPEN_DATA = frozenset({"time_period", "time_identifier", "geographic_level"})
PLACE = re.compile(r"time_period|(school|trust|provider|institution|country|region|la|lad|new_la|old_la)_(code|id|urn|laestab|ukprn|name)")
"""Columns of open data whose numbers are of a time or a place."""
UNREADABLE = "\0unreadable"
ACTIVE = frozenset({"/JavaScript", "/JS", "/Launch", "/EmbeddedFiles", "/EmbeddedFile", "/OpenAction", "/AA", "/SubmitForm"})
"""Names of a PDF's parts that do something or carry another file (ISO 32000-2, 7.11.4 and 12.6)."""
GEOMETRY = frozenset({
    "colspan", "rowspan", "tabindex", "width", "height", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "ry", "dx", "dy",
    "opacity", "fill-opacity", "stroke-opacity", "stroke-width", "font-size", "aria-level", "aria-colindex", "aria-rowindex",
})  # fmt: skip


def leaks_in_texts(folder: Path) -> tuple[Leak, ...]:
    """What is wrong in the files of ``folder`` other than its Parquet tables, each kind once a file; links are not followed."""
    leaks: list[Leak] = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.suffix != ".parquet":
            name = path.relative_to(folder).as_posix()
            kinds = sorted({kind for text, suffix in _texts(path) for kind in _wrong(text, suffix)})
            leaks += [Leak(name, kind) for kind in kinds]
    return tuple(leaks)


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    """The readable texts of a file with the kind of each; a workbook is opened and its sheets read."""
    suffix = path.suffix.lower()
    if suffix in (".xlsx", ".ods"):
        with zipfile.ZipFile(path) as parts:
            for part in parts.namelist():
                if part.endswith(".xml"):
                    yield parts.read(part).decode("utf-8", "replace"), ".sheet"
    elif suffix == ".pdf":
        yield from ((text, suffix) for text in _of_paper(path))
    elif suffix not in (".png", ".woff", ".woff2"):
        yield path.read_bytes().decode("utf-8", "replace"), suffix


def _of_paper(path: Path) -> Iterator[str]:
    """What a PDF says on its pages, and what it says to whoever looks inside: alternative texts, titles, names, streams of metadata."""
    try:
        reader = PdfReader(path)
        yield from (page.extract_text() for page in reader.pages)
        for number in range(1, cast(int, reader.trailer["/Size"])):
            found = reader.get_object(IndirectObject(number, 0, reader))
            yield from _said(found)
    except (PyPdfError, ValueError, KeyError) as unreadable:
        yield f"{UNREADABLE} {type(unreadable).__name__}"


def _said(found: Any) -> Iterator[str]:
    if isinstance(found, StreamObject) and found.get("/Type") == "/Metadata":
        yield found.get_data().decode("utf-8", "replace")
    if isinstance(found, dict):
        yield from map(str, found)
        for value in found.values():
            yield from _said(value)
    elif isinstance(found, list):
        for value in found:
            yield from _said(value)
    elif isinstance(found, str):
        yield str(found)


def _wrong(text: str, suffix: str) -> Iterator[str]:
    if PSEUDONYM.search(text):
        yield "something like a pseudonym"
    if UPN.search(text):
        yield "something like a unique pupil number"
    if suffix == ".pdf" and text.startswith(UNREADABLE):
        yield "not readable as PDF"
    elif suffix == ".pdf" and text in ACTIVE:
        yield "something that acts in a PDF"
    elif suffix == ".csv":
        yield from _wrong_rows(text)
    elif suffix == ".json":
        yield from _wrong_objects(text)
    elif suffix in (".html", ".htm", ".svg"):
        reader = _Cells()
        reader.feed(text)
        if reader.leaks:
            yield "a number beside a hidden mark"
    elif suffix == ".sheet" and re.search(r'state="(very)?[hH]idden"', text):
        yield "a hidden sheet"


def _wrong_rows(text: str) -> Iterator[str]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    if REASONS & {(name or "").strip().lower() for name in reader.fieldnames or ()}:
        yield "a column that says why a figure is hidden, or whose it is"
    rows = list(reader)
    if any(row.get("status") in HIDDEN and any(NUMBER.fullmatch(row.get(name) or "") for name in NUMBERS) for row in rows):
        yield "a number beside a hidden mark"
    if set(reader.fieldnames or ()) >= OPEN_DATA:
        yield from _wrong_open_data([{name: (value or "").strip() for name, value in row.items() if name} for row in rows])


def _wrong_open_data(rows: list[dict[str, str]]) -> Iterator[str]:
    """Rows of open data bear symbols instead of numbers; a column without words that is neither time nor place holds figures."""
    figures = [name for name in rows[0] if not PLACE.fullmatch(name) and _holds_figures(row[name] for row in rows)] if rows else []
    if any(_half_hidden([row[name] for name in figures]) for row in rows):
        yield "a number beside a hidden mark"


def _holds_figures(column: Iterable[str]) -> bool:
    return not any(WORD.search(value) and value not in SYMBOLS for value in column)


def _half_hidden(figures: list[str]) -> bool:
    return any(value in HIDDEN for value in figures) and any(value[:1].isdigit() or NUMBER.fullmatch(value) for value in figures)


def _wrong_objects(text: str) -> Iterator[str]:
    try:
        queue = [json.loads(text)]
    except ValueError:
        yield "not readable as JSON"
        return
    while queue:
        item = queue.pop()
        if isinstance(item, dict):
            if REASONS & {str(key).lower() for key in item}:
                yield "a column that says why a figure is hidden, or whose it is"
            if item.get("status") in HIDDEN and any(isinstance(item.get(name), int | float) for name in NUMBERS):
                yield "a number beside a hidden mark"
            queue += item.values()
        elif isinstance(item, list):
            queue += item


class _Cells(HTMLParser):
    """Looks at each table cell (and each marked SVG group) whose only content is a hidden mark, and at the attributes inside it."""

    CELLS = ("td", "th", "g", "li", "span")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.leaks = 0
        self._open: list[tuple[str, list[str], list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        numbers = [name for name, value in attrs if name not in GEOMETRY and NUMBER.fullmatch((value or "").strip())]
        for _, _, inside in self._open:
            inside.extend(numbers)
        if tag in self.CELLS:
            self._open.append((tag, [], numbers))

    def handle_data(self, data: str) -> None:
        for _, words, _ in self._open:
            words.append(data.strip())

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.CELLS or not any(name == tag for name, _, _ in self._open):
            return
        while True:
            name, words, numbers = self._open.pop()
            if "".join(words) in HIDDEN and numbers:
                self.leaks += 1
            if name == tag:
                return

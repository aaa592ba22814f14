"""Taking a person out of the bytes that were received. Who is to be taken out, and what else goes, is decided in ``people``.

A file holds a whole academy, so it is written again without the rows of that person: as the lines that were read from it, in CSV. What is
kept then has the same cells of everyone else, and reads the same: that is tried before the old bytes go. Where it does not, they are
destroyed, and the ledger says so; the landed rows stay, and a changed contract will ask the academy for a new export.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pipelines.catalogue.model import Catalogue, DataField, Dataset
from pipelines.home import Keys
from pipelines.intake import names, values
from pipelines.intake.mapping import pseudonym
from pipelines.intake.problems import Refused
from pipelines.intake.reading import Reading, Source, read
from pipelines.intake.recognise import known_headings, record_elements
from pipelines.intake.tables import heading_row, lines_of, tidy

if TYPE_CHECKING:
    from pipelines.intake.store import Store


def without_erased(store: Store, content: bytes, source: Source, reading: Reading) -> bytes | None:
    """``content``, which was read as ``reading``, without the rows of people who were erased; ``None`` where it cannot be kept without them."""
    if reading.refusal:
        return None
    try:
        lines = [list(line) for line in lines_of(content, record_elements(store.catalogue))[0]]
        left = list(_left(lines, reading, store.catalogue, store.keys))
    except (Refused, KeyError):
        return None
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(left)
    less = ("\ufeff" + text.getvalue()).encode()
    again = read(less, source, store.catalogue, store.keys, store.judge)
    return less if not again.refusal and not again.erased and again.records == reading.records else None


def _left(lines: Sequence[list[str]], reading: Reading, catalogue: Catalogue, keys: Keys) -> Iterator[list[str]]:
    """The lines that are of nobody erased, by the columns of a person's numbers."""
    dataset = catalogue.datasets[reading.dataset]
    items = numbers_of(dataset)
    headings = [
        names.shown(tidy(cell))[:80] for cell in lines[heading_row([[tidy(c) for c in line] for line in lines], known_headings(catalogue))]
    ]
    at = {headings.index(reading.columns[item.name]): item for item in items if reading.columns.get(item.name) in headings}
    for line in lines:
        found = {
            key for column, item in at.items() if column < len(line) for key in possible_keys(keys, catalogue, dataset, item, line[column])
        }
        if not found & catalogue.erased:
            yield line


def numbers_of(dataset: Dataset) -> list[DataField]:
    """The fields that hold a number of the person: the present one and earlier ones."""
    person = dataset.field(dataset.person or "")
    return [item for item in dataset.fields if item.type == person.type]


def possible_keys(keys: Keys, catalogue: Catalogue, dataset: Dataset, item: DataField, text: str) -> set[str]:
    """The keys that a cell of this field may stand for: one where a number is known across academies, else one for each academy."""
    number = values.upn(tidy(text)) if item.type == "upn" else values.reference(tidy(text))
    if number is None:
        return set()
    urns = [""] if item.type == "upn" else [*(academy.urn for academy in catalogue.trust.academies), catalogue.trust.code]
    return {pseudonym(keys, dataset, item, number, urn) for urn in urns}

"""Why each field is held, on what basis, for how long and by whom it is seen: the table for a data protection officer, from the catalogue alone."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.catalogue.model import Catalogue, DataField, Dataset
from pipelines.intake.contract import NUMBERS, PLACING, is_column

HEADINGS = ("Fields", "Purpose", "Lawful basis (UK GDPR)", "Special category (UK GDPR and DPA 2018)", "At the door", "Kept")
SEEN = """\
What is landed is seen by the pipeline alone: under pseudonyms, encrypted, by nobody's name. The data team, the board, governors, academies and the public see
counts that protect every person; an academy sees its own receipts, which name rows and no pupil."""


def as_markdown(catalogue: Catalogue) -> str:
    """A table for each dataset, fields of the same ground together; then how long each room keeps what it has."""
    parts = [SEEN, ""]
    for dataset in catalogue.datasets.values():
        parts += [f"### {dataset.title}", "", dataset.grain, "", _line(HEADINGS), _line(["---"] * len(HEADINGS))]
        parts += [*(_line(row) for row in _grounds(dataset)), ""]
    return "\n".join([*parts, "### By room", "", *_rooms(catalogue)])


def _grounds(dataset: Dataset) -> Iterator[tuple[str, ...]]:
    grounds: dict[tuple[str, ...], list[str]] = {}
    for item in dataset.fields:
        special = item.special_basis or "not special category data"
        grounds.setdefault((item.purpose, item.lawful_basis, special, _door(item, dataset), _kept(item, dataset)), []).append(item.title)
    yield from ((", ".join(titles), *ground) for ground, titles in grounds.items())


def _door(item: DataField, dataset: Dataset) -> str:
    """What becomes of it when a file is taken in."""
    if item.type in PLACING:
        return "kept as it is"
    if item.type in NUMBERS:
        return "replaced by a pseudonym (HMAC-SHA-256)"
    if item.store and (item.attribute or is_column(item, dataset)):
        return "kept as a code" if item.codes else "kept"
    derived = " and ".join(one.name.replace("_", " ") for one in item.derives)
    return f"dropped; {derived} is kept of it" if derived else "read, then dropped"


def _kept(item: DataField, dataset: Dataset) -> str:
    years = item.retention_years
    if not years and item.derives:
        longest = max(other.retention_years for other in dataset.fields)
        return f"itself not at all; what is derived, {longest} years after the academic year"
    if not years and item.type in NUMBERS:
        return "the number not at all; its pseudonym with the row"
    return f"{years} years after the academic year" if years else "not kept"


def _rooms(catalogue: Catalogue) -> list[str]:
    kept = catalogue.retention
    rooms = [
        ("Drop folders", "until a file is settled: minutes"),
        ("Bytes received, in use", "as long as rows of theirs are landed"),
        ("Bytes received, replaced or withdrawn", f"{kept.superseded_days} days"),
        ("Quarantine: bytes of refused files", f"{kept.quarantine_days} days"),
        ("Landing", "by field, as above; from the end of the academic year"),
        ("Warehouse", "until the next refresh"),
        ("Logs of the tools, which hold no value of a record", f"{kept.log_days} days"),
        ("Receipts, ledger, audit log, releases, which hold no person", "always"),
    ]
    return [_line(("What", "Kept")), _line(("---", "---")), *(_line(room) for room in rooms)]


def _line(cells: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"

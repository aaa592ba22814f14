"""What of a dataset is landed: its columns and types, in one order for every file. Writing them belongs in ``landing``."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pipelines.catalogue.model import DataField, Dataset, Derivation

PERSON = "person_key"
PLACED = ("academy_urn", "period")
ATTRIBUTES = "attributes"
PLACING = ("urn", "period")
NUMBERS = ("upn", "staff_ref", "reference")
"""Fields that never land as they are: the person's own becomes the person key, any other a pseudonym under its own name."""
_TYPES = {"date": "DATE", "number": "DOUBLE", "integer": "INTEGER"}
_DERIVED_TYPES = {"age_at_31_august": "INTEGER", "birth_term": "VARCHAR", "year_only": "INTEGER"}
_OLDEST = 120


def landed_types(dataset: Dataset) -> dict[str, str]:
    """Column name to DuckDB type, of every landed file of ``dataset``."""
    types = dict.fromkeys(((PERSON, *PLACED) if dataset.person else PLACED), "VARCHAR")
    for item in dataset.fields:
        for derivation in item.derives:
            types[derivation.name] = _DERIVED_TYPES[derivation.how]
        if is_column(item, dataset):
            types[item.name] = _TYPES.get(item.type, "VARCHAR")
    return {**types, ATTRIBUTES: "MAP(VARCHAR, VARCHAR)"}


def is_column(item: DataField, dataset: Dataset) -> bool:
    """Whether the field lands under its own name."""
    return item.store and item.type not in PLACING and item.name != dataset.person and (item.column or not item.attribute)


def derived(derivation: Derivation, value: dt.date | None, starts: dt.date) -> Any:
    """What is kept of a date, in a period that ``starts`` then; ``None`` when the date is missing or cannot be right."""
    if value is None:
        return None
    if derivation.how == "year_only":
        return value.year
    if derivation.how == "birth_term":
        return "autumn" if value.month >= 9 else "spring" if value.month <= 4 else "summer"
    age = starts.year - value.year - ((value.month, value.day) > (8, 31))
    return age if 0 <= age <= _OLDEST else None

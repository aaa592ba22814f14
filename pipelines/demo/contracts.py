"""Fitting the made-up people to the catalogue's contracts, so that a field, code set or dataset that is added is exported at once."""

from __future__ import annotations

import datetime as dt
import zlib
from typing import Any

import numpy as np
import pandas as pd

from pipelines.catalogue.model import Catalogue, DataField, Dataset
from pipelines.catalogue.trust import CalendarPeriod

SHARE_WITH_A_ROW, SHARE_YES, SHARE_BLANK = 0.2, 0.15, 0.04


def fitted(tables: dict[str, pd.DataFrame], catalogue: Catalogue, period: CalendarPeriod, seed: int) -> dict[str, pd.DataFrame]:
    """A table for every dataset of the catalogue: those of ``tables``, and one row for some people where there is none.

    Every field of the contract has a column; a field that the demonstration knows nothing of is drawn from its declared codes or
    range, with a seed of its own, so that adding one changes no other value.
    """
    return {name: _fitted(dataset, tables, catalogue, period, seed) for name, dataset in sorted(catalogue.datasets.items())}


def _fitted(dataset: Dataset, tables: dict[str, pd.DataFrame], catalogue: Catalogue, period: CalendarPeriod, seed: int) -> pd.DataFrame:
    table = tables[dataset.name] if dataset.name in tables else _some_people(dataset, tables, period, seed)
    unknown = [field for field in dataset.totals if field.name not in table]
    drawn = {field.name: _drawn(field, table, catalogue, period, _rng(seed, dataset.name, field.name)) for field in unknown}
    table = table.assign(**drawn)
    return table if dataset.person or not dataset.key else table.drop_duplicates(["urn", *dataset.key]).reset_index(drop=True)


def _some_people(dataset: Dataset, tables: dict[str, pd.DataFrame], period: CalendarPeriod, seed: int) -> pd.DataFrame:
    """Rows about a share of the pupils or staff; of strangers and cases as many, each with a number of its own."""
    people, identifier = (tables["staff"], "staff_ref") if dataset.subject == "staff" else (tables["pupils"], "upn")
    rng = _rng(seed, dataset.name, period.period)
    chosen = people.drop_duplicates(["urn", identifier])
    chosen = chosen[rng.random(len(chosen)) < SHARE_WITH_A_ROW].reset_index(drop=True)
    numbers = [item.name for item in dataset.fields if item.type in ("staff_ref", "reference")]
    table = chosen[["urn", "surname", "forename"]].assign(**{name: [f"{1000 + row}" for row in range(len(chosen))] for name in numbers})
    if dataset.subject in ("pupil", "staff") and dataset.person:
        table[dataset.person] = chosen[identifier]
    return table


def _rng(seed: int, *names: str) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(".".join(names).encode())])


def _drawn(field: DataField, table: pd.DataFrame, catalogue: Catalogue, period: CalendarPeriod, rng: np.random.Generator) -> Any:
    size = len(table)
    match field.type:
        case "period":
            return period.period
        case "flag":
            return np.where(rng.random(size) < SHARE_YES, "Y", "N")
        case "integer" | "number":
            low, high = field.minimum or 0.0, 100.0 if field.maximum is None else field.maximum
            return np.round(rng.uniform(low, high, size), 0 if field.type == "integer" else 1)
        case "date" if any(item.how == "age_at_31_august" for item in field.derives):
            return [period.starts - dt.timedelta(days=int(days)) for days in rng.integers(22 * 365, 66 * 365, size)]
        case "date":
            return [period.starts + dt.timedelta(days=int(days)) for days in rng.integers(0, 300, size)]
        case "code" | "year_group" if field.codes:
            return _codes(field, catalogue, period, size, rng)
    return ""


def _codes(field: DataField, catalogue: Catalogue, period: CalendarPeriod, size: int, rng: np.random.Generator) -> np.ndarray:
    """Codes in force on the reference date, the first the commonest, some blank where the contract allows it."""
    day = period.reference_date
    current = [
        item.code
        for item in catalogue.code_sets[str(field.codes)].codes
        if item.forward_to is None and not (item.valid_from and item.valid_from > day) and not (item.valid_to and item.valid_to < day)
    ]
    weights = 1.0 / np.arange(1, len(current) + 1)
    drawn = rng.choice(current, size, p=weights / weights.sum())
    return np.where(field.blank_allowed & (rng.random(size) < SHARE_BLANK), "", drawn)

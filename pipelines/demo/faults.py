"""What is deliberately wrong in the demonstration, declared once with the outcome it must have. Everything else in it is in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from pipelines.catalogue.model import Dataset

Outcome = Literal["accepted", "accepted_with_things_to_fix", "not_accepted", "same_file_as_before"]
NO_SUCH_CODE = "ZZZ9"


@dataclass(frozen=True)
class Fault:
    """unknown_code: ``rows`` cells of ``field`` hold a code nobody has. missing_column: a second, earlier file without ``field``.
    same_again: the same bytes under another name."""

    kind: Literal["unknown_code", "missing_column", "same_again"]
    urn: str
    dataset: str
    outcome: Outcome
    field: str = ""
    rows: int = 0


FAULTS = (
    Fault("unknown_code", "900405", "pupils", "accepted_with_things_to_fix", field="ethnicity", rows=4),
    Fault("missing_column", "900402", "attendance", "not_accepted", field="sessions_absent"),
    Fault("same_again", "900404", "suspensions", "same_file_as_before"),
)


def of(kind: str, urn: str, dataset: str) -> Fault | None:
    """The fault of that kind planted in that academy's file, if any."""
    return next((fault for fault in FAULTS if (fault.kind, fault.urn, fault.dataset) == (kind, urn, dataset)), None)


def with_unknown_codes(table: pd.DataFrame, fault: Fault) -> pd.DataFrame:
    """``table`` with the code that nobody has in evenly spaced rows."""
    step = max(1, len(table) // fault.rows)
    values = table[fault.field].astype(object).to_numpy(copy=True)
    values[: fault.rows * step : step] = NO_SUCH_CODE
    return table.assign(**{fault.field: values})


def without_column(dataset: Dataset, fault: Fault) -> Dataset:
    """The contract as a careless export fulfils it: one required column short."""
    return dataset.model_copy(update={"fields": tuple(field for field in dataset.fields if field.name != fault.field)})

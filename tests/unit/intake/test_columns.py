"""Columns: a field's values are read by its type, and every cell that is not one is counted."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pipelines.catalogue import Catalogue
from pipelines.catalogue.model import DataField
from pipelines.intake.codes import Codes
from pipelines.intake.columns import Column, read_column

START = dt.date(2025, 9, 1)


def column(kind: str, *cells: str, codes: Codes | None = None, **more: Any) -> Column:
    item = DataField(
        name="x", title="X", type=kind, codes="set" if codes else None, purpose="-", lawful_basis="-", retention_years=1, **more
    )  # type: ignore[arg-type]
    return read_column(item, cells, {"set": codes} if codes else {}, [START] * len(cells))


def test_one_american_date_makes_every_slashed_date_of_the_column_unreadable() -> None:
    read = column("date", "01/02/2016", "12/25/2016", "2016-03-04")
    assert read.values == [None, None, dt.date(2016, 3, 4)]
    assert dict(read.troubles) == {"date_month_first": [0, 1]}


def test_a_blank_is_no_where_a_column_only_ever_says_yes() -> None:
    assert column("flag", "Y", "", "Y").values == ["Y", "N", "Y"]


def test_a_blank_is_not_known_where_a_column_says_no_as_well() -> None:
    assert column("flag", "Y", "", "N").values == ["Y", None, "N"]


def test_a_column_without_a_single_answer_says_nothing() -> None:
    assert column("flag", "", "", "").values == [None, None, None]


def test_a_symbol_is_neither_a_number_nor_a_blank() -> None:
    read = column("number", "5", "c", "", "<5")
    assert read.values == [5.0, None, None, None]
    assert dict(read.troubles) == {"number_unreadable": [1, 3]}


def test_a_number_out_of_range_is_not_used() -> None:
    read = column("number", "5", "9999", "-99", minimum=0, maximum=900)
    assert read.values == [5.0, None, None]
    assert dict(read.troubles) == {"number_out_of_range": [1, 2]}


def test_a_decimal_comma_is_read_throughout_and_said() -> None:
    read = column("number", "12,5", "7")
    assert read.values == [12.5, 7.0]
    assert read.notes == ["decimal_comma"]


def test_an_unknown_code_is_quoted_only_where_it_looks_like_a_code(catalogue: Catalogue) -> None:
    read = column("code", "WBRI", "ZZZZ", "Smith", "Ng", "Canary Surname", codes=Codes(catalogue.code_sets["ethnicity"]))
    assert read.values == ["WBRI", None, None, None, None]
    assert dict(read.troubles) == {"code_unknown": [1, 2, 3, 4]}
    assert dict(read.quoted) == {"code_unknown": ["ZZZZ"]}


def test_an_outdated_code_is_used_under_its_new_name_and_counted(catalogue: Catalogue) -> None:
    read = column("code", "S", "K", codes=Codes(catalogue.code_sets["sen_provision"]))
    assert read.values == ["E", "K"]
    assert dict(read.troubles) == {"code_ended": [0]}

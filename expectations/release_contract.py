"""Gate 2 checks on shape: the columns, types and codes a release may hold, and that nothing of a person is among them."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from expectations import private
from expectations.attack.reading import CELL, NUMBERS
from expectations.release_view import CELL_MARTS, Batch, View
from expectations.runner import Rule

STATUSES = ("shown", "u", "c", "x", "z", "low")
PERIOD = r"^\d{4}-\d{2}(_[a-z]+)?$"
TYPES = (
    dict.fromkeys(CELL, "text")
    | dict.fromkeys(("numerator", "denominator"), "whole")
    | dict.fromkeys(("value", "low", "high", "sd"), "number")
)
# Names a column about a person or about the reason for hiding might have, in any table.
PERSONAL = r"(?i)person_key|pseudonym|upn|forename|surname|first_?name|last_?name|birth|dob|postcode|email|payroll|ni_?number"
REASONS = ("rule", "reason", "primary", "secondary", "suppressed_by", "hidden_by", "smallest", "largest_share", "published")


def contract_batches(view: View) -> list[Batch]:
    """The contract of the cell for the marts of figures, the reference tables' codes, and no person in any table."""
    return [*_columns(view), *_codes(view), _column_names(view), _texts(view)]


def _columns(view: View) -> list[Batch]:
    """The cell's columns in order, each of the type the contract gives it."""
    types = pd.concat([view.types[name] for name in CELL_MARTS], ignore_index=True)
    order = pd.DataFrame({"columns": [",".join(view.types[name]["column"]) for name in CELL_MARTS]})
    typed = types[types["column"].isin(CELL)].assign(wanted=types["column"].map(TYPES))
    same = {"column_A": "type", "column_B": "wanted"}
    return [
        Batch("marts of figures", order, [_in_set("columns_are_the_contract", "columns", [",".join(CELL)])]),
        Batch("marts of figures", typed, [Rule("types_are_the_contract", "expect_column_pair_values_to_be_equal", same)]),
    ]


def _codes(view: View) -> list[Batch]:
    """Only declared areas, groups, measures, populations and symbols; no level that exists only to link tables."""
    cells = view.cells
    areas, groups, measures = view.tables["dim_areas"], view.tables["dim_groups"], view.tables["dim_measures"]
    joined = pd.DataFrame({
        "period": cells["period"],
        "status": cells["status"],
        "area_level": cells["area_level"],
        "area": cells["area_level"] + "|" + cells["area_code"],
        "group": cells["characteristic"] + "|" + cells["group_code"],
        "cross": cells["cross_characteristic"] + "|" + cells["cross_group_code"],
        "measured": cells["measure"] + "|" + cells["population"],
    })  # fmt: skip
    joined["missing"] = joined.drop(columns="status").isna().sum(axis=1).astype(int)
    declared_groups = sorted(groups["characteristic"] + "|" + groups["group_code"])
    levels = sorted(level for level in set(areas["area_level"]) if "_" not in level)
    return [Batch("marts of figures", joined, [
        _in_set("coordinates_are_present", "missing", [0]),
        Rule("status_is_present", "expect_column_values_to_not_be_null", {"column": "status"}),
        _in_set("statuses_are_declared", "status", STATUSES),
        _in_set("area_levels_are_published_ones", "area_level", levels),
        _in_set("areas_are_declared", "area", sorted(areas["area_level"] + "|" + areas["area_code"])),
        _in_set("groups_are_declared", "group", declared_groups),
        _in_set("groups_are_declared", "cross", declared_groups),
        _in_set("measures_are_declared", "measured", sorted(measures["measure"] + "|" + measures["population"])),
        Rule("periods_are_periods", "expect_column_values_to_match_regex", {"column": "period", "regex": PERIOD}),
    ])]  # fmt: skip


def _column_names(view: View) -> Batch:
    """No table, whatever it is for, has a column about a person or about why a figure is hidden."""
    names = pd.DataFrame({"column": [str(column).lower() for table in view.tables.values() for column in table.columns]})
    return Batch("every table", names, [
        Rule("no_column_is_about_a_person", "expect_column_values_to_not_match_regex", {"column": "column", "regex": PERSONAL}),
        Rule("no_column_says_why_a_figure_is_hidden", "expect_column_values_to_not_be_in_set",
             {"column": "column", "value_set": list(REASONS)}),
    ])  # fmt: skip


def _texts(view: View) -> Batch:
    """No text of any table looks like a pseudonym, a pupil number, an address or a date of birth."""
    distinct = [
        table[column].drop_duplicates().dropna().astype(str)
        for table in view.tables.values()
        for column in table.columns
        if column not in NUMBERS and isinstance(table[column].dtype, pd.StringDtype)
    ]
    frame = pd.DataFrame({"text": pd.concat(distinct, ignore_index=True).drop_duplicates()})
    pattern = f"{private.PERSONAL}|{private.PSEUDONYM}"
    return Batch("every table", frame, [
        Rule("no_text_is_about_a_person", "expect_column_values_to_not_match_regex", {"column": "text", "regex": pattern}),
    ])  # fmt: skip


def _in_set(name: str, column: str, values: Iterable[object]) -> Rule:
    return Rule(name, "expect_column_values_to_be_in_set", {"column": column, "value_set": list(values)})

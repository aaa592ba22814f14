"""Gate 1: a file that was read and mapped keeps its dataset's contract before anything of it is stored. Reading files is not done here.

The rules are made at run time from the catalogue's entry; nothing is generated into files. What lands is worked out here from the
contract once more, on purpose not with intake's own code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from expectations.private import NAME, PERSONAL, PSEUDONYM
from expectations.runner import Rule, run
from expectations.verdict import Check, Verdict, hash_of_frame, refused
from pipelines.catalogue.model import CodeSet, DataField, Dataset

GATE = "landing"
PERSON = "person_key"
PLACED = {"academy_urn": "text", "period": "text"}
ATTRIBUTES = "attributes"
PLACING = ("urn", "period")
NUMBERS = ("upn", "staff_ref", "reference")
KINDS = {"date": "date", "number": "number", "integer": "number"}
DERIVED = {"age_at_31_august": "number", "birth_term": "text", "year_only": "number"}
FLAG = ("Y", "N")
OLDEST = 120
FIRST_DATE, LAST_DATE = pd.Timestamp("1900-01-01"), pd.Timestamp("2100-01-01")
# Codes may be signs only (``+``, ``?``), but then a single one.
LIKE_A_CODE = r"^[A-Za-z0-9][A-Za-z0-9_]{0,39}$|^[^A-Za-z0-9\s]$"


def judge_landing(
    frame: pd.DataFrame,
    dataset: Dataset,
    code_sets: Mapping[str, CodeSet] | None = None,
    academy_urn: str | None = None,
) -> Verdict:
    """Judge the rows of one file as they would land: one column a landed field, ``attributes`` holding dictionaries.

    With ``code_sets`` (the catalogue's) every code must be in its set, without them it must at least look like a code. With
    ``academy_urn`` all rows must be that academy's. Row counts are banded for datasets that ask for it. Never raises for what the
    rows hold; no value of any row is in the verdict.
    """
    judged = "unread"
    try:
        judged = hash_of_frame(frame)
        return Verdict(GATE, judged, tuple(_checks(frame, dataset, code_sets or {}, academy_urn)))
    except Exception as error:  # fail closed
        return refused(GATE, judged, "rows_can_be_judged", error)


def landed_columns(dataset: Dataset) -> dict[str, str]:
    """Column to kind (text, number, date, map) of what the contract lets land; nothing else may."""
    columns = {PERSON: "text", **PLACED} if dataset.person else dict(PLACED)
    for field in dataset.fields:
        columns |= {derivation.name: DERIVED[derivation.how] for derivation in field.derives}
        if field.store and field.type not in PLACING and field.name != dataset.person and (field.column or not field.attribute):
            columns[field.name] = KINDS.get(field.type, "text")
    return {**columns, ATTRIBUTES: "map"}


def _checks(frame: pd.DataFrame, dataset: Dataset, code_sets: Mapping[str, CodeSet], urn: str | None) -> list[Check]:
    count: Callable[[int], int | str] = _banded if getattr(dataset, "banded", False) else int
    wanted = landed_columns(dataset)
    checks = run(_columns(frame, dataset), _about_columns(wanted), dataset.name)
    if all(check.passed for check in checks):
        types = pd.DataFrame({"kind": [_kind(frame[column]) for column in wanted], "wanted": list(wanted.values())})
        same = {"column_A": "kind", "column_B": "wanted"}
        checks += run(types, [Rule("types_are_the_contract", "expect_column_pair_values_to_be_equal", same)], dataset.name)
    if all(check.passed for check in checks):
        checks += run(frame.drop(columns=ATTRIBUTES), _about_rows(dataset, code_sets, urn), dataset.name, count)
        checks += _about_texts(frame, dataset, code_sets, wanted)
    return checks


def _columns(frame: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """The frame's columns in one row of text, and which of them the contract says are dropped at the door."""
    dropped = {field.name for field in dataset.fields if not field.store or field.name == dataset.person}
    names = [str(column) for column in frame.columns]
    return pd.DataFrame({"columns": [",".join(sorted(names))], "dropped": [len(dropped.intersection(names))]})


def _about_columns(wanted: Mapping[str, str]) -> list[Rule]:
    return [
        _in_set("columns_are_the_contract", "columns", [",".join(sorted(wanted))]),
        _in_set("nothing_dropped_at_the_door_is_kept", "dropped", [0]),
    ]


def _about_rows(dataset: Dataset, code_sets: Mapping[str, CodeSet], urn: str | None) -> list[Rule]:
    """Rules on the landed columns: placed rows, no blanks where none are allowed, codes, ranges and dates."""
    person = [PERSON] if dataset.person else []
    rules = [
        *(_present("rows_are_placed", column) for column in (*person, *PLACED)),
        *(_matches(f"{column}_is_a_pseudonym", column, PSEUDONYM) for column in person),
        _matches("academies_are_urns_or_the_trust", "academy_urn", r"^(\d{6}|[A-Z][A-Z0-9]{1,19})$"),
        _matches("periods_are_periods", "period", r"^\d{4}-\d{2}(_[a-z]+)?$"),
    ]
    if urn is not None:
        rules.append(_in_set("rows_are_this_academys", "academy_urn", [urn]))
    wanted = landed_columns(dataset)
    for field in dataset.fields:
        rules += [_between("derived_values_are_plausible", d.name, 0, OLDEST) for d in field.derives if d.how == "age_at_31_august"]
        if wanted.get(field.name) is None or field.type in PLACING:
            continue
        if not field.blank_allowed:
            rules.append(_present("required_values_are_present", field.name))
        if field.type in ("number", "integer") and not (field.minimum is None and field.maximum is None):
            rules.append(_between("numbers_are_in_range", field.name, field.minimum, field.maximum))
        if field.type == "date":
            rules.append(_between("dates_are_plausible", field.name, FIRST_DATE, LAST_DATE))
        if field.type in ("code", "year_group", "flag"):
            rules.append(_codes(field, field.name, code_sets))
        if field.type in NUMBERS:
            pattern = _matches("numbers_are_pseudonyms", field.name, PSEUDONYM)
            rules.append(Rule(pattern.name, pattern.expectation, pattern.arguments, all_missing=True))
    return rules


def _about_texts(frame: pd.DataFrame, dataset: Dataset, code_sets: Mapping[str, CodeSet], wanted: Mapping[str, str]) -> list[Check]:
    """Attributes are declared ones with codes of their sets; no text but a declared code looks like a person's."""
    declared = {field.name: field for field in dataset.fields if field.attribute and field.store}
    rows = [row for row in frame[ATTRIBUTES] if isinstance(row, Mapping)]
    pairs = {(str(name), str(value)) for row in rows for name, value in row.items() if value is not None}
    attributes = pd.DataFrame(sorted(pairs), columns=["name", "value"], dtype="str")
    checks: list[Check] = []
    if declared and len(attributes):
        attributes["in_set"] = [int(_is_code(declared.get(name), value, code_sets)) for name, value in attributes.itertuples(index=False)]
        names, codes = _in_set("attributes_are_declared", "name", sorted(declared)), _in_set("codes_are_in_their_set", "in_set", [1])
        checks += run(attributes, [names, codes], dataset.name)
    elif len(attributes):
        checks.append(Check("attributes_are_declared", dataset.name, False, len(attributes), "the contract declares none"))
    pseudonyms = {PERSON, *(field.name for field in dataset.fields if field.type in NUMBERS)}
    columns = [column for column, kind in wanted.items() if kind == "text" and column not in pseudonyms]
    texts = {str(value) for column in columns for value in frame[column].dropna().unique()} | {text for pair in pairs for text in pair}
    texts -= {code for field in dataset.fields for code in _known(field, code_sets) or ()}
    private = {"column": "text", "regex": f"{PERSONAL}|{NAME}|{PSEUDONYM}"}
    rule = Rule("no_text_is_about_a_person", "expect_column_values_to_not_match_regex", private)
    return [*checks, *run(pd.DataFrame({"text": sorted(texts)}, dtype="str"), [rule], dataset.name)]


def _codes(field: DataField, column: str, code_sets: Mapping[str, CodeSet]) -> Rule:
    """Codes are in their set; flags are yes or no; without a set a code has at least the shape of one."""
    known = _known(field, code_sets)
    rule = _in_set("codes_are_in_their_set", column, known) if known else _matches("codes_look_like_codes", column, LIKE_A_CODE)
    return Rule(rule.name, rule.expectation, rule.arguments, all_missing=True)


def _is_code(field: DataField | None, value: str, code_sets: Mapping[str, CodeSet]) -> bool:
    """Whether an attribute's value is a code of its field, by the same rule as a column's."""
    known = _known(field, code_sets) if field else None
    return value in known if known else re.search(LIKE_A_CODE, value) is not None


def _known(field: DataField, code_sets: Mapping[str, CodeSet]) -> list[str] | None:
    if field.type == "flag":
        return list(FLAG)
    code_set = code_sets.get(field.codes or "")
    return [item.code for item in code_set.codes] if code_set else None


def _kind(column: pd.Series) -> str:
    """What a column holds, in the contract's four kinds; a column without any value is what it was declared to be."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return "date"
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return "number"
    if isinstance(column.dtype, pd.StringDtype):
        return "text"
    kinds = {type(value) for value in column.dropna()}
    return "map" if kinds <= {dict} else "text" if kinds <= {str} else "mixed"


def _banded(rows: int) -> str:
    return "fewer than 10" if rows < 10 else "10 or more"


def _in_set(name: str, column: str, values: Any) -> Rule:
    return Rule(name, "expect_column_values_to_be_in_set", {"column": column, "value_set": list(values)})


def _present(name: str, column: str) -> Rule:
    return Rule(name, "expect_column_values_to_not_be_null", {"column": column})


def _matches(name: str, column: str, pattern: str) -> Rule:
    return Rule(name, "expect_column_values_to_match_regex", {"column": column, "regex": re.sub(r"\$$", r"\\Z", pattern)})


def _between(name: str, column: str, least: Any, most: Any) -> Rule:
    return Rule(name, "expect_column_values_to_be_between", {"column": column, "min_value": least, "max_value": most}, all_missing=True)

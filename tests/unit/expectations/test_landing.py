"""Gate 1: rows that keep the contract pass, and each way of breaking it fails the check that is about it, without a value being told."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from expectations.landing import judge_landing, landed_columns
from pipelines.catalogue.model import CodeSet, CodeValue, DataField, Dataset
from pipelines.intake.contract import landed_types

ABOUT = {"purpose": "equality monitoring", "lawful_basis": "Article 6(1)(e)", "retention_years": 7}
KEY = "0123456789abcdef0123456789abcdef"


def field(name: str, kind: str, **more: object) -> DataField:
    return DataField.model_validate({"name": name, "title": name, "type": kind, **ABOUT, **more})


def dataset(**more: object) -> Dataset:
    return Dataset(
        name="pupils", title="Pupils", grain="A pupil", subject="pupil", person="upn", key=("upn",),
        fields=(
            field("upn", "upn"),
            field("urn", "urn"),
            field("period", "period"),
            field("date_of_birth", "date", store=False, derives=[{"name": "age", "how": "age_at_31_august"}]),
            field("entry_date", "date"),
            field("year_group", "year_group", blank_allowed=False),
            field("sessions", "integer", minimum=0, maximum=500),
            field("sex", "code", codes="sex", attribute=True),
            field("eal", "flag", attribute=True),
        ),
        **more,
    )  # fmt: skip


CODES = {"sex": CodeSet(name="sex", title="Sex", source="", codes=(CodeValue(code="F", label="Female"), CodeValue(code="M", label="Male")))}


def rows(count: int = 12) -> pd.DataFrame:
    return pd.DataFrame({
        "person_key": pd.array([f"{number:032x}" for number in range(count)], dtype="string"),
        "academy_urn": pd.array(["100001"] * count, dtype="string"),
        "period": pd.array(["2025-26"] * count, dtype="string"),
        "age": pd.array([9] * count, dtype="Int64"),
        "entry_date": pd.to_datetime(["2023-09-01"] * count),
        "year_group": pd.array(["5"] * count, dtype="string"),
        "sessions": pd.array([190] * (count - 1) + [None], dtype="Int64"),
        "attributes": [{"sex": "F", "eal": "N"}] * (count - 1) + [{"sex": "M"}],
    })  # fmt: skip


def test_rows_that_keep_the_contract_pass() -> None:
    verdict = judge_landing(rows(), dataset(), CODES, "100001")
    assert verdict.failed == ()
    assert verdict.passed


def test_rows_pass_without_code_sets_as_long_as_codes_look_like_codes() -> None:
    assert judge_landing(rows(), dataset()).passed


def test_what_lands_is_what_the_contract_stores() -> None:
    assert landed_columns(dataset()) == {
        "person_key": "text", "academy_urn": "text", "period": "text", "age": "number", "entry_date": "date", "year_group": "text",
        "sessions": "number", "attributes": "map",
    }  # fmt: skip


def put(column: str, value: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def broken(frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.copy()
        frame[column] = frame[column].astype(object)
        frame.at[frame.index[3], column] = value
        return frame if column == "attributes" else frame.astype({column: rows()[column].dtype})

    return broken


KEPT = {"columns_are_the_contract", "nothing_dropped_at_the_door_is_kept"}
BREAKAGES = [
    ("a_column_more", lambda frame: frame.assign(surname="kept"), {"columns_are_the_contract"}),
    ("a_column_less", lambda frame: frame.drop(columns="sessions"), {"columns_are_the_contract"}),
    ("a_birth_date_kept", lambda frame: frame.assign(date_of_birth="x"), KEPT),
    ("an_identifier_kept", lambda frame: frame.assign(upn="x"), KEPT),
    ("numbers_as_text", lambda frame: frame.assign(sessions="190"), {"types_are_the_contract"}),
    ("a_bare_identifier", put("person_key", "H801200001001"), {"person_key_is_a_pseudonym"}),
    ("a_key_and_a_line_break", put("person_key", KEY + "\n"), {"person_key_is_a_pseudonym"}),
    ("a_missing_key", put("person_key", None), {"rows_are_placed"}),
    ("another_academy", put("academy_urn", "100002"), {"rows_are_this_academys"}),
    ("a_wrong_period", put("period", "25/26"), {"periods_are_periods"}),
    ("an_age_of_200", put("age", 200), {"derived_values_are_plausible"}),
    ("a_number_out_of_range", put("sessions", 501), {"numbers_are_in_range"}),
    ("a_date_far_off", put("entry_date", pd.Timestamp("1823-09-01")), {"dates_are_plausible"}),
    ("a_required_value_missing", put("year_group", None), {"required_values_are_present"}),
    ("an_unknown_code", put("attributes", {"sex": "X"}), {"codes_are_in_their_set"}),
    ("a_flag_that_is_neither", put("attributes", {"eal": "P"}), {"codes_are_in_their_set"}),
    ("an_undeclared_attribute", put("attributes", {"faith": "N"}), {"attributes_are_declared"}),
    ("a_pupil_number_as_a_code", put("year_group", "H801200001001"), {"no_text_is_about_a_person"}),
    ("a_name_as_a_code", put("year_group", "Marigold"), {"no_text_is_about_a_person"}),
    ("a_postcode_as_a_code", put("year_group", "LS63PN"), {"no_text_is_about_a_person"}),
    ("an_address_as_a_code", put("year_group", "m@school.uk"), {"no_text_is_about_a_person", "codes_look_like_codes"}),
    ("a_birth_date_as_a_code", put("year_group", "01/02/2016"), {"no_text_is_about_a_person", "codes_look_like_codes"}),
]  # fmt: skip


@pytest.mark.parametrize(("breakage", "trips"), [case[1:] for case in BREAKAGES], ids=[case[0] for case in BREAKAGES])
def test_a_broken_file_fails_the_check_about_it(breakage: Callable[[pd.DataFrame], pd.DataFrame], trips: set[str]) -> None:
    assert set(judge_landing(breakage(rows()), dataset(), CODES, "100001").failed) == trips


def test_no_rows_is_a_fail() -> None:
    assert not judge_landing(rows().head(0), dataset(), CODES).passed


def test_what_cannot_be_judged_has_failed() -> None:
    assert judge_landing(None, dataset(), CODES).failed == ("rows_can_be_judged",)  # type: ignore[arg-type]


def test_the_verdict_tells_no_value() -> None:
    verdict = judge_landing(put("year_group", "Marigold")(rows()), dataset(), CODES)
    assert not verdict.passed
    assert "Marigold" not in repr(verdict.as_json())


@pytest.mark.parametrize(("count", "band"), [(9, "fewer than 10"), (12, "10 or more")])
def test_row_counts_of_protected_datasets_are_banded(count: int, band: str) -> None:
    verdict = judge_landing(rows(count), dataset(banded=True), CODES)
    counted = {check.looked_at for check in verdict.checks if check.name == "person_key_is_a_pseudonym"}
    assert counted == {band}


def test_the_judge_and_intake_work_out_the_same_columns_apart_from_each_other() -> None:
    assert sorted(landed_columns(dataset())) == sorted(landed_types(dataset()))


@pytest.mark.parametrize(("value", "stands"), [("AssocProf", True), ("SmithJones", False)])
def test_a_declared_code_may_look_like_a_name_and_a_name_may_not(value: str, stands: bool) -> None:
    codes = (*CODES["sex"].codes, CodeValue(code="AssocProf", label="Associate professor"))
    frame = rows()
    frame.at[0, "attributes"] = {"sex": value}
    verdict = judge_landing(frame, dataset(), {"sex": CODES["sex"].model_copy(update={"codes": codes})})
    assert ("no_text_is_about_a_person" not in verdict.failed) is stands

"""A whole file: which rows are used, which are set aside, and when nothing is."""

from __future__ import annotations

import datetime as dt

import pytest
from made_up_exports import FIRST, SECOND, Verdict, passing, pupil, pupils, upn, written

from pipelines.catalogue import Catalogue
from pipelines.home import Keys
from pipelines.intake.reading import Reading, Source, read

KEYS = Keys(b"p" * 32, b"s" * 32, {})
MORNING = dt.datetime(2026, 1, 20, 9, 0)


def reading(catalogue: Catalogue, rows: list[dict[str, str]], *, place: str = FIRST, name: str = "pupils 2025-26.csv") -> Reading:
    return read(written(rows), Source(place, name, MORNING), catalogue, KEYS, passing)


def kinds(found: Reading) -> dict[str, tuple[int, ...]]:
    return {item.kind: item.rows for item in found.problems}


def test_a_clean_file_is_used_to_the_last_row_without_a_word(catalogue: Catalogue) -> None:
    found = reading(catalogue, pupils(range(30)))
    assert (found.received, found.used, found.set_aside, kinds(found)) == (30, 30, 0, {})


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"UPN": upn(number), "Sex": "F", "Ethnicity": "WBRI", "Year": "4"} for number in range(9)], "Pupils, by 4 of 4 needed headings"),
        (
            [{"UPN": upn(number), "Key Stage": "KS2", "Subject": "Reading", "Result": "104"} for number in range(9)],
            "Any: Results, one row a subject, by all 4 headings that mark this report",
        ),
    ],
)
def test_what_a_file_was_taken_for_is_said_with_the_reason(catalogue: Catalogue, rows: list[dict[str, str]], said: str) -> None:
    assert reading(catalogue, rows).read_as == said


def test_names_and_dates_of_birth_end_at_the_door_but_the_age_does_not(catalogue: Catalogue) -> None:
    found = reading(catalogue, pupils(range(3), DOB="15/06/2016"))
    assert "Canary" not in repr(found.records)
    assert "2016" not in repr(found.records)
    assert {record["age"] for records in found.records.values() for record in records} == {9}


def test_a_pupils_key_is_the_same_in_another_academy_and_another_file(catalogue: Catalogue) -> None:
    (one,) = reading(catalogue, pupils([7])).records.values()
    (other,) = reading(catalogue, [pupil(7, UPN=f" {pupil(7)['UPN'].lower()} ")], place=SECOND).records.values()
    assert one[0]["person_key"] == other[0]["person_key"]


def test_a_staff_number_belongs_to_its_academy(catalogue: Catalogue) -> None:
    rows = [{"Academy URN": urn, "Staff Code": "7", "Sex": "F", "Ethnicity": "WBRI"} for urn in (FIRST, SECOND)]
    found = reading(catalogue, rows, place="trust", name="staff 2025-26.csv")
    assert len({record["person_key"] for records in found.records.values() for record in records}) == 2


def test_an_unknown_code_keeps_the_pupil_and_blanks_the_value(catalogue: Catalogue) -> None:
    found = reading(catalogue, [*pupils(range(29)), pupil(29, Ethnicity="ZZZZ")])
    (records,) = found.records.values()
    assert len(records) == 30
    assert sum("ethnicity" not in record["attributes"] for record in records) == 1
    assert kinds(found) == {"code_unknown": (31,)}


def test_refused_and_not_obtained_are_kept_apart(catalogue: Catalogue) -> None:
    (records,) = reading(catalogue, [pupil(1, Ethnicity="Refused"), pupil(2, Ethnicity="NOBT")]).records.values()
    assert {record["attributes"]["ethnicity"] for record in records} == {"REFU", "NOBT"}


def test_a_row_without_a_usable_identifier_is_set_aside(catalogue: Catalogue) -> None:
    found = reading(catalogue, [*pupils(range(29)), pupil(29, UPN="")])
    assert (found.used, found.set_aside) == (29, 1)
    assert kinds(found) == {"no_identifier": (31,)}


def test_over_a_tenth_of_rows_set_aside_is_too_many(catalogue: Catalogue) -> None:
    nearly = reading(catalogue, [*pupils(range(18)), *pupils(range(18, 20), UPN="")])
    over = reading(catalogue, [*pupils(range(17)), *pupils(range(17, 20), UPN="")])
    assert nearly.refusal is None
    assert over.refusal is not None
    assert over.refusal.kind == "too_many_set_aside"
    assert over.used == 0


def test_identifiers_that_a_spreadsheet_destroyed_refuse_the_file(catalogue: Catalogue) -> None:
    found = reading(catalogue, pupils(range(20), UPN="9.012E+11"))
    assert found.refusal is not None
    assert found.refusal.kind == "identifiers_damaged"


def test_a_few_wrong_check_letters_are_said_and_counted_all_the_same(catalogue: Catalogue) -> None:
    wrong = pupil(3)["UPN"]
    found = reading(catalogue, [*pupils(range(3)), pupil(3, UPN=("B" if wrong[0] == "A" else "A") + wrong[1:])])
    assert found.used == 4
    assert kinds(found) == {"check_letter": (5,)}


def test_repeated_rows_count_once_and_contradicting_ones_not_at_all(catalogue: Catalogue) -> None:
    found = reading(catalogue, [*pupils(range(30)), pupil(1), pupil(2, Sex="F" if pupil(2)["Sex"] == "M" else "M")])
    assert found.used == 29
    assert kinds(found) == {"rows_repeated": (32,), "rows_disagree": (4, 33)}


def test_one_file_may_hold_several_years(catalogue: Catalogue) -> None:
    calendar = catalogue.calendar
    two = calendar.periods[0].model_copy(update={"period": "2024-25", "starts": dt.date(2024, 9, 1), "ends": dt.date(2025, 8, 31)})
    known = catalogue.model_copy(update={"calendar": calendar.model_copy(update={"periods": (two, *calendar.periods)})})
    rows = [{**row, "Academic Year": year} for row in pupils(range(5)) for year in ("2024/25", "2025/26")]
    assert {key.period: len(records) for key, records in reading(known, rows).records.items()} == {"2024-25": 5, "2025-26": 5}


def test_a_year_that_the_calendar_does_not_know_is_refused(catalogue: Catalogue) -> None:
    found = reading(catalogue, pupils(range(5)), name="pupils 2019-20.csv")
    assert found.refusal is not None
    assert found.refusal.kind == "period_unknown"


def test_a_year_that_nothing_says_is_the_open_one_and_that_is_said(catalogue: Catalogue) -> None:
    found = reading(catalogue, pupils(range(5)), name="pupils.csv")
    assert [key.period for key in found.records] == ["2025-26"]
    assert list(kinds(found)) == ["year_from_calendar"]


def test_a_row_of_another_academy_refuses_the_whole_file(catalogue: Catalogue) -> None:
    rows = [{**row, "URN": FIRST} for row in pupils(range(9))] + [{**pupil(9), "URN": SECOND}]
    found = reading(catalogue, rows)
    assert found.refusal is not None
    assert (found.refusal.kind, found.refusal.rows, found.used) == ("wrong_academy", (11,), 0)


def test_a_predecessors_urn_is_the_academys_own(catalogue: Catalogue) -> None:
    academy = catalogue.trust.academies[0].model_copy(update={"predecessors": ("100001",)})
    trust = catalogue.trust.model_copy(update={"academies": (academy, *catalogue.trust.academies[1:])})
    found = reading(catalogue.model_copy(update={"trust": trust}), [{**row, "URN": "100001"} for row in pupils(range(3))])
    assert [key.urn for key in found.records] == [FIRST]


def test_a_trust_wide_file_is_split_by_academy_and_strangers_are_set_aside(catalogue: Catalogue) -> None:
    rows = [{**row, "URN": urn} for row, urn in zip(pupils(range(20)), [FIRST] * 10 + [SECOND] * 9 + ["123456"], strict=True)]
    found = reading(catalogue, rows, place="trust")
    assert {key.urn: len(records) for key, records in found.records.items()} == {FIRST: 10, SECOND: 9}
    assert kinds(found) == {"not_in_trust": (21,)}


def test_a_trust_wide_file_without_an_academy_column_is_refused(catalogue: Catalogue) -> None:
    found = reading(catalogue, pupils(range(5)), place="trust")
    assert found.refusal is not None
    assert found.refusal.kind == "no_academy_column"


def test_two_columns_of_one_heading_may_agree_but_not_differ(catalogue: Catalogue) -> None:
    lines = written(pupils(range(12))).decode().splitlines()
    twice = [f"{line},{line.split(',')[4]}" for line in lines]
    same = read("\n".join([*twice, ""]).encode(), Source(FIRST, "a.csv", MORNING), catalogue, KEYS, passing)
    differing = read(
        "\n".join([twice[0], *(f"{line},U" for line in lines[1:]), ""]).encode(), Source(FIRST, "a.csv", MORNING), catalogue, KEYS, passing
    )
    assert same.used == 12
    assert differing.refusal is not None
    assert differing.refusal.kind == "duplicate_column"


def test_what_the_gate_refuses_is_not_used_and_its_checks_are_named(catalogue: Catalogue) -> None:
    def refusing(frame: object, dataset: object) -> Verdict:
        return Verdict(False, ("roll_is_plausible",))

    found = read(written(pupils(range(3))), Source(FIRST, "a.csv", MORNING), catalogue, KEYS, refusing)
    assert found.refusal is not None
    assert (found.used, found.refusal.title) == (0, "The rows do not make sense together: roll is plausible")


@pytest.mark.parametrize(
    ("name", "day"),
    [("pupils_20260115T1600.csv", dt.datetime(2026, 1, 15, 16)), ("pupils.csv", MORNING), ("2026-01-14.csv", dt.datetime(2026, 1, 14))],
)
def test_the_export_time_is_the_names_or_else_the_files(catalogue: Catalogue, name: str, day: dt.datetime) -> None:
    assert reading(catalogue, pupils(range(2)), name=name).exported == day

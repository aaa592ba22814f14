"""Whom or what a row is about: cases that name nobody, pupils whose number changed, rows that a sub-report repeated, events by year only."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from made_up_exports import FIRST, SECOND, MadeUpTrust, pupil, pupils, upn, written

from expectations.landing import judge_landing
from pipelines.intake import receipts

INCIDENT = {
    "Incident ID": "",
    "Incident Date": "12/11/2025",
    "Category": "Prejudice",
    "Subcategory": "Racist",
    "Incident Summary": "Canary said so",
}


def taken(trust: MadeUpTrust, name: str, content: bytes, place: str = FIRST) -> receipts.Receipt:
    """The receipt of a file that went through the real gate 1."""
    trust.drop(place, name, content)
    (settled,) = trust.take_in(partial(judge_landing, code_sets=trust.catalogue.code_sets)).settled
    text = (settled.receipt.parent / "receipt.json").read_text("utf-8")
    return receipts.from_json(text)


def kinds(receipt: receipts.Receipt) -> dict[str, tuple[int, ...]]:
    return {item.kind: item.rows for item in (*receipt.problems, *receipt.notes)}


def test_incidents_without_a_number_count_one_by_one(trust: MadeUpTrust) -> None:
    receipt = taken(trust, "incidents.csv", written([INCIDENT, INCIDENT, {**INCIDENT, "Subcategory": "Sexist"}]))
    assert (receipt.outcome, receipt.rows_used) == (receipts.ACCEPTED, 3)
    assert len(trust.landed("incidents")) == 3
    assert b"Canary" not in trust.everything_stored()


def test_an_incident_with_a_number_counts_once_for_each_characteristic(trust: MadeUpTrust) -> None:
    numbered = {**INCIDENT, "Incident ID": "77"}
    receipt = taken(
        trust, "incidents.csv", written([numbered, numbered, {**numbered, "Subcategory": "Sexist"}, {**INCIDENT, "Incident ID": "78"}])
    )
    assert kinds(receipt)["rows_repeated"] == (3,)
    rows = trust.landed("incidents")
    assert sorted(row["characteristic"] for row in rows) == ["race", "race", "sex"]
    assert len({row["reference"] for row in rows}) == 2
    assert all(len(row["reference"]) == 32 for row in rows)


def test_a_category_that_names_two_characteristics_is_nobodys_guess(trust: MadeUpTrust) -> None:
    rows = [{**INCIDENT, "Incident ID": str(number)} for number in range(12)]
    receipt = taken(trust, "incidents.csv", written([*rows, {**INCIDENT, "Incident ID": "99", "Subcategory": "HBT"}]))
    assert kinds(receipt)["code_unknown"] == (14,)
    assert len(trust.landed("incidents")) == 12


def test_the_number_of_another_academys_case_is_another_case(trust: MadeUpTrust) -> None:
    for place, kind in ((FIRST, "Prejudice"), (SECOND, "Bullying")):
        taken(trust, f"incidents_{place}.csv", written([{**INCIDENT, "Incident ID": "77", "Category": kind}]), place)
    assert len({row["reference"] for row in trust.landed("incidents")}) == 2


def test_of_a_procedure_only_the_year_is_kept(trust: MadeUpTrust) -> None:
    rows = [{"Staff ref": f"P{number}", "Event": "Grievance", "Event date": "17/10/2025"} for number in range(11)]
    taken(trust, "events.csv", written(rows))
    landed = trust.landed("staff_events")
    assert {row["year"] for row in landed} == {2025}
    assert {"happened", "staff_ref"}.isdisjoint(landed[0])


def test_a_row_repeated_for_each_need_counts_with_the_first_by_rank(trust: MadeUpTrust) -> None:
    def with_need(number: int, need: str, rank: str) -> dict[str, str]:
        return pupil(number, **{"SEN need": need, "SEN need ranking": rank})

    rows = [with_need(number, "", "") for number in range(1, 12)]
    receipt = taken(trust, "pupils.csv", written([with_need(0, "MLD", "2"), with_need(0, "ASD", "1"), with_need(0, "VI", ""), *rows]))
    assert kinds(receipt)["rows_joined"] == (2, 4)
    assert [row["attributes"].get("sen_need") for row in trust.landed() if "sen_need" in row["attributes"]] == ["ASD"]


def test_without_a_rank_a_need_that_is_said_comes_before_a_blank(trust: MadeUpTrust) -> None:
    rows = [pupil(number, **{"SEN need": ""}) for number in range(20)]
    taken(trust, "pupils.csv", written([*rows, pupil(3, **{"SEN need": "MLD"})]))
    assert [row["attributes"]["sen_need"] for row in trust.landed() if "sen_need" in row["attributes"]] == ["MLD"]


def test_rows_that_differ_in_more_than_the_need_still_disagree(trust: MadeUpTrust) -> None:
    rows = [pupil(number, **{"SEN need": ""}) for number in range(40)]
    receipt = taken(trust, "pupils.csv", written([*rows, pupil(3, Sex="F", **{"SEN need": "MLD"})]))
    assert kinds(receipt)["rows_disagree"] == (5, 42)


def test_a_former_number_lands_as_the_pseudonym_that_other_files_have(trust: MadeUpTrust) -> None:
    taken(trust, "2025-11-01 pupils.csv", written(pupils(range(30))))
    (before,) = {row["person_key"] for row in trust.landed()} - {row["person_key"] for row in _without(trust, 7)}
    changed = [{**row, "Former UPN": ""} for row in pupils(range(30)) if row["UPN"] != upn(7)]
    taken(trust, "2026-01-10 pupils.csv", written([*changed, pupil(500, **{"Former UPN": upn(7)})]))
    assert [row["former_key"] for row in trust.landed() if row["former_key"]] == [before]
    assert upn(7).encode() not in trust.everything_stored()


def _without(trust: MadeUpTrust, number: int) -> list[dict[str, Any]]:
    """What a list without that pupil would land as, in a home of the same keys."""
    other = MadeUpTrust.at(trust.home.root.parent / "other", keys_of=trust)
    other.drop(FIRST, "pupils.csv", written(pupils(n for n in range(30) if n != number)))
    other.take_in()
    return other.landed()


@pytest.mark.parametrize("number", ["A801200001001", "H80120000100A"])
def test_a_number_of_doubtful_kind_is_kept_and_told_of(trust: MadeUpTrust, number: str) -> None:
    receipt = taken(trust, "pupils.csv", written([*pupils(range(20)), pupil(21, UPN=number)]))
    assert receipt.rows_used == 21
    assert ("temporary_upn" in kinds(receipt)) == number[-1].isalpha()


def test_what_is_never_collected_is_told_of_and_stored_nowhere(trust: MadeUpTrust) -> None:
    rows = [{**row, "Nationality": "Canarian", "Sexual Orientation": "Canary", "Comments": "Canary"} for row in pupils(range(20))]
    receipt = taken(trust, "pupils.csv", written(rows))
    assert [item.kind for item in receipt.problems] == ["never_collected"] * 3
    assert b"Canar" not in trust.everything_stored()


def test_refused_not_obtained_and_blank_stay_apart_in_the_landing(trust: MadeUpTrust) -> None:
    told = ["REFU", "NOBT", "", "Refused", "Information not yet obtained"]
    taken(trust, "pupils.csv", written([*pupils(range(5, 25)), *(pupil(number, Ethnicity=word) for number, word in enumerate(told))]))
    by_key = sorted(str(row["attributes"].get("ethnicity")) for row in trust.landed())
    assert {code: by_key.count(code) for code in ("REFU", "NOBT", "None")} == {"REFU": 2, "NOBT": 2, "None": 1}

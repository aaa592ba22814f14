"""An objection turns special-category fields to unknown in every file of that person, and keeps nothing but a pseudonym."""

from __future__ import annotations

import pytest
import yaml
from made_up_exports import FIRST, SECOND, MadeUpTrust, pupils, upn, written
from typer.testing import CliRunner

from pipelines.catalogue import CatalogueError
from pipelines.cli import app


def known(trust: MadeUpTrust, name: str, dataset: str = "pupils") -> int:
    return sum(name in row["attributes"] for row in trust.landed(dataset))


def objected(trust: MadeUpTrust, number: str, *options: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["object", "--home", str(trust.home.root), *options], input=f"{number}\n")
    return done.exit_code, done.output


def test_what_is_special_counts_as_not_known_from_then_on(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "pupils.csv", written(pupils(range(30))))
    trust.take_in()
    assert (known(trust, "ethnicity"), known(trust, "sen_provision"), known(trust, "sex")) == (30, 30, 30)
    assert objected(trust, upn(7).lower())[0] == 0
    trust.take_in()
    assert (known(trust, "ethnicity"), known(trust, "sen_provision"), known(trust, "sex")) == (29, 29, 30)
    trust.drop(FIRST, "pupils 20260201.csv", written(pupils(range(31))))
    trust.take_in()
    assert known(trust, "ethnicity") == 30


def test_a_new_number_does_not_undo_an_objection(trust: MadeUpTrust) -> None:
    objected(trust, upn(7))
    rows = [{**row, "Former UPN": ""} for row in pupils(range(20))]
    trust.drop(FIRST, "pupils.csv", written([*rows[:7], {**rows[7], "UPN": upn(500), "Former UPN": upn(7)}, *rows[8:]]))
    trust.take_in()
    assert known(trust, "ethnicity") == 19


def test_an_objection_under_a_new_number_counts_in_the_years_before(trust: MadeUpTrust) -> None:
    calendar = trust.home.trust / "calendar.yml"
    entry = yaml.safe_load(calendar.read_text("utf-8"))
    entry["periods"].insert(0, {"period": "2024-25", "starts": "2024-09-01", "ends": "2025-08-31", "reference_date": "2025-01-16"})
    calendar.write_text(yaml.safe_dump(entry), "utf-8")
    rows = [{**row, "Former UPN": ""} for row in pupils(range(20))]
    trust.drop(FIRST, "pupils 2024-25.csv", written(rows))
    trust.drop(FIRST, "pupils 2025-26.csv", written([{**rows[0], "UPN": upn(500), "Former UPN": upn(0)}, *rows[1:]]))
    trust.take_in()
    assert known(trust, "ethnicity") == 40
    objected(trust, upn(500))
    trust.take_in()
    assert known(trust, "ethnicity") == 38


def test_a_member_of_staff_objects_by_academy_and_number(trust: MadeUpTrust) -> None:
    rows = [{"Staff ref": f"P{number}", "Sex": "F", "Ethnicity": "WBRI", "Religion": "NR"} for number in range(12)]
    for place in (FIRST, SECOND):
        trust.drop(place, "staff.csv", written([*rows, {**rows[0], "Staff ref": place}]))
    assert objected(trust, "p3", "--urn", FIRST)[0] == 0
    trust.take_in()
    assert (known(trust, "religion", "staff"), known(trust, "sex", "staff")) == (25, 26)


def test_only_a_pseudonym_is_kept_and_once(trust: MadeUpTrust) -> None:
    assert "Recorded" in objected(trust, upn(7))[1]
    assert "before" in objected(trust, upn(7))[1]
    assert upn(7).encode() not in trust.everything_stored()
    assert len(trust.catalogue.objections) == 1


@pytest.mark.parametrize(("number", "options"), [("nonsense", ()), (upn(7), ("--urn", "999999"))])
def test_what_is_no_number_or_no_academy_changes_nothing(trust: MadeUpTrust, number: str, options: tuple[str, ...]) -> None:
    code, said = objected(trust, number, *options)
    assert (code, "Nothing was changed" in said, (trust.home.trust / "objections.yml").exists()) == (2, True, False)


def test_a_list_that_holds_anything_else_stops_the_refresh(trust: MadeUpTrust) -> None:
    (trust.home.trust / "objections.yml").write_text(f"objections: [{upn(7)}]\n", "utf-8")
    with pytest.raises(CatalogueError, match="pseudonyms only") as stopped:
        _ = trust.catalogue
    assert upn(7) not in str(stopped.value)

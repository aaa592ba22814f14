"""Taking in: landed, answered and removed, encrypted, each file harming only itself, read again when its contract changes."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from made_up_exports import FIRST, NOW, SECOND, THIRD, MadeUpTrust, passing, pupil, pupils, upn, written
from typer.testing import CliRunner

from pipelines import intake
from pipelines.cli import app
from pipelines.home import HomeError
from pipelines.home.parquet import landed
from pipelines.intake import receipts
from pipelines.intake.landing import Landing

ROLL = written(pupils(range(30)))


def hours(number: float) -> dt.datetime:
    return NOW + dt.timedelta(hours=number)


def outcomes(report: intake.IntakeReport) -> list[str]:
    return [item.outcome for item in report.settled]


def test_a_file_is_landed_answered_and_removed(trust: MadeUpTrust) -> None:
    path = trust.drop(FIRST, "pupils 2025-26.csv", ROLL)
    (settled,) = trust.take_in().settled
    assert (settled.outcome, settled.rows, settled.slices) == (receipts.ACCEPTED, "30", (("pupils", "2025-26", FIRST),))
    assert len(trust.landed()) == 30
    assert not path.exists()
    assert settled.receipt.is_file()
    assert (path.parent / "receipts" / settled.reference / "receipt.html").is_file()
    assert intake.inputs(trust.home) == [
        ("pupils", "2025-26", FIRST, json.loads((settled.receipt.parent / "receipt.json").read_text())["content_hash"])
    ]


def test_every_dataset_has_its_columns_before_anybody_sends_anything(trust: MadeUpTrust) -> None:
    trust.take_in()
    for name in trust.catalogue.datasets:
        assert trust.landed(name) == []
        assert (trust.home.landing / name / "empty.parquet").is_file()


def test_the_landed_types_do_not_depend_on_what_was_sent(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "pupils 2025-26.csv", written(pupils(range(3)), leave_out=["DOB", "SEN", "EAL"]))
    trust.take_in()
    connection = Landing(trust.home, trust.keys).connection
    described = {
        str(path): connection.execute(f"describe from {landed([path])}").fetchall()
        for path in trust.home.landing.glob("pupils/**/*.parquet")
    }
    assert len(described) == 2
    assert len({repr(columns) for columns in described.values()}) == 1


def test_a_trust_wide_file_lands_in_every_academy(trust: MadeUpTrust) -> None:
    rows = [
        {
            "Academy URN": urn,
            "Employee Number": str(number),
            "Hourly Pay": "20.50",
            "Bonus Pay": "",
            "Full Pay": "Y",
            "Relevant Employee": "Y",
        }
        for number, urn in enumerate([FIRST, SECOND, THIRD] * 5)
    ]
    trust.drop("trust", "pay 2025-26.csv", written(rows))
    (settled,) = trust.take_in().settled
    assert {key[2] for key in settled.slices} == {FIRST, SECOND, THIRD}
    assert {row["hourly_pay"] for row in trust.landed("payroll")} == {20.5}


def test_numbers_of_a_banded_dataset_stay_out_of_the_report(trust: MadeUpTrust) -> None:
    rows = [{"UPN": upn(number), "Type": "SUSP", "Start Date": "15/10/2025", "Reason": "PP"} for number in range(3)]
    trust.drop(FIRST, "suspensions 2025-26.csv", written(rows))
    (settled,) = trust.take_in().settled
    assert settled.rows == "fewer than 10"
    state = intake.status(trust.home, trust.catalogue, NOW)
    assert set(state[(state["dataset"] == "suspensions") & (state["state"] == "in use")]["rows"]) == {"fewer than 10"}


def test_no_name_date_or_identifier_is_stored_anywhere_but_sealed(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "pupils 2025-26.csv", written([*pupils(range(30)), pupil(30, UPN="Canary"), pupil(31, Ethnicity="Canary Canary")]))
    trust.drop(FIRST, "broken.csv", b'UPN,Sex\n"Canary31,F\n')
    trust.take_in()
    stored = trust.everything_stored()
    for secret in (b"Canary", b"Forenamed", upn(3).encode(), b"/03/2016", b"2016-03"):
        assert secret not in stored


def test_a_fault_of_ours_refuses_the_file_and_spares_the_others(trust: MadeUpTrust) -> None:
    def failing(frame: Any, dataset: Any) -> Any:
        if set(frame["academy_urn"]) == {FIRST}:
            raise ValueError("Canary")
        return passing(frame, dataset)

    trust.drop(FIRST, "a 2025-26.csv", ROLL)
    trust.drop(SECOND, "b 2025-26.csv", written(pupils(range(40, 70))))
    report = trust.take_in(failing)
    assert outcomes(report) == [receipts.REFUSED, receipts.ACCEPTED]
    assert {row["academy_urn"] for row in trust.landed()} == {SECOND}
    assert b"Canary" not in trust.everything_stored()


def test_a_changed_contract_reads_its_files_again_and_no_others(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "pupils 2025-26.csv", written(pupils(range(30), Religion="X")))
    trust.take_in()
    (trust.home.trust / "codes").mkdir()
    (trust.home.trust / "datasets").mkdir()
    (trust.home.trust / "codes" / "religion.yml").write_text(
        "name: religion\ntitle: Religion\nsource: test\ncodes: [{code: X, label: Ex}]\n"
    )
    (trust.home.trust / "datasets" / "pupils.yml").write_text(
        "name: pupils\nfields: [{name: religion, title: Religion, type: code, codes: religion, attribute: true, headings: [religion], "
        "purpose: test, lawful_basis: test, retention_years: 1}]\n"
    )
    assert intake.unsettled(trust.home, trust.catalogue) != ""
    assert trust.take_in().settled == ()
    assert {row["attributes"]["religion"] for row in trust.landed()} == {"X"}
    assert intake.unsettled(trust.home, trust.catalogue) == ""


def test_a_contract_that_an_old_file_no_longer_meets_withdraws_it_with_a_receipt(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "pupils 2025-26.csv", ROLL)
    trust.take_in()
    (trust.home.trust / "datasets").mkdir()
    (trust.home.trust / "datasets" / "pupils.yml").write_text(
        "name: pupils\nfields: [{name: house, title: House, type: text, required: true, headings: [house], "
        "purpose: test, lawful_basis: test, retention_years: 1}]\n"
    )
    trust.take_in()
    assert trust.landed() == []
    told = [json.loads(path.read_text("utf-8")) for path in trust.home.receipts.glob(f"{FIRST}/*/receipt.json")]
    assert sorted(item["outcome"] for item in told) == [receipts.ACCEPTED, receipts.REFUSED]


def test_a_raw_file_that_is_needed_and_gone_is_said_and_nothing_is_lost(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "pupils 2025-26.csv", ROLL)
    trust.take_in()
    for path in (*trust.home.raw.iterdir(), *trust.home.landing.glob("pupils/*/*/*.parquet")):
        path.unlink()
    with pytest.raises(HomeError, match="backup"):
        trust.take_in()


def test_nothing_is_unsettled_after_a_run_and_something_before(trust: MadeUpTrust) -> None:
    assert intake.unsettled(trust.home, trust.catalogue) != ""
    trust.take_in()
    assert intake.unsettled(trust.home, trust.catalogue) == ""
    trust.drop(FIRST, "pupils 2025-26.csv", ROLL)
    assert intake.unsettled(trust.home, trust.catalogue) != ""


def test_trying_a_file_says_what_its_receipt_would_say_and_touches_nothing(trust: MadeUpTrust, tmp_path: Path) -> None:
    trust.take_in()
    path = tmp_path / "pupils 2025-26.csv"
    path.write_bytes(written([*pupils(range(29)), pupil(29, Ethnicity="ZZZZ")]))
    before = trust.everything_stored()
    told = intake.check(path, trust.home, trust.keys, trust.catalogue, passing, urn=FIRST)
    assert (told.outcome, told.academy) == (receipts.WITH_FIXES, "First Primary")
    assert "Ethnicity" in told.as_text()
    nobodys = intake.check(path, trust.home, trust.keys, trust.catalogue, passing)
    assert not nobodys.accepted
    assert trust.everything_stored() == before
    assert path.exists()


def test_a_file_to_try_that_is_not_there_is_told_in_a_sentence(trust: MadeUpTrust, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("nowhere.csv", "folder"):
        path = tmp_path / name
        done = CliRunner().invoke(app, ["check", str(path), "--urn", FIRST, "--home", str(trust.home.root)])
        assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"There is no file {path}.\n")
        assert isinstance(done.exception, SystemExit)


def test_trying_a_file_ends_as_its_receipt_would(trust: MadeUpTrust, tmp_path: Path) -> None:
    good, bad = tmp_path / "pupils 2025-26.csv", tmp_path / "bad.csv"
    good.write_bytes(ROLL)
    bad.write_bytes(b"nothing,known\n1,2\n")
    ends = {path: CliRunner().invoke(app, ["check", str(path), "--urn", FIRST, "--home", str(trust.home.root)]) for path in (good, bad)}
    assert {path: done.exit_code for path, done in ends.items()} == {good: 0, bad: 1}

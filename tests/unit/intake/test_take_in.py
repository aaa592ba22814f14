"""Taking in: exactly once, in any order, encrypted, and the same after any interruption."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_up_exports import FIRST, NOW, SECOND, THIRD, MadeUpTrust, passing, pupil, pupils, upn, written

from pipelines import intake
from pipelines.home import HomeError
from pipelines.intake import deciding, receipts, settle
from pipelines.intake.landing import Landing
from pipelines.intake.ledger import Ledger
from pipelines.intake.store import Store

ROLL = written(pupils(range(30)))


def hours(number: float) -> dt.datetime:
    return NOW + dt.timedelta(hours=number)


def sexes(trust: MadeUpTrust) -> list[str]:
    return sorted(row["attributes"]["sex"] for row in trust.landed())


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
        str(path): connection.execute(
            "describe select * from read_parquet(?, hive_partitioning = false, encryption_config = {footer_key: 'landing'})", [str(path)]
        ).fetchall()
        for path in trust.home.landing.glob("pupils/**/*.parquet")
    }
    assert len(described) == 2
    assert len({repr(columns) for columns in described.values()}) == 1


def test_the_same_bytes_under_other_names_and_folders_are_taken_in_once(trust: MadeUpTrust) -> None:
    rows = [{**row, "URN": FIRST} for row in pupils(range(30))]
    trust.drop(FIRST, "a 2025-26.csv", written(rows))
    trust.take_in()
    trust.drop(FIRST, "b 2025-26.csv", written(rows), hours(-9999))
    trust.drop("trust", "c 2025-26.csv", written(rows), hours(5))
    assert outcomes(trust.take_in()) == [receipts.SAME, receipts.SAME]
    assert len(trust.landed()) == 30
    assert {name for _, name, _, _ in Ledger(trust.home.ledger).seen()} == {"a 2025-26.csv", "b 2025-26.csv", "c 2025-26.csv"}


def test_the_same_bytes_are_wrong_in_another_academys_folder(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "a 2025-26.csv", ROLL)
    trust.take_in()
    trust.drop(SECOND, "a 2025-26.csv", ROLL)
    assert outcomes(trust.take_in()) == [receipts.REFUSED]
    assert {row["academy_urn"] for row in trust.landed()} == {FIRST}


def test_another_academys_roll_is_known_by_its_pupils_where_no_column_says(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "a 2025-26.csv", ROLL)
    trust.take_in()
    trust.drop(SECOND, "a 2025-26.csv", written(pupils(range(1, 29))))
    (settled,) = trust.take_in().settled
    assert settled.outcome == receipts.REFUSED
    assert {row["academy_urn"] for row in trust.landed()} == {FIRST}
    stored = settled.receipt.with_name("receipt.json").read_text("utf-8")
    assert FIRST not in stored


def test_every_order_of_arrival_ends_with_identical_tables(trust: MadeUpTrust, tmp_path: Path) -> None:
    files = [
        ("pupils_2025-26_20260115T0900.csv", written(pupils(range(30)))),
        ("pupils_2025-26_20260115T1100.csv", written(pupils(range(29), Sex="F"))),
        ("pupils_2025-26_20260115T1000.csv", written(pupils(range(31)))),
        ("pupils_2025-26_20260116T0900.csv", written(pupils(range(28), Sex="M"))),
        ("pupils_2025-26_20260116T0900 (1).csv", written(pupils(range(27)))),
    ]
    ends = []
    for number, order in enumerate(itertools.islice(itertools.permutations(files), 0, 120, 29)):
        one = MadeUpTrust.at(tmp_path / str(number), keys_of=trust)
        for name, content in order:
            one.drop(FIRST, name, content)
            one.take_in()
        ends.append(one.landed())
    # Neither of the two files of one minute replaces; the latest before them stands.
    assert len(ends[0]) == 29
    assert {row["attributes"]["sex"] for row in ends[0]} == {"F"}
    assert all(end == ends[0] for end in ends)


def test_a_correction_replaces_and_an_older_file_does_not_undo_it(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "pupils_2025-26_20260115T0900.csv", ROLL)
    trust.take_in()
    trust.drop(FIRST, "pupils_2025-26_20260115T1700.csv", written([*pupils(range(29), Sex="F"), pupil(29, Sex="M")]))
    assert outcomes(trust.take_in()) == [receipts.ACCEPTED]
    trust.drop(FIRST, "pupils_2025-26_20260112T0900.csv", written([*pupils(range(29), Sex="M"), pupil(29, Sex="F")]))
    (late,) = trust.take_in().settled
    assert late.headline == "Not accepted; we still use your file of 20 January 2026"
    assert Counter(sexes(trust)) == {"F": 29, "M": 1}
    assert len(list(trust.home.landing.glob("pupils/*/*/*.parquet"))) == 1


def test_two_files_of_one_minute_are_both_put_aside_and_no_receipt_claims_otherwise(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, "pupils_2025-26_20260115T0900.csv", ROLL)
    trust.take_in()
    trust.drop(FIRST, "pupils_2025-26_20260115T0900 (1).csv", written(pupils(range(29))))
    (second,) = trust.take_in().settled
    assert second.headline == "Not accepted"
    assert trust.landed() == []
    trust.drop(FIRST, "pupils_2025-26_20260115T0930.csv", written(pupils(range(28))))
    assert outcomes(trust.take_in()) == [receipts.ACCEPTED]
    assert len(trust.landed()) == 28


def test_a_file_that_is_still_growing_is_left_alone(trust: MadeUpTrust) -> None:
    path = trust.drop(FIRST, "pupils 2025-26.csv", ROLL[:500])

    def grow(seconds: float) -> None:
        path.write_bytes(ROLL)

    report = trust.take_in(wait=grow)
    assert (report.settled, report.arriving) == ((), ("pupils 2025-26.csv",))
    assert path.exists()
    assert outcomes(trust.take_in()) == [receipts.ACCEPTED]
    assert len(trust.landed()) == 30


@pytest.mark.parametrize("name", ["pupils.csv.part", "pupils.csv.tmp", "pupils.csv.filepart"])
def test_an_upload_under_way_is_not_read(trust: MadeUpTrust, name: str) -> None:
    path = trust.drop(FIRST, name, ROLL)
    assert trust.take_in().settled == ()
    assert path.exists()
    assert intake.unsettled(trust.home, trust.catalogue) == ""


def test_links_pipes_and_folders_are_answered_without_being_followed(trust: MadeUpTrust, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(ROLL)
    folder = trust.home.drop / FIRST
    folder.mkdir()
    (folder / "link.csv").symlink_to(secret)
    os.mkfifo(folder / "pipe.csv")
    (folder / "folder.csv").mkdir()
    assert outcomes(trust.take_in()) == [receipts.REFUSED] * 3
    assert trust.landed() == []
    assert secret.read_bytes() == ROLL
    assert sorted(path.name for path in folder.iterdir()) == ["folder.csv", "receipts"]
    assert trust.take_in().settled == ()
    assert intake.unsettled(trust.home, trust.catalogue) == ""


def test_receipts_are_not_written_through_a_link(trust: MadeUpTrust, tmp_path: Path) -> None:
    trust.drop(FIRST, "pupils 2025-26.csv", ROLL)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (trust.home.drop / FIRST / "receipts").symlink_to(elsewhere)
    trust.take_in()
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("name", ["-rf.csv", "..%2Fx.csv", "$(touch pwned).csv", "a\u202efdp.csv", "a\nb.csv", "a\\b.csv"])
def test_a_name_that_could_trick_somebody_is_refused_and_shown_spelt_out(trust: MadeUpTrust, name: str) -> None:
    trust.drop(FIRST, name, ROLL)
    (settled,) = trust.take_in().settled
    assert settled.outcome == receipts.REFUSED
    assert settled.name.isprintable()
    assert trust.landed() == []
    assert len(list(trust.home.quarantine.iterdir())) == 1


def test_a_folder_of_no_academy_is_answered_among_the_unplaced(trust: MadeUpTrust) -> None:
    trust.drop("123456", "pupils 2025-26.csv", ROLL)
    (settled,) = trust.take_in().settled
    assert (settled.outcome, settled.place) == (receipts.REFUSED, "unplaced")
    assert settled.receipt.parent.parent.name == "unplaced"


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
    state = intake.status(trust.home, trust.catalogue)
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


class Killed(BaseException):
    """Stands for kill -9: nothing catches it."""


STEPS: list[tuple[str, Any, str]] = [
    ("sealing", Store, "seal"),
    ("reading", deciding, "read"),
    ("landing", Landing, "write"),
    ("recording", Ledger, "add_sighting"),
    ("choosing", Ledger, "choose"),
    ("tidying", deciding, "tidy"),
    ("answering", settle.receipts, "write"),
    ("removing", settle, "flush_directory"),
    ("quarantining", Store, "quarantine"),
]


def prepared(path: Path, keys_of: MadeUpTrust | None = None) -> MadeUpTrust:
    """A trust with one file in use, a correction of it and a broken file of another academy in the drop folders."""
    trust = MadeUpTrust.at(path, keys_of)
    trust.drop(FIRST, "pupils_2025-26_20260114T0900.csv", written(pupils(range(30), Sex="M")))
    trust.take_in()
    trust.drop(FIRST, "pupils_2025-26_20260115T0900.csv", ROLL)
    trust.drop(SECOND, "pupils_2025-26_20260115T0900.csv", b"UPN,Sex\n\x00")
    return trust


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> MadeUpTrust:
    trust = prepared(tmp_path_factory.mktemp("undisturbed") / "home")
    trust.take_in()
    return trust


def files_of(trust: MadeUpTrust) -> list[str]:
    parts = ("receipts", "drop", "landing", "raw", "quarantine")
    files = (path.relative_to(trust.home.root) for part in parts for path in (trust.home.root / part).rglob("*") if path.is_file())
    return sorted(str(path) for path in files)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("where", "name"), [(where, name) for _, where, name in STEPS], ids=[step for step, _, _ in STEPS])
def test_a_kill_at_any_step_converges_to_what_an_undisturbed_run_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undisturbed: MadeUpTrust, where: Any, name: str, after: bool
) -> None:
    disturbed = prepared(tmp_path / "home", undisturbed)
    original: Callable[..., Any] = getattr(where, name)

    def killed(*arguments: Any, **options: Any) -> Any:
        if after:
            original(*arguments, **options)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(where, name, killed)
        with pytest.raises(Killed):
            disturbed.take_in()
    disturbed.take_in()
    assert disturbed.landed() == undisturbed.landed()
    assert files_of(disturbed) == files_of(undisturbed)
    assert intake.inputs(disturbed.home) == intake.inputs(undisturbed.home)
    assert disturbed.take_in().settled == ()

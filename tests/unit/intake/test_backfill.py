"""Past years are taken in with the codes of their time, without a reminder, a question or a chance of passing for another year."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from made_up_exports import FIRST, NOW, MadeUpTrust, passing, pupil, pupils, written
from typer.testing import CliRunner

from pipelines import intake
from pipelines.cli import app
from pipelines.home import HomeError
from pipelines.intake import receipts

PAST, OPEN = "2016-17", "2025-26"


@pytest.fixture
def trust(trust: MadeUpTrust) -> MadeUpTrust:
    """A trust whose calendar reaches back."""
    calendar = trust.home.trust / "calendar.yml"
    entry = yaml.safe_load(calendar.read_text("utf-8"))
    entry["periods"].insert(0, {"period": PAST, "starts": "2016-09-01", "ends": "2017-08-31", "reference_date": "2017-01-19"})
    calendar.write_text(yaml.safe_dump(entry), "utf-8")
    return trust


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "past" / FIRST).mkdir(parents=True)
    return tmp_path / "past"


def run(trust: MadeUpTrust, folder: Path, year: str = PAST) -> list[receipts.Receipt]:
    with intake.Store(trust.home, trust.keys, trust.catalogue, passing) as store:
        return intake.backfill(store, folder, year, NOW, lambda line: None)[0]


def by_period(trust: MadeUpTrust, name: str = "sen_provision") -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in trust.landed():
        found.setdefault(row["period"], []).append(row["attributes"].get(name))
    return found


def test_a_past_file_lands_in_its_year_with_the_codes_of_its_time(trust: MadeUpTrust, folder: Path) -> None:
    (folder / FIRST / "roll.csv").write_bytes(written([*pupils(range(20)), pupil(20, SEN="S"), pupil(21, SEN="A")]))
    (receipt,) = run(trust, folder)
    assert (receipt.outcome, receipt.periods, receipt.rows_used) == (receipts.WITH_FIXES, (PAST,), 22)
    assert len(by_period(trust)[PAST]) == 22
    assert (receipt.still_to_come, (folder / FIRST / "roll.csv").exists()) == ((), True)
    assert (trust.home.receipts / FIRST / receipt.reference / receipts.PAGE).is_file()


def test_a_far_smaller_file_is_not_held_up(trust: MadeUpTrust, folder: Path) -> None:
    (folder / FIRST / "roll 20170101.csv").write_bytes(written(pupils(range(40))))
    run(trust, folder)
    (folder / FIRST / "roll 20170201.csv").write_bytes(written(pupils(range(10))))
    assert [receipt.outcome for receipt in run(trust, folder)] == [receipts.SAME, receipts.ACCEPTED]
    assert len(by_period(trust)[PAST]) == 10


@pytest.mark.parametrize("name", ["pupils_2025-26.csv", "roll.csv"])
def test_a_file_that_says_another_year_is_not_used(trust: MadeUpTrust, folder: Path, name: str) -> None:
    rows = pupils(range(20)) if "2025" in name else pupils(range(20), **{"Academic year": "2025/26"})
    (folder / FIRST / name).write_bytes(written(rows))
    (receipt,) = run(trust, folder)
    assert (receipt.outcome, receipt.problems[0].kind) == (receipts.REFUSED, "another_year")
    assert list(trust.home.landing.rglob("period=*")) == []


def test_a_nil_return_of_another_year_is_not_used_either(trust: MadeUpTrust, folder: Path) -> None:
    (folder / FIRST / "answer.csv").write_bytes(b"nil,suspensions,2025-26\n")
    (receipt,) = run(trust, folder)
    assert (receipt.outcome, receipt.problems[0].kind) == (receipts.REFUSED, "another_year")


def test_a_past_file_stays_in_its_year_when_its_contract_changes(trust: MadeUpTrust, folder: Path) -> None:
    (folder / FIRST / "roll.csv").write_bytes(written(pupils(range(20))))
    run(trust, folder)
    (trust.home.trust / "datasets").mkdir()
    (trust.home.trust / "datasets" / "pupils.yml").write_text("name: pupils\nalso: {plimsoll: eal}\n", "utf-8")
    trust.take_in()
    assert set(by_period(trust)) == {PAST}


def test_the_open_year_is_not_touched(trust: MadeUpTrust, folder: Path) -> None:
    trust.drop(FIRST, "pupils.csv", written(pupils(range(30))))
    trust.take_in()
    (folder / FIRST / "roll.csv").write_bytes(written(pupils(range(5, 25))))
    run(trust, folder)
    assert {period: len(rows) for period, rows in by_period(trust).items()} == {OPEN: 30, PAST: 20}


def test_a_year_without_a_calendar_and_a_folder_without_places_are_said(trust: MadeUpTrust, folder: Path) -> None:
    (folder / FIRST / "roll.csv").write_bytes(written(pupils(range(20))))
    with pytest.raises(HomeError, match="no 2011-12"):
        run(trust, folder, "2011-12")
    with pytest.raises(HomeError, match="sub-folder"):
        run(trust, folder / FIRST)


def test_the_command_says_what_was_used(trust: MadeUpTrust, folder: Path) -> None:
    (folder / FIRST / "roll.csv").write_bytes(written(pupils(range(20))))
    done = called(trust, folder)
    assert (done.exit_code, "1 of 1 files used for 2016-17" in done.output) == (0, True)
    (folder / FIRST / "bad.csv").write_bytes(b"nothing,known\n1,2\n")
    assert called(trust, folder).exit_code == 1
    assert called(trust, Path("nowhere")).exit_code == 2


def test_a_backfill_that_is_run_again_has_used_what_it_used_before(trust: MadeUpTrust, folder: Path) -> None:
    (folder / FIRST / "roll.csv").write_bytes(written([*pupils(range(20)), pupil(20, Ethnicity="ZZZZ")]))
    for _ in range(2):
        done = called(trust, folder)
        assert (done.exit_code, "1 of 1 files used" in done.output) == (0, True)


def test_a_file_that_is_still_arriving_is_not_all_of_them(trust: MadeUpTrust, folder: Path) -> None:
    (folder / FIRST / "roll.csv").write_bytes(written(pupils(range(20))))
    with (folder / FIRST / "more.csv").open("wb") as file:
        file.write(written(pupils(range(25))))
        file.flush()
        done = called(trust, folder)
    assert (done.exit_code, "1 of 2 files used" in done.output, "more.csv" in done.output) == (1, True, True)


def test_what_cannot_be_tried_ends_apart_from_what_was_refused(trust: MadeUpTrust, folder: Path) -> None:
    assert called(trust, folder).exit_code == 2
    (folder / FIRST / "roll.csv").write_bytes(written(pupils(range(20))))
    done = called(trust, folder, "2011-12")
    assert (done.exit_code, "no 2011-12" in done.stderr, type(done.exception)) == (2, True, SystemExit)
    assert not trust.home.ledger.exists() or list(trust.home.landing.rglob("period=*")) == []


def called(trust: MadeUpTrust, folder: Path, year: str = PAST) -> Result:
    """`equality backfill` as a person runs it."""
    return CliRunner().invoke(app, ["backfill", str(folder), "--year", year, "--home", str(trust.home.root)])

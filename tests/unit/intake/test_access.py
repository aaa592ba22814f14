"""What is held of one person is written out for them alone, safe to open; and where else something may be held is said."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
import yaml
from click.testing import Result
from made_up_exports import FIRST, NOW, MadeUpTrust, pupils, upn, written
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.drills.formulas import running
from pipelines.intake import access, receipts
from pipelines.release import audit

ABOUT = {"data_class": "none", "purpose": "To count.", "lawful_basis": "Article 6(1)(e), public task", "retention_years": 7}
CLUBS = {
    "name": "clubs",
    "title": "Fencing club",
    "grain": "One row is one member of the fencing club.",
    "subject": "pupil",
    "person": "upn",
    "key": ["upn"],
    "fields": [
        {"name": "upn", "title": "UPN", "type": "upn", "required": True, "headings": ["upn"], **ABOUT, "retention_years": 0},
        {"name": "urn", "title": "Academy", "type": "urn", "headings": ["urn"], **ABOUT},
        {"name": "period", "title": "Academic year", "type": "period", "headings": ["academic year"], **ABOUT},
        {"name": "fencing_since", "title": "=Fencing since", "type": "date", "required": True, "headings": ["fencing since"], **ABOUT},
    ],
}
MEMBERS = [{"UPN": upn(number), "Fencing since": "01/02/2025", "Academic year": "2025/26"} for number in (3, 90)]


@pytest.fixture
def trust(trust: MadeUpTrust) -> MadeUpTrust:
    """A trust with a dataset of its own, a file of which was taken in beside a list of pupils."""
    (trust.home.trust / "datasets").mkdir()
    declaration(trust).write_text(yaml.safe_dump(CLUBS), "utf-8")
    trust.drop(FIRST, "clubs.csv", written(MEMBERS))
    trust.drop(FIRST, "pupils.csv", written(pupils(range(30))))
    assert {item.dataset for item in trust.take_in().settled} == {"clubs", "pupils"}
    audit.append(trust.home.audit, "somebody", "something", NOW)
    return trust


def declaration(trust: MadeUpTrust) -> Path:
    return trust.home.trust / "datasets" / "clubs.yml"


def asked(trust: MadeUpTrust, number: int, folder: Path) -> Result:
    """`equality person` as a person runs it."""
    return CliRunner().invoke(app, ["person", "-o", str(folder), "--home", str(trust.home.root)], input=f"{upn(number)}\n")


def test_a_dataset_of_the_trusts_own_is_written_out(trust: MadeUpTrust, tmp_path: Path) -> None:
    done = asked(trust, 3, tmp_path / "out")
    assert (done.exit_code, "Not looked into" in done.output) == (0, False)
    assert {path.name for path in (tmp_path / "out").glob("*.csv")} == {"clubs.csv", "pupils.csv"}
    assert "Not looked into" not in (tmp_path / "out" / access.COVER).read_text("utf-8")


def test_a_dataset_that_is_declared_no_longer_is_told_with_where_it_lies(trust: MadeUpTrust, tmp_path: Path) -> None:
    declaration(trust).unlink()
    done = asked(trust, 3, tmp_path / "out")
    held = [path for path in trust.home.raw.iterdir() if f"raw/{path.name}" in done.output]
    assert (done.exit_code, len(held), "clubs" in done.output, "landing/clubs" in done.output) == (0, 1, True, True)
    assert "still held of clubs" in (tmp_path / "out" / access.COVER).read_text("utf-8")
    nobody = asked(trust, 90, tmp_path / "none")
    assert (nobody.exit_code, "No row of that person is held" in nobody.output, "landing/clubs" in nobody.output) == (0, True, True)


def test_an_academy_that_once_sent_it_is_answered_all_the_same(trust: MadeUpTrust, tmp_path: Path) -> None:
    declaration(trust).unlink()
    trust.drop(FIRST, "pupils 2.csv", written(pupils(range(31))), NOW + dt.timedelta(hours=1))
    trust.drop(FIRST, "clubs.csv", written(MEMBERS))
    outcomes = {item.name: item.outcome for item in trust.take_in().settled}
    assert outcomes["pupils 2.csv"] == receipts.ACCEPTED and len(outcomes) == 2
    assert "landing/clubs" in asked(trust, 90, tmp_path / "none").output


def test_once_it_is_gone_nothing_is_told_of_it(trust: MadeUpTrust, tmp_path: Path) -> None:
    declaration(trust).unlink()
    done = CliRunner().invoke(app, ["erase", "--home", str(trust.home.root)], input=f"{upn(90)}\n")
    assert (done.exit_code, (trust.home.landing / "clubs").exists()) == (0, False)
    assert "Not looked into" not in asked(trust, 3, tmp_path / "out").output


def test_no_cell_of_what_is_handed_over_is_a_formula(trust: MadeUpTrust, tmp_path: Path) -> None:
    asked(trust, 3, tmp_path / "out")
    text = (tmp_path / "out" / "clubs.csv").read_text("utf-8-sig")
    assert "Fencing since" in next(csv.reader(io.StringIO(text, newline="")))[-1] and not running(text)

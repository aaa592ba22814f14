"""That there were none must be sayable: a nil return is an answer, an empty export is not."""

from __future__ import annotations

import io
import shutil

import openpyxl
import pytest
from made_up_exports import FIRST, SECOND, MadeUpTrust, upn

from pipelines import intake
from pipelines.intake import receipts

HEADINGS = "UPN,Type,Reason 1,Start Date,Sessions\r\n"
ONE = f"{HEADINGS}{upn(1)},SUSP,DB,03/11/2025,4\r\n"


def send(trust: MadeUpTrust, name: str, text: str, place: str = FIRST) -> intake.Settled:
    trust.drop(place, name, text.encode())
    (settled,) = trust.take_in().settled
    return settled


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("suspensions_2025-26_nil.csv", HEADINGS),
        ("Nil return suspensions 2025-26.csv", HEADINGS),
        ("suspensions_2025-26.csv", f"{HEADINGS}nil return,,,,\r\n"),
        ("suspensions_2025-26.csv", f"{HEADINGS},No suspensions this term,,,\r\n"),
    ],
)
def test_a_nil_return_is_accepted_and_counts_as_sent(trust: MadeUpTrust, name: str, text: str) -> None:
    settled = send(trust, name, text)
    assert (settled.headline, settled.rows, settled.periods) == ("Accepted", "fewer than 10", ("2025-26",))
    assert [entry[:3] for entry in intake.inputs(trust.home)] == [("suspensions", "2025-26", FIRST)]
    assert trust.landed("suspensions") == []
    assert "You told us that there were none" in settled.receipt.read_text("utf-8")


def test_an_empty_export_is_asked_about_not_taken_for_nil(trust: MadeUpTrust) -> None:
    settled = send(trust, "suspensions_2025-26.csv", HEADINGS)
    assert settled.outcome == receipts.REFUSED
    assert "write nil return under the first heading" in settled.receipt.read_text("utf-8")
    assert intake.inputs(trust.home) == []


@pytest.mark.parametrize("name", ["pupils_2025-26_nil.csv", "vanilla suspensions 2025-26.csv"])
def test_a_roll_is_never_nil_and_a_name_that_only_holds_the_letters_says_nothing(trust: MadeUpTrust, name: str) -> None:
    headings = "UPN,Sex,Ethnicity,Year Group\r\n" if name.startswith("pupils") else HEADINGS
    assert send(trust, name, headings).outcome == receipts.REFUSED


def test_nil_after_a_file_with_rows_is_held_until_confirmed(trust: MadeUpTrust) -> None:
    send(trust, "suspensions_2025-26_20260112T0900.csv", ONE)
    assert send(trust, "suspensions_2025-26_nil_20260115T0900.csv", HEADINGS).outcome == receipts.HELD
    assert len(trust.landed("suspensions")) == 1


def test_rows_after_a_nil_return_take_its_place(trust: MadeUpTrust) -> None:
    send(trust, "suspensions_2025-26_nil_20260112T0900.csv", HEADINGS)
    assert send(trust, "suspensions_2025-26_20260115T0900.csv", ONE).outcome == receipts.ACCEPTED
    assert len(trust.landed("suspensions")) == 1


def test_a_nil_return_survives_the_loss_of_the_landing(trust: MadeUpTrust) -> None:
    send(trust, "suspensions_2025-26_nil.csv", HEADINGS)
    for path in (trust.home.landing / "suspensions").rglob("period=*/**/*.parquet"):
        path.unlink()
    trust.take_in()
    assert [entry[0] for entry in intake.inputs(trust.home)] == ["suspensions"]
    assert list((trust.home.landing / "suspensions").rglob("period=*/**/*.parquet"))


def test_nobody_can_say_nil_for_the_whole_trust(trust: MadeUpTrust) -> None:
    assert send(trust, "suspensions_2025-26_nil.csv", HEADINGS, "trust").outcome == receipts.REFUSED


@pytest.mark.parametrize("line", ["nil,suspensions,2025-26", "NIL, Suspensions, 2025/26\r\n", "\ufeffnil,suspensions,2025-2026\n"])
def test_one_line_says_nil_whatever_the_file_is_called(trust: MadeUpTrust, line: str) -> None:
    settled = send(trust, "answer.csv", line)
    assert (settled.outcome, settled.dataset, settled.periods) == (receipts.ACCEPTED, "suspensions", ("2025-26",))


@pytest.mark.parametrize(("name", "text"), [("answer.csv", "nil,suspensions,2025-26"), ("suspensions_2025-26_nil.csv", HEADINGS)])
def test_two_academies_may_say_nil_in_the_very_same_bytes(trust: MadeUpTrust, name: str, text: str) -> None:
    for place in (FIRST, SECOND):
        assert send(trust, name, text, place).outcome == receipts.ACCEPTED
    assert send(trust, f"again {name}", text, SECOND).outcome == receipts.SAME
    said = [("suspensions", "2025-26", place) for place in (FIRST, SECOND)]
    assert [entry[:3] for entry in intake.inputs(trust.home)] == said
    shutil.rmtree(trust.home.landing)
    trust.take_in()
    assert [entry[:3] for entry in intake.inputs(trust.home)] == said


@pytest.mark.parametrize("line", ["nil,pupils,2025-26", "nil,suspensions,1999-00", "nil,lunches,2025-26", "nil,suspensions,2025-26,more"])
def test_a_line_that_says_nil_of_something_else_is_refused(trust: MadeUpTrust, line: str) -> None:
    assert send(trust, "answer.csv", line).outcome == receipts.REFUSED


def test_the_box_of_a_template_says_nil_only_when_it_is_ticked(trust: MadeUpTrust) -> None:
    blank = intake.template(trust.catalogue.datasets["incidents"], trust.catalogue)
    trust.drop(FIRST, "incidents 20260110.xlsx", blank)
    (settled,) = trust.take_in().settled
    assert settled.outcome == receipts.REFUSED
    book = openpyxl.load_workbook(io.BytesIO(blank))
    box = next(cell for cell in book.active[1] if cell.value == "Nothing to report")
    book.active.cell(2, box.column, "x")
    ticked = io.BytesIO()
    book.save(ticked)
    trust.drop(FIRST, "incidents 20260111.xlsx", ticked.getvalue())
    (settled,) = trust.take_in().settled
    assert (settled.outcome, settled.dataset) == (receipts.ACCEPTED, "incidents")

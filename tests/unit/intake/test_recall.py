"""A file unlike the last is held until a person confirms it; one taken in by mistake is withdrawn, and the one before counts again."""

from __future__ import annotations

import pytest
from made_up_exports import FIRST, NOW, SECOND, MadeUpTrust, passing, pupils, written

from pipelines import intake
from pipelines.home import HomeError
from pipelines.intake import receipts

FIRST_NAME, LATER = "pupils_2025-26_20260112T0900.csv", "pupils_2025-26_20260115T0900.csv"


@pytest.fixture
def trust(trust: MadeUpTrust) -> MadeUpTrust:
    """A trust in which one academy has sent its roll."""
    trust.drop(FIRST, FIRST_NAME, written(pupils(range(40))))
    trust.take_in()
    return trust


def store(trust: MadeUpTrust) -> intake.Store:
    return intake.Store(trust.home, trust.keys, trust.catalogue, passing)


def send(trust: MadeUpTrust, content: bytes) -> intake.Settled:
    trust.drop(FIRST, LATER, content)
    (settled,) = trust.take_in().settled
    return settled


def test_a_file_with_far_fewer_rows_is_held_and_the_last_one_stays(trust: MadeUpTrust) -> None:
    settled = send(trust, written(pupils(range(31))))
    assert settled.headline == "Held until you confirm it; we still use your file of 20 January 2026"
    assert (settled.outcome, settled.rows, settled.slices) == (receipts.HELD, "0", ())
    assert len(trust.landed()) == 40


def test_a_fall_of_a_fifth_is_no_reason_to_ask(trust: MadeUpTrust) -> None:
    assert send(trust, written(pupils(range(32)))).outcome == receipts.ACCEPTED
    assert len(trust.landed()) == 32


def test_a_missing_year_group_is_asked_about_though_the_rows_are_as_many(trust: MadeUpTrust) -> None:
    settled = send(
        trust, written([{**row, "Year Group": "1" if row["Year Group"] == "6" else row["Year Group"]} for row in pupils(range(40))])
    )
    assert settled.outcome == receipts.HELD
    assert '"kind": "year_group_missing"' in settled.receipt.with_name(receipts.DATA).read_text("utf-8")


def test_a_confirmed_file_is_used_and_says_so_in_a_receipt_of_its_own(trust: MadeUpTrust) -> None:
    settled = send(trust, written(pupils(range(20))))
    with store(trust) as opened:
        told = intake.confirm(opened, settled.reference, NOW)
        with pytest.raises(HomeError, match="is not held"):
            intake.confirm(opened, settled.reference, NOW)
    assert (told.outcome, told.rows_used) == (receipts.ACCEPTED, 20)
    assert told.reference != settled.reference
    assert len(trust.landed()) == 20
    assert (trust.home.drop / FIRST / receipts.COPIES / told.reference / receipts.PAGE).is_file()
    trust.take_in()
    assert len(trust.landed()) == 20


def test_a_held_file_is_kept_sealed_until_somebody_answers(trust: MadeUpTrust) -> None:
    settled = send(trust, written(pupils(range(20))))
    trust.take_in()
    assert len(trust.landed()) == 40
    with store(trust) as opened:
        assert opened.unsealed(opened.ledger.file(settled.reference).content_hash) == written(pupils(range(20)))


def test_a_newer_file_like_the_last_makes_the_held_one_old(trust: MadeUpTrust) -> None:
    held = send(trust, written(pupils(range(20))))
    trust.drop(FIRST, "pupils_2025-26_20260116T0900.csv", written(pupils(range(41))))
    trust.take_in()
    with store(trust) as opened:
        told = intake.confirm(opened, held.reference, NOW)
    assert told.outcome == receipts.REFUSED
    assert [item.kind for item in told.problems] == ["older_than_current"]
    assert len(trust.landed()) == 41


def test_a_withdrawn_file_makes_room_for_the_one_before(trust: MadeUpTrust) -> None:
    settled = send(trust, written(pupils(range(38))))
    assert len(trust.landed()) == 38
    with store(trust) as opened:
        told = intake.withdraw(opened, settled.reference, "the wrong year was chosen", NOW)
        with pytest.raises(HomeError, match="is not in use"):
            intake.withdraw(opened, settled.reference, "again", NOW)
    assert "the wrong year was chosen" in told.as_json()
    assert len(trust.landed()) == 40
    assert len(list(trust.home.landing.glob("pupils/*/*/*.parquet"))) == 1
    assert send(trust, written(pupils(range(38)))).outcome == receipts.ACCEPTED


def test_withdrawing_the_only_file_leaves_nothing_in_use(trust: MadeUpTrust) -> None:
    (active,) = (entry for entry in intake.inputs(trust.home) if entry[0] == "pupils")
    with store(trust) as opened:
        (reference,) = {entry.reference for entry in opened.ledger.slices(active=True)}
        intake.withdraw(opened, reference, "sent by mistake", NOW)
    assert active[2] == FIRST
    assert (trust.landed(), intake.inputs(trust.home)) == ([], [])


def test_a_reference_that_nobody_gave_is_answered_in_a_sentence(trust: MadeUpTrust) -> None:
    with store(trust) as opened, pytest.raises(HomeError, match="There is no receipt 900401-nothing"):
        intake.confirm(opened, "900401-nothing", NOW)


def test_pupils_on_two_rolls_are_told_of_and_counted_at_both(trust: MadeUpTrust) -> None:
    trust.drop(SECOND, FIRST_NAME, written(pupils([*range(38, 80)])))
    (settled,) = trust.take_in().settled
    assert settled.headline == "Accepted, with 1 thing to fix"
    assert "2 of your pupils are on roll at another academy" in settled.receipt.read_text("utf-8")
    assert FIRST not in settled.receipt.read_text("utf-8")
    assert len(trust.landed()) == 82


def test_a_pupil_who_left_or_is_a_guest_is_on_no_second_roll(trust: MadeUpTrust) -> None:
    left = [{**row, "Date of leaving": "01/12/2025", "Enrolment status": "C"} for row in pupils([38])]
    guest = [{**row, "Date of leaving": "", "Enrolment status": "S"} for row in pupils([39])]
    rest = [{**row, "Date of leaving": "", "Enrolment status": "C"} for row in pupils(range(40, 80))]
    trust.drop(SECOND, FIRST_NAME, written([*left, *guest, *rest]))
    (settled,) = trust.take_in().settled
    assert settled.outcome == receipts.ACCEPTED


def test_a_column_that_is_gone_since_the_last_file_is_asked_for_the_first_time(trust: MadeUpTrust) -> None:
    settled = send(trust, written(pupils(range(40)), leave_out=["SEN"]))
    assert settled.headline == "Accepted, with 1 thing to fix"
    assert "Columns that your last file had are missing: SEN" in settled.receipt.read_text("utf-8")
    trust.drop(FIRST, "pupils_2025-26_20260116T0900.csv", written(pupils(range(41)), leave_out=["SEN"]))
    assert [item.outcome for item in trust.take_in().settled] == [receipts.ACCEPTED]


def test_a_heading_that_changed_is_read_and_told_of(trust: MadeUpTrust) -> None:
    settled = send(trust, written(pupils(range(40))).replace(b"Sex,", b"Gender,", 1).replace(b"UPN,", b"Unique Pupil Number,", 1))
    assert settled.outcome == receipts.ACCEPTED
    assert "UPN is now Unique Pupil Number; Sex is now Gender" in settled.receipt.read_text("utf-8")

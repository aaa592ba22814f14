"""What lies in the drop folder and is no file to be read: still growing, links, pipes, folders, names that trick, places of nobody."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
from made_up_exports import FIRST, NOW, SECOND, MadeUpTrust, pupils, written

from pipelines import intake
from pipelines.intake import receipts

ROLL = written(pupils(range(30)))


def hours(number: float) -> dt.datetime:
    return NOW + dt.timedelta(hours=number)


def outcomes(report: intake.IntakeReport) -> list[str]:
    return [item.outcome for item in report.settled]


def test_a_file_that_is_still_growing_is_left_alone(trust: MadeUpTrust) -> None:
    path = trust.drop(FIRST, "pupils 2025-26.csv", ROLL[:500])

    def grow(seconds: float) -> None:
        path.write_bytes(ROLL)

    report = trust.take_in(wait=grow)
    assert (report.settled, report.arriving) == ((), ("pupils 2025-26.csv",))
    assert path.exists()
    assert outcomes(trust.take_in()) == [receipts.ACCEPTED]
    assert len(trust.landed()) == 30


@pytest.mark.parametrize("renamed", [True, False], ids=["put in its place", "written over"])
def test_a_file_that_takes_the_name_of_one_being_settled_is_taken_in_next(
    trust: MadeUpTrust, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, renamed: bool
) -> None:
    path = trust.drop(FIRST, "pupils 2025-26.csv", ROLL)
    newer = written(pupils(range(31)))
    hand_over = receipts.hand_over

    def meanwhile(*words: Any) -> None:
        hand_over(*words)
        if renamed:
            (tmp_path / "newer").write_bytes(newer)
            (tmp_path / "newer").rename(path)
        else:
            path.write_bytes(newer)

    with monkeypatch.context() as patch:
        patch.setattr("pipelines.intake.settle.receipts.hand_over", meanwhile)
        trust.take_in()
    assert path.read_bytes() == newer
    os.utime(path, (NOW.timestamp() + 3600,) * 2)
    assert outcomes(trust.take_in()) == [receipts.ACCEPTED]
    assert len(trust.landed()) == 31 and not path.exists()


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


def test_a_file_called_receipts_costs_its_sender_a_copy_and_nobody_else_anything(trust: MadeUpTrust) -> None:
    trust.drop(FIRST, receipts.COPIES, b"no export")
    trust.drop(SECOND, "pupils 2025-26.csv", ROLL)
    assert outcomes(trust.take_in()) == [receipts.REFUSED, receipts.ACCEPTED]
    assert outcomes(trust.take_in()) == [] and len(trust.landed()) == 30
    assert not (trust.home.drop / FIRST / receipts.COPIES).is_file()


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

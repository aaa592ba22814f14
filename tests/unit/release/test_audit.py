"""The audit log grows by whole lines and tells which one was changed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pipelines.release import audit

NOON = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    log = tmp_path / "audit.log"
    for number in range(4):
        audit.append(log, "clerk", f"step {number}\nwith a second line", NOON + dt.timedelta(minutes=number))
    return log


def test_an_untouched_log_holds(log: Path) -> None:
    assert audit.verify(log) == []
    assert log.read_text().count("\n") == 4


def test_a_log_that_is_not_there_yet_holds(tmp_path: Path) -> None:
    assert audit.verify(tmp_path / "audit.log") == []
    assert audit.last_hash(tmp_path / "audit.log") == audit.START


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_changed_line_is_named(log: Path, number: int) -> None:
    lines = log.read_text().splitlines()
    lines[number - 1] = lines[number - 1].replace("clerk", "other")
    log.write_text("\n".join(lines) + "\n")
    assert audit.verify(log) == [f"line {number} was changed"]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_line_taken_out_is_noticed_at_its_place(log: Path, number: int) -> None:
    lines = log.read_text().splitlines()
    del lines[number - 1]
    log.write_text("\n".join(lines) + "\n")
    assert audit.verify(log) == [f"line {number} does not follow from the line before it"]


def test_lines_cut_off_at_the_end_show_in_the_last_hash(log: Path) -> None:
    kept = audit.last_hash(log)
    log.write_text("\n".join(log.read_text().splitlines()[:-1]) + "\n")
    assert audit.verify(log) == []
    assert audit.last_hash(log) != kept


def test_a_line_left_unfinished_is_named_and_then_replaced(log: Path) -> None:
    log.write_bytes(log.read_bytes()[:-9])
    assert audit.verify(log) == ["line 4 is unfinished"]
    assert audit.append(log, "clerk", "again", NOON) == audit.last_hash(log)
    assert audit.verify(log) == []


def test_a_time_without_its_zone_is_refused(log: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        audit.append(log, "clerk", "step", dt.datetime(2026, 9, 1))

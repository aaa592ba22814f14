"""The process beside a run: what it reads and says is what the run itself would have read and said, and a run outlives it."""

from __future__ import annotations

import datetime as dt
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
from made_up_exports import FIRST, MadeUpTrust, pupils, written

from pipelines.home.child import children
from pipelines.intake import Reading, Source, settle
from pipelines.orchestration import beside, steps
from pipelines.orchestration.opened import Opened

NOW = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)


@pytest.fixture
def trust(tmp_path: Path) -> MadeUpTrust:
    return dropped(MadeUpTrust.at(tmp_path / "home"))


@pytest.fixture
def opened(trust: MadeUpTrust) -> Iterator[Opened]:
    opened = Opened.at(trust.home.root)
    steps.prepare(opened)
    yield opened
    beside.dismiss(opened)


def dropped(trust: MadeUpTrust) -> MadeUpTrust:
    """Two lists of pupils, the second sent twice, and a file that cannot be used."""
    for name, content in {
        "pupils 2025-26 20260101.csv": written(pupils(range(30))),
        "pupils 2025-26 20260201.csv": written(pupils(range(31))),
        "pupils 2025-26 20260201 again.csv": written(pupils(range(31))),
        "broken.csv": b"UPN,Surname\r\nnothing,Canary\r\n",
    }.items():
        trust.drop(FIRST, name, content)
    return trust


def taken_in(opened: Opened) -> list[tuple[str, str]]:
    report = steps.take_in(opened, lambda: NOW, lambda _: None)
    return [(settled.name, settled.headline) for settled in report.settled]


def process_of(opened: Opened) -> int:
    return beside._beside[opened.home.root].submit(os.getpid).result()


def test_files_read_beside_the_run_land_as_those_that_it_reads_itself(trust: MadeUpTrust, opened: Opened, tmp_path: Path) -> None:
    alone = dropped(MadeUpTrust.at(tmp_path / "alone", keys_of=trust))
    asked: list[str] = []
    submit = beside._beside[opened.home.root].submit
    beside._beside[opened.home.root].submit = lambda what, *given: asked.append(given[1].name) or submit(what, *given)  # type: ignore[method-assign]
    assert taken_in(opened) == taken_in(Opened.at(alone.home.root))
    assert trust.landed() == alone.landed() and len(trust.landed()) == 31
    assert len(asked) == 4


def test_a_run_reads_for_itself_what_a_process_that_died_did_not(trust: MadeUpTrust, opened: Opened) -> None:
    ahead = beside.reader(opened)
    os.kill(process_of(opened), signal.SIGKILL)
    assert ahead is not None and len(taken_in(opened)) == 4 and len(trust.landed()) == 31
    assert ahead(b"", Source(FIRST, "pupils.csv", NOW)) is None and beside.asked(opened, 1, os.getpid) == os.getpid()


def test_a_process_that_dies_over_a_file_leaves_it_to_the_run(trust: MadeUpTrust) -> None:
    def dying(content: bytes, source: Source) -> Future[Reading]:
        broken: Future[Reading] = Future()
        broken.set_exception(BrokenProcessPool())
        return broken

    assert len(trust.take_in(ahead=dying).settled) == 4 and len(trust.landed()) == 31


def test_the_first_look_is_taken_early_and_serves_once(trust: MadeUpTrust, opened: Opened) -> None:
    changing = trust.home.drop / FIRST / "broken.csv"
    time.sleep(2)
    changing.write_bytes(b"UPN,Surname\r\nnothing,Canary\r\nand more,Canary\r\n")
    began = time.monotonic()
    assert len(taken_in(opened)) == 3 and changing.exists()
    trust.drop(FIRST, "pupils 2025-26 20260228.csv", written(pupils(range(32))))
    assert len(taken_in(opened)) == 2 and len(trust.landed()) == 32
    assert time.monotonic() - began > settle.SETTLE_SECONDS


def test_it_is_started_once_and_ends_when_it_is_dismissed(opened: Opened) -> None:
    process = process_of(opened)
    steps.prepare(opened)
    assert process_of(opened) == process != os.getpid()
    beside.dismiss(opened)
    beside.dismiss(opened)
    assert not Path("/proc", str(process)).exists()
    assert beside.reader(opened) is None
    assert beside.asked(opened, 1, os.getpid) == os.getpid()


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="a backlog is read by two processes only where there are two cores")
@pytest.mark.parametrize(("limit", "value"), [("FILES_A_READER", 4), ("BYTES_A_READER", 2_000)])
def test_a_backlog_is_read_by_two(trust: MadeUpTrust, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    alone = dropped(MadeUpTrust.at(tmp_path / "alone", keys_of=trust))
    monkeypatch.setattr(beside, limit, value)
    opened = Opened.at(trust.home.root)
    steps.prepare(opened)
    try:
        assert taken_in(opened) == taken_in(Opened.at(alone.home.root))
        assert trust.landed() == alone.landed()
        assert len(beside._beside[opened.home.root]._processes) == 2  # type: ignore[attr-defined]
    finally:
        beside.dismiss(opened)


def test_a_judge_that_hangs_is_given_up_there_and_here(opened: Opened) -> None:
    for _ in ("there", "here"):
        with pytest.raises(TimeoutError):
            beside.asked(opened, 0.2, time.sleep, 60)
        beside.dismiss(opened)


def test_children_share_nothing_but_what_they_are_given() -> None:
    with children(1) as pool:
        assert pool.submit(os.getppid).result() == os.getpid()

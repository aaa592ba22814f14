"""Silence, and too much talk, on purpose: each drill must say that its promise is not kept."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines import intake
from pipelines.drills import watch
from pipelines.drills.mailbox import Mailbox, mailbox
from pipelines.drills.promise import Case
from pipelines.drills.scene import Scene
from pipelines.drills.watch import Nights, in_reports, read
from pipelines.home import heartbeat
from pipelines.intake import notices

KEPT = "Register"
"""Of each academy's files the nights send only these, which are read quickly."""


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("nights"))


def thirty_nights(scene: Scene) -> list[Case]:
    home = scene.dropped()
    for path in home.drop.rglob("*"):
        if path.is_file() and not path.name.startswith(KEPT):
            path.unlink()
    with mailbox() as server:
        nights = Nights(watch._with_mail(home, server), random.Random(3))
        nights.pass_by()
    return list(read(nights, server, 3))


def failed(cases: list[Case]) -> list[str]:
    return [case.name.partition(": ")[2] for case in cases if not case.passed]


def test_the_nights_hold_when_nothing_is_broken(scene: Scene) -> None:
    assert failed(thirty_nights(scene)) == []


def test_a_fault_that_is_named_every_day_breaks_promise_36(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "REMINDERS", tuple(range(30)))
    assert failed(thirty_nights(scene)) == ["none more than 3 times"]


def test_a_line_that_is_not_watched_breaks_promise_36(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "stopped", lambda *_: None)
    monkeypatch.setattr(watch.watch, "AT_WORK", dt.timedelta(days=99))
    assert "every fault is named" in failed(thirty_nights(scene))


def test_files_that_nobody_speaks_of_break_promise_36(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "faults", lambda *_: [])
    assert "every fault is named" in failed(thirty_nights(scene))


def test_two_digests_a_day_break_promise_36() -> None:
    morning = dt.datetime(2026, 1, 20, 7, 0, tzinfo=dt.UTC)
    mails = []
    for number in range(2):
        mail: Any = notices._message(
            notices.Notice((watch.OFFICE,), "1 thing to see to", "- A fault.\n", ()),
            SimpleNamespace(sender="equality@trust.example"),  # type: ignore[arg-type]
            morning + dt.timedelta(hours=number),
        )
        mail[watch.WENT_TO] = watch.OFFICE
        mails.append(mail)
    nights: Any = SimpleNamespace(faults={"A fault": morning})
    server: Any = SimpleNamespace(mails=mails)
    assert failed(list(read(nights, server, 0))) == ["at most one digest a day to the office"]


def test_a_page_that_passes_over_who_is_absent_breaks_promise_35(tmp_path: Path) -> None:
    (tmp_path / "public").mkdir()
    good = "<p>Pupils: 1 of 2 academies. None from <b>Far</b> (not in before).</p>"
    for name, page in {
        "board.html": good.replace("<b>", "").replace("</b>", ""),
        "public/equality-information.html": "<p>Pupils: all 2 academies.</p>",
    }.items():
        (tmp_path / name).write_text(page)
    cases = list(in_reports(tmp_path, "Far", "Near"))
    assert [case.name for case in cases if not case.passed] == [
        "public/equality-information.html says k of N",
        "public/equality-information.html names it with its age",
    ]


def test_the_mailbox_keeps_what_it_was_sent() -> None:
    import smtplib

    with mailbox() as server:
        assert isinstance(server, Mailbox)
        with smtplib.SMTP("127.0.0.1", server.port) as session:
            session.sendmail("a@b.example", ["c@d.example"], "Subject: x\r\n\r\ny\r\n")
    assert [mail[watch.WENT_TO] for mail in server.mails] == ["c@d.example"]

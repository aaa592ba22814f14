"""Mail, through a real mail server on this machine: who is told what and when, that nothing else is told, and that its failure harms nothing."""

from __future__ import annotations

import datetime as dt
import re
import smtpd
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from made_up_exports import FIRST, NOW, SECOND, MadeUpTrust, passing, pupils, written

from pipelines.catalogue import CatalogueError
from pipelines.drills.mailbox import Mailbox, mailbox
from pipelines.intake import Fault, Store, backfill, faults, send_digest, send_notices
from pipelines.intake.ledger import Ledger

OFFICE, DATA, OTHER = "office@trust.example", "data@first.example", "data@second.example"
NIGHT = dt.timedelta(hours=18)


@pytest.fixture
def server() -> Iterator[Mailbox]:
    with mailbox() as made:
        yield made


def with_mail(trust: MadeUpTrust, port: int, **changes: Any) -> MadeUpTrust:
    entry = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "equality@trust.example", "office": [OFFICE]}
    (trust.home.trust / "mail.yml").write_text(yaml.safe_dump({**entry, "academies": {FIRST: [DATA], SECOND: [OTHER]}, **changes}))
    return trust


def sent(trust: MadeUpTrust, now: dt.datetime = NOW, said: list[str] | None = None) -> int:
    return send_notices(trust.home, trust.catalogue, now, (said if said is not None else []).append)


def digest(trust: MadeUpTrust, now: dt.datetime = NOW, *more: Fault) -> str:
    """The office's digest, as the watch sends it."""
    return send_digest(trust.home, trust.catalogue, (*more, *faults(trust.home, trust.catalogue, now)), now)


def drop(trust: MadeUpTrust) -> None:
    """A good file and a bad one of the first academy, and a good one of the second."""
    trust.drop(FIRST, "pupils_2025-26.csv", written(pupils(range(30))))
    trust.drop(FIRST, "pupils.csv", written(pupils(range(40, 70)), leave_out=["Sex"]))
    trust.drop(SECOND, "pupils_2025-26.csv", written(pupils(range(100, 130))))
    trust.take_in()


def test_a_file_that_is_not_used_is_told_of_at_once_to_its_academy(trust: MadeUpTrust, server: Mailbox) -> None:
    drop(with_mail(trust, server.port))
    assert sent(trust) == 1
    assert [mail["X-Went-To"] for mail in server.mails] == [DATA]
    assert server.mails[0]["Subject"].startswith(f"Not accepted: {FIRST}-")
    assert sent(trust) == 0


def test_several_files_that_are_not_used_are_told_of_in_one_mail(trust: MadeUpTrust, server: Mailbox) -> None:
    with_mail(trust, server.port)
    for number in range(3):
        trust.drop(FIRST, f"pupils {number}.csv", written(pupils(range(40, 70 + number)), leave_out=["Sex"]))
    trust.take_in()
    assert sent(trust) == 1
    assert server.mails[0]["Subject"] == "3 files not used"
    assert len(re.findall(rf"{FIRST}-[0-9a-f]{{8}}", server.mails[0].get_content())) == 3


def test_the_rest_comes_in_one_digest_the_day_after(trust: MadeUpTrust, server: Mailbox) -> None:
    drop(with_mail(trust, server.port))
    sent(trust)
    server.mails.clear()
    assert sent(trust, NOW + NIGHT) == 2
    mails = {mail["X-Went-To"]: mail.get_content() for mail in server.mails}
    assert set(mails) == {DATA, OTHER}
    assert "1 file." in mails[DATA] and "First Primary" in mails[DATA] and "Second Primary" not in mails[DATA]
    assert sent(trust, NOW + 2 * NIGHT) == 0


def test_the_office_has_one_digest_a_day_of_faults_and_of_what_came(trust: MadeUpTrust, server: Mailbox) -> None:
    drop(with_mail(trust, server.port))
    assert digest(trust) == "The office was written to."
    assert digest(trust, NOW + dt.timedelta(hours=2), Fault("line/x", "The line stopped.")).startswith("Nothing new")
    assert digest(trust, NOW + NIGHT, Fault("line/x", "The line stopped.")) == "The office was written to."
    first, second = (mail.get_content() for mail in server.mails)
    assert [mail["X-Went-To"] for mail in server.mails] == [OFFICE, OFFICE]
    assert "Not accepted" in first and "received" not in first
    assert "The line stopped." in second and "2 files." in second and "Second Primary" in second


def test_a_fault_that_stands_is_named_three_times_and_then_no_more(trust: MadeUpTrust, server: Mailbox) -> None:
    with_mail(trust, server.port)
    stands, over = Fault("line/x", "The line stopped."), Fault("file/y", "A file was bad.", standing=False)
    for day in range(30):
        send_digest(trust.home, trust.catalogue, [stands, over], NOW + dt.timedelta(days=day))
    days = [(mail["Date"].datetime.astimezone(dt.UTC) - NOW).days for mail in server.mails]
    texts = [mail.get_content() for mail in server.mails]
    assert days == [0, 1, 7]
    assert [text.count("The line stopped.") for text in texts] == [1, 1, 1] and [text.count("A file was bad.") for text in texts] == [
        1,
        0,
        0,
    ]
    assert "third and last time" in texts[2] and "third and last time" not in texts[1]
    assert send_digest(trust.home, trust.catalogue, [stands, Fault("line/z", "Another.")], NOW + dt.timedelta(days=31)).startswith(
        "The office"
    )
    assert "What was named before and still stands (1)" in server.mails[-1].get_content()


def test_a_digest_that_cannot_be_sent_is_sent_at_the_next_call(trust: MadeUpTrust, server: Mailbox) -> None:
    drop(with_mail(trust, 1))
    assert "could not be sent (ConnectionRefusedError)" in digest(trust)
    assert digest(with_mail(trust, server.port)) == "The office was written to."


def test_a_mail_holds_outcome_and_reference_and_nothing_of_the_file(trust: MadeUpTrust, server: Mailbox) -> None:
    drop(with_mail(trust, server.port))
    sent(trust), digest(trust), sent(trust, NOW + NIGHT), digest(trust, NOW + NIGHT)
    assert len(server.mails) == 5
    for mail in server.mails:
        text = f"{mail['Subject']}\n{mail.get_content()}"
        assert not re.search(r"pupils|\.csv|Sex|Canary|\b(30|40)\b", text)
        assert re.search(r"\d{6}-[0-9a-f]{8}", text)
        assert mail["Auto-Submitted"] == "auto-generated"


def test_a_mail_server_that_is_not_there_stops_nothing_and_is_tried_again(trust: MadeUpTrust, server: Mailbox) -> None:
    drop(with_mail(trust, 1))
    said: list[str] = []
    assert sent(trust, said=said) == 0
    assert said == ["mail: 1 of 1 could not be sent (ConnectionRefusedError); tried again at the next run"]
    assert sent(with_mail(trust, server.port)) == 1


def test_one_address_that_is_refused_keeps_nobody_else_from_theirs(
    trust: MadeUpTrust, server: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = "550 no such mailbox"
    monkeypatch.setattr(smtpd.SMTPChannel, "smtp_RCPT", _refusing(smtpd.SMTPChannel.smtp_RCPT, DATA, refused))
    drop(with_mail(trust, server.port))
    said: list[str] = []
    assert sent(trust, NOW + NIGHT, said) == 1
    assert [mail["X-Went-To"] for mail in server.mails] == [OTHER]
    assert said == ["mail: 2 of 3 could not be sent (SMTPRecipientsRefused); tried again at the next run"]


def _refusing(take: Any, address: str, answer: str) -> Any:
    def rcpt(channel: smtpd.SMTPChannel, argument: str) -> None:
        channel.push(answer) if address in argument else take(channel, argument)

    return rcpt


def test_what_is_a_week_old_is_no_news(trust: MadeUpTrust, server: Mailbox) -> None:
    drop(trust)
    with_mail(trust, server.port)
    assert sent(trust, NOW + dt.timedelta(days=8)) == 0
    assert digest(trust, NOW + dt.timedelta(days=15)).startswith("Nothing new")


def test_nobody_is_written_to_about_a_past_year(trust: MadeUpTrust, server: Mailbox, tmp_path: Path) -> None:
    (tmp_path / "past" / FIRST).mkdir(parents=True)
    (tmp_path / "past" / FIRST / "roll.csv").write_bytes(written(pupils(range(30)), leave_out=["Sex"]))
    with_mail(trust, server.port)
    with Store(trust.home, trust.keys, trust.catalogue, passing) as store:
        backfill(store, tmp_path / "past", "2025-26", NOW, lambda line: None)
    assert sent(trust, NOW + NIGHT) == 0
    assert digest(trust, NOW + NIGHT).startswith("Nothing new")


def test_a_password_that_is_missing_is_said_and_stops_nothing(trust: MadeUpTrust, server: Mailbox) -> None:
    drop(with_mail(trust, server.port, user="equality"))
    said: list[str] = []
    assert (sent(trust, said=said), len(said)) == (0, 1)


def test_without_a_mail_yml_nobody_is_written_to(trust: MadeUpTrust) -> None:
    drop(trust)
    assert sent(trust) == 0


def test_mail_over_an_open_wire_is_refused(trust: MadeUpTrust) -> None:
    with_mail(trust, 25, host="mail.trust.example")
    with pytest.raises(CatalogueError, match=r"mail\.yml.*this machine only"):
        _ = trust.catalogue


def test_the_mail_settings_are_no_reason_to_read_files_again(trust: MadeUpTrust) -> None:
    before = trust.catalogue.fingerprints
    assert with_mail(trust, 25).catalogue.fingerprints == before


def test_a_ledger_of_the_layout_before_is_brought_up(trust: MadeUpTrust) -> None:
    drop(trust)
    ledger = Ledger(trust.home.ledger)
    ledger._connection.executescript("drop table notices; drop table lessened; pragma user_version = 1;")
    ledger.close()
    again = Ledger(trust.home.ledger)
    assert (again.told(), len(again.files())) == (set(), 3)
    again.close()

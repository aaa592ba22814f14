"""Mail, through a real mail server on this machine: who is told what and when, that nothing else is told, and that its failure harms nothing."""

from __future__ import annotations

import asyncore
import datetime as dt
import re
import smtpd
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import yaml
from made_up_exports import FIRST, NOW, SECOND, MadeUpTrust, passing, pupils, written

from pipelines.catalogue import CatalogueError
from pipelines.intake import Store, backfill, send_notices
from pipelines.intake.ledger import Ledger

OFFICE, DATA, OTHER = "office@trust.example", "data@first.example", "data@second.example"
NIGHT = dt.timedelta(hours=18)


class Server(smtpd.SMTPServer):
    """Takes every mail; keeps it."""

    def __init__(self) -> None:
        self.waiting: dict[int, Any] = {}
        self.mails: list[EmailMessage] = []
        super().__init__(("127.0.0.1", 0), None, map=self.waiting)

    def process_message(self, peer: Any, mailfrom: str, rcpttos: list[str], data: bytes, **options: Any) -> None:
        mail = message_from_bytes(data, policy=policy.default)
        mail["X-Went-To"] = ", ".join(rcpttos)
        self.mails.append(mail)

    @property
    def port(self) -> int:
        return int(self.socket.getsockname()[1])


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=asyncore.loop, kwargs={"timeout": 0.05, "map": made.waiting}, daemon=True)
    thread.start()
    yield made
    for channel in list(made.waiting.values()):
        channel.close()
    thread.join(5)


def with_mail(trust: MadeUpTrust, port: int, **changes: Any) -> MadeUpTrust:
    entry = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "equality@trust.example", "office": [OFFICE]}
    (trust.home.trust / "mail.yml").write_text(yaml.safe_dump({**entry, "academies": {FIRST: [DATA], SECOND: [OTHER]}, **changes}))
    return trust


def sent(trust: MadeUpTrust, now: dt.datetime = NOW, said: list[str] | None = None) -> int:
    return send_notices(trust.home, trust.catalogue, now, (said if said is not None else []).append)


def drop(trust: MadeUpTrust) -> None:
    """A good file and a bad one of the first academy, and a good one of the second."""
    trust.drop(FIRST, "pupils_2025-26.csv", written(pupils(range(30))))
    trust.drop(FIRST, "pupils.csv", written(pupils(range(40, 70)), leave_out=["Sex"]))
    trust.drop(SECOND, "pupils_2025-26.csv", written(pupils(range(100, 130))))
    trust.take_in()


def test_a_file_that_is_not_used_is_told_of_at_once_to_its_academy_and_the_office(trust: MadeUpTrust, server: Server) -> None:
    drop(with_mail(trust, server.port))
    assert sent(trust) == 2
    assert sorted(mail["X-Went-To"] for mail in server.mails) == [DATA, OFFICE]
    assert all(mail["Subject"].startswith(f"Not accepted: {FIRST}-") for mail in server.mails)
    assert sent(trust) == 0


def test_the_rest_comes_in_one_digest_the_day_after(trust: MadeUpTrust, server: Server) -> None:
    drop(with_mail(trust, server.port))
    sent(trust)
    server.mails.clear()
    assert sent(trust, NOW + NIGHT) == 3
    mails = {mail["X-Went-To"]: mail.get_content() for mail in server.mails}
    assert set(mails) == {DATA, OTHER, OFFICE}
    assert "1 file." in mails[DATA] and "First Primary" in mails[DATA] and "Second Primary" not in mails[DATA]
    assert "2 files." in mails[OFFICE] and "Second Primary" in mails[OFFICE]
    assert sent(trust, NOW + 2 * NIGHT) == 0


def test_a_mail_holds_outcome_and_reference_and_nothing_of_the_file(trust: MadeUpTrust, server: Server) -> None:
    drop(with_mail(trust, server.port))
    sent(trust), sent(trust, NOW + NIGHT)
    for mail in server.mails:
        text = f"{mail['Subject']}\n{mail.get_content()}"
        assert not re.search(r"pupils|\.csv|Sex|Canary|\b(30|40)\b", text)
        assert re.search(r"\d{6}-[0-9a-f]{8}", text)
        assert mail["Auto-Submitted"] == "auto-generated"


def test_a_mail_server_that_is_not_there_stops_nothing_and_is_tried_again(trust: MadeUpTrust, server: Server) -> None:
    drop(with_mail(trust, 1))
    said: list[str] = []
    assert sent(trust, said=said) == 0
    assert said == ["mail: 2 of 2 could not be sent (ConnectionRefusedError); tried again at the next run"]
    assert sent(with_mail(trust, server.port)) == 2


def test_one_address_that_is_refused_keeps_nobody_else_from_theirs(
    trust: MadeUpTrust, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = "550 no such mailbox"
    monkeypatch.setattr(smtpd.SMTPChannel, "smtp_RCPT", _refusing(smtpd.SMTPChannel.smtp_RCPT, DATA, refused))
    drop(with_mail(trust, server.port))
    said: list[str] = []
    assert sent(trust, said=said) == 1
    assert [mail["X-Went-To"] for mail in server.mails] == [OFFICE]
    assert said == ["mail: 1 of 2 could not be sent (SMTPRecipientsRefused); tried again at the next run"]


def _refusing(take: Any, address: str, answer: str) -> Any:
    def rcpt(channel: smtpd.SMTPChannel, argument: str) -> None:
        channel.push(answer) if address in argument else take(channel, argument)

    return rcpt


def test_what_is_a_week_old_is_no_news(trust: MadeUpTrust, server: Server) -> None:
    drop(trust)
    with_mail(trust, server.port)
    assert sent(trust, NOW + dt.timedelta(days=8)) == 0


def test_nobody_is_written_to_about_a_past_year(trust: MadeUpTrust, server: Server, tmp_path: Path) -> None:
    (tmp_path / "past" / FIRST).mkdir(parents=True)
    (tmp_path / "past" / FIRST / "roll.csv").write_bytes(written(pupils(range(30)), leave_out=["Sex"]))
    with_mail(trust, server.port)
    with Store(trust.home, trust.keys, trust.catalogue, passing) as store:
        backfill(store, tmp_path / "past", "2025-26", NOW, lambda line: None)
    assert sent(trust, NOW + NIGHT) == 0


def test_a_password_that_is_missing_is_said_and_stops_nothing(trust: MadeUpTrust, server: Server) -> None:
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
